//! An application as it is handed in, and that it was given up.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Map, Value};

use super::codes;
use crate::adapter::{Application, Material, MaterialFile};

/// An application. Names from `PRE_APASINFO` and `EA_JC_STEP_BASICINFO` (lower case), `project_no` and
/// `apply_date` from `up_pro_accept`.
#[derive(Serialize)]
pub(crate) struct Case<'a> {
    orgbusno: &'a str,
    project_no: &'a str,
    dataver: u32,
    #[serde(rename = "itemCode")]
    item_code: &'a str,
    itemname: &'a str,
    itemversion: &'a str,
    applyertype: &'static str,
    applyname: &'a str,
    apply_cardtype: &'static str,
    apply_cardtypenumber: &'a str,
    contactman: &'a str,
    telphone: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
    submit: &'static str,
    apply_date: String,
    form: &'a Map<String, Value>,
    materials: Vec<PreFile<'a>>,
}

/// The step of a case the applicant gave up: `EA_JC_STEP_DONE`.
pub(crate) fn given_up(at: DateTime<Utc>, done_result: &str) -> Map<String, Value> {
    let occurtime = at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let fields = [
        ("sn", codes::GIVEN_UP_SN),
        ("doneresult", done_result),
        ("exitres", "申请人主动撤回"),
        ("occurtime", occurtime.as_str()),
    ];
    fields.into_iter().map(|(field, value)| (field.to_owned(), Value::from(value))).collect()
}

/// A material and its files: `PRE_FILE`.
#[derive(Serialize)]
struct PreFile<'a> {
    attrid: &'a str,
    attrname: &'a str,
    sortid: usize,
    istake: &'static str,
    amount: usize,
    files: Vec<Entity<'a>>,
}

/// A file, which travelled apart.
#[derive(Serialize)]
struct Entity<'a> {
    filename: &'a str,
    sha256: &'a str,
    rule: &'a str,
    size: u64,
    contenttype: &'a str,
}

impl<'a> From<&'a Application> for Case<'a> {
    fn from(application: &'a Application) -> Self {
        let applicant = &application.applicant;
        Self {
            orgbusno: &application.orgbusno,
            project_no: &application.number,
            dataver: application.dataver,
            item_code: &application.item.code,
            itemname: &application.item.name,
            itemversion: &application.item.version,
            applyertype: codes::applicant_type(applicant.kind),
            applyname: &applicant.name,
            apply_cardtype: codes::card_type(applicant.kind),
            apply_cardtypenumber: &applicant.id,
            contactman: &application.contact.name,
            telphone: &application.contact.phone,
            address: application.contact.address.as_deref(),
            submit: codes::SUBMIT_ONLINE,
            apply_date: application.submitted_at.to_rfc3339_opts(SecondsFormat::Secs, true),
            form: &application.form,
            materials: application.materials.iter().enumerate().map(pre_file).collect(),
        }
    }
}

fn pre_file((index, material): (usize, &Material)) -> PreFile<'_> {
    PreFile {
        attrid: &material.code,
        attrname: &material.name,
        sortid: index + 1,
        istake: codes::TAKEN,
        amount: material.files.len(),
        files: material.files.iter().map(entity).collect(),
    }
}

fn entity(file: &MaterialFile) -> Entity<'_> {
    Entity {
        filename: &file.file_name,
        sha256: &file.sha256,
        rule: &file.rule,
        size: file.bytes,
        contenttype: &file.content_type,
    }
}
