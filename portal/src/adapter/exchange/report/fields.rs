//! Reading single fields of a report.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, Utc};
use serde_json::Value;

use crate::adapter::exchange::codes::NO_END;
use crate::adapter::reply::clean;
use crate::adapter::{CorrectionItem, ReportFault, Wanted};

/// The most characters of an identifier.
const ID_CHARS: usize = 64;
/// The most characters of a text: `handle_explain(2000)`, `special_reason(2000)`. What is longer is cut.
pub(super) const TEXT_CHARS: usize = 2000;
/// The most entries of a correction. What is more is left out; the words stay whole.
pub(super) const MAX_ITEMS: usize = 100;

pub(super) type Field<T> = Result<Option<T>, ReportFault>;

/// What is wrong with a report, in the order in which it is read.
#[derive(Default)]
pub(super) struct Noted {
    pub(super) faults: Vec<ReportFault>,
    /// Whether it cannot be taken at all. Otherwise whoever asks us to take it is told, and what we fetched is taken without what
    /// cannot be read.
    pub(super) useless: bool,
}

impl Noted {
    /// A field that must be there.
    pub(super) fn must<T>(&mut self, name: &'static str, field: Field<T>) -> Option<T> {
        self.may(field.and_then(|value| value.map(Some).ok_or(ReportFault::Missing(name))))
    }

    /// A field that may be absent, and says what became of the case.
    pub(super) fn may<T>(&mut self, field: Field<T>) -> Option<T> {
        self.useless |= field.is_err();
        self.might(field)
    }

    /// A field we can do without.
    pub(super) fn might<T>(&mut self, field: Field<T>) -> Option<T> {
        field.unwrap_or_else(|fault| {
            self.faults.push(fault);
            None
        })
    }

    /// Free text: what is too long is cut, what is none is passed over.
    pub(super) fn text(&mut self, name: &'static str, value: &Value) -> Option<String> {
        let read = text(value);
        if !value.is_null() && !is_whole(value) {
            self.faults.push(ReportFault::Malformed(name, Wanted::Text));
        }
        read
    }

    /// Two texts that are there both or neither.
    pub(super) fn pair(
        &mut self,
        one: (&'static str, &Value),
        other: (&'static str, &Value),
    ) -> Option<(String, String)> {
        let (name, value) = match (self.text(one.0, one.1), self.text(other.0, other.1)) {
            (Some(first), Some(second)) => return Some((first, second)),
            (None, None) => return None,
            (None, Some(_)) => one,
            (Some(_), None) => other,
        };
        // What is there and is no text was noted already.
        if value.is_null() || is_whole(value) {
            self.faults.push(ReportFault::Missing(name));
        }
        None
    }

    /// `lists` is an array of texts or of `{attrid, memo}`, or one text.
    pub(super) fn items(&mut self, lists: &Value) -> Vec<CorrectionItem> {
        let entries = match lists {
            Value::Null => return Vec::new(),
            Value::Array(entries) => entries.as_slice(),
            one => std::slice::from_ref(one),
        };
        let whole = |entry: &Value| {
            let memo = entry.get("memo").unwrap_or(&Value::Null);
            is_whole(entry) || (item(entry).is_some() && (memo.is_null() || is_whole(memo)))
        };
        if entries.len() > MAX_ITEMS || !entries.iter().all(whole) {
            self.faults.push(ReportFault::Malformed("lists", Wanted::Lists));
        }
        entries.iter().take(MAX_ITEMS).filter_map(item).collect()
    }

    /// The last day of a licence, where it has one.
    pub(super) fn last_day(&mut self, name: &'static str, value: &Value) -> Limit {
        let Some(text) = self.text(name, value).filter(|text| text != NO_END) else { return Limit::None };
        day(&text).map_or_else(
            || {
                self.faults.push(ReportFault::Malformed(name, Wanted::Day));
                Limit::Unread(text)
            },
            Limit::Day,
        )
    }
}

/// How long a licence holds.
pub(super) enum Limit {
    /// Without an end, or it does not say.
    None,
    /// Until this day.
    Day(NaiveDate),
    /// It says, in words we cannot read.
    Unread(String),
}

pub(crate) fn id(value: &Value, field: &'static str) -> Field<String> {
    let malformed = || ReportFault::Malformed(field, Wanted::Word);
    let text = match value {
        Value::Null => return Ok(None),
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return Err(malformed()),
    };
    if text.chars().count() > ID_CHARS || text.chars().any(char::is_control) {
        return Err(malformed());
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

pub(in crate::adapter::exchange) fn number<T: std::str::FromStr>(value: &Value, field: &'static str) -> Field<T> {
    let malformed = || ReportFault::Malformed(field, Wanted::Number);
    let text = id(value, field).map_err(|_| malformed())?;
    text.map(|text| text.parse().map_err(|_| malformed())).transpose()
}

/// RFC 3339, or Beijing time as `2026-11-22 09:30:00` or `20261122T093000` (GB/T 39046).
pub(super) fn moment(value: &Value, field: &'static str) -> Field<DateTime<Utc>> {
    let malformed = || ReportFault::Malformed(field, Wanted::Moment);
    let Some(text) = id(value, field).map_err(|_| malformed())? else { return Ok(None) };
    if let Ok(moment) = DateTime::parse_from_rfc3339(&text) {
        return Ok(Some(moment.into()));
    }
    let forms = ["%Y-%m-%d %H:%M:%S", "%Y%m%dT%H%M%S"];
    let local = forms.into_iter().find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok());
    let beijing = FixedOffset::east_opt(8 * 3600);
    let moment = local.zip(beijing).and_then(|(local, beijing)| local.and_local_timezone(beijing).single());
    moment.map(|moment| Some(moment.into())).ok_or_else(malformed)
}

/// Numbers may stand where text is wanted.
fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => clean(text, TEXT_CHARS),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

/// Whether it is a text that need not be cut.
fn is_whole(value: &Value) -> bool {
    match value {
        Value::String(text) => text.trim().chars().count() <= TEXT_CHARS,
        other => other.is_number(),
    }
}

fn item(entry: &Value) -> Option<CorrectionItem> {
    if let Some(words) = text(entry) {
        return Some(CorrectionItem { material: None, words });
    }
    let material = entry.get("attrid").and_then(|value| id(value, "lists").ok().flatten());
    let words = entry.get("memo").and_then(text);
    (material.is_some() || words.is_some()).then(|| CorrectionItem { material, words: words.unwrap_or_default() })
}

fn day(text: &str) -> Option<NaiveDate> {
    let forms = ["%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y年%m月%d日"];
    forms.into_iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok())
}
