//! A POST with an `Idempotency-Key`: done once, answered twice the same.

use casework::repeat::{Claim, Once, Ticket, claim, release};
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

/// Where a request with a key stands.
pub(crate) enum Turn<V> {
    /// It was made before: this was the answer.
    Answered(V),
    /// It is to be made now; with a ticket when it has a key.
    Now(Option<Ticket>),
}

/// Whether the request is to be made, or was made before.
pub(crate) async fn turn<V: ParseFromJSON>(desk: &Desk, key: Key<'_>) -> Result<Turn<V>, Problem> {
    let Some(header) = key.header else { return Ok(Turn::Now(None)) };
    if !KEY_CHARS.contains(&header.len()) || !header.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)) {
        let place = Place::Parameter("Idempotency-Key".to_owned());
        let code = codes::IDEMPOTENCY_KEY.code.to_owned();
        let detail = codes::IDEMPOTENCY_KEY.advice.clone();
        return Err(Problem::new(&codes::IDEMPOTENCY_KEY).faults([Fault { place, code, detail }]));
    }
    match claim(desk, key.account.0, key.operation, header, key.body).await.map_err(Error::explain)? {
        Claim::Mine(ticket) => Ok(Turn::Now(Some(ticket))),
        Claim::Done(answer) => V::parse_from_json_string(&answer)
            .map(Turn::Answered)
            .map_err(|error| Problem::internal(error.into_message())),
    }
}

/// Makes the answer out of what the act did; gives the key back when it did nothing.
pub(crate) async fn finish<T>(desk: &Desk, ticket: Option<&Ticket>, done: casework::Result<T>) -> Result<T, Problem> {
    if let (Err(_), Some(ticket)) = (&done, ticket) {
        release(desk, ticket).await.map_err(Error::explain)?;
    }
    done.map_err(Error::explain)
}

/// How an answer is kept with its act.
pub(crate) fn answer<V: ToJSON>(
    view: impl Fn(&case::Model) -> casework::Result<V> + Sync,
) -> impl Fn(&case::Model) -> casework::Result<String> + Sync {
    move |case| Ok(view(case)?.to_json_string())
}

/// What an act needs to keep its answer, when there is a key.
pub(crate) fn keeping<'a>(
    ticket: Option<&'a Ticket>,
    answer: &'a (dyn Fn(&case::Model) -> casework::Result<String> + Sync),
) -> Option<Once<'a>> {
    ticket.map(|ticket| Once { ticket, answer })
}
