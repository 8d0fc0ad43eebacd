//! A clock that tests drive.

use std::sync::{Arc, Mutex};

use casework::world::{Clock, NoRandomness, Random, World};
use chrono::{DateTime, TimeDelta, Utc};

/// A clock that stands still until somebody moves it. Cheap to clone; all clones are the same clock.
#[derive(Clone, Debug)]
pub struct Driven(Arc<Mutex<DateTime<Utc>>>);

impl Driven {
    /// A clock that shows the present moment, and goes on doing so.
    pub fn now() -> Self {
        Self(Arc::new(Mutex::new(World::real().now())))
    }

    /// Moves it.
    pub fn forward(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }

    /// A world with this clock and real randomness, so that several servers may share it.
    pub fn world(&self) -> World {
        World::new(Arc::new(self.clone()), Arc::new(RealRandom(World::real())))
    }
}

impl Clock for Driven {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

struct RealRandom(World);

impl Random for RealRandom {
    fn fill(&self, into: &mut [u8]) -> Result<(), NoRandomness> {
        for part in into.chunks_mut(32) {
            let bytes = self.0.bytes::<32>()?;
            part.copy_from_slice(&bytes[..part.len()]);
        }
        Ok(())
    }
}
