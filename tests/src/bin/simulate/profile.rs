//! When cases are handed in. How they spread over a week and a day is assumed, not measured: bureaux do not publish it.

use tests::pictures::draw::Dice;

/// Seconds of a year.
const YEAR_SECONDS: f64 = 365.0 * 86_400.0;
/// Monday's share of a week beside a seventh: the day most are handed in.
const MONDAY: f64 = 1.3;
/// Each hour's share of a day, in per cent.
const HOURS: [f64; 24] = [
    0.5, 0.2, 0.1, 0.1, 0.2, 0.5, 1.5, 3.0, 8.0, 13.0, 13.0, 9.0, 5.0, 5.0, 9.0, 10.0, 8.0, 5.0, 3.0, 2.3, 1.6, 1.0,
    0.6, 0.4,
];

/// Cases a second, at the mean of a year.
pub fn mean(cases: f64) -> f64 {
    cases / YEAR_SECONDS
}

/// Cases a second in a Monday's busiest hour.
pub fn peak(cases: f64) -> f64 {
    HOURS.into_iter().map(|share| rate(cases, share)).fold(0.0, f64::max)
}

fn rate(cases: f64, share: f64) -> f64 {
    mean(cases) * MONDAY * share * 24.0 / 100.0
}

/// The hours of a Monday at which cases are handed in from one hour to another, each at random, at the rate of its hour.
pub fn arrivals(cases: f64, from: f64, to: f64, dice: &mut Dice) -> Vec<f64> {
    let (peak, mut hour, mut found) = (peak(cases) * 3600.0, from, Vec::new());
    loop {
        // Drawn as if every hour were the busiest, then thinned to what its own hour has.
        hour -= chance(dice).ln() / peak;
        if hour >= to {
            return found;
        }
        let share = HOURS.iter().zip(1_u32..).find(|(_, end)| hour < f64::from(*end)).map_or(0.0, |(share, _)| *share);
        if chance(dice) * peak < rate(cases, share) * 3600.0 {
            found.push(hour);
        }
    }
}

/// Above 0, at most 1.
fn chance(dice: &mut Dice) -> f64 {
    f64::from(dice.below(1 << 30) + 1) / f64::from(1 << 30)
}
