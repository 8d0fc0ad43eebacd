#![doc = include_str!("../README.md")]

mod advice;
mod budget;
mod canvas;
mod clarity;
mod colour;
mod decode;
mod encode;
mod exif;
mod exposure;
mod fit;
mod flatten;
mod glare;
mod keep;
mod limits;
mod orient;
mod outcome;
pub mod pdf;
mod picture;
mod planar;
mod preview;
mod probe;
mod rule;
mod sight;
mod trail;
mod transpose;
mod weight;

pub use limits::Limits;
pub use outcome::{Advice, Change, Check, Code, Format, Input, Outcome, Output, Verdict};
pub use preview::preview;
pub use rule::{Colour, Facts, Kind, Misfit, Rule, RuleFault};
pub use weight::weight;

use advice::Refusal;
use canvas::Canvas;
use decode::Wanted;
use trail::Trail;

/// Makes a photo fit the rule, or says what to do differently, under the default limits and without a deadline.
pub fn normalise(bytes: &[u8], rule: &Rule) -> Outcome {
    normalise_within(bytes, rule, &Limits::default(), &|| true)
}

/// The same under the caller's limits. `keep_going` is asked between and inside the long steps; once it answers
/// `false` the photo is refused with `photo.timeout`.
pub fn normalise_within(bytes: &[u8], rule: &Rule, limits: &Limits, keep_going: &dyn Fn() -> bool) -> Outcome {
    let rule = &rule.of_photo();
    let mut trail = Trail::new(bytes);
    match steps(bytes, rule, limits, keep_going, &mut trail) {
        Ok(output) => trail.finished(output, rule),
        Err(refusal) => trail.refused(refusal),
    }
}

/// The steps, in order. Shrinking comes before turning and colour, which then cost a fraction; the result is the same.
fn steps(
    bytes: &[u8],
    rule: &Rule,
    limits: &Limits,
    keep_going: &dyn Fn() -> bool,
    trail: &mut Trail,
) -> Result<Output, Refusal> {
    let on = || if keep_going() { Ok(()) } else { Err(advice::timeout()) };
    let header = probe::probe(bytes, limits, &mut trail.input)?;
    let (width, height) = header.upright();
    let plan = fit::plan(rule, width, height)?;
    on()?;
    let stored = plan.turned(header.orientation >= 5);
    let wanted = Wanted { scale: stored.scale, full_colour: rule.wants_full_colour() };
    let decoded = decode::decode(bytes, &header, wanted, limits, keep_going)?;
    on()?;
    let scaled = fit::shrink(decoded.pixels, stored.turned(decoded.turn >= 5))?;
    let scaled = scaled.upright(decoded.turn).upright(header.orientation);
    on()?;
    let (scaled, converted) = colour::to_srgb(scaled, decoded.profile.as_deref(), limits)?;
    let (scaled, flattened) = flatten::onto(scaled, rule.background_rgb());
    let canvas = Canvas::of(scaled, rule)?;
    let sight = sight::sight(&canvas)?;
    trail.checks = clarity::check(&sight);
    trail.checks.extend(exposure::check(&sight));
    // What has opacity was drawn, not photographed: no lamp shines on it.
    if !flattened {
        trail.checks.push(glare::check(&sight));
    }
    on()?;
    let whole = plan.scale >= 1.0 && plan.keep == (1.0, 1.0) && converted.is_none();
    if whole && !flattened && keep::meets(bytes, &header, rule) {
        keep::ease(&mut trail.checks, &header);
    }
    let output = match whole.then(|| keep::keep(bytes, &header, rule, limits)).flatten() {
        Some(kept) => kept,
        None => budget::spend(canvas, rule, keep_going)?,
    };
    trail.record(bytes, &header, rule, converted, flattened, &output);
    Ok(output)
}
