//! Works on several things at once and hands the answers on in the order of the things.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, PoisonError, mpsc};
use std::thread;

/// Things begun beyond the first that is not handed on, for each worker: while one of 200 megapixels is worked on, the
/// others go on, and what waits for it stays little.
const AHEAD: usize = 16;

/// Calls `work` on up to `jobs` things at once and `done` with each answer, in the order of the things.
pub fn each<T: AsRef<I> + Sync, I: ?Sized, A: Send>(
    things: &[T],
    jobs: usize,
    work: impl Fn(&I) -> A + Sync,
    mut done: impl FnMut(A),
) {
    let line = Line { at: Mutex::new((0, 0)), moved: Condvar::new(), ahead: AHEAD.saturating_mul(jobs.max(1)) };
    let (send, receive) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..jobs.min(things.len()).max(1) {
            let (send, line, work) = (send.clone(), &line, &work);
            scope.spawn(move || {
                let _open = Open(line);
                while let Some((index, thing)) = line.next(things) {
                    if send.send((index, work(thing.as_ref()))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(send);
        let _open = Open(&line);
        let mut waiting = BTreeMap::new();
        let mut next = 0;
        for (index, answer) in receive {
            waiting.insert(index, answer);
            while let Some(answer) = waiting.remove(&next) {
                done(answer);
                next += 1;
                line.handed_on();
            }
        }
    });
}

/// Which thing is next to be worked on, and how many were handed on.
struct Line {
    at: Mutex<(usize, usize)>,
    moved: Condvar,
    ahead: usize,
}

impl Line {
    /// The next thing, as soon as it is not too far ahead; nothing when all are begun.
    fn next<'a, T>(&self, things: &'a [T]) -> Option<(usize, &'a T)> {
        let at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        let far = |at: &mut (usize, usize)| at.0 < things.len() && at.0 >= at.1.saturating_add(self.ahead);
        let mut at = self.moved.wait_while(at, far).unwrap_or_else(PoisonError::into_inner);
        let index = at.0;
        let thing = things.get(index)?;
        at.0 += 1;
        Some((index, thing))
    }

    fn handed_on(&self) {
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        at.1 = at.1.saturating_add(1);
        drop(at);
        self.moved.notify_all();
    }
}

/// Lets nobody wait for a thread that panicked.
struct Open<'a>(&'a Line);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.at.lock().unwrap_or_else(PoisonError::into_inner).1 = usize::MAX;
            self.0.moved.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[test]
    fn answers_come_in_order_whoever_is_first() {
        let things: Vec<String> = (0..200).map(|number| number.to_string()).collect();
        let mut got = Vec::new();
        let work = |thing: &str| {
            let number: u64 = thing.parse().unwrap();
            thread::sleep(Duration::from_micros(number * 37 % 11 * 100));
            number
        };
        each(&things, 7, work, |answer| got.push(answer));
        assert_eq!(got, (0..200).collect::<Vec<_>>());
    }

    #[test]
    fn nobody_runs_far_ahead_of_a_slow_one() {
        let things: Vec<String> = (0..500).map(|number| number.to_string()).collect();
        let (begun, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let work = |thing: &str| {
            begun.fetch_add(1, Ordering::Relaxed);
            if thing == "0" {
                thread::sleep(Duration::from_millis(200));
                most.store(begun.load(Ordering::Relaxed), Ordering::Relaxed);
            }
        };
        let mut answered = 0;
        each(&things, 2, work, |()| answered += 1);
        assert_eq!(answered, 500);
        assert!(most.load(Ordering::Relaxed) <= 2 * AHEAD, "{most:?}");
    }

    #[test]
    fn a_panic_is_passed_on_and_not_waited_for() {
        let things: Vec<String> = (0..200).map(|number| number.to_string()).collect();
        let ended = std::panic::catch_unwind(|| each(&things, 2, |thing: &str| assert_ne!(thing, "3"), |()| ()));
        assert!(ended.is_err());
    }

    #[test]
    fn no_things_are_no_work() {
        each(&[] as &[String], 4, |_: &str| (), |()| panic!("nothing to hand on"));
    }
}
