//! The moments between two steps of what happens beside the requests. A process may die at each of them; a test that watches
//! makes it die there.

use std::pin::Pin;

use entity::outbox;

/// Between which steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    /// A promise was taken; nothing is done for it yet.
    Claimed,
    /// A lease is about to be renewed.
    Renewing,
    /// It is renewed.
    Renewed,
    /// The steps done so far are about to be written down.
    Remembering,
    /// They are written down.
    Remembered,
    /// What became of an attempt is about to be written down.
    Settling,
    /// It is written, and not committed.
    Recorded,
    /// It is committed.
    Settled,
    /// A report that was fetched or asked for is taken in.
    Reported,
    /// The place in the province's list is kept.
    Listed,
}

impl Moment {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Claimed,
        Self::Renewing,
        Self::Renewed,
        Self::Remembering,
        Self::Remembered,
        Self::Settling,
        Self::Recorded,
        Self::Settled,
        Self::Reported,
        Self::Listed,
    ];
}

/// Somebody who watches a process at work: nobody, outside tests.
pub trait Witness: Send + Sync {
    /// A moment is reached, with the promise at hand where there is one. The work goes on when this returns.
    fn passes<'a>(
        &'a self,
        moment: Moment,
        row: Option<&'a outbox::Model>,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>>;
}
