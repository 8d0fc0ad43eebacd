//! Pictures drawn for tests, and the files phones and programs would make of them.
//!
//! Self-contained (`image`, `jpeg-encoder`, `jpeg-decoder`, `moxcms`, std), so that other test crates can include it with `#[path]`.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::many_single_char_names,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "drawing for tests: what cannot be drawn should end the test"
)]

pub mod draw;
pub mod heif;
pub mod profiles;
pub mod wrap;

/// A HEIC made from [`draw::signboard`] at 480 × 360, standing upright as stored. Made with Debian's `heif-enc`
/// (x265, quality 40) from the drawn PNG; see `README.md` beside it.
pub const HEIC: &[u8] = include_bytes!("signboard.heic");

/// A small one of 96 × 64, for what is done a thousand times.
pub const HEIC_SMALL: &[u8] = include_bytes!("small.heic");
/// The same in 10 bits.
pub const HEIC_SMALL_10_BIT: &[u8] = include_bytes!("small-10-bit.heic");
/// A slope from black to white of the same size, without colour.
pub const HEIC_SMALL_GREY: &[u8] = include_bytes!("small-grey.heic");

/// The same picture stored turned, with an `irot` of 90 degrees: upright it is 480 × 360 again. Its EXIF says
/// orientation 6 as well, as phones write it, which must not be obeyed a second time.
pub const HEIC_TURNED: &[u8] = include_bytes!("signboard-turned.heic");
