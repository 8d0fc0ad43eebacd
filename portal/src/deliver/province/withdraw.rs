//! Telling the province that the applicant gave the case up.
//!
//! It ends given up on both sides, or decided on both. What the province decided before it heard of it stands. What it does
//! not have need not be told, but only when nothing of ours can still arrive there.

use casework::promise::Promise;
use casework::{Result, outbox};
use chrono::{DateTime, TimeDelta, Utc};
use entity::CaseId;
use entity::case::State;
use entity::outbox::{Column, Destination, Entity};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde::Deserialize as _;

use super::{Delivery, Outcome, Steps, ToProvince, failure, with};
use crate::adapter::{Reply, Standing, Verdict};
use crate::{application, poll};

/// How long after we sent it a case may still arrive. A call is refused five minutes after it was signed, by a clock that may
/// itself be five minutes slow, and what is written into a bucket after fifteen.
const ON_ITS_WAY: TimeDelta = TimeDelta::minutes(15);

impl ToProvince {
    /// Tells that a case is given up.
    pub(super) async fn withdraw(&self, id: CaseId) -> Result<Delivery> {
        let orgbusno = application::orgbusno(id);
        let standing = self.province.get_case(&orgbusno).await;
        let province_id = match &standing.value {
            Some(Standing::Present { province_id, .. }) => province_id.clone(),
            Some(Standing::Absent) => return self.absent(id, &standing).await,
            None => return Ok(with(&standing, "ask", failure(&standing.verdict))),
        };
        let case = self.case(id).await?;
        let at = case.decided_at.unwrap_or(case.changed_at);
        let reply = self.province.withdraw_case(&orgbusno, &province_id, at).await;
        if reply.verdict.is_done() {
            return Ok(with(&reply, "withdraw", Outcome::Done(None)));
        }
        let refused = matches!(reply.verdict, Verdict::Rejected { .. });
        if refused && self.decided(id, &orgbusno).await? {
            return Ok(with(&reply, "withdraw", Outcome::Cancelled("case.decided")));
        }
        Ok(with(&reply, "withdraw", failure(&reply.verdict)))
    }

    /// The province does not have the case. Where it was sent, it is asked for once more when it cannot arrive any longer.
    async fn absent(&self, id: CaseId, standing: &Reply<Standing>) -> Result<Delivery> {
        let over = self.sent_before(id).await?.map(|sent| sent + ON_ITS_WAY);
        let outcome = match over {
            Some(at) if self.desk.world.now() < at => Outcome::Later { at, code: outbox::ABSENT },
            _ => Outcome::Done(Some(outbox::ABSENT)),
        };
        Ok(with(standing, "ask", outcome))
    }

    /// A moment before which the last call began that handed the case in; none when there never was one.
    async fn sent_before(&self, id: CaseId) -> Result<Option<DateTime<Utc>>> {
        let rows = Entity::find()
            .filter(Column::CaseId.eq(id))
            .filter(Column::Destination.eq(Destination::Province))
            .all(&self.desk.db)
            .await?;
        let sent = rows.into_iter().filter(|row| {
            let steps = row.checkpoint.as_ref().and_then(|steps| Steps::deserialize(steps).ok());
            matches!(Promise::deserialize(&row.payload), Ok(Promise::ApplyV1 { .. }))
                && steps.is_some_and(|steps| steps.case_sent)
        });
        // They stand before this in their stream, so they are over.
        Ok(sent.filter_map(|row| row.settled_at).max())
    }

    /// Whether the province decided before it heard that the case was given up: then its decision stands, here too.
    async fn decided(&self, id: CaseId, orgbusno: &str) -> Result<bool> {
        let standing = self.province.get_case(orgbusno).await;
        let Some(Standing::Present { history, .. }) = &standing.value else { return Ok(false) };
        for received in history {
            poll::take(&self.desk, received).await?;
        }
        Ok(self.case(id).await?.state != State::Withdrawn)
    }
}
