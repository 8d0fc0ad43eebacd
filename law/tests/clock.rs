//! The statutory clocks, rule by rule, and what must hold of them whatever the dates.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

use chrono::{Duration, NaiveDate};
use law::calendar::Calendar;
use law::clock::{
    Acceptance, FirstDay, Handling, Pause, SpecialStep, Terms, acceptance, correction_due, decision_due, delivery_due,
};
use proptest::prelude::*;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn calendar() -> Calendar {
    Calendar::embedded().unwrap()
}

fn terms(first_day: FirstDay) -> Terms {
    Terms::statutory(Handling::Single, first_day)
}

#[test]
fn whether_the_day_of_receipt_counts_is_a_setting() {
    // Monday 2 March 2026.
    let due = |first_day, received| correction_due(&calendar(), &terms(first_day), date(received)).unwrap().date;
    assert_eq!(due(FirstDay::Same, "2026-03-02"), date("2026-03-06"));
    assert_eq!(due(FirstDay::Next, "2026-03-02"), date("2026-03-09"));
    // Received on a Sunday: day one is Monday either way.
    assert_eq!(due(FirstDay::Same, "2026-03-01"), date("2026-03-06"));
    assert_eq!(due(FirstDay::Next, "2026-03-01"), date("2026-03-06"));
}

#[test]
fn silence_accepts_as_of_the_day_of_receipt() {
    let stands = |told: Option<&str>, today| {
        acceptance(&calendar(), &terms(FirstDay::Next), date("2026-03-02"), told.map(date), date(today)).unwrap()
    };
    assert!(matches!(stands(None, "2026-03-09"), Acceptance::Open(due) if due.date == date("2026-03-09")));
    assert_eq!(stands(None, "2026-03-10"), Acceptance::Deemed { accepted_on: date("2026-03-02") });
    assert_eq!(stands(Some("2026-03-09"), "2026-04-30"), Acceptance::Correcting);
    assert_eq!(stands(Some("2026-03-10"), "2026-03-10"), Acceptance::Deemed { accepted_on: date("2026-03-02") });
}

#[test]
fn a_provisional_clock_deems_nothing() {
    let received = date("2026-12-28");
    let stands = acceptance(&calendar(), &terms(FirstDay::Next), received, None, date("2027-03-01")).unwrap();
    assert!(matches!(stands, Acceptance::Open(due) if due.provisional));
}

#[test]
fn the_decision_with_pause_and_extension() {
    let due = |pauses: &[Pause], extended| {
        decision_due(&calendar(), &terms(FirstDay::Next), date("2026-03-02"), pauses, extended).unwrap().date
    };
    assert_eq!(due(&[], false), date("2026-03-30"));
    let hearing = Pause { step: SpecialStep::Hearing, from: date("2026-03-09"), to: date("2026-03-13") };
    // Five working days later: 31 March, 1 to 3 April; 4 to 6 April is Qingming; 7 April.
    assert_eq!(due(&[hearing], false), date("2026-04-07"));
    assert_eq!(due(&[hearing, hearing], false), date("2026-04-07"), "the same days are left out once");
    assert_eq!(due(&[], true), date("2026-04-14"));
    let joint = Terms::statutory(Handling::Joint, FirstDay::Next);
    let both = [false, true]
        .map(|extended| decision_due(&calendar(), &joint, date("2026-06-30"), &[], extended).unwrap().date);
    assert_eq!(both, [date("2026-09-01"), date("2026-09-21")], "20 September is worked");
}

#[test]
fn delivery_and_decisions_on_the_spot() {
    assert_eq!(delivery_due(&calendar(), &terms(FirstDay::Next), date("2026-03-02")).unwrap().date, date("2026-03-16"));
    let spot = Terms { decision_days: 0, ..terms(FirstDay::Next) };
    assert_eq!(decision_due(&calendar(), &spot, date("2026-03-01"), &[], false).unwrap().date, date("2026-03-01"));
}

#[test]
fn promises_stay_within_the_law() {
    assert_eq!(terms(FirstDay::Same).check(), Ok(()));
    let long = Terms { correction_days: 0, decision_days: 21, delivery_days: 11, ..terms(FirstDay::Next) };
    let faults = long.check().unwrap_err();
    assert_eq!(
        faults.iter().map(|fault| fault.term).collect::<Vec<_>>(),
        ["correction_days", "decision_days", "delivery_days"]
    );
    assert_eq!(Terms { handling: Handling::Joint, decision_days: 45, ..terms(FirstDay::Next) }.check(), Ok(()));
}

proptest! {
    #[test]
    fn clocks_never_run_backwards(start in 0_i64..500, pause in 0_i64..40, length in 0_i64..20, extended: bool, same: bool) {
        let calendar = calendar();
        let terms = terms(if same { FirstDay::Same } else { FirstDay::Next });
        let accepted = date("2025-01-01") + Duration::days(start);
        let from = accepted + Duration::days(pause);
        let pauses = [Pause { step: SpecialStep::Testing, from, to: from + Duration::days(length) }];
        let due = decision_due(&calendar, &terms, accepted, &[], extended).unwrap();
        let paused = decision_due(&calendar, &terms, accepted, &pauses, extended).unwrap();
        let next = decision_due(&calendar, &terms, accepted + Duration::days(1), &[], extended).unwrap();
        prop_assert!(due.date > accepted);
        prop_assert!(paused.date >= due.date && next.date >= due.date);
        prop_assert!(calendar.is_working(due.date) && calendar.is_working(paused.date));
        prop_assert!(!pauses.iter().any(|pause| (pause.from..=pause.to).contains(&paused.date)));
    }

    #[test]
    fn counting_the_day_itself_is_never_later(start in 0_i64..600) {
        let received = date("2025-01-01") + Duration::days(start);
        let [same, next] = [FirstDay::Same, FirstDay::Next]
            .map(|first_day| correction_due(&calendar(), &terms(first_day), received).unwrap().date);
        prop_assert!(same <= next);
        prop_assert_eq!(same == next, !calendar().is_working(received));
    }
}
