//! What a promise would send, for whoever looks after deliveries: in our own words, with personal data masked.

use casework::item::MaterialSpec;
use casework::mask::{mask_answers, mask_id, mask_name, mask_phone, mask_values};
use casework::promise::Promise;
use casework::{Desk, Error, Result, case as row, told};
use entity::{CaseId, case, digest, notice, outbox};
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};

use crate::adapter::{Application, Material};
use crate::application;

/// The promise's ids and, under `content`, what would go out. No content where the item's version is gone or a row cannot be
/// read: such a promise is stuck for that very reason.
///
/// # Errors
/// When the database fails.
pub async fn masked(desk: &Desk, row: &outbox::Model) -> Result<Value> {
    let content = match serde_json::from_value(row.payload.clone()) {
        Ok(promise) => match content(desk, promise).await {
            Ok(content) => content,
            Err(Error::NoItem { .. } | Error::BadRow(_) | Error::Vault(_)) => Value::Null,
            Err(error) => return Err(error),
        },
        // Promised by a newer program than this one.
        Err(_) => Value::Null,
    };
    Ok(json!({ "ids": row.payload, "content": content }))
}

async fn content(desk: &Desk, promise: Promise) -> Result<Value> {
    match promise {
        Promise::ApplyV1 { case, data_version } => apply(desk, case, data_version).await,
        Promise::WithdrawV1 { case } => {
            let row = find(desk, case).await?;
            Ok(json!({ "number": row.number, "province_id": row.province_id, "at": row.decided_at }))
        }
        Promise::AcceptV1 { case, sn }
        | Promise::StepV1 { case, sn }
        | Promise::SpecialV1 { case, sn }
        | Promise::DoneV1 { case, sn }
        | Promise::RatingV1 { case, sn } => {
            let (row, written) = (find(desk, case).await?, told::find(desk, case, sn).await?);
            let step = serde_json::to_value(&written.told).map_err(|_| Error::BadRow("case_step.data"))?;
            let kind = sea_orm::ActiveEnum::to_value(&written.told.kind());
            Ok(json!({
                "number": row.number, "province_id": row.province_id, "version": written.data_version, "sn": sn,
                "kind": kind, "step": mask_values(&step),
            }))
        }
        Promise::WebhookV1 { case, sn, .. } => {
            let row = find(desk, case).await?;
            Ok(json!({ "number": row.number, "sequence": sn }))
        }
        Promise::DigestV1 { digest, .. } => {
            let row = digest::Entity::find_by_id(digest).one(&desk.db).await?;
            Ok(row.ok_or(Error::BadRow("outbox.payload"))?.data)
        }
        Promise::NoticeV1 { notice } => {
            let row = notice::Entity::find_by_id(notice).one(&desk.db).await?;
            let row = row.ok_or(Error::BadRow("outbox.payload"))?;
            let case = find(desk, row.case_id).await?;
            Ok(json!({ "number": case.number, "kind": row.kind, "at": row.created_at }))
        }
    }
}

async fn find(desk: &Desk, id: CaseId) -> Result<case::Model> {
    case::Entity::find_by_id(id).one(&desk.db).await?.ok_or(Error::BadRow("outbox.case_id"))
}

async fn apply(desk: &Desk, id: CaseId, data_version: i32) -> Result<Value> {
    let case = find(desk, id).await?;
    let materials = photos(desk, &case).await?;
    let Application { number, dataver, item, applicant, contact, form, materials, submitted_at, .. } =
        application::of(desk, &case, data_version, materials)?;
    Ok(json!({
        "number": number,
        "version": dataver,
        "item": { "code": item.code, "name": item.name, "version": item.version },
        "applicant": { "name": mask_name(&applicant.name), "id": mask_id(&applicant.id) },
        "contact": {
            "name": mask_name(&contact.name),
            "phone": mask_phone(&contact.phone),
            "address": contact.address.as_deref().map(mask_name),
        },
        "form": mask_answers(&Value::Object(form), &row::item(desk, &case)?.item.form),
        "materials": materials.iter().map(material).collect::<Vec<_>>(),
        "submitted_at": submitted_at,
    }))
}

/// The case's photos by material, one by one also where the province gets them as one file.
async fn photos(desk: &Desk, case: &case::Model) -> Result<Vec<Material>> {
    let photos = row::photos(&desk.db, case.id).await?;
    let of = |spec: &MaterialSpec| {
        let mine = photos.iter().filter(|(place, _)| place.code == spec.code);
        let files: Vec<_> = mine.map(|(place, photo)| application::file(spec, place, photo)).collect();
        (!files.is_empty()).then(|| Material { code: spec.code.clone(), name: spec.name.clone(), files })
    };
    Ok(row::item(desk, case)?.item.materials.iter().filter_map(of).collect())
}

fn material(material: &Material) -> Value {
    let files: Vec<_> = material
        .files
        .iter()
        .map(|file| {
            json!({ "sha256": file.sha256, "rule": file.rule, "bytes": file.bytes, "content_type": file.content_type })
        })
        .collect();
    json!({ "code": material.code, "name": material.name, "files": files })
}
