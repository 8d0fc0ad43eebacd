//! Where a relay is stopped: it says which point it reaches, and dies or waits there when told to.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use casework::witness::{Moment, Witness};
use casework::world::World;
use entity::{OutboxId, outbox};
use tokio::sync::{mpsc, watch};

use crate::ledger::{AtWork, Ledger};
use crate::points::{Call, Point};

/// What happens to a process that reaches a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It dies there: nothing of it does anything any more.
    Die,
    /// The attempt waits there until it is let go, while the rest goes on.
    Wait,
    /// The operating system kills this very process.
    Kill,
}

/// What a gate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// The process died here.
    Died(Point),
    /// An attempt waits here.
    Waits(Point),
}

struct Armed {
    point: Point,
    skip: u32,
    then: Then,
}

/// The gate of one life of one process.
pub struct Gate {
    life: u64,
    world: World,
    ledger: Arc<Ledger>,
    armed: Mutex<Vec<Armed>>,
    dead: AtomicBool,
    said: mpsc::UnboundedSender<Said>,
    released: watch::Sender<()>,
}

impl std::fmt::Debug for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Gate({})", self.life)
    }
}

impl Gate {
    /// A gate for a process in `world`, and where to hear what it says.
    pub fn new(world: World, ledger: Arc<Ledger>) -> (Arc<Self>, mpsc::UnboundedReceiver<Said>) {
        let (said, heard) = mpsc::unbounded_channel();
        let life = ledger.born();
        let (armed, released) = (Mutex::default(), watch::Sender::default());
        (Arc::new(Self { life, world, ledger, armed, dead: AtomicBool::new(false), said, released }), heard)
    }

    /// What is to happen when `point` is reached and was passed `skip` times.
    pub fn arm(&self, point: Point, skip: u32, then: Then) {
        self.armed.lock().unwrap().push(Armed { point, skip, then });
    }

    /// Lets everything go on that waits.
    pub fn release(&self) {
        self.released.send_replace(());
    }

    /// From now on nobody passes.
    pub fn die(&self) {
        self.dead.store(true, Ordering::SeqCst);
        self.ledger.died(self.life);
    }

    /// Passes a point, unless told otherwise.
    pub async fn pass(&self, point: Point) {
        self.ledger.reached(point);
        self.unless_dead().await;
        let Some(then) = self.take(point) else { return };
        let mut released = self.released.subscribe();
        match then {
            Then::Die => {
                self.die();
                self.say(Said::Died(point));
            }
            Then::Kill => crate::process::kill_myself(),
            Then::Wait => {
                self.say(Said::Waits(point));
                drop(released.changed().await);
            }
        }
        self.unless_dead().await;
    }

    /// Notes that a promise is being worked at until what this answers is dropped.
    pub(crate) fn at_work(&self, row: &outbox::Model) -> AtWork {
        self.ledger.enters(self.life, row)
    }

    fn say(&self, said: Said) {
        // Nobody listens when the process is being killed.
        let _ = self.said.send(said);
    }

    /// Notes that somebody who holds this promise is about to make a call.
    pub(crate) fn calls(&self, lease: (OutboxId, i64), call: Call) {
        self.ledger.calls(lease, call);
    }

    async fn unless_dead(&self) {
        if self.dead.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
    }

    fn take(&self, point: Point) -> Option<Then> {
        let mut armed = self.armed.lock().unwrap();
        let index = armed.iter().position(|armed| armed.point == point)?;
        if armed[index].skip > 0 {
            armed[index].skip -= 1;
            return None;
        }
        Some(armed.remove(index).then)
    }
}

impl Witness for Gate {
    fn passes<'a>(
        &'a self,
        moment: Moment,
        row: Option<&'a outbox::Model>,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(async move {
            let note = || row.into_iter().for_each(|row| self.ledger.note(self.life, self.world.now(), moment, row));
            // What was done is noted before anything else happens; what is about to be done, after everything else did.
            if matches!(moment, Moment::Renewing | Moment::Remembering | Moment::Settling) {
                self.pass(Point::At(moment)).await;
                note();
            } else {
                note();
                self.pass(Point::At(moment)).await;
            }
        })
    }
}
