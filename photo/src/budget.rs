//! Spends the rule's bytes: colour, quality and size together, each forecast before a byte is written.

use crate::advice::{self, Refusal};
use crate::canvas::Canvas;
use crate::encode::{self, Encoded, Forecast, Plan, Planes, Taste};
use crate::fit;
use crate::outcome::{Format, Output};
use crate::picture::Picture;
use crate::rule::{Kind, Rule};

/// Finest scale of the tables: more bytes show no more.
const FINEST: f32 = 0.04;
/// Coarsest scale: beyond it a picture cannot be read whatever its size.
const COARSEST: f32 = 6.0;
/// Scale up to which colour is worth keeping at full resolution in a scene.
const RICH: f32 = 0.045;
/// Scale above which a smaller picture with finer tables shows more, and the scale aimed at then. Strokes bear coarse
/// tables better than they bear being small: read back by a machine, text at these is as good as at twice the pixels.
const COMFORT: (f32, f32) = (2.0, 1.4);
const COMFORT_OF_STROKES: (f32, f32) = (3.8, 3.2);
/// All tables at one: as fine as JPEG can be.
const EXACT: f32 = 0.001;
/// Sizes tried at most.
const SIZES: usize = 5;

/// Encodes the picture within the rule.
pub(crate) fn spend(canvas: Canvas, rule: &Rule, keep_going: &dyn Fn() -> bool) -> Result<Output, Refusal> {
    let output = match canvas {
        Canvas::Planes(planes) => spend_jpeg(planes, rule, keep_going)?,
        Canvas::Pixels(picture) => spend_png(picture, rule, keep_going)?,
    };
    // Whatever went on above, a result that breaks the rule must not leave.
    if rule.misfits(&output.facts()).is_empty() { Ok(output) } else { Err(advice::too_many_bytes(rule)) }
}

fn stored(data: Vec<u8>, picture: &Picture) -> Output {
    let bytes = data.len() as u64;
    Output { format: Format::Png, width: picture.width, height: picture.height, bytes, quality: None, data }
}

fn spend_jpeg(mut planes: Planes, rule: &Rule, keep_going: &dyn Fn() -> bool) -> Result<Output, Refusal> {
    let most = usize::try_from(rule.max_bytes).unwrap_or(usize::MAX);
    for _ in 0..SIZES {
        let (plan, forecast) = choose(&planes, rule, most)?;
        if !keep_going() {
            return Err(advice::timeout());
        }
        let (comfort, aim) = comfort(rule.kind);
        let share = if forecast.scale > comfort { forecast.share(aim).min(0.9) } else { 1.0 };
        let smaller = if share < 1.0 { fit::smaller(rule, planes.width, planes.height, share) } else { None };
        if let Some((width, height)) = smaller {
            planes = planes.shrunk(width, height)?;
            continue;
        }
        if let Some(encoded) = plan.fit(&forecast, most, (FINEST, COARSEST), keep_going)? {
            return reach_least(encoded, &planes, rule);
        }
        let Some((width, height)) = fit::smaller(rule, planes.width, planes.height, 0.8) else { break };
        planes = planes.shrunk(width, height)?;
    }
    Err(advice::too_many_bytes(rule))
}

fn comfort(kind: Kind) -> (f32, f32) {
    match kind {
        Kind::Document | Kind::Rendering => COMFORT_OF_STROKES,
        Kind::Scene | Kind::Portrait => COMFORT,
    }
}

/// Colour at full or half resolution, and what scale each size would need. Coloured seals and thin coloured strokes
/// need it in full; a scene only where there are bytes to spare.
fn choose(planes: &Planes, rule: &Rule, most: usize) -> Result<(Plan, Forecast), Refusal> {
    let with = |full_colour: bool| {
        let plan = Plan::new(planes, full_colour, Taste::of(rule.kind), rule.dpi)?;
        let forecast = plan.forecast(most, (FINEST, COARSEST));
        Ok((plan, forecast))
    };
    if planes.colour.is_none() {
        return with(false);
    }
    if matches!(rule.kind, Kind::Document | Kind::Rendering) {
        let full = Some(with(true)?).filter(|full| full.1.scale <= comfort(rule.kind).0);
        return full.map_or_else(|| with(false), Ok);
    }
    let half = with(false)?;
    if half.1.scale > RICH {
        return Ok(half);
    }
    let full = with(true)?;
    Ok(if full.1.scale <= RICH * 1.3 { full } else { half })
}

fn written(encoded: Encoded, planes: &Planes) -> Output {
    let bytes = encoded.data.len() as u64;
    let quality = Some(encoded.quality);
    Output { format: Format::Jpeg, width: planes.width, height: planes.height, bytes, quality, data: encoded.data }
}

/// Adds bytes where the portal wants more of them: first quality and colour, then longer codes. The file stays clean.
fn reach_least(encoded: Encoded, planes: &Planes, rule: &Rule) -> Result<Output, Refusal> {
    if encoded.data.len() as u64 >= rule.min_bytes {
        return Ok(written(encoded, planes));
    }
    // Finer and finer down to what JPEG can say; each step about doubles what is spent on detail.
    for (scale, full_colour) in [(0.05, false), (0.05, true), (EXACT, false), (EXACT, true)] {
        let plan = Plan::new(planes, full_colour, Taste::of(rule.kind), rule.dpi)?;
        if let Some(encoded) = plan.plain(scale, rule.min_bytes, rule.max_bytes) {
            return Ok(written(encoded, planes));
        }
    }
    Err(advice::too_few_bytes(rule))
}

fn to_f64(number: u64) -> f64 {
    u32::try_from(number).map_or(f64::from(u32::MAX), f64::from)
}

fn spend_png(mut picture: Picture, rule: &Rule, keep_going: &dyn Fn() -> bool) -> Result<Output, Refusal> {
    for _ in 0..=SIZES {
        if !keep_going() {
            return Err(advice::timeout());
        }
        let data = encode::png(&picture, true, rule.dpi)?;
        let bytes = data.len() as u64;
        if bytes <= rule.max_bytes {
            if bytes >= rule.min_bytes {
                return Ok(stored(data, &picture));
            }
            let loose = encode::png(&picture, false, rule.dpi)?;
            let reaches = (rule.min_bytes..=rule.max_bytes).contains(&(loose.len() as u64));
            return if reaches { Ok(stored(loose, &picture)) } else { Err(advice::too_few_bytes(rule)) };
        }
        let share = (to_f64(rule.max_bytes) / to_f64(bytes) * 0.95).clamp(0.1, 0.95);
        let Some((width, height)) = fit::smaller(rule, picture.width, picture.height, share) else { break };
        picture = fit::shrink_to(picture, width, height)?;
    }
    Err(advice::too_many_bytes(rule))
}
