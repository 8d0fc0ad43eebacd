//! What an operator has to know: what is stuck and why, what has waited longest, who does not answer, which keys end.
//!
//! Gathered from the database at the moment it is asked for; counts, names and codes only, nothing personal, and why a
//! destination is paused in the words of whoever paused it.

mod words;

use casework::destination::{self, Standing};
use casework::digest::{KeyEnd, KeyUse, ends};
use casework::outbox::Reason;
use casework::report::Aside;
use casework::webhook::{Trouble, troubles};
use casework::{Desk, Result, machine, outbox, report, webhook};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use entity::OutboxId;
use entity::outbox::Destination;
use serde_json::{Value, json};

pub use words::{Line, lines};

use crate::reconcile::report::{Report, latest};
use crate::signature::TrustedKey;

/// What an operator has to know.
#[derive(Clone, Debug)]
pub struct Digest {
    /// When it was gathered.
    pub at: DateTime<Utc>,
    /// How every destination stands.
    pub destinations: Vec<Standing>,
    /// What is parked and what is unknown, by destination and reason.
    pub stuck: Vec<Reason>,
    /// What has been open for longest.
    pub oldest: Option<Oldest>,
    /// Webhooks nothing comes through to.
    pub webhooks: Vec<Trouble>,
    /// Keys that end soon, or that were the last of their owner.
    pub keys: Vec<Ending>,
    /// Reports of the province that were fetched and could not be taken; none when none.
    pub aside: Option<Aside>,
    /// What the last comparison with the province left for a person; none when nothing.
    pub compared: Option<Report>,
}

/// What has been open for longest.
#[derive(Clone, Debug)]
pub struct Oldest {
    /// Which.
    pub id: OutboxId,
    /// To whom it is owed.
    pub destination: Destination,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Whether that is longer than was promised.
    pub late: bool,
}

/// A key that ends.
#[derive(Clone, Debug)]
pub struct Ending {
    /// Who signs with it.
    pub signer: Signer,
    /// Whose it is, and when it ends.
    pub key: KeyEnd,
}

/// Who signs with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signer {
    /// The portal, towards us.
    Portal,
    /// A machine, towards us.
    Machine,
    /// We, when we call a webhook.
    Webhook,
}

impl Signer {
    /// What it is called, in documents and lines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Portal => "portal",
            Self::Machine => "machine",
            Self::Webhook => "webhook",
        }
    }
}

/// Gathers it. `portal` is what the portal may sign with; what has been open for longer than `promised` is late.
///
/// # Errors
/// When the database fails.
pub async fn gather(desk: &Desk, portal: &[TrustedKey], promised: TimeDelta) -> Result<Digest> {
    let now = desk.world.now();
    let oldest = outbox::oldest(desk).await?.map(|row| Oldest {
        id: row.id,
        destination: row.destination,
        since: row.created_at,
        late: now - row.created_at > promised,
    });
    Ok(Digest {
        at: now,
        destinations: destination::list(desk).await?,
        stuck: outbox::reasons(desk).await?,
        oldest,
        webhooks: troubles(desk).await?,
        keys: keys(desk, portal, now).await?,
        aside: report::aside(desk).await?,
        compared: latest(desk).await?.filter(|report| !report.is_clean()),
    })
}

async fn keys(desk: &Desk, portal: &[TrustedKey], now: DateTime<Utc>) -> Result<Vec<Ending>> {
    let of_portal =
        |key: &TrustedKey| KeyUse { owner: key.app().to_owned(), name: key.name().to_owned(), until: key.until() };
    let all = [
        (Signer::Portal, portal.iter().map(of_portal).collect()),
        (Signer::Machine, machine::keys_in_use(desk).await?),
        (Signer::Webhook, webhook::keys_in_use(desk).await?),
    ];
    let endings =
        |(signer, keys): (Signer, Vec<KeyUse>)| ends(&keys, now).into_iter().map(move |key| Ending { signer, key });
    Ok(all.into_iter().flat_map(endings).collect())
}

impl Digest {
    /// How many deliveries wait for a person.
    pub fn parked(&self) -> u64 {
        self.destinations.iter().map(|standing| standing.parked).sum()
    }

    /// How many deliveries may have arrived.
    pub fn unknown(&self) -> u64 {
        self.destinations.iter().map(|standing| standing.unknown).sum()
    }

    /// What machines are told: enough to know whether to read the rest.
    pub fn thin(&self) -> Value {
        let names = |which: fn(&Standing) -> bool| -> Vec<String> {
            let some = self.destinations.iter().filter(|standing| which(standing));
            some.map(|standing| standing.destination.to_string()).collect()
        };
        let oldest = self.oldest.as_ref();
        json!({
            "at": self.at.to_rfc3339_opts(SecondsFormat::Secs, true),
            "todo": lines(self).len(),
            "parked": self.parked(),
            "unknown": self.unknown(),
            "oldest_at": oldest.map(|oldest| oldest.since.to_rfc3339_opts(SecondsFormat::Secs, true)),
            "down": names(|standing| standing.down_since.is_some()),
            "paused": names(|standing| standing.pause.is_some()),
            "webhooks": self.webhooks.len(),
            "keys": self.keys.len(),
        })
    }
}
