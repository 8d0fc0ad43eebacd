//! Lists go on with an opaque cursor.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use uuid::Uuid;

use super::problem::{Problem, codes};

/// Entries of a page when the caller does not say.
pub(crate) const DEFAULT_LIMIT: u64 = 20;

/// Most entries of a page.
pub(crate) const MAX_LIMIT: u64 = 100;

/// How many entries a page shall have.
pub(crate) fn limit(asked: Option<u64>) -> u64 {
    asked.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT)
}

/// The id after which the page begins.
///
/// # Errors
/// `list.cursor` for anything that is not a cursor of ours.
pub(crate) fn after(cursor: Option<&str>) -> Result<Option<Uuid>, Problem> {
    let Some(cursor) = cursor else { return Ok(None) };
    let bytes = BASE64.decode(cursor).map_err(|_| Problem::new(&codes::CURSOR_INVALID))?;
    Uuid::from_slice(&bytes).map(Some).map_err(|_| Problem::new(&codes::CURSOR_INVALID))
}

/// Where something behind this id begins.
pub(crate) fn cursor(id: Uuid) -> String {
    BASE64.encode(id.as_bytes())
}

/// Cuts a list that was read one entry too long, and says where the next page begins.
pub(crate) fn cut<T>(rows: Vec<T>, limit: u64, id: impl Fn(&T) -> Uuid) -> (Vec<T>, Option<String>) {
    cut_by(rows, limit, |row| cursor(id(row)))
}

/// The same for a list whose pages begin behind something else than an id.
pub(crate) fn cut_by<T>(mut rows: Vec<T>, limit: u64, place: impl Fn(&T) -> String) -> (Vec<T>, Option<String>) {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(place);
    (rows, next)
}

/// A place in a feed as a cursor.
pub(crate) fn cursor_at(place: i64) -> String {
    BASE64.encode(place.to_be_bytes())
}

/// The place a cursor of a feed stands for.
///
/// # Errors
/// `list.cursor` for anything that is not a cursor of ours.
pub(crate) fn place(cursor: &str) -> Result<i64, Problem> {
    let bytes = BASE64.decode(cursor).map_err(|_| Problem::new(&codes::CURSOR_INVALID))?;
    let bytes = <[u8; 8]>::try_from(bytes).map_err(|_| Problem::new(&codes::CURSOR_INVALID))?;
    Ok(i64::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_to_where_the_page_ended() {
        let ids: Vec<Uuid> = (1..=4).map(Uuid::from_u128).collect();
        let (page, cursor) = cut(ids.clone(), 3, |id| *id);
        assert_eq!(page, ids[..3]);
        assert_eq!(after(cursor.as_deref()).unwrap(), Some(ids[2]));
        assert_eq!(cut(ids.clone(), 4, |id| *id).1, None);
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        assert_eq!(place(&cursor_at(-7)).unwrap(), -7);
        for cursor in ["", "abc", "%%%", "AAAA", &"A".repeat(5000)] {
            assert_eq!(after(Some(cursor)).unwrap_err().code().code, "list.cursor", "{cursor:?}");
            assert_eq!(place(cursor).unwrap_err().code().code, "list.cursor", "{cursor:?}");
        }
    }
}
