//! Telling the province what the county did, step by step.
//!
//! A step is one call, and the province knows it by its number: told twice it is there once. So nothing need be remembered
//! between tries.

use casework::{Result, outbox, told};
use entity::CaseId;
use entity::case::{self, State};

use super::{Delivery, Outcome, ToProvince, failure, with};
use crate::adapter::{Standing, Verdict};
use crate::application;

impl ToProvince {
    /// Tells the step `sn` of a case.
    pub(super) async fn tell(&self, id: CaseId, sn: i32) -> Result<Delivery> {
        let case = self.case(id).await?;
        if case.state == State::Withdrawn {
            // What the applicant gave up is told as given up, and no more.
            return Ok(Delivery::plain("tell", Outcome::Cancelled("case.withdrawn")));
        }
        let province_id = match self.number_there(&case).await? {
            Ok(number) => number,
            Err(delivery) => return Ok(delivery),
        };
        let written = told::find(&self.desk, id, sn).await?;
        let telling = application::telling(&self.desk, &case, province_id, sn, written).await?;
        let reply = self.province.tell(&telling).await;
        let outcome = match &reply.verdict {
            Verdict::Accepted => Outcome::Done(None),
            Verdict::AlreadyThere => Outcome::Done(Some("province.already_there")),
            verdict => failure(verdict),
        };
        self.unless_withdrawn(id, with(&reply, "tell", outcome)).await
    }

    /// The province's own number of the case; or why it cannot be had.
    async fn number_there(&self, case: &case::Model) -> Result<std::result::Result<String, Delivery>> {
        if let Some(number) = &case.province_id {
            return Ok(Ok(number.clone()));
        }
        let standing = self.province.get_case(&application::orgbusno(case.id)).await;
        match &standing.value {
            Some(Standing::Present { province_id, .. }) => {
                casework::case::handed_over(&self.desk, case.id, province_id).await?;
                Ok(Ok(province_id.clone()))
            }
            Some(Standing::Absent) => Ok(Err(with(&standing, "ask", Outcome::Parked(outbox::ABSENT.to_owned())))),
            None => Ok(Err(with(&standing, "ask", failure(&standing.verdict)))),
        }
    }

    /// Nobody need look at what was refused of a case that is given up meanwhile, and the withdrawal must not wait behind it.
    async fn unless_withdrawn(&self, id: CaseId, delivery: Delivery) -> Result<Delivery> {
        let parked = matches!(delivery.outcome, Outcome::Parked(_));
        if !parked || self.case(id).await?.state != State::Withdrawn {
            return Ok(delivery);
        }
        Ok(Delivery { outcome: Outcome::Cancelled("case.withdrawn"), ..delivery })
    }
}
