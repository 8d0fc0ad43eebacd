//! Which panics are finds. One in our own code always is. One in a library is when it gets out of `photo`, which
//! catches it and calls the file damaged; the first at each place is told, and its bytes are kept beside the finds.

use std::collections::BTreeSet;
use std::panic::{self, PanicHookInfo};
use std::sync::{Mutex, Once};

static INSTALLED: Once = Once::new();
/// The bytes at work, for the hook to keep.
static BYTES: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// To be called before each run; `libfuzzer-sys` has a hook of its own by then, which would end the process.
pub(crate) fn watch(bytes: &[u8]) {
    INSTALLED.call_once(|| panic::set_hook(Box::new(hook)));
    let mut kept = BYTES.lock().expect("no panic holds it");
    kept.clear();
    kept.extend_from_slice(bytes);
}

fn hook(info: &PanicHookInfo<'_>) {
    let place = info.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
    // Where cargo unpacks libraries; the standard library's own places say nothing about who called.
    if !place.contains("/registry/src/") {
        eprintln!("{info}");
        std::process::abort();
    }
    if SEEN.lock().is_ok_and(|mut seen| seen.insert(place.clone())) {
        let name: String = place.rsplit("/registry/src/").next().unwrap_or_default().replace(['/', ':'], "-");
        let (_, name) = name.split_once("-").unwrap_or_default();
        let file = format!("caught-{name}");
        let told = BYTES.lock().ok().and_then(|bytes| std::fs::write(&file, &*bytes).ok()).map_or("", |()| &file);
        eprintln!("caught: {info} {told}");
    }
}
