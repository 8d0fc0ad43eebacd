//! Where something owed stands: the same words for the applicant and for staff.

use entity::outbox::State;
use poem_openapi::Enum;

/// Where something owed to the province or to a person stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Waiting for its turn, or for the next try.
    Queued,
    /// Being sent right now.
    Leased,
    /// It may have arrived: we ask before sending again.
    Unknown,
    /// It arrived.
    Done,
    /// One of us is looking at it. The applicant need do nothing.
    Parked,
    /// No longer owed.
    Cancelled,
}

impl DeliveryState {
    /// Whether it will be tried at its time.
    pub(crate) fn waits(self) -> bool {
        matches!(self, Self::Queued | Self::Unknown)
    }
}

impl From<State> for DeliveryState {
    fn from(state: State) -> Self {
        match state {
            State::Queued => Self::Queued,
            State::Leased => Self::Leased,
            State::Unknown => Self::Unknown,
            State::Done => Self::Done,
            State::Parked => Self::Parked,
            State::Cancelled => Self::Cancelled,
        }
    }
}

impl From<DeliveryState> for State {
    fn from(state: DeliveryState) -> Self {
        match state {
            DeliveryState::Queued => Self::Queued,
            DeliveryState::Leased => Self::Leased,
            DeliveryState::Unknown => Self::Unknown,
            DeliveryState::Done => Self::Done,
            DeliveryState::Parked => Self::Parked,
            DeliveryState::Cancelled => Self::Cancelled,
        }
    }
}
