//! Log lines on their way out: gathered for a moment and written together, so that a request that ends neither waits for
//! whoever reads the log nor wakes anybody for its one line.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

/// How long lines are gathered.
const GATHER: Duration = Duration::from_millis(10);
/// Bytes that may wait to be written. Beyond them requests wait, so that nothing is lost.
const MOST_WAITING: usize = 1 << 20;

/// Where lines are put. Cheap to clone.
#[derive(Clone)]
pub struct Lines(Arc<Shared>);

struct Shared {
    waiting: Mutex<Waiting>,
    /// Something waits, or it is the end.
    news: Condvar,
    /// Room was made.
    room: Condvar,
}

#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    over: bool,
}

/// Writes what waits; when it is dropped, what still does.
#[derive(Debug)]
pub struct Writer {
    lines: Lines,
    thread: Option<JoinHandle<()>>,
}

impl Lines {
    /// Writes to `out` from a thread of its own.
    ///
    /// # Errors
    /// When there can be no thread.
    pub fn to(out: impl Write + Send + 'static) -> io::Result<(Self, Writer)> {
        let shared = Shared { waiting: Mutex::default(), news: Condvar::new(), room: Condvar::new() };
        let lines = Self(Arc::new(shared));
        let source = lines.clone();
        let thread = thread::Builder::new().name("log".to_owned()).spawn(move || source.drain(out))?;
        Ok((lines.clone(), Writer { lines, thread: Some(thread) }))
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn drain(&self, mut out: impl Write) {
        let mut batch = Vec::new();
        loop {
            let quiet = |waiting: &mut Waiting| waiting.bytes.is_empty() && !waiting.over;
            let waiting = self.0.news.wait_while(self.waiting(), quiet).unwrap_or_else(PoisonError::into_inner);
            // More lines follow the first; the end follows nothing.
            let gathered = self.0.news.wait_timeout_while(waiting, GATHER, |waiting| !waiting.over);
            let mut waiting = gathered.unwrap_or_else(PoisonError::into_inner).0;
            std::mem::swap(&mut batch, &mut waiting.bytes);
            let over = waiting.over;
            drop(waiting);
            self.0.room.notify_all();
            // Nobody can be told that the log cannot be written.
            drop(out.write_all(&batch).and_then(|()| out.flush()));
            batch.clear();
            if over {
                return;
            }
        }
    }
}

impl Write for &Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let full = |waiting: &mut Waiting| waiting.bytes.len() > MOST_WAITING && !waiting.over;
        let mut waiting = self.0.room.wait_while(self.waiting(), full).unwrap_or_else(PoisonError::into_inner);
        let first = waiting.bytes.is_empty();
        waiting.bytes.extend_from_slice(line);
        drop(waiting);
        if first {
            self.0.news.notify_one();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

impl std::fmt::Debug for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lines")
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.lines.waiting().over = true;
        self.lines.0.news.notify_one();
        drop(self.thread.take().map(JoinHandle::join));
    }
}

#[cfg(test)]
mod tests {
    use super::{Lines, MOST_WAITING};
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    /// Keeps what is written, and how often.
    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<(Vec<u8>, usize)>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut paper = self.0.lock().unwrap();
            paper.0.extend_from_slice(bytes);
            paper.1 += 1;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn nothing_is_lost_and_many_are_written_together() {
        let paper = Paper::default();
        let (lines, writer) = Lines::to(paper.clone()).unwrap();
        let senders: Vec<_> = (0..4)
            .map(|sender| {
                let lines = lines.clone();
                std::thread::spawn(move || {
                    for number in 0..1000 {
                        (&lines).write_all(format!("{sender} {number}\n").as_bytes()).unwrap();
                    }
                })
            })
            .collect();
        for sender in senders {
            sender.join().unwrap();
        }
        drop(writer);
        let paper = paper.0.lock().unwrap();
        let text = String::from_utf8(paper.0.clone()).unwrap();
        for sender in 0..4 {
            let mine: Vec<_> = text.lines().filter_map(|line| line.strip_prefix(&format!("{sender} "))).collect();
            assert_eq!(mine, (0..1000).map(|number: usize| number.to_string()).collect::<Vec<_>>(), "in order");
        }
        assert!(paper.1 < 400, "{} writes of 4000 lines", paper.1);
    }

    #[test]
    fn more_than_may_wait_gets_through() {
        let paper = Paper::default();
        let (lines, writer) = Lines::to(paper.clone()).unwrap();
        let line = vec![b'x'; 100_000];
        for _ in 0..50 {
            (&lines).write_all(&line).unwrap();
        }
        drop(writer);
        assert!(line.len() * 50 > 4 * MOST_WAITING);
        assert_eq!(paper.0.lock().unwrap().0.len(), line.len() * 50);
    }
}
