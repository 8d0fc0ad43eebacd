//! What the province is told of a case: from our rows to the neutral shape adapters take.

use casework::item::{Entry, MaterialSpec};
use casework::told::Written;
use casework::{Desk, Error, Result, case as row};
use entity::{CaseId, case, material, photo};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use store::{Extension, StorageKey};

use crate::adapter::{
    Applicant, ApplicantKind, Application, Contact, FilePlace, Item, Material, MaterialFile, Telling,
};

/// What the province knows a case by: its id, 32 hex digits.
pub fn orgbusno(id: CaseId) -> String {
    id.0.simple().to_string()
}

/// The whole application, with these materials.
///
/// # Errors
/// When a row cannot be read, or the item's version is gone.
pub fn of(desk: &Desk, case: &case::Model, data_version: i32, materials: Vec<Material>) -> Result<Application> {
    let Entry { item, .. } = row::item(desk, case)?;
    let answers = row::answers(desk, case)?;
    let who = item.applicant.read(&answers);
    let (kind, id) = match (who.credit_code, who.id_number) {
        (Some(code), _) => (ApplicantKind::Enterprise, code),
        (None, Some(number)) => (ApplicantKind::Person, number),
        (None, None) => return Err(Error::BadRow("cases.form: applicant")),
    };
    let Value::Object(form) = answers else { return Err(Error::BadRow("cases.form")) };
    Ok(Application {
        orgbusno: orgbusno(case.id),
        number: case.number.clone().ok_or(Error::BadRow("cases.number"))?,
        dataver: u32::try_from(data_version).unwrap_or(1),
        item: Item { code: item.code.clone(), name: item.name.clone(), version: item.version.to_string() },
        applicant: Applicant { kind, name: who.name.unwrap_or_default(), id },
        contact: Contact {
            name: who.contact.unwrap_or_default(),
            phone: who.phone.unwrap_or_default(),
            address: who.address,
        },
        form,
        materials,
        submitted_at: case.submitted_at.ok_or(Error::BadRow("cases.submitted_at"))?,
    })
}

/// One step of a case, as it was written.
///
/// # Errors
/// When a row cannot be read, or the item's version is gone.
pub async fn telling(
    desk: &Desk,
    case: &case::Model,
    province_id: String,
    sn: i32,
    written: Written,
) -> Result<Telling> {
    let Entry { item, .. } = row::item(desk, case)?;
    let places = row::places(&desk.db, case.id).await?;
    let filled = item.materials.iter().filter(|spec| places.iter().any(|place| place.code == spec.code));
    let materials = filled.map(|spec| (spec.code.clone(), spec.name.clone())).collect();
    let codes = item.province.codes.clone();
    let application = of(desk, case, written.data_version, Vec::new())?;
    Ok(Telling {
        orgbusno: application.orgbusno,
        province_id,
        number: application.number,
        dataver: application.dataver,
        sn: u32::try_from(sn).map_err(|_| Error::BadRow("case_step.sequence"))?,
        item: application.item,
        codes,
        applicant: application.applicant,
        materials,
        told: written.told,
    })
}

/// Where the first file of a material belongs.
pub(crate) fn place(case: CaseId, data_version: i32, spec: &MaterialSpec) -> FilePlace {
    FilePlace {
        orgbusno: orgbusno(case),
        dataver: u32::try_from(data_version).unwrap_or(1),
        material: spec.code.clone(),
        material_name: spec.name.clone(),
        position: 1,
    }
}

/// A photo as a file of its own.
pub(crate) fn file(spec: &MaterialSpec, place: &material::Model, photo: &photo::Model) -> MaterialFile {
    let (suffix, content_type) = if photo.format == "png" { ("png", "image/png") } else { ("jpg", "image/jpeg") };
    MaterialFile {
        sha256: photo.sha256.clone(),
        rule: spec.rule.clone(),
        file_name: format!("{}-{}.{suffix}", spec.name, place.position + 1),
        bytes: u64::try_from(photo.bytes).unwrap_or(0),
        content_type: content_type.to_owned(),
    }
}

/// All photos of a material as one file.
pub(crate) fn bound(spec: &MaterialSpec, pdf: &[u8]) -> MaterialFile {
    MaterialFile {
        sha256: hex::encode(Sha256::digest(pdf)),
        rule: spec.rule.clone(),
        file_name: format!("{}.pdf", spec.name),
        bytes: u64::try_from(pdf.len()).unwrap_or(u64::MAX),
        content_type: "application/pdf".to_owned(),
    }
}

/// Where a photo's normalised form lies.
pub fn object(photo: &photo::Model) -> StorageKey {
    let extension = if photo.format == "png" { Extension::Png } else { Extension::Jpg };
    StorageKey::PhotoResult { photo: photo.id.0, extension }
}
