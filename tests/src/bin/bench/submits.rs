//! Handing in: submits per second beside single-row inserts on the same PostgreSQL server, all to the disk.
//!
//! And beside everything a submit writes, written by nothing but SQL, case by case: what the database's part of it is.

use std::time::Instant;

use tests::caller::Caller;
use tests::desk::SIGNBOARD;
use tests::{TestApp, files};
use tokio::task::JoinSet;

use crate::connection::Connection;
use crate::pgbench::Pgbench;
use crate::score::{self, Peer};

/// Drafts of one owner a round: fewer than an account may have.
const DRAFTS: usize = 45;
/// Owners whose drafts one connection hands in, so that a round takes about as long as its peer's.
const OWNERS: usize = 8;
/// The materials a signboard's owner must fill.
const MATERIALS: [&str; 2] = ["site-photo", "business-licence"];

/// Prints the rate of submits: an `Idempotency-Key` with each, as phones send it.
pub async fn measure(app: &TestApp) {
    let mut owners = JoinSet::new();
    for client in 0..crate::CLIENTS {
        let nobody = app.nobody();
        owners.spawn(async move {
            let mut owners = Vec::new();
            for number in 0..OWNERS {
                owners.push(Owner::new(&nobody, client * OWNERS + number).await);
            }
            owners
        });
    }
    let owners = owners.join_all().await;
    let (inserts, writes) = (Pgbench::inserts().await, Pgbench::submits().await);
    let mut rounds = Vec::new();
    for _ in 0..crate::ROUNDS {
        let (single, rows) = (inserts.rate().await, writes.rate().await);
        rounds.push((round(&crate::address(app), &owners).await, rows, single));
    }
    writes.all_met_a_draft().await;
    let beside = |what, pair: fn(&(f64, f64, f64)) -> (f64, f64), name, goal| {
        let rates: Vec<_> = rounds.iter().map(pair).collect();
        score::beside(what, "submits/s", &rates, &Peer { name, goal });
    };
    let (submits, sql) = ("submit_case on PostgreSQL", "pgbench, the rows of a submit");
    beside(submits, |(ours, _, single)| (*ours, *single), "pgbench inserts", Some(25.0));
    beside(submits, |(ours, rows, _)| (*ours, *rows), sql, None);
    beside(sql, |(_, rows, single)| (*rows, *single), "pgbench inserts", None);
}

/// Somebody with photos and no drafts.
#[derive(Clone)]
struct Owner {
    caller: Caller,
    form: serde_json::Value,
    photos: Vec<String>,
}

impl Owner {
    async fn new(nobody: &Caller, number: usize) -> Self {
        let caller = nobody.sign_in(&format!("dev-submitter-{number}")).await;
        let form = caller.item(SIGNBOARD).await["form"]["examples"][0].clone();
        let mut photos = Vec::new();
        for material in MATERIALS {
            photos.push(caller.photo(SIGNBOARD, material, "photo.jpg", files::small_jpeg()).await);
        }
        Self { caller, form, photos }
    }

    /// Complete drafts, as the requests that hand them in.
    async fn drafts(&self) -> Vec<Vec<u8>> {
        let token = self.caller.session["access_token"].as_str().unwrap();
        let mut submits = Vec::new();
        for _ in 0..DRAFTS {
            let case = self.caller.draft(SIGNBOARD, &self.form).await;
            for (material, photo) in MATERIALS.iter().zip(&self.photos) {
                self.caller.place(&case, material, std::slice::from_ref(photo)).await.expect(200);
            }
            submits.push(
                format!(
                    "POST /v1/cases/{case}/submit HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n\
                     idempotency-key: {case}\r\ncontent-length: 0\r\n\r\n"
                )
                .into_bytes(),
            );
        }
        submits
    }
}

/// Complete drafts of all of them, as the requests that hand them in.
async fn drafts(owners: Vec<Owner>) -> Vec<Vec<u8>> {
    let mut submits = Vec::new();
    for owner in &owners {
        submits.extend(owner.drafts().await);
    }
    submits
}

/// Prepares drafts, then hands them all in, on as many connections as the peer has. Answers submits per second.
async fn round(address: &str, owners: &[Vec<Owner>]) -> f64 {
    let drafts: JoinSet<_> = owners.iter().cloned().map(drafts).collect();
    let prepared = drafts.join_all().await;
    let mut clients = JoinSet::new();
    let began = Instant::now();
    for submits in prepared {
        let address = address.to_owned();
        clients.spawn(async move {
            let mut connection = Connection::open(&address).await;
            for submit in &submits {
                connection.ask(&[submit]).await.expect(202);
            }
            submits.len()
        });
    }
    let submitted: usize = clients.join_all().await.into_iter().sum();
    f64::from(u32::try_from(submitted).unwrap()) / began.elapsed().as_secs_f64()
}
