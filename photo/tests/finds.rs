//! What the fuzzers found: each a panic in our own code or too much memory once, and answered since.

use std::alloc::System;
use std::panic;
use std::path::Path;
use std::sync::Mutex;

use cap::Cap;
use photo::{Rule, Verdict, normalise};

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// Where our own code panicked. `normalise` catches what its decoders do, so that only the hook sees it.
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

#[test]
fn every_find_is_answered() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        if !place.contains("/registry/src/") {
            PANICS.lock().unwrap().push(format!("{place}: {info}"));
        }
    }));
    let rules: [Rule; 2] = ["max_long_px = 48", "exact_px = [12, 16]\nmin_bytes = 300"].map(|extra| {
        toml::from_str(&format!("name = 'a'\nkind = 'scene'\nformat = 'jpeg'\nmax_bytes = 4000\n{extra}")).unwrap()
    });
    let mut names = Vec::new();
    for folder in Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/finds").read_dir().unwrap() {
        for file in folder.unwrap().path().read_dir().unwrap() {
            let path = file.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            let held = ALLOCATOR.allocated();
            for rule in &rules {
                let outcome = normalise(&bytes, rule);
                assert!(outcome.verdict != Verdict::Refused || outcome.advice.is_some(), "{}", path.display());
            }
            let peak = ALLOCATOR.max_allocated() - held;
            assert!(peak < 64 << 20, "{}: {peak} bytes", path.display());
            names.push(path);
        }
    }
    let _ = panic::take_hook();
    assert_eq!(*PANICS.lock().unwrap(), Vec::<String>::new());
    assert!(!names.is_empty());
}
