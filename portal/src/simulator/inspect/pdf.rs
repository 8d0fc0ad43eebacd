//! A PDF, from both ends: this province opens it no further.

use super::{Flaw, damaged, flaw};

pub(super) fn look(bytes: &[u8]) -> Result<(), Flaw> {
    if !bytes.starts_with(b"%PDF-") {
        return Err(flaw("file.format", "不是 PDF；not a PDF"));
    }
    let end = bytes.trim_ascii_end();
    if end.ends_with(b"%%EOF") { Ok(()) } else { Err(damaged("no end")) }
}
