//! Small files that ask for much: each is answered for what it is, and none gets more memory than a decent picture.
//!
//! One test, since all of them share the allocator that counts. It prints what each took:
//! `cargo test --release -p photo --test bombs -- --nocapture`.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it cannot go on")]
#![expect(clippy::trivially_copy_pass_by_ref, reason = "names are written b\"abcd\"")]

#[path = "../pictures/mod.rs"]
pub mod pictures;

mod heic;
mod plain;

use std::alloc::System;
use std::time::Instant;

use cap::Cap;
use photo::{Code, Rule, normalise};

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// Bytes that answering a bomb may take at most.
const MOST_BYTES: usize = 64 << 20;

/// A file, and what must come of it; no code where the picture is good and only what stands beside it is not.
pub(crate) struct Bomb {
    name: &'static str,
    bytes: Vec<u8>,
    want: Option<Code>,
}

pub(crate) fn bomb(name: &'static str, bytes: Vec<u8>, want: impl Into<Option<Code>>) -> Bomb {
    Bomb { name, bytes, want: want.into() }
}

#[test]
fn bombs_are_defused_in_little_memory() {
    let rule: Rule = toml::from_str("name = 'a'\nkind = 'scene'\nformat = 'jpeg'\nmax_bytes = 90000").unwrap();
    let mut wrong = Vec::new();
    for make in [plain::bombs(), heic::bombs()].concat() {
        let Bomb { name, bytes, want } = make();
        // What is held when the worst moment so far is passed is this bomb's.
        let (held, worst) = (ALLOCATOR.allocated(), ALLOCATOR.max_allocated());
        let began = Instant::now();
        let outcome = normalise(&bytes, &rule);
        let millis = began.elapsed().as_millis();
        let peak = ALLOCATOR.max_allocated();
        let took = if peak > worst { peak - held } else { 0 };
        println!("{name}: {} bytes, {:?} in {millis} ms, at most {} MB", bytes.len(), outcome.code, took >> 20);
        if outcome.code != want {
            wrong.push(format!("{name}: {:?}, not {want:?}", outcome.code));
        }
        if took >= MOST_BYTES {
            wrong.push(format!("{name} took {took} bytes"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
