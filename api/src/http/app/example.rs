//! What the document shows as examples: one story, the same ids throughout, the built-in catalogue's own answers.

use chrono::{DateTime, Utc};
use poem_openapi::types::{Any, Example};
use serde_json::{Value, json};
use uuid::Uuid;

use super::account::{PhoneCode, Subscription, SubscriptionResult};
use super::cases::{NewCase, Submitted};
use super::drafts::{CaseCheck, CaseForm, CasePhotos, Missing};
use super::notices::Notice;
use super::photos::Photo;
use super::session::{RefreshSession, Session, SessionAccount, SignInWechat};
use super::uploads::{NewUpload, Upload, UploadPart, UploadPurpose};
use super::view::{Case, CaseItem, CaseMaterial, Event, Relay, State};
use crate::catalogue;
use crate::http::delivery::DeliveryState;
use crate::http::free::Free;

const ITEM: &str = "signboard-declaration";
const MATERIAL: &str = "site-photo";
const NUMBER: &str = "371526-20261122-00042";

fn case_id() -> Uuid {
    Uuid::from_u128(0x01a2_03eb_b153_7e20_a2b8_14cf_59ef_3d0c)
}

fn photo_id() -> Uuid {
    Uuid::from_u128(0x01a2_03eb_b1a7_7d10_9c40_52ab_77d0_1e5f)
}

fn at(minute: u32) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_340_400 + i64::from(minute) * 60, 0).unwrap_or_default()
}

/// A complete, valid answer to the item's form.
fn answers() -> Value {
    let loaded = catalogue::load(None).ok();
    let example = loaded.as_ref().and_then(|loaded| loaded.catalogue.current(ITEM)?.form.example().cloned());
    example.unwrap_or_else(|| json!({}))
}

impl Example for SignInWechat {
    fn example() -> Self {
        Self { code: "dev-zhang-san".to_owned() }
    }
}

impl Example for RefreshSession {
    fn example() -> Self {
        Self { refresh_token: "kWq0…43 characters".to_owned() }
    }
}

impl Example for Session {
    fn example() -> Self {
        Self {
            access_token: "eyJhbGciOiJFZERTQSIsImtpZCI6…".to_owned(),
            refresh_token: "kWq0…43 characters".to_owned(),
            expires_in: 900,
            account: SessionAccount { id: Uuid::from_u128(7), phone: Some("138****3210".to_owned()) },
        }
    }
}

impl Example for PhoneCode {
    fn example() -> Self {
        Self { code: "phone-13800003210".to_owned() }
    }
}

impl Example for Subscription {
    fn example() -> Self {
        Self { template: "template-id-of-approved".to_owned(), result: SubscriptionResult::Accept }
    }
}

impl Example for NewCase {
    fn example() -> Self {
        Self { item: ITEM.to_owned(), form: Some(answers()) }
    }
}

impl Example for CaseForm {
    fn example() -> Self {
        Self { form: answers() }
    }
}

impl Example for CasePhotos {
    fn example() -> Self {
        Self { photos: vec![photo_id()] }
    }
}

impl Example for CaseCheck {
    fn example() -> Self {
        let missing = Missing {
            pointer: format!("/materials/{MATERIAL}"),
            code: "material.missing".to_owned(),
            detail: "还缺“设置位置实景照片”，请拍照上传。".to_owned(),
        };
        Self { ready: false, missing: vec![missing] }
    }
}

impl Example for Submitted {
    fn example() -> Self {
        let relay = Relay { state: DeliveryState::Queued, next_try_at: Some(at(9)) };
        Self { id: case_id(), number: NUMBER.to_owned(), state: State::Submitted, relay }
    }
}

impl Example for Case {
    fn example() -> Self {
        let event = |sequence, act: &str, state, actor: &str, minute| Event {
            sequence,
            act: act.to_owned(),
            state,
            actor: actor.to_owned(),
            at: at(minute),
            note: None,
        };
        Self {
            id: case_id(),
            number: Some(NUMBER.to_owned()),
            item: CaseItem { code: ITEM.to_owned(), version: 1, name: "招牌设置明示".to_owned() },
            state: State::Accepted,
            revision: 6,
            form: Free(answers()),
            materials: vec![CaseMaterial { code: MATERIAL.to_owned(), photos: vec![photo_id()] }],
            correction: None,
            province_state: None,
            licence: None,
            relay: Some(Relay { state: DeliveryState::Done, next_try_at: None }),
            events: vec![
                event(1, "created", State::Draft, "applicant", 0),
                event(2, "submitted", State::Submitted, "applicant", 9),
                event(3, "accepted", State::Accepted, "province", 12),
            ],
            created_at: at(0),
            changed_at: at(12),
            submitted_at: Some(at(9)),
        }
    }
}

impl Example for Photo {
    fn example() -> Self {
        Self {
            id: photo_id(),
            item: ITEM.to_owned(),
            material: MATERIAL.to_owned(),
            original_sha256: "5c7d…64 hex digits".to_owned(),
            sha256: "91ab…64 hex digits".to_owned(),
            format: "jpeg".to_owned(),
            width: 2048,
            height: 1536,
            bytes: 498_112,
            kept_anyway: false,
            verdict: "ready".to_owned(),
            code: None,
            changes: Any(json!([{ "step": "orient", "from": "6", "to": "1" }])),
            checks: Any(json!([{ "name": "clarity", "value": 0.8, "limit": 0.3, "pass": true }])),
            created_at: at(3),
        }
    }
}

impl Example for NewUpload {
    fn example() -> Self {
        Self { size: 8_388_608, sha256: "5c7d".repeat(16) }
    }
}

impl Example for UploadPurpose {
    fn example() -> Self {
        Self { item: ITEM.to_owned(), material: MATERIAL.to_owned(), keep_anyway: None }
    }
}

impl Example for Upload {
    fn example() -> Self {
        let part = |number, offset, bytes, received| UploadPart { number, offset, bytes, received };
        Self {
            id: Uuid::from_u128(0x01a2_03eb_b1b2_7c44_8d21_6b0f_3c9a_5e71),
            size: 8_388_608,
            part_bytes: 5_242_880,
            parts: vec![part(1, 0, 5_242_880, true), part(2, 5_242_880, 3_145_728, false)],
            expires_at: at(24 * 60 + 2),
        }
    }
}

impl Example for Notice {
    fn example() -> Self {
        Self {
            id: Uuid::from_u128(8),
            case_id: case_id(),
            kind: "accepted".to_owned(),
            title: "您的申请已受理".to_owned(),
            body: format!("招牌设置明示（办件编号 {NUMBER}）已经受理，正在审查。有结果会马上通知您，您不用做什么。"),
            created_at: at(12),
            read_at: None,
        }
    }
}
