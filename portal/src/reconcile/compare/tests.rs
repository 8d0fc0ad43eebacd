use std::collections::{BTreeMap, BTreeSet};

use casework::item::DecidedBy;
use casework::report::{Against, ReportedStatus, against};
use entity::CaseId;
use entity::case::State;
use proptest::prelude::*;
use sea_orm::Iterable as _;
use uuid::Uuid;

use super::{Cure, Finding, Kind, Ours, Why, as_sent, compare};
use crate::adapter::{Entry, Stands};

fn statuses() -> Vec<Stands> {
    let reason = String::new();
    let said = [
        ReportedStatus::Received,
        ReportedStatus::Accepted,
        ReportedStatus::Correction { items: Vec::new() },
        ReportedStatus::NotAccepted { reason: reason.clone() },
        ReportedStatus::Reviewing,
        ReportedStatus::Approved { licence: None },
        ReportedStatus::Denied { reason },
        ReportedStatus::Unknown("11".to_owned()),
    ];
    said.map(Stands::Reported).into_iter().chain([Stands::GivenUp]).collect()
}

prop_compose! {
    fn ours()(
        state in prop::sample::select(State::iter().collect::<Vec<_>>()),
        word in prop::option::of(Just("11".to_owned())),
        decided_by in prop::sample::select(vec![Some(DecidedBy::Province), Some(DecidedBy::County), None]),
        (version, sent) in (1_u32..4).prop_flat_map(|v| (Just(v), prop::option::of(1..=v))),
        open in any::<bool>(),
        files in prop::option::of(prop::collection::btree_map("[ab]", prop::option::of(sums()), 0..3)),
    ) -> Ours {
        let id = CaseId(Uuid::from_u128(7));
        Ours { id, number: None, state, province_state: word, decided_by, version, sent, open, files }
    }
}

fn sums() -> impl Strategy<Value = BTreeSet<String>> {
    prop::collection::btree_set("[0-2]", 1..3)
}

prop_compose! {
    fn theirs()(
        state in prop::sample::select(statuses()),
        dataver in 1_u32..5,
        files in prop::option::of(prop::collection::btree_map("[ab]", sums(), 0..3)),
    ) -> Entry {
        Entry { orgbusno: String::new(), dataver, state, files }
    }
}

/// What the province says of a case where it stands just there.
fn mirror(ours: &Ours) -> Option<Entry> {
    let state = match ours.state {
        State::Submitted => ReportedStatus::Received,
        State::Correcting => ReportedStatus::Correction { items: Vec::new() },
        State::NotAccepted => ReportedStatus::NotAccepted { reason: String::new() },
        State::Accepted => ReportedStatus::Accepted,
        State::Reviewing => ReportedStatus::Reviewing,
        State::Approved | State::Issued | State::Closed => ReportedStatus::Approved { licence: None },
        State::Denied => ReportedStatus::Denied { reason: String::new() },
        State::Draft | State::Lapsed | State::Withdrawn => return None,
    };
    let one = |files: &Option<BTreeSet<String>>| files.clone().unwrap_or_else(|| BTreeSet::from(["9".to_owned()]));
    let files = ours.files.as_ref().map(|files| files.iter().map(|(code, set)| (code.clone(), one(set))).collect());
    Some(Entry { orgbusno: String::new(), dataver: ours.sent?, state: Stands::Reported(state), files })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    /// Two books that agree are left alone, and one page torn out of either is seen.
    #[test]
    fn what_agrees_is_no_finding_and_what_does_not_is_one(ours in ours()) {
        let ours = Ours { open: false, ..ours };
        let Some(entry) = mirror(&ours) else { return Ok(()) };
        prop_assert_eq!(compare(Some(&ours), Some(&entry)), vec![]);
        let lost = compare(Some(&ours), None);
        prop_assert_eq!(lost.len(), 1);
        prop_assert_eq!(lost[0].kind, Kind::SentButAbsent);
        let stranger = compare(None, Some(&entry));
        prop_assert_eq!((stranger.len(), stranger[0].kind, stranger[0].cure), (1, Kind::PresentButUnknown, Cure::Look));
        let mut other: BTreeMap<_, _> = entry.files.clone().unwrap_or_default();
        other.insert("c".to_owned(), BTreeSet::from(["9".to_owned()]));
        let kinds: Vec<_> =
            compare(Some(&ours), Some(&Entry { files: Some(other), ..entry })).iter().map(|found| found.kind).collect();
        prop_assert_eq!(kinds, if ours.files.is_some() { vec![Kind::FilesDiffer] } else { vec![] });
    }

    /// Who handed in waits for an answer: where nothing was sent and nothing is under way, a person is told.
    #[test]
    fn what_was_never_sent_is_seen(ours in ours()) {
        let ours = Ours { open: false, sent: None, ..ours };
        let waits = matches!(ours.state, State::Submitted | State::Accepted | State::Reviewing);
        let expected = Finding { kind: Kind::SentButAbsent, cure: Cure::Look, why: Some(Why::NotUnderWay) };
        prop_assert_eq!(compare(Some(&ours), None), if waits { vec![expected] } else { vec![] });
        prop_assert_eq!(compare(Some(&Ours { open: true, ..ours }), None), vec![]);
    }

    /// Whatever the two say, nobody's hand is forced.
    #[test]
    fn a_cure_is_proposed_only_where_it_is_safe(ours in ours(), theirs in prop::option::of(theirs())) {
        let found = compare(Some(&ours), theirs.as_ref());
        let kinds: BTreeSet<_> = found.iter().map(|found| found.kind).collect();
        prop_assert_eq!(kinds.len(), found.len(), "each kind once");
        for finding in found {
            prop_assert_eq!(finding.why.is_some(), finding.cure == Cure::Look, "who has to look is told why");
            match (finding.kind, finding.cure) {
                (_, Cure::Look) => {}
                (Kind::PresentButUnknown | Kind::FilesDiffer, cure) => prop_assert!(false, "{:?}", cure),
                (kind, Cure::DriveAgain) => {
                    prop_assert!(!ours.open, "what is on its way is not sent again");
                    let told = ours.state == State::Withdrawn && kind == Kind::StatesDiffer;
                    prop_assert!(told || (ours.sent.is_some() && as_sent(ours.state)), "no draft leaves");
                }
                (kind, Cure::TakeTheirWord) => {
                    prop_assert_eq!(kind, Kind::StatesDiffer);
                    prop_assert_eq!(ours.decided_by, Some(DecidedBy::Province), "the county's own decision is its own");
                    let Some(Entry { state: Stands::Reported(status), .. }) = &theirs else { panic!("no word") };
                    prop_assert!(matches!(against(ours.state, status), Against::Ahead | Against::Unknown));
                }
            }
        }
    }

    /// Their word, once taken, is not proposed again.
    #[test]
    fn their_word_is_taken_once(ours in ours(), theirs in theirs()) {
        let wants = |ours: &Ours| compare(Some(ours), Some(&theirs)).iter().any(|f| f.cure == Cure::TakeTheirWord);
        // One in fourteen does.
        if !wants(&ours) {
            return Ok(());
        }
        let Stands::Reported(status) = &theirs.state else { panic!("no word") };
        let mut after = ours;
        match status {
            ReportedStatus::Accepted => after.state = State::Accepted,
            ReportedStatus::Correction { .. } => after.state = State::Correcting,
            ReportedStatus::NotAccepted { .. } => after.state = State::NotAccepted,
            ReportedStatus::Reviewing => after.state = State::Reviewing,
            ReportedStatus::Approved { .. } => after.state = State::Approved,
            ReportedStatus::Denied { .. } => after.state = State::Denied,
            ReportedStatus::Unknown(word) => after.province_state = Some(word.clone()),
            ReportedStatus::Received => panic!("moves nothing"),
        }
        prop_assert!(!wants(&after));
        prop_assert!(!compare(Some(&after), Some(&theirs)).iter().any(|found| found.kind == Kind::StatesDiffer));
    }
}
