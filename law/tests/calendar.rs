//! Working days: the real notices, and properties of the count.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

use chrono::{DateTime, NaiveDate, Utc};
use law::calendar::{Calendar, Fault, Holiday, Notice, china_date, parse};
use proptest::prelude::*;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn notice(year: i32) -> Notice {
    Notice { year, source: "a test".to_owned(), holidays: vec![], workdays: vec![] }
}

fn holiday(from: &str, to: &str) -> Holiday {
    Holiday { name: "元旦".to_owned(), from: date(from), to: date(to) }
}

#[test]
fn the_notices_say_what_was_published() {
    let calendar = Calendar::embedded().unwrap();
    for (year, off, worked) in [
        (2025, 28, vec!["2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"]),
        (2026, 33, vec!["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]),
    ] {
        let notice = parse(&std::fs::read_to_string(format!("data/{year}.toml")).unwrap()).unwrap();
        let days: i64 = notice.holidays.iter().map(|holiday| (holiday.to - holiday.from).num_days() + 1).sum();
        assert_eq!(days, off, "{year}");
        assert!(worked.iter().all(|day| calendar.is_working(date(day))), "{year}");
        assert_eq!(notice.workdays.len(), worked.len(), "{year}");
    }
    for off in
        ["2025-01-28", "2025-02-04", "2025-10-08", "2026-01-02", "2026-02-16", "2026-02-23", "2026-06-19", "2026-10-07"]
    {
        assert!(!calendar.is_working(date(off)), "{off}");
    }
    for ordinary in ["2025-02-05", "2026-01-05", "2026-02-24", "2026-10-08"] {
        assert!(calendar.is_working(date(ordinary)), "{ordinary}");
    }
}

#[test]
fn a_count_steps_over_the_spring_festival() {
    let calendar = Calendar::embedded().unwrap();
    // Fri 13 Feb, Sat 14 worked, 15 to 23 off, Tue 24, Wed 25, Thu 26.
    let due = calendar.count(date("2026-02-13"), 5, |_| false).unwrap();
    assert_eq!((due.date, due.provisional), (date("2026-02-26"), false));
    assert_eq!(due.calendar, calendar.version());
}

#[test]
fn what_a_later_notice_may_change_is_provisional() {
    let calendar = Calendar::embedded().unwrap();
    assert!(calendar.is_known(date("2026-11-30")));
    assert!(calendar.is_known(date("2025-12-31")));
    assert!(!calendar.is_known(date("2026-12-01")), "December may stand in the notice for 2027");
    assert!(!calendar.is_known(date("2027-01-04")) && !calendar.is_known(date("2024-12-31")));
    assert!(calendar.count(date("2026-11-27"), 3, |_| false).unwrap().provisional);
    assert!(!calendar.count(date("2026-11-25"), 3, |_| false).unwrap().provisional);
    assert!(calendar.count(date("2024-12-31"), 3, |_| false).unwrap().provisional);
}

#[test]
fn a_notice_may_name_the_december_before_it_and_the_version_follows() {
    let mut next = notice(2027);
    next.holidays.push(holiday("2026-12-31", "2027-01-02"));
    let before = Calendar::new(&[notice(2026)]).unwrap();
    let after = Calendar::new(&[next.clone(), notice(2026)]).unwrap();
    assert!(before.is_working(date("2026-12-31")) && !after.is_working(date("2026-12-31")));
    assert!(after.is_known(date("2026-12-31")));
    assert_ne!(before.version(), after.version());
    assert_eq!(after.version(), Calendar::new(&[notice(2026), next]).unwrap().version());
    assert!(after.version().starts_with("2026.2027-"), "{}", after.version());
}

#[test]
fn a_wrong_notice_is_refused() {
    let with = |holidays: Vec<Holiday>, workdays: &[&str]| {
        let workdays = workdays.iter().map(|day| date(day)).collect();
        Calendar::new(&[Notice { holidays, workdays, ..notice(2026) }]).unwrap_err()
    };
    assert_eq!(Calendar::new(&[notice(2026), notice(2026)]).unwrap_err(), Fault::Twice(2026));
    assert_eq!(with(vec![holiday("2026-01-03", "2026-01-01")], &[]), Fault::HolidayLength(date("2026-01-03")));
    assert_eq!(with(vec![holiday("2026-01-01", "2026-11-01")], &[]), Fault::HolidayLength(date("2026-01-01")));
    assert_eq!(
        with(vec![holiday("2025-11-30", "2025-12-01")], &[]),
        Fault::OutsideYear { year: 2026, date: date("2025-11-30") }
    );
    assert_eq!(with(vec![], &["2026-03-04"]), Fault::WorkdayOnWeekday(date("2026-03-04")));
    let sunday = with(vec![holiday("2026-01-01", "2026-01-04")], &["2026-01-04"]);
    assert_eq!(sunday, Fault::Contradiction(date("2026-01-04")));
    assert!(matches!(parse("year = 2026\nholiday = []"), Err(Fault::Syntax(_))));
}

#[test]
fn the_date_in_china_changes_at_sixteen_utc() {
    let instant = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    assert_eq!(china_date(instant("2026-03-01T15:59:59Z")), date("2026-03-01"));
    assert_eq!(china_date(instant("2026-03-01T16:00:00Z")), date("2026-03-02"));
}

#[test]
fn a_count_without_end_is_an_error() {
    let calendar = Calendar::embedded().unwrap();
    assert_eq!(calendar.count(date("2026-01-01"), u16::MAX, |_| false), Err(Fault::Endless(date("2026-01-01"))));
    assert_eq!(calendar.count(date("2026-01-01"), 1, |_| true), Err(Fault::Endless(date("2026-01-01"))));
}

proptest! {
    #[test]
    fn a_count_holds_exactly_its_working_days(start in 0_i64..600, days in 1_u16..60) {
        let calendar = Calendar::embedded().unwrap();
        let first = date("2025-01-01") + chrono::Duration::days(start);
        let due = calendar.count(first, days, |_| false).unwrap();
        prop_assert!(calendar.is_working(due.date));
        let counted = first.iter_days().take_while(|day| *day <= due.date).filter(|day| calendar.is_working(*day)).count();
        prop_assert_eq!(counted, usize::from(days));
        prop_assert_eq!(due.provisional, !first.iter_days().take_while(|day| *day <= due.date).all(|day| calendar.is_known(day)));
    }
}
