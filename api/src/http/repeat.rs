//! A POST with an `Idempotency-Key`: done once, answered twice the same.

use std::sync::Arc;

use casework::repeat::{self, Once};
use casework::{Desk, Error};
use entity::{AccountId, case};
use poem_openapi::types::{ParseFromJSON, ToJSON};

use super::problem::{Explain as _, Fault, Place, Problem, codes};

/// Shortest and longest key taken.
const KEY_CHARS: std::ops::RangeInclusive<usize> = 8..=64;

/// The `Idempotency-Key` of a request, and what it is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key<'a> {
    /// Whose key.
    pub(crate) account: AccountId,
    /// The operation's id, and the id in its path: the same key for another one is another key.
    pub(crate) operation: &'a str,
    /// The header, where it was sent.
    pub(crate) header: Option<&'a str>,
    /// The request's body, in a form that is the same for the same request.
    pub(crate) body: &'a [u8],
}

impl Key<'_> {
    fn read(self) -> Result<Option<repeat::Key>, Problem> {
        let Some(header) = self.header else { return Ok(None) };
        if KEY_CHARS.contains(&header.len()) && header.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        {
            return Ok(Some(repeat::Key::new(self.account.0, self.operation, header, self.body)));
        }
        let place = Place::Parameter("Idempotency-Key".to_owned());
        let code = codes::IDEMPOTENCY_KEY.code.to_owned();
        let detail = codes::IDEMPOTENCY_KEY.advice.clone();
        Err(Problem::new(&codes::IDEMPOTENCY_KEY).faults([Fault { place, code, detail }]))
    }
}

/// Does `act`, or finds out that it was done before. Answers what is to be sent: `view` of what the act made, or what was
/// sent the first time.
pub(crate) async fn once<V: ParseFromJSON + ToJSON + 'static>(
    desk: &Desk,
    key: Key<'_>,
    view: fn(&Desk, &case::Model) -> casework::Result<V>,
    act: impl AsyncFnOnce(Option<&Once>) -> casework::Result<case::Model>,
) -> Result<V, Problem> {
    let answer = move |desk: &Desk, case: &case::Model| Ok(view(desk, case)?.to_json_string());
    let once = key.read()?.map(|key| Once { key, answer: Arc::new(answer) });
    let error = match act(once.as_ref()).await {
        Ok(case) => return view(desk, &case).map_err(Error::explain),
        Err(error) => error,
    };
    // What was done before cannot be done again: then that is no fault, but the answer.
    let Some(Once { key, .. }) = &once else { return Err(error.explain()) };
    match repeat::first(desk, key).await.map_err(Error::explain)? {
        Some(answer) => V::parse_from_json_string(&answer).map_err(|error| Problem::internal(error.into_message())),
        None => Err(error.explain()),
    }
}
