//! How results are printed.

use std::thread::available_parallelism;

/// What a rate is measured against.
pub struct Peer {
    /// What it is.
    pub name: &'static str,
    /// The least part of its rate that will do, in per cent; none where no goal is set.
    pub goal: Option<f64>,
}

/// The middle one.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    *values.get(values.len() / 2).expect("at least one value")
}

/// Says what everything was measured on.
pub fn machine() {
    let build = if cfg!(debug_assertions) { "unoptimised build: these figures mean nothing" } else { "release build" };
    let processors = available_parallelism().map_or(1, usize::from);
    println!("{processors} processors, {} connections, medians of {} rounds, {build}", crate::CLIENTS, crate::ROUNDS);
}

/// Prints a rate beside its peer's: one pair a round, ours first.
pub fn beside(what: &str, unit: &str, rounds: &[(f64, f64)], peer: &Peer) {
    let ours = median(rounds.iter().map(|(ours, _)| *ours));
    let theirs = median(rounds.iter().map(|(_, theirs)| *theirs));
    let ratio = median(rounds.iter().map(|(ours, theirs)| ours / theirs * 100.0));
    let goal = peer.goal.map(|goal| format!("; goal ≥ {goal:.0} %: {}", word(ratio >= goal))).unwrap_or_default();
    println!("{what:<34}{ours:>10.1} {unit:<11}{} {theirs:.1}: {ratio:.1} %{goal}", peer.name);
}

/// Prints a figure that must stay small.
pub fn at_most(what: &str, value: f64, unit: &str, most: f64) {
    println!("{what:<34}{value:>10.2} {unit:<11}goal ≤ {most} {unit}: {}", word(value <= most));
}

/// Prints a figure that must be large.
pub fn at_least(what: &str, value: f64, unit: &str, least: f64) {
    println!("{what:<34}{value:>10.1} {unit:<11}goal ≥ {least} {unit}: {}", word(value >= least));
}

fn word(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}
