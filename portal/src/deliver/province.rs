//! Keeping a promise to the province: files first, then the case; asking first when an earlier attempt may have arrived.

mod files;
mod told;
mod withdraw;

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use casework::promise::Promise;
use casework::{Desk, Error, Result, case as row};
use entity::CaseId;
use entity::case::{self, State};
use entity::outbox::Destination;
use sea_orm::EntityTrait as _;
use serde::{Deserialize, Serialize};
use store::ObjectStore;

pub use self::files::Binder;
use self::files::Stopped;
use super::{Deliver, Delivery, Job, Outcome};
use crate::adapter::{FILE_ABSENT, Province, Reply, Standing, Verdict};
use crate::application;

/// Hands cases to the province.
pub struct ToProvince {
    desk: Desk,
    store: Arc<dyn ObjectStore>,
    province: Arc<dyn Province>,
    binder: Arc<dyn Binder>,
}

/// What an earlier attempt has done.
#[derive(Default, Serialize, Deserialize)]
struct Steps {
    /// The files that are there: material, rule and SHA-256.
    #[serde(default)]
    files: BTreeSet<String>,
    /// The case was about to be sent: it may be there.
    #[serde(default)]
    case_sent: bool,
}

impl std::fmt::Debug for ToProvince {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ToProvince")
    }
}

#[async_trait]
impl Deliver for ToProvince {
    fn destination(&self) -> Destination {
        Destination::Province
    }

    async fn deliver(&self, job: &Job<'_>) -> Result<Delivery> {
        match job.promise() {
            Some(Promise::ApplyV1 { case, data_version }) => {
                let delivery = self.apply(job, case, data_version).await?;
                self.unless_given_up(case, delivery).await
            }
            Some(Promise::WithdrawV1 { case }) => self.withdraw(case).await,
            Some(
                Promise::AcceptV1 { case, sn }
                | Promise::StepV1 { case, sn }
                | Promise::SpecialV1 { case, sn }
                | Promise::DoneV1 { case, sn }
                | Promise::RatingV1 { case, sn },
            ) => self.tell(case, sn).await,
            Some(Promise::NoticeV1 { .. } | Promise::WebhookV1 { .. } | Promise::DigestV1 { .. }) | None => {
                Ok(Delivery::plain("claim", Outcome::Parked("relay.unknown_promise".to_owned())))
            }
        }
    }
}

impl ToProvince {
    /// Hands in what `store` holds to `province`; what is to be one file, `binder` makes one.
    pub fn new(desk: Desk, store: Arc<dyn ObjectStore>, province: Arc<dyn Province>, binder: Arc<dyn Binder>) -> Self {
        Self { desk, store, province, binder }
    }

    async fn apply(&self, job: &Job<'_>, id: CaseId, data_version: i32) -> Result<Delivery> {
        let case = self.case(id).await?;
        let mut steps: Steps = serde_json::from_value(job.steps()).unwrap_or_default();
        let given_up = case.state == State::Withdrawn;
        if steps.case_sent || given_up {
            let standing = self.province.get_case(&application::orgbusno(id)).await;
            match &standing.value {
                Some(Standing::Present { province_id, dataver, .. })
                    if i64::from(*dataver) >= i64::from(data_version) =>
                {
                    row::handed_over(&self.desk, id, province_id).await?;
                    return Ok(with(&standing, "ask", Outcome::Done(Some("province.already_there"))));
                }
                Some(_) if given_up => return Ok(with(&standing, "ask", Outcome::Cancelled("case.withdrawn"))),
                Some(_) => {}
                None => return Ok(with(&standing, "ask", failure(&standing.verdict))),
            }
        }
        let materials = match self.put_files(job, &case, data_version, &mut steps).await {
            Ok(materials) => materials,
            Err(Stopped::With(delivery)) => return Ok(delivery),
            Err(Stopped::By(error)) => return Err(error),
        };
        let application = application::of(&self.desk, &case, data_version, materials)?;
        steps.case_sent = true;
        self.remember(job, &steps).await?;
        let reply = self.province.post_case(&application).await;
        let Some(receipt) = &reply.value else {
            if reply.verdict.code() == Some(FILE_ABSENT) {
                return self.put_anew(job, &reply, steps).await;
            }
            return Ok(with(&reply, "case", failure(&reply.verdict)));
        };
        row::handed_over(&self.desk, id, &receipt.province_id).await?;
        Ok(with(&reply, "case", Outcome::Done(None)))
    }

    /// Files that were put there are gone there: the next attempt puts them again. One that goes on losing them uses up the
    /// schedule, and a person looks.
    async fn put_anew<T>(&self, job: &Job<'_>, reply: &Reply<T>, mut steps: Steps) -> Result<Delivery> {
        steps.files.clear();
        self.remember(job, &steps).await?;
        Ok(with(reply, "case", Outcome::Retry { after: None, code: FILE_ABSENT.to_owned() }))
    }

    /// Nobody need look at a refusal of what was given up meanwhile: the next attempt asks whether any of it is there.
    async fn unless_given_up(&self, id: CaseId, delivery: Delivery) -> Result<Delivery> {
        let Outcome::Parked(code) = &delivery.outcome else { return Ok(delivery) };
        if delivery.step == "ask" || self.case(id).await?.state != State::Withdrawn {
            return Ok(delivery);
        }
        let outcome = Outcome::Retry { after: None, code: code.clone() };
        Ok(Delivery { outcome, ..delivery })
    }

    async fn case(&self, id: CaseId) -> Result<case::Model> {
        case::Entity::find_by_id(id).one(&self.desk.db).await?.ok_or(Error::BadRow("outbox.case_id"))
    }

    async fn remember(&self, job: &Job<'_>, steps: &Steps) -> Result<()> {
        let steps = serde_json::to_value(steps).map_err(|_| Error::BadRow("outbox.checkpoint"))?;
        job.checkpoint(&steps).await
    }
}

fn with<T>(reply: &Reply<T>, step: &'static str, outcome: Outcome) -> Delivery {
    let words = (!reply.excerpt.is_empty()).then(|| reply.excerpt.clone());
    let reached = reply.status.is_some() || reply.verdict.is_done();
    Delivery { outcome, step, status: reply.status, reached, reply: words }
}

fn failure(verdict: &Verdict) -> Outcome {
    match verdict {
        Verdict::Retry { after, code } => Outcome::Retry { after: *after, code: (*code).to_owned() },
        Verdict::Unknown { code } => Outcome::Unknown((*code).to_owned()),
        Verdict::Rejected { code, .. } => Outcome::Parked((*code).to_owned()),
        // Done, but without what a done call answers: the platform's reply cannot be read.
        Verdict::Accepted | Verdict::AlreadyThere => Outcome::Unknown("province.unreadable".to_owned()),
    }
}
