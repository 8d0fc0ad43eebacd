//! Spends the rule's bytes: the best quality that fits, and a smaller picture where quality alone would cost too much.

use crate::advice::{self, Refusal};
use crate::encode::{self, Jpeg};
use crate::fit;
use crate::outcome::{Format, Output};
use crate::picture::{Channels, Picture};
use crate::rule::{Kind, Rule};

/// Quality above which more bytes show no more.
const TOP: u8 = 92;
/// Quality below which a smaller picture at better quality reads better.
const COMFORT: u8 = 60;
/// Quality aimed at when the picture is made smaller.
const AIM: u8 = 70;
/// Quality below which a picture cannot be read whatever its size.
const FLOOR: u8 = 25;
/// Encodes of one size at most: a guess, and its corrections.
const TRIES: usize = 6;
/// Sizes tried at most.
const SIZES: usize = 5;

/// Encodes the picture within the rule.
pub(crate) fn spend(picture: Picture, rule: &Rule, keep_going: &dyn Fn() -> bool) -> Result<Output, Refusal> {
    let output = match rule.format {
        Format::Jpeg => spend_jpeg(picture, rule, keep_going)?,
        Format::Png => spend_png(picture, rule, keep_going)?,
        Format::Pdf => return Err(advice::unsupported("pdf")),
    };
    // Whatever went on above, a result that breaks the rule must not leave.
    if rule.misfits(&output.facts()).is_empty() { Ok(output) } else { Err(advice::too_many_bytes(rule)) }
}

fn finished(data: Vec<u8>, picture: &Picture, rule: &Rule, quality: Option<u8>) -> Output {
    Output {
        format: rule.format,
        width: picture.width,
        height: picture.height,
        bytes: data.len() as u64,
        quality,
        data,
    }
}

/// The best encode of one size.
struct Best {
    quality: u8,
    data: Vec<u8>,
}

fn spend_jpeg(mut picture: Picture, rule: &Rule, keep_going: &dyn Fn() -> bool) -> Result<Output, Refusal> {
    let grey = picture.channels == Channels::Grey;
    // Coloured seals and thin coloured strokes need colour at full resolution; a scene does not.
    let careful = !grey && matches!(rule.kind, Kind::Document | Kind::Rendering);
    for _ in 0..SIZES {
        let mut share = 0.5;
        for full_colour in if careful { &[true, false][..] } else { &[false][..] } {
            match search(&picture, rule, Jpeg::new(TOP, *full_colour), keep_going)? {
                Ok(best) if best.quality >= COMFORT => return reach_least(best, &picture, rule, keep_going),
                Ok(_) | Err(_) if *full_colour => {}
                Ok(best) => {
                    let Some(_) = fit::smaller(rule, picture.width, picture.height, 0.9) else {
                        return reach_least(best, &picture, rule, keep_going);
                    };
                    share = share_for(best.quality, best.data.len(), rule.max_bytes);
                }
                Err(least) => share = share_for(FLOOR, least, rule.max_bytes),
            }
        }
        let Some((width, height)) = fit::smaller(rule, picture.width, picture.height, share) else {
            return Err(advice::too_many_bytes(rule));
        };
        picture = fit::shrink_to(picture, width, height)?;
    }
    let best = search(&picture, rule, Jpeg::new(TOP, false), keep_going)?.map_err(|_| advice::too_many_bytes(rule))?;
    reach_least(best, &picture, rule, keep_going)
}

/// What share of the pixels may stay so that `AIM` fits, when `quality` gave `bytes`.
fn share_for(quality: u8, bytes: usize, most: u64) -> f64 {
    let at_aim = to_f64(bytes as u64) * (strength(quality) / strength(AIM)).powf(0.75);
    (to_f64(most) / at_aim).powf(1.1).clamp(0.2, 0.9)
}

/// How coarse the common quantisation tables are at a quality, in percent of the standard's.
fn strength(quality: u8) -> f64 {
    let quality = f64::from(quality.clamp(1, 99));
    if quality < 50.0 { 5000.0 / quality } else { 200.0 - 2.0 * quality }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 1..=100")]
fn quality_of(strength: f64) -> u8 {
    let quality = if strength > 100.0 { 5000.0 / strength } else { (200.0 - strength) / 2.0 };
    quality.floor().clamp(1.0, 100.0) as u8
}

fn to_f64(number: u64) -> f64 {
    u32::try_from(number).map_or(f64::from(u32::MAX), f64::from)
}

/// The best quality up to `how.quality` whose file fits. When none down to `FLOOR` does: the bytes at `FLOOR`.
/// File size follows a power of the tables' strength closely, so that two encodes predict the third.
fn search(
    picture: &Picture,
    rule: &Rule,
    how: Jpeg,
    keep_going: &dyn Fn() -> bool,
) -> Result<Result<Best, usize>, Refusal> {
    let most = usize::try_from(rule.max_bytes).unwrap_or(usize::MAX);
    let (mut fits, mut over): (Option<Best>, Option<(u8, usize)>) = (None, None);
    let mut quality = 82.min(how.quality);
    for _ in 0..TRIES {
        if !keep_going() {
            return Err(advice::timeout());
        }
        let data = encode::jpeg(picture, Jpeg { quality, ..how }, rule.dpi)?;
        if data.len() <= most {
            fits = Some(Best { quality, data });
        } else {
            over = Some((quality, data.len()));
        }
        let low = fits.as_ref().map_or(FLOOR - 1, |best| best.quality);
        let high = over.map_or(how.quality + 1, |(quality, _)| quality);
        let near = fits.as_ref().is_some_and(|best| best.data.len() * 100 >= most * 97);
        if high <= low + 1 || near {
            break;
        }
        quality =
            predict(fits.as_ref().map(|best| (best.quality, best.data.len())), over, most).clamp(low + 1, high - 1);
    }
    Ok(match (fits, over) {
        (Some(best), _) => Ok(best),
        (None, Some((FLOOR, bytes))) => Err(bytes),
        (None, _) => Err(encode::jpeg(picture, Jpeg { quality: FLOOR, ..how }, rule.dpi)?.len()),
    })
}

/// The quality at which a power law through what is known meets `most` bytes.
fn predict(fits: Option<(u8, usize)>, over: Option<(u8, usize)>, most: usize) -> u8 {
    let point = |(quality, bytes): (u8, usize)| (strength(quality).ln(), to_f64(bytes as u64).ln());
    let target = to_f64(most as u64 * 99 / 100).ln();
    let (from, slope) = match (fits.map(point), over.map(point)) {
        (Some(a), Some(b)) if (a.0 - b.0).abs() > 1e-6 => (a, (a.1 - b.1) / (a.0 - b.0)),
        (Some(a), _) | (None, Some(a)) => (a, -0.6),
        (None, None) => return TOP,
    };
    quality_of((from.0 + (target - from.1) / slope.clamp(-2.0, -0.2)).exp())
}

/// Adds bytes where the portal wants more of them: first quality and colour, then plainer coding. The file stays clean.
fn reach_least(best: Best, picture: &Picture, rule: &Rule, keep_going: &dyn Fn() -> bool) -> Result<Output, Refusal> {
    if best.data.len() as u64 >= rule.min_bytes {
        return Ok(finished(best.data, picture, rule, Some(best.quality)));
    }
    let colour = picture.channels != Channels::Grey;
    let plain = Jpeg { own_codes: false, ..Jpeg::new(100, colour) };
    for how in [Jpeg::new(100, false), Jpeg::new(100, colour), plain, Jpeg { restarts: true, ..plain }] {
        if let Ok(best) = search(picture, rule, how, keep_going)?
            && best.data.len() as u64 >= rule.min_bytes
        {
            return Ok(finished(best.data, picture, rule, Some(best.quality)));
        }
    }
    Err(advice::too_few_bytes(rule))
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
                return Ok(finished(data, &picture, rule, None));
            }
            let stored = encode::png(&picture, false, rule.dpi)?;
            let reaches = (rule.min_bytes..=rule.max_bytes).contains(&(stored.len() as u64));
            return if reaches { Ok(finished(stored, &picture, rule, None)) } else { Err(advice::too_few_bytes(rule)) };
        }
        let share = (to_f64(rule.max_bytes) / to_f64(bytes) * 0.95).clamp(0.1, 0.95);
        let Some((width, height)) = fit::smaller(rule, picture.width, picture.height, share) else { break };
        picture = fit::shrink_to(picture, width, height)?;
    }
    Err(advice::too_many_bytes(rule))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strength_and_quality_are_inverse() {
        for quality in 2..=98 {
            assert!(quality_of(strength(quality)).abs_diff(quality) <= 1, "{quality}");
        }
    }

    #[test]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "about a million")]
    fn the_prediction_follows_the_power_law() {
        let bytes = |q: u8| (1e6 * strength(q).powf(-0.7)).round() as usize;
        let guess = predict(Some((60, bytes(60))), Some((90, bytes(90))), bytes(75));
        assert!(guess.abs_diff(75) <= 1, "{guess}");
    }
}
