//! A bar on the terminal while photos are worked on. Only there: what is read by programs stays as it is.

use std::env;
use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use photo::Verdict;

/// Characters of the bar itself; with its numbers it fits the narrowest terminals.
const WIDTH: usize = 24;
/// Least time between two drawings.
const PAUSE: Duration = Duration::from_millis(100);
/// Back to the first column, and nothing left in the line.
const CLEAR: &str = "\r\x1b[2K";

/// Counts what is done, and draws it.
pub struct Progress {
    shown: bool,
    started: Instant,
    drawn: Option<Instant>,
    tally: Tally,
}

/// How many of how many, by verdict.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    all: usize,
    ready: usize,
    retake: usize,
    refused: usize,
    unreadable: usize,
}

impl Progress {
    /// A bar for so many files, if there is somebody to see it.
    pub fn new(all: usize) -> Self {
        let shown = io::stderr().is_terminal() && env::var_os("TERM").is_some_and(|term| term != "dumb");
        Self { shown, started: Instant::now(), drawn: None, tally: Tally { all, ..Tally::default() } }
    }

    /// One file more is answered; nothing as its verdict when it could not be read.
    pub fn step(&mut self, verdict: Option<Verdict>) {
        let count = match verdict {
            Some(Verdict::Ready) => &mut self.tally.ready,
            Some(Verdict::Retake) => &mut self.tally.retake,
            Some(Verdict::Refused) => &mut self.tally.refused,
            None => &mut self.tally.unreadable,
        };
        *count += 1;
        if self.shown && self.drawn.is_none_or(|drawn| drawn.elapsed() >= PAUSE) {
            self.drawn = Some(Instant::now());
            // A terminal that went away is no reason to stop the work.
            drop(write!(io::stderr().lock(), "{CLEAR}{}", bar(self.tally, self.started.elapsed())));
        }
    }

    /// Takes the bar away, so that a line can be printed in its place; the next step draws it again.
    pub fn clear(&mut self) {
        if self.shown && self.drawn.take().is_some() {
            drop(write!(io::stderr().lock(), "{CLEAR}"));
        }
    }
}

/// The bar as text: `[=====>      ] 12/40 · 1 retake · 2 refused · 8 s left`.
fn bar(tally: Tally, passed: Duration) -> String {
    let done = tally.ready + tally.retake + tally.refused + tally.unreadable;
    let filled = WIDTH * done / tally.all.max(1);
    let head = if filled < WIDTH { ">" } else { "" };
    let mut text = format!("[{:WIDTH$}] {done}/{}", "=".repeat(filled) + head, tally.all);
    for (count, name) in [(tally.retake, "retake"), (tally.refused, "refused"), (tally.unreadable, "unreadable")] {
        if count > 0 {
            text += &format!(" · {count} {name}");
        }
    }
    if done > 0 && done < tally.all {
        let left = passed.as_secs_f64() / f64::from(u32::try_from(done).unwrap_or(u32::MAX))
            * f64::from(u32::try_from(tally.all - done).unwrap_or(u32::MAX));
        text += &format!(" · {left:.0} s left");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_says_how_far_and_how_long() {
        let tally = Tally { all: 40, ready: 7, retake: 1, refused: 2, unreadable: 0 };
        let text = bar(tally, Duration::from_secs(5));
        assert_eq!(text, "[======>                 ] 10/40 · 1 retake · 2 refused · 15 s left");
        assert!(text.chars().count() < 79);
    }

    #[test]
    fn a_full_bar_has_no_head_and_nothing_left_to_wait_for() {
        let tally = Tally { all: 3, ready: 3, ..Tally::default() };
        assert_eq!(bar(tally, Duration::from_secs(1)), format!("[{}] 3/3", "=".repeat(24)));
        assert_eq!(bar(Tally::default(), Duration::ZERO), format!("[>{}] 0/0", " ".repeat(23)));
    }

    #[test]
    fn nothing_is_drawn_where_nobody_looks() {
        // Tests run with their output captured or redirected in CI; the count goes on all the same.
        let mut progress = Progress { shown: false, ..Progress::new(2) };
        progress.step(Some(Verdict::Retake));
        progress.step(None);
        assert!(progress.drawn.is_none());
        assert_eq!((progress.tally.retake, progress.tally.unreadable), (1, 1));
    }
}
