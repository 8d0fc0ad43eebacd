//! What is still missing before a case can be submitted: everything at once.

use entity::case;
use entity::{material, photo, renewal};
use serde_json::Value;

use crate::case as row;
use crate::desk::Desk;
use crate::error::Result;
use crate::form::Fault;
use crate::item::{Item, MaterialSpec, PhotoFacts, Text};
use crate::renew;

/// Everything that keeps the case with these photos from being submitted, in the order of the form and then of the
/// materials. Pointers are into the case: `/form/…`, `/materials/{code}`, `/materials/{code}/photos/{position}`.
///
/// # Errors
/// When the case cannot be read.
pub async fn missing(
    desk: &Desk,
    case: &case::Model,
    photos: &[(material::Model, photo::Model)],
) -> Result<Vec<Fault>> {
    let entry = row::item(desk, case)?;
    let answers = row::answers(desk, case)?;
    let mut faults = entry.form.faults(&answers, desk.today());
    for fault in &mut faults {
        fault.pointer.insert_str(0, "/form");
    }
    let is_old = |(place, photo): &&(material::Model, photo::Model)| {
        entry.item.material(&place.code).is_some_and(|spec| newer(desk, spec, photo).is_some())
    };
    let old = photos.iter().filter(is_old).map(|(_, photo)| photo.id);
    let tried = renew::tried(desk, old.collect()).await?;
    faults.extend(material_faults(desk, &entry.item, &answers, photos, &tried));
    Ok(faults)
}

/// The version of the rule in force, where the photo was made for an older one.
fn newer(desk: &Desk, spec: &MaterialSpec, photo: &photo::Model) -> Option<u32> {
    desk.rules.version(&spec.rule).filter(|version| *version > made_for(photo))
}

/// The version of the rule the photo was made to fit.
fn made_for(photo: &photo::Model) -> u32 {
    u32::try_from(photo.rule_version).unwrap_or(0)
}

fn material_faults(
    desk: &Desk,
    item: &Item,
    answers: &Value,
    photos: &[(material::Model, photo::Model)],
    tried: &[renewal::Model],
) -> Vec<Fault> {
    let mut faults = Vec::new();
    for spec in &item.materials {
        let mine: Vec<_> = photos.iter().filter(|(place, _)| place.code == spec.code).collect();
        let few = mine.len() < spec.min_photos as usize;
        if few && (spec.is_required(answers) || !mine.is_empty()) {
            faults.push(too_few(spec, mine.len()));
        }
        faults.extend(mine.iter().flat_map(|(place, photo)| misfits(desk, spec, place, photo, tried)));
    }
    faults
}

/// A rule may have changed since the photo was made to fit it: what counts is whether it fits the one in force. One that
/// does not is made again by itself, or was tried in vain, and then it is said why.
fn misfits(
    desk: &Desk,
    spec: &MaterialSpec,
    place: &material::Model,
    photo: &photo::Model,
    tried: &[renewal::Model],
) -> Vec<Fault> {
    let facts = PhotoFacts {
        format: photo.format.clone(),
        bytes: u64::try_from(photo.bytes).unwrap_or(u64::MAX),
        width: u32::try_from(photo.width).unwrap_or(0),
        height: u32::try_from(photo.height).unwrap_or(0),
        rule_version: made_for(photo),
    };
    let pointer = format!("/materials/{}/photos/{}", spec.code, place.position);
    let misfits = desk.rules.misfit(&spec.rule, &facts);
    if let (Some(newest), false) = (newer(desk, spec, photo), misfits.is_empty()) {
        let newest = i32::try_from(newest).unwrap_or(i32::MAX);
        let of_photo = |one: &&renewal::Model| one.photo_id == photo.id && one.rule_version == newest;
        let (code, detail) = tried.iter().find(of_photo).map_or_else(waiting, in_vain);
        return vec![Fault { pointer, code, detail }];
    }
    misfits
        .into_iter()
        .map(|misfit| Fault { pointer: pointer.clone(), code: misfit.code, detail: misfit.detail })
        .collect()
}

fn waiting() -> (&'static str, Text) {
    let zh = "对这张照片的要求变了，正在按新要求重新处理，请过几分钟再看。您不用做什么。";
    let en = "What this photo must be like has changed, and it is being made again: look again in a few minutes.";
    ("photo.renewing", Text::new(zh, en))
}

fn in_vain(tried: &renewal::Model) -> (&'static str, Text) {
    let code = renew::CODES.into_iter().find(|code| *code == tried.code).unwrap_or("photo.cannot_fit");
    let zh = format!("对这张照片的要求变了，原来的照片不合适了。{}", tried.advice_zh);
    let en = format!("What this photo must be like has changed, and the original will not do. {}", tried.advice_en);
    (code, Text { zh, en })
}

fn too_few(spec: &MaterialSpec, have: usize) -> Fault {
    let (code, zh, en) = if have == 0 {
        (
            "material.missing",
            format!("还缺“{}”，请拍照上传。", spec.name),
            format!("{} is missing: upload a photo.", spec.name_en),
        )
    } else {
        (
            "material.too_few",
            format!("“{}”至少要 {} 张照片，现在有 {have} 张，请补拍。", spec.name, spec.min_photos),
            format!("{} needs at least {} photos and has {have}: add some.", spec.name_en, spec.min_photos),
        )
    };
    Fault { pointer: format!("/materials/{}", spec.code), code, detail: Text::new(zh, en) }
}
