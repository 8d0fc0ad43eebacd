//! Time, randomness and ids as arguments.
//!
//! Nothing else in the project reads the clock or makes up a number, so a test that owns the [`World`] can repeat
//! everything that happens in it.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use entity::outbox;
use uuid::Uuid;

use crate::witness::{Moment, Witness};

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// The present moment, in UTC.
    fn now(&self) -> DateTime<Utc>;
}

/// Where unpredictable bytes come from.
pub trait Random: Send + Sync {
    /// Fills `into` with bytes nobody can predict.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    fn fill(&self, into: &mut [u8]) -> Result<(), NoRandomness>;
}

/// The operating system gave no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no randomness")]
pub struct NoRandomness;

/// The clock and the randomness of one process. Cheap to clone.
#[derive(Clone)]
pub struct World {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    witness: Option<Arc<dyn Witness>>,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("World")
    }
}

impl World {
    /// A world made of any clock and any randomness: what tests use.
    pub fn new(clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self { clock, random, witness: None }
    }

    /// A world with this clock and real randomness.
    pub fn by(clock: Arc<dyn Clock>) -> Self {
        Self::new(clock, Arc::new(SystemRandom::default()))
    }

    /// The same world, watched: what tests do.
    #[must_use]
    pub fn watched(self, witness: Arc<dyn Witness>) -> Self {
        Self { witness: Some(witness), ..self }
    }

    /// Says that a moment is reached; costs nothing where nobody watches.
    pub async fn passes(&self, moment: Moment, row: Option<&outbox::Model>) {
        if let Some(witness) = &self.witness {
            witness.passes(moment, row).await;
        }
    }

    /// The real one.
    pub fn real() -> Self {
        Self::by(Arc::new(SystemClock))
    }

    /// The present moment in UTC, to the microsecond: finer than that PostgreSQL does not keep.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now().trunc_subsecs(6)
    }

    /// `N` bytes nobody can predict.
    ///
    /// # Errors
    /// [`NoRandomness`] when the operating system has none to give.
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], NoRandomness> {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// A new id, version 7: sorts by the time it was made.
    ///
    /// # Errors
    /// [`NoRandomness`] when the operating system has none to give.
    pub fn id(&self) -> Result<Uuid, NoRandomness> {
        let millis = u64::try_from(self.now().timestamp_millis()).unwrap_or(0);
        Ok(uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()?).into_uuid())
    }
}

/// A clock for tests: it stands still until somebody moves it. Cheap to clone; all clones are the same clock.
#[derive(Clone, Debug)]
pub struct Driven(Arc<Mutex<DateTime<Utc>>>);

impl Driven {
    /// A clock that shows this moment.
    pub fn at(moment: DateTime<Utc>) -> Self {
        Self(Arc::new(Mutex::new(moment)))
    }

    /// A clock that shows the present moment, and goes on doing so.
    pub fn now() -> Self {
        Self::at(World::real().now())
    }

    /// Moves it, backwards when `by` is negative.
    pub fn forward(&self, by: TimeDelta) {
        *self.hands() += by;
    }

    /// A world with this clock and real randomness, so that several servers may share it.
    pub fn world(&self) -> World {
        World::by(Arc::new(self.clone()))
    }

    fn hands(&self) -> MutexGuard<'_, DateTime<Utc>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for Driven {
    fn now(&self) -> DateTime<Utc> {
        *self.hands()
    }
}

struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the real clock is read")]
    fn now(&self) -> DateTime<Utc> {
        std::time::SystemTime::now().into()
    }
}

/// Asks the operating system for a few hundred bytes at a time: most who ask want sixteen, and asking takes longer than
/// giving.
struct SystemRandom(Mutex<Ahead>);

/// Bytes that were fetched ahead. What is given is wiped here.
struct Ahead {
    bytes: [u8; 512],
    left: usize,
}

impl Default for SystemRandom {
    fn default() -> Self {
        Self(Mutex::new(Ahead { bytes: [0; 512], left: 0 }))
    }
}

impl Random for SystemRandom {
    fn fill(&self, into: &mut [u8]) -> Result<(), NoRandomness> {
        let mut ahead = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Ahead { bytes, left } = &mut *ahead;
        if into.len() > bytes.len() {
            return system(into);
        }
        if *left < into.len() {
            system(bytes)?;
            *left = bytes.len();
        }
        let from = *left - into.len();
        let given = bytes.get_mut(from..*left).ok_or(NoRandomness)?;
        into.copy_from_slice(given);
        given.fill(0);
        *left = from;
        Ok(())
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where real randomness is read")]
fn system(into: &mut [u8]) -> Result<(), NoRandomness> {
    getrandom::fill(into).map_err(|_| NoRandomness)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::World;

    #[test]
    fn no_byte_is_given_twice() {
        let world = World::real();
        let mut given = HashSet::new();
        for _ in 0..200 {
            assert!(given.insert(world.bytes::<16>().unwrap().to_vec()));
            assert!(given.insert(world.bytes::<48>().unwrap()[..16].to_vec()));
            assert!(given.insert(world.bytes::<600>().unwrap()[..16].to_vec()));
        }
        assert!(given.iter().all(|bytes| bytes.iter().any(|byte| *byte != 0)), "what was wiped is not given");
    }
}
