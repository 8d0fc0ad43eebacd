//! Who comes while others are being served waits for the next turn, which serves all that wait.
//!
//! Alone, nobody waits for anybody: a turn begins at once when none is under way. The busier it is, the more share a turn,
//! and the less each costs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// Where those meet who can be served together. Cheap to clone.
#[derive(Debug)]
pub(crate) struct Gathering<Q, A> {
    queue: Arc<Mutex<Queue<Q, A>>>,
}

#[derive(Debug)]
struct Queue<Q, A> {
    waiting: Vec<Waiting<Q, A>>,
    /// Whether somebody serves those who wait.
    tended: bool,
}

/// What somebody who waits came with, and how to tell them.
pub(crate) type Waiting<Q, A> = (Q, oneshot::Sender<A>);

impl<Q, A> Clone for Gathering<Q, A> {
    fn clone(&self) -> Self {
        Self { queue: Arc::clone(&self.queue) }
    }
}

impl<Q, A> Default for Gathering<Q, A> {
    fn default() -> Self {
        Self { queue: Arc::new(Mutex::new(Queue { waiting: Vec::new(), tended: false })) }
    }
}

impl<Q: Send + 'static, A: Send + 'static> Gathering<Q, A> {
    /// Waits with `question` until it is answered; none when its turn ended without an answer. `tend` serves until nobody
    /// waits: it is begun, in a task of its own, when nobody tends already.
    pub(crate) async fn ask<F>(&self, question: Q, tend: impl FnOnce(Tended<Q, A>) -> F) -> Option<A>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let tended = {
            let mut queue = self.queue();
            queue.waiting.push((question, tell));
            std::mem::replace(&mut queue.tended, true)
        };
        if !tended {
            tokio::spawn(tend(Tended(self.clone())));
        }
        told.await.ok()
    }
}

impl<Q, A> Gathering<Q, A> {
    /// How many wait for the next turn.
    pub(crate) fn waiting(&self) -> usize {
        self.queue().waiting.len()
    }

    fn queue(&self) -> MutexGuard<'_, Queue<Q, A>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Held by whoever serves those who wait.
#[derive(Debug)]
pub(crate) struct Tended<Q, A>(Gathering<Q, A>);

impl<Q, A> Tended<Q, A> {
    /// At most `most` of those who wait, in the order in which they came.
    pub(crate) fn next(&self, most: usize) -> Vec<Waiting<Q, A>> {
        let mut queue = self.0.queue();
        let some = queue.waiting.len().min(most);
        queue.waiting.drain(..some).collect()
    }

    /// Leaves the queue to whoever comes next, unless somebody came this moment.
    pub(crate) fn rests(&self) -> bool {
        let mut queue = self.0.queue();
        queue.tended = !queue.waiting.is_empty();
        !queue.tended
    }
}

impl<Q, A> Drop for Tended<Q, A> {
    fn drop(&mut self) {
        // When it ends before its time, the next who asks starts another. Two at once do no harm.
        self.0.queue().tended = false;
    }
}
