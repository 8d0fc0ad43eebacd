//! What a province is told of a case, in our own words.

use std::fmt;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

/// One application, complete: everything an adapter needs to hand it in.
#[derive(Clone)]
pub struct Application {
    /// What the province knows the case by: the case's id, 32 lower-case hex digits. Never changes.
    pub orgbusno: String,
    /// The number people read to each other.
    pub number: String,
    /// 1 at first; one more each time the applicant hands in a corrected version.
    pub dataver: u32,
    /// What is applied for.
    pub item: Item,
    /// Who applies.
    pub applicant: Applicant,
    /// Whom to call about it.
    pub contact: Contact,
    /// The answers to the item's form.
    pub form: Map<String, Value>,
    /// The materials that are filled, in the item's order.
    pub materials: Vec<Material>,
    /// When the applicant handed it in.
    pub submitted_at: DateTime<Utc>,
}

/// Who and what stays out: only what tells cases apart.
impl fmt::Debug for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Application")
            .field("orgbusno", &self.orgbusno)
            .field("dataver", &self.dataver)
            .field("item", &self.item)
            .field("materials", &self.materials.len())
            .finish_non_exhaustive()
    }
}

/// The service applied for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its code.
    pub code: String,
    /// Its Chinese name.
    pub name: String,
    /// The version the case was started with.
    pub version: String,
}

/// Who applies.
#[derive(Clone)]
pub struct Applicant {
    /// Person or organisation; says which kind of number `id` is.
    pub kind: ApplicantKind,
    /// Full name.
    pub name: String,
    /// The ID card's number of a person, the unified social credit code of anybody else.
    pub id: String,
}

/// What an applicant is (GB/T 39046-2020, table A.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApplicantKind {
    /// 自然人.
    Person,
    /// 企业法人; a sole trader's shop (个体工商户) too, which has a unified social credit code.
    Enterprise,
    /// 事业法人.
    Institution,
    /// 社会组织法人.
    Association,
    /// 行政机关.
    Authority,
    /// 其他组织.
    Other,
}

/// Whom to call.
#[derive(Clone)]
pub struct Contact {
    /// Name.
    pub name: String,
    /// Mobile phone.
    pub phone: String,
    /// Postal address, when it is known.
    pub address: Option<String>,
}

/// One material and its files.
#[derive(Clone)]
pub struct Material {
    /// Its code in the item.
    pub code: String,
    /// Its Chinese name.
    pub name: String,
    /// Its files, in the applicant's order.
    pub files: Vec<MaterialFile>,
}

/// One file of a material.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaterialFile {
    /// SHA-256 of its bytes, 64 lower-case hex digits.
    pub sha256: String,
    /// The rule it was made to fit.
    pub rule: String,
    /// A name with its suffix: `营业执照-1.jpg`.
    pub file_name: String,
    /// How many bytes.
    pub bytes: u64,
    /// `image/jpeg` …
    pub content_type: String,
}

/// Where a file belongs: some platforms know a file by what it is, others by its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePlace {
    /// What the province knows the case by.
    pub orgbusno: String,
    /// The version of the application.
    pub dataver: u32,
    /// The material's code in the item.
    pub material: String,
    /// The material's Chinese name.
    pub material_name: String,
    /// Its place among the material's files, from 1.
    pub position: u32,
}
