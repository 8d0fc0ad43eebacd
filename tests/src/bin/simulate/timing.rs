//! How long each thing took.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Instant;

/// What was done, and the milliseconds each time.
#[derive(Default)]
pub struct Timing(Mutex<BTreeMap<&'static str, Vec<f64>>>);

impl Timing {
    /// Does it and remembers how long it took.
    pub async fn time<T>(&self, what: &'static str, work: impl Future<Output = T>) -> T {
        let began = Instant::now();
        let answer = work.await;
        self.add(what, began.elapsed().as_secs_f64() * 1e3);
        answer
    }

    /// Remembers a time.
    pub fn add(&self, what: &'static str, millis: f64) {
        self.0.lock().unwrap().entry(what).or_default().push(millis);
    }

    /// Forgets all of it.
    pub fn clear(&self) {
        self.0.lock().unwrap().clear();
    }

    /// Prints how often, and the times.
    pub fn print(&self, seconds: f64) {
        println!("\n{:<40}{:>8}{:>9}{:>10}{:>10}{:>10}", "what", "times", "a second", "p50 ms", "p99 ms", "most ms");
        for (what, millis) in &mut *self.0.lock().unwrap() {
            millis.sort_by(f64::total_cmp);
            let count = f64::from(u32::try_from(millis.len()).unwrap());
            let at = |share: usize| millis[(millis.len() - 1) * share / 100];
            println!("{what:<40}{count:>8}{:>9.1}{:>10.1}{:>10.1}{:>10.1}", count / seconds, at(50), at(99), at(100));
        }
    }
}
