//! Whom things are delivered to: how much waits, who is down, and leaving one alone for a while.

use std::sync::Arc;

use casework::destination::{self, Standing};
use casework::machine::Scope;
use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object, OpenApi};

use super::Tag;
use crate::app::App;
use crate::fails;
use crate::http::machine::Machine;
use crate::http::problem::Reply;
use crate::http::sent::Sent;

/// The operations.
#[derive(Debug)]
pub struct DestinationsApi;

fails! {
    /// Listing.
    pub signed ListDestinations: ;
    /// Pausing one.
    pub signed_body PauseDestination: DESTINATION_UNKNOWN;
    /// Resuming one.
    pub signed ResumeDestination: DESTINATION_UNKNOWN;
}

/// Somebody things are delivered to.
#[derive(Debug, Object)]
#[oai(rename = "Destination", example, skip_serializing_if_is_none)]
pub struct DestinationView {
    /// What it is called: `province`, `wechat`, or a webhook's `destination`.
    pub name: String,
    /// How many deliveries wait for their time.
    pub waiting: u64,
    /// How many are being sent right now.
    pub leased: u64,
    /// How many may have arrived: the other side will be asked first.
    pub unknown: u64,
    /// How many wait for a person.
    pub parked: u64,
    /// Since when the oldest of all those has been owed.
    pub oldest_at: Option<DateTime<Utc>>,
    /// Whether deliveries are tried.
    pub breaker: Breaker,
    /// Since when it does not answer, while the breaker is open.
    pub down_since: Option<DateTime<Utc>>,
    /// Who paused it, when and why; none while it is not paused.
    pub paused: Option<Pause>,
}

/// Whether deliveries are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum Breaker {
    /// It answers: everything that is due is tried.
    Closed,
    /// It does not answer: it is left alone but for a look every few seconds, and all goes on at its first answer.
    Open,
}

/// A pause.
#[derive(Debug, Object)]
pub struct Pause {
    /// Who: `staff:` and an id, or `machine:` and a name.
    pub by: String,
    /// Why, in their words.
    pub reason: String,
    /// Since when.
    pub at: DateTime<Utc>,
}

/// Every destination.
#[derive(Debug, Object)]
pub struct Destinations {
    /// The destinations.
    pub destinations: Vec<DestinationView>,
}

/// Why a destination is to be left alone.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct PauseRequest {
    /// In a few words; shown to everybody who asks.
    #[oai(validator(min_length = 1, max_length = 500, pattern = r"\S"))]
    pub reason: String,
}

impl From<Standing> for DestinationView {
    fn from(of: Standing) -> Self {
        Self {
            name: of.destination.to_string(),
            waiting: of.waiting,
            leased: of.leased,
            unknown: of.unknown,
            parked: of.parked,
            oldest_at: of.oldest_at,
            breaker: if of.down_since.is_some() { Breaker::Open } else { Breaker::Closed },
            down_since: of.down_since,
            paused: of.pause.map(|row| Pause { by: row.paused_by, reason: row.reason, at: row.paused_at }),
        }
    }
}

#[OpenApi(prefix_path = "/integration/v1", tag = "Tag::Destinations")]
impl DestinationsApi {
    /// 去向列表 · List destinations
    ///
    /// With what waits for each, whether it answers, and whether it is paused. Scope `deliveries.read`.
    #[oai(path = "/destinations", method = "get", operation_id = "list_destinations")]
    async fn list_destinations(
        &self,
        who: Machine,
        app: Data<&Arc<App>>,
    ) -> Reply<Json<Destinations>, ListDestinations> {
        who.may(Scope::DeliveriesRead)?;
        let all = destination::list(&app.desk).await?;
        Ok(Json(Destinations { destinations: all.into_iter().map(Into::into).collect() }))
    }

    /// 暂停 · Pause a destination
    ///
    /// Nothing is delivered to it until it is resumed; what is owed waits, and no other destination is held up. What is
    /// being sent is finished. One that is paused stays as it was paused first. Scope `deliveries.write`.
    #[oai(path = "/destinations/:name/pause", method = "post", operation_id = "pause_destination")]
    async fn pause_destination(
        &self,
        who: Machine,
        app: Data<&Arc<App>>,
        /// What it is called.
        name: Path<String>,
        body: Sent<PauseRequest>,
    ) -> Reply<Json<DestinationView>, PauseDestination> {
        let by = who.may(Scope::DeliveriesWrite)?;
        let standing = destination::pause(&app.desk, destination::named(&name)?, &body.reason, &by).await?;
        tracing::warn!(destination = name.as_str(), by, "paused");
        Ok(Json(standing.into()))
    }

    /// 恢复 · Resume a destination
    ///
    /// What waited goes on at once. One that is not paused stays so. Scope `deliveries.write`.
    #[oai(path = "/destinations/:name/resume", method = "post", operation_id = "resume_destination")]
    async fn resume_destination(
        &self,
        who: Machine,
        app: Data<&Arc<App>>,
        /// What it is called.
        name: Path<String>,
    ) -> Reply<Json<DestinationView>, ResumeDestination> {
        let by = who.may(Scope::DeliveriesWrite)?;
        let standing = destination::resume(&app.desk, destination::named(&name)?).await?;
        tracing::info!(destination = name.as_str(), by, "resumed");
        app.wake.call();
        Ok(Json(standing.into()))
    }
}

impl Example for DestinationView {
    fn example() -> Self {
        Self {
            name: "province".to_owned(),
            waiting: 12,
            leased: 0,
            unknown: 1,
            parked: 2,
            oldest_at: DateTime::from_timestamp(1_795_340_400, 0),
            breaker: Breaker::Open,
            down_since: DateTime::from_timestamp(1_795_340_500, 0),
            paused: None,
        }
    }
}

impl Example for PauseRequest {
    fn example() -> Self {
        Self { reason: "省平台今晚升级".to_owned() }
    }
}
