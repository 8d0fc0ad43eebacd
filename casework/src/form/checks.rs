//! `x-checks`: what concerns today's date or several fields at once. The form names the fields and the limits; the arithmetic
//! is here.

use chrono::{Months, NaiveDate};
use serde::Deserialize;
use serde_json::Value;

use super::shape::Shape;
use super::{Fault, formats, say};
use crate::item::{Condition, Text};

/// One check of a form. All pointers are JSON pointers into the answers.
#[derive(Debug, Deserialize)]
#[serde(tag = "check", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Check {
    /// The day is today or later.
    NotPast { at: String },
    /// The day is today or earlier.
    NotFuture { at: String },
    /// The second day is not before the first.
    Order { from: String, to: String },
    /// From the one day to the other it is no longer than so many months. As 民法典 Art 201 and 202 count: the first day is
    /// not counted, and the last is the day of the same number.
    Term { from: String, to: String, max_months: u32, when: Option<Condition>, say: Text },
    /// The area is width times height, both in metres, within a tolerance for rounding.
    Area { width: String, height: String, area: String, tolerance_m2: f64 },
    /// A facility is large when any side reaches `side_m` or any face (two sides) reaches `face_m2`; here it must be, or must
    /// not be. A side not answered is not large.
    Large {
        sides: Vec<String>,
        faces: Vec<[String; 2]>,
        side_m: f64,
        face_m2: f64,
        wanted: bool,
        at: String,
        when: Option<Condition>,
        say: Text,
    },
}

/// Reads the checks of a schema, adding what is wrong with them to `mistakes`.
pub(super) fn parse(schema: &Value, shape: &Shape, mistakes: &mut Vec<String>) -> Vec<Check> {
    let mut checks = Vec::new();
    let listed = schema.get("x-checks").map_or(Some([].as_slice()), |checks| checks.as_array().map(Vec::as_slice));
    for (place, check) in listed.unwrap_or_default().iter().enumerate() {
        match Check::deserialize(check) {
            Ok(check) => {
                mistakes.extend(check.mistakes(shape).map(|mistake| format!("/x-checks/{place}: {mistake}")));
                checks.push(check);
            }
            Err(error) => mistakes.push(format!("/x-checks/{place}: {error}")),
        }
    }
    if listed.is_none() {
        mistakes.push("/x-checks: must be a list".to_owned());
    }
    checks
}

impl Check {
    /// The fields whose values it compares.
    pub(super) fn pointers(&self) -> impl Iterator<Item = &str> {
        let (few, many): (Vec<&String>, &[String]) = match self {
            Self::NotPast { at } | Self::NotFuture { at } => (vec![at], &[]),
            Self::Order { from, to } | Self::Term { from, to, .. } => (vec![from, to], &[]),
            Self::Area { width, height, area, .. } => (vec![width, height, area], &[]),
            Self::Large { sides, .. } => (Vec::new(), sides),
        };
        few.into_iter().chain(many).map(String::as_str)
    }

    /// The fault, if there is one. Answers that are not there yet are nobody's fault here.
    pub(super) fn fault(&self, form: &Shape, answers: &Value, today: NaiveDate) -> Option<Fault> {
        let day = |pointer: &str| formats::day(answers.pointer(pointer)?.as_str()?);
        let number = |pointer: &str| answers.pointer(pointer)?.as_f64();
        let applies = |when: &Option<Condition>| when.as_ref().is_none_or(|when| when.holds(answers));
        let title = |pointer: &str| form.at(pointer).map(|field| field.title.clone()).unwrap_or_default();
        match self {
            Self::NotPast { at } => (day(at)? < today).then(|| say::past(at.clone(), &title(at))),
            Self::NotFuture { at } => (day(at)? > today).then(|| say::future(at.clone(), &title(at))),
            Self::Order { from, to } => {
                (day(to)? < day(from)?).then(|| say::order(to.clone(), &title(from), &title(to)))
            }
            Self::Term { from, to, max_months, when, say } => {
                let last = day(from)?.checked_add_months(Months::new(*max_months))?;
                (applies(when) && day(to)? > last).then(|| say::limit(to.clone(), "form.term", say.clone()))
            }
            Self::Area { width, height, area, tolerance_m2 } => {
                let product = number(width)? * number(height)?;
                let off = (number(area)? - product).abs() > *tolerance_m2;
                off.then(|| say::area(area.clone(), &title(area), product))
            }
            Self::Large { sides, faces, side_m, face_m2, wanted, at, when, say } => {
                let side = sides.iter().filter_map(|side| number(side)).any(|side| side >= *side_m);
                let face = |[a, b]: &[String; 2]| Some(number(a)? * number(b)?);
                let large = side || faces.iter().filter_map(face).any(|face| face >= *face_m2);
                let answered = sides.iter().any(|side| number(side).is_some());
                (answered && applies(when) && large != *wanted)
                    .then(|| say::limit(at.clone(), "form.size", say.clone()))
            }
        }
    }

    fn mistakes(&self, form: &Shape) -> impl Iterator<Item = String> {
        let dates =
            matches!(self, Self::NotPast { .. } | Self::NotFuture { .. } | Self::Order { .. } | Self::Term { .. });
        let fits = move |field: &Shape| {
            if dates {
                field.format.as_deref() == Some("date")
            } else {
                matches!(field.kind.as_str(), "number" | "integer")
            }
        };
        let what = if dates { "date" } else { "number" };
        let fields = self.pointers().filter(|pointer| !form.at(pointer).is_some_and(fits));
        let mut found: Vec<String> = fields.map(|pointer| format!("the form has no {what} at {pointer}")).collect();
        let (when, at, say) = match self {
            Self::Term { when, say, .. } => (when.as_ref(), None, Some(say)),
            Self::Large { when, at, say, faces, .. } => {
                let strangers = faces.iter().flatten().filter(|side| !form.at(side).is_some_and(fits));
                found.extend(strangers.map(|pointer| format!("the form has no number at {pointer}")));
                (when.as_ref(), Some(at), Some(say))
            }
            _ => (None, None, None),
        };
        let others = when.map(|when| &when.pointer).into_iter().chain(at).filter(|pointer| form.at(pointer).is_none());
        found.extend(others.map(|pointer| format!("the form has nothing at {pointer}")));
        found.extend(say.filter(|say| say.is_blank()).map(|_| "say needs zh and en".to_owned()));
        found.into_iter()
    }
}
