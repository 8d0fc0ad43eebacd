//! Where photos are worked at: off the async threads, a few at once, a few more waiting, the rest told when to come back;
//! and never more at once than there is memory for.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use photo::{Limits, Outcome, Rule};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::config::Photos;
use crate::http::problem::{Problem, codes};

/// What one permit of memory stands for, in bytes.
const UNIT: u64 = 1024;

/// The limits: running, running or waiting, and the memory of all that run.
#[derive(Debug)]
pub struct Darkroom {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    room: Arc<Room>,
}

/// What every place shares.
#[derive(Debug)]
struct Room {
    memory: Arc<Semaphore>,
    budget: u64,
    /// Whoever has this is the next to be given memory, and the only one who holds bytes while waiting for more: two that
    /// did could wait for each other, and a large photo would wait for ever while small ones pass.
    scales: Semaphore,
    limits: Limits,
    timeout: Duration,
}

/// Everybody who may wait is waiting already.
#[derive(Debug)]
pub struct Busy;

/// A place to work at one photo.
#[derive(Debug)]
pub struct Place {
    _running: OwnedSemaphorePermit,
    _waiting: OwnedSemaphorePermit,
    room: Arc<Room>,
}

/// A file in memory, which is counted as long as this lives.
pub struct Loaded {
    /// Its bytes.
    pub bytes: Bytes,
    _memory: OwnedSemaphorePermit,
}

/// Without the bytes: they are somebody's photo.
impl std::fmt::Debug for Loaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Loaded({} bytes)", self.bytes.len())
    }
}

/// A photo with all the memory it will take.
#[derive(Debug)]
pub struct Sheet {
    /// The file.
    pub file: Loaded,
    place: Place,
    memory: OwnedSemaphorePermit,
}

impl Darkroom {
    /// A darkroom as it is configured.
    pub fn new(photos: &Photos) -> Self {
        let max_bytes = usize::try_from(photos.max_bytes).unwrap_or(usize::MAX);
        let permits = usize::try_from(photos.memory / UNIT).unwrap_or(Semaphore::MAX_PERMITS);
        Self {
            running: Arc::new(Semaphore::new(photos.running)),
            waiting: Arc::new(Semaphore::new(photos.running + photos.waiting)),
            room: Arc::new(Room {
                memory: Arc::new(Semaphore::new(permits.min(Semaphore::MAX_PERMITS))),
                budget: photos.memory,
                scales: Semaphore::new(1),
                limits: Limits { max_bytes, ..Limits::default() },
                timeout: photos.timeout,
            }),
        }
    }

    /// A place for work that is in no hurry: only when one is free at once and nobody waits for it.
    pub fn spare(&self) -> Option<Place> {
        // Whoever waits for a place is given each one that becomes free, so a free one means that nobody does.
        let waiting = Arc::clone(&self.waiting).try_acquire_owned().ok()?;
        let running = Arc::clone(&self.running).try_acquire_owned().ok()?;
        Some(Place { _running: running, _waiting: waiting, room: Arc::clone(&self.room) })
    }

    /// Waits for a place.
    ///
    /// # Errors
    /// [`Busy`] at once when too many wait already.
    pub async fn enter(&self) -> Result<Place, Busy> {
        let waiting = Arc::clone(&self.waiting).try_acquire_owned().map_err(|_| Busy)?;
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(|_| Busy)?;
        Ok(Place { _running: running, _waiting: waiting, room: Arc::clone(&self.room) })
    }

    /// Bytes of memory that nobody has.
    pub fn free_memory(&self) -> u64 {
        self.room.memory.available_permits() as u64 * UNIT
    }
}

impl Place {
    /// Waits for the memory of a file of so many bytes, reads it, and waits for the memory its photo will take under this
    /// rule. In turn: nobody is passed by.
    ///
    /// # Errors
    /// What `read` says; `photo.too_many_pixels` when it would take more than there is.
    pub async fn weigh(
        self,
        rule: &Rule,
        length: u64,
        read: impl Future<Output = Result<Bytes, Problem>>,
    ) -> Result<Sheet, Problem> {
        let room = Arc::clone(&self.room);
        let _turn = room.scales.acquire().await.map_err(Problem::internal)?;
        let memory = room.take(length)?.await.map_err(Problem::internal)?;
        let file = Loaded { bytes: read.await?, _memory: memory };
        let memory = room.take(room.still_needed(&file, rule, length)?)?.await.map_err(Problem::internal)?;
        Ok(Sheet { file, place: self, memory })
    }

    /// The same for work that is in no hurry: nothing when the memory is not there at once, or somebody waits for it.
    ///
    /// # Errors
    /// As [`Place::weigh`].
    pub async fn try_weigh(
        self,
        rule: &Rule,
        length: u64,
        read: impl Future<Output = Result<Bytes, Problem>>,
    ) -> Result<Option<Sheet>, Problem> {
        let room = Arc::clone(&self.room);
        let Some(memory) = room.try_take(length) else { return Ok(None) };
        let file = Loaded { bytes: read.await?, _memory: memory };
        let needed = room.still_needed(&file, rule, length)?;
        Ok(room.try_take(needed).map(|memory| Sheet { file, place: self, memory }))
    }
}

impl Room {
    /// What the photo takes beside its file.
    fn still_needed(&self, file: &Loaded, rule: &Rule, length: u64) -> Result<u64, Problem> {
        let weight = photo::weight(&file.bytes, rule, &self.limits);
        if units(length) + units(weight) > self.budget / UNIT { Err(too_heavy()) } else { Ok(weight) }
    }

    fn take(
        &self,
        bytes: u64,
    ) -> Result<impl Future<Output = Result<OwnedSemaphorePermit, tokio::sync::AcquireError>> + use<>, Problem> {
        let permits = u32::try_from(units(bytes)).map_err(|_| too_heavy())?;
        Ok(Arc::clone(&self.memory).acquire_many_owned(permits))
    }

    fn try_take(&self, bytes: u64) -> Option<OwnedSemaphorePermit> {
        // Whoever is at the scales waits for memory, or soon will.
        let _turn = self.scales.try_acquire().ok()?;
        Arc::clone(&self.memory).try_acquire_many_owned(u32::try_from(units(bytes)).ok()?).ok()
    }
}

fn units(bytes: u64) -> u64 {
    bytes.div_ceil(UNIT)
}

fn too_heavy() -> Problem {
    Problem::new(&codes::PHOTO_TOO_MANY_PIXELS).advice((
        "这张照片太大，服务器处理不了。请关闭相机的高像素模式重新拍，或换成普通的 JPG 照片。",
        "The photo is too large for this server. Turn off the camera's high-resolution mode and take it again, or send an \
         ordinary JPEG.",
    ))
}

impl Sheet {
    /// Makes the photo fit. Place and memory are held until the work is really over, even when nobody waits for it any
    /// more; the file goes on being counted.
    ///
    /// # Errors
    /// When the engine panics, which it must not.
    pub async fn develop(self, rule: Rule) -> Result<(Loaded, Outcome), Problem> {
        let work = move || {
            let Self { file, place, memory } = self;
            let started = Instant::now();
            let in_time = || started.elapsed() < place.room.timeout;
            let outcome = photo::normalise_within(&file.bytes, &rule, &place.room.limits, &in_time);
            drop((memory, place));
            (file, outcome)
        };
        alone(work).await
    }
}

/// Does heavy work on a thread of its own. What it allocated goes back to the system when the thread ends; one of a pool
/// would keep it for work that may never come, and each of a hundred would.
///
/// # Errors
/// When there can be no thread, or the work panics.
pub(crate) async fn alone<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    let (done, awaited) = oneshot::channel();
    // Nobody may be waiting any more.
    let work = move || drop(done.send(work()));
    std::thread::Builder::new().name("photo".to_owned()).spawn(work).map_err(Problem::internal)?;
    awaited.await.map_err(Problem::internal)
}

#[cfg(test)]
mod tests;
