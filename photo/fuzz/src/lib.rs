//! What every target does with its bytes.

mod panics;

use std::alloc::System;
use std::sync::LazyLock;

use cap::Cap;
use libfuzzer_sys::Corpus;
use photo::{Limits, Rule, Verdict};

/// Bytes that one picture may hold beside what the fuzzer itself does.
const MOST_BYTES: usize = 64 << 20;

/// Ends the process when more is asked for, which the fuzzer keeps as a find.
#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

static RULES: LazyLock<[Rule; 2]> = LazyLock::new(|| {
    let rule = |text: &str| toml::from_str(text).expect("a rule");
    [
        rule("name='scene'\nkind='scene'\nformat='jpeg'\nmax_bytes=4000\nmax_long_px=48\ndpi=200"),
        rule("name='portrait'\nkind='portrait'\nformat='jpeg'\nmax_bytes=3000\nmin_bytes=300\nexact_px=[12, 16]"),
    ]
});

/// Pictures of these bounds are quick, and the code that reads them is the same.
fn limits() -> Limits {
    Limits {
        max_bytes: 1 << 20,
        max_side_px: 2048,
        max_jpeg_pixels: 1 << 20,
        max_held_jpeg_pixels: 1 << 19,
        max_pixels: 1 << 16,
        max_heic_pixels: 1 << 17,
        max_held_heic_pixels: 1 << 16,
        ..Limits::default()
    }
}

/// Fits the bytes to a rule that the last of them chooses, and holds the answer to its promises. Files that are not
/// `format` are not worth keeping.
pub fn fit(bytes: &[u8], format: &str) -> Corpus {
    panics::watch(bytes);
    let rule = &RULES[usize::from(bytes.last().is_some_and(|last| last % 2 == 1))];
    ALLOCATOR.set_limit(ALLOCATOR.allocated() + MOST_BYTES).expect("the limit is above what is held");
    let outcome = photo::normalise_within(bytes, rule, &limits(), &|| true);
    match (&outcome.verdict, &outcome.output) {
        (Verdict::Ready | Verdict::Retake, Some(output)) => {
            assert!(output.data.len() as u64 == output.bytes && output.bytes <= rule.max_bytes, "{} bytes", output.bytes);
            assert!(output.data.starts_with(&[0xff, 0xd8]) && output.data.ends_with(&[0xff, 0xd9]), "not a JPEG");
        }
        (Verdict::Refused, None) => assert!(outcome.code.is_some() && outcome.advice.is_some(), "refused without a word"),
        (verdict, _) => panic!("{verdict:?} does not go with its output"),
    }
    if outcome.input.format.as_deref() == Some(format) { Corpus::Keep } else { Corpus::Reject }
}
