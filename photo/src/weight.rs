//! How much memory a photo will take, from its header alone: what a process wants to know before it lets one in.
//!
//! The steps of `lib.rs` again, each with what it holds at most instead of what it does. `tests/weight.rs` holds these
//! figures against what the operating system counts.

use crate::decode::{self, Wanted};
use crate::fit::{self, Plan};
use crate::limits::Limits;
use crate::outcome::Input;
use crate::probe::{self, Container, Header};
use crate::rule::Rule;
use crate::sight;

/// What every photo takes: tables, stacks, a colour profile, the allocator's own needs.
const ALWAYS: u64 = 6 << 20;
/// Bytes of each pixel of the sight while edges are looked for.
const EACH_OF_SIGHT: u64 = 28;
/// Bytes of each finished pixel while it is encoded: the pixel, its planes, and its coefficients with colour at half and
/// at full resolution.
const EACH_ENCODED: u64 = 14;
/// Bytes of the words that say one pixel when nothing is left out, and those of each byte the rule allows: a word has four
/// bytes and takes some four bits of the file, and the first try may take more bytes than are allowed.
const EACH_SAID: u64 = 20;
const EACH_ALLOWED: u64 = 14;

/// Memory in bytes while a picture is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// The most at any time.
    pub(crate) most: u64,
    /// What is handed on.
    pub(crate) left: u64,
    /// Rows of what is handed on.
    pub(crate) rows: u64,
}

impl Held {
    /// A picture that is decoded whole, to so many bytes a pixel, with so many more beside it.
    pub(crate) fn whole(header: &Header, each: u64, beside: u64) -> Self {
        let pixels = header.pixels();
        Self { most: pixels * (each + beside), left: pixels * each, rows: u64::from(header.height) }
    }
}

/// The most memory, in bytes, that [`normalise_within`](crate::normalise_within) takes for this photo beside the bytes it
/// is given. Reads headers only; a photo that is refused by its header takes next to nothing.
pub fn weight(bytes: &[u8], rule: &Rule, limits: &Limits) -> u64 {
    let rule = &rule.of_photo();
    let mut input = Input { format: None, width: None, height: None, bytes: 0, orientation: None };
    let Ok(header) = probe::probe(bytes, limits, &mut input) else { return ALWAYS };
    let (width, height) = header.upright();
    let Ok(plan) = fit::plan(rule, width, height) else { return ALWAYS };
    let wanted = Wanted { scale: plan.scale, full_colour: rule.wants_full_colour() };
    let Ok(held) = decode::held(bytes, &header, wanted, limits) else { return ALWAYS };
    // A few steps copy the file: to name another picture in it, or to hand its own bits on.
    let copy = if header.container == Container::Jpeg && plan.scale < 1.0 { 0 } else { bytes.len() as u64 };
    ALWAYS + copy + held.most.max(shrinking(held, &header, plan)).max(finishing(plan, rule))
}

/// One component after another is taken out, scaled in one direction, then in the other; then they are joined.
fn shrinking(held: Held, header: &Header, plan: Plan) -> u64 {
    let across = u64::from(plan.width.max(plan.height));
    held.left + header.pixels().min(held.left) + across * held.rows + pixels(plan) * 8
}

/// Colour, background and turning hold two pictures at most; then come the checks, then the encoder.
fn finishing(plan: Plan, rule: &Rule) -> u64 {
    let pixels = pixels(plan);
    let checked = pixels * 8 + pixels.min(sight::MOST_PIXELS) * EACH_OF_SIGHT;
    let said = (pixels * EACH_SAID).min(rule.max_bytes.saturating_mul(EACH_ALLOWED));
    // Where bytes are to be added, nothing is left out.
    let said = if rule.min_bytes > 0 { pixels * EACH_SAID + rule.max_bytes } else { said };
    checked.max(pixels * EACH_ENCODED + said)
}

fn pixels(plan: Plan) -> u64 {
    u64::from(plan.width) * u64::from(plan.height)
}
