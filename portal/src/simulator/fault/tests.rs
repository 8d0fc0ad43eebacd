use super::*;

#[test]
fn faults_are_used_up_in_order_and_only_by_calls_they_fit() {
    let mut queue = FaultQueue::default();
    let one = Fault { subject: Some("a".into()), ..Fault::on(CallKind::File, Action::Refuse) };
    let later = Fault { skip: 1, ..Fault::on(CallKind::Any, Action::CloseAfter).times(2) };
    queue.queue(one).unwrap();
    queue.queue(later).unwrap();
    let mut take = |call, subject| queue.take(call, &[subject]).map(|fault| fault.action);
    assert_eq!(take(CallKind::Report, "a"), None);
    assert_eq!(take(CallKind::File, "b"), None, "let by");
    assert_eq!(take(CallKind::File, "a"), Some(Action::Refuse));
    assert_eq!(take(CallKind::File, "a"), Some(Action::CloseAfter));
    assert_eq!(take(CallKind::Case, "c"), Some(Action::CloseAfter));
    assert_eq!(take(CallKind::Case, "c"), None);
    assert!(queue.waiting().is_empty());
}

#[test]
fn faults_that_make_no_sense_are_turned_away() {
    let on = Fault::on;
    for fault in [
        on(CallKind::Case, Action::Duplicate),
        on(CallKind::Report, Action::CloseAfter),
        on(CallKind::Any, Action::Lose),
        on(CallKind::Case, Action::Lose),
        on(CallKind::File, Action::WrongSignature),
        on(CallKind::Step, Action::StaleClock),
        on(CallKind::Case, Action::Slow),
        Fault { status: None, ..on(CallKind::Case, Action::Status) },
        Fault { status: Some(200), ..on(CallKind::Case, Action::Status) },
        Fault { status: Some(500), ..on(CallKind::Case, Action::Refuse) },
        Fault { ms: Some(MAX_MS + 1), ..on(CallKind::Case, Action::Hang) },
        Fault { ms: Some(1), ..on(CallKind::Case, Action::Refuse) },
        on(CallKind::Case, Action::HoldUp),
        Fault { ms: Some(1), ..on(CallKind::Step, Action::HoldUp) },
        Fault { ms: Some(1), moment: Some(Moment::After), ..on(CallKind::Case, Action::HoldUp) },
        Fault { words: Some("x".into()), ..on(CallKind::Case, Action::Hang) },
        Fault { words: Some("x".repeat(MAX_TEXT + 1)), ..on(CallKind::Case, Action::Refuse) },
    ] {
        assert!(FaultQueue::default().queue(fault.clone()).is_err(), "{fault:?}");
    }
    let mut full = FaultQueue::default();
    for _ in 0..MAX_ENTRIES {
        full.queue(on(CallKind::Case, Action::Refuse)).unwrap();
    }
    assert!(full.queue(on(CallKind::Case, Action::Refuse)).is_err());
}
