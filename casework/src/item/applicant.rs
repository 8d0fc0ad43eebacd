//! Which answers of a form say who applies, so that lists and the relay need no knowledge of any form.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// JSON pointers into the answers of one item's form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplicantPaths {
    /// Name of the person or organisation that applies.
    pub name: String,
    /// Identity number, answered by persons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_number: Option<String>,
    /// Unified social credit code, answered by organisations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_code: Option<String>,
    /// Legal representative of an organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_representative: Option<String>,
    /// Whom to call.
    pub contact: String,
    /// Where to call.
    pub phone: String,
    /// Where to write.
    pub address: String,
    /// Name of the shop or site: the title of the case in lists.
    pub shop: String,
}

impl ApplicantPaths {
    /// Every pointer with its field name.
    pub fn all(&self) -> Vec<(&'static str, &str)> {
        let optional = [
            ("id_number", &self.id_number),
            ("credit_code", &self.credit_code),
            ("legal_representative", &self.legal_representative),
        ];
        let optional = optional.into_iter().filter_map(|(name, path)| path.as_deref().map(|path| (name, path)));
        [
            ("name", self.name.as_str()),
            ("contact", &self.contact),
            ("phone", &self.phone),
            ("address", &self.address),
            ("shop", &self.shop),
        ]
        .into_iter()
        .chain(optional)
        .collect()
    }

    /// Reads the applicant out of answers that may still be incomplete.
    pub fn read(&self, answers: &Value) -> Applicant {
        let at = |path: &str| {
            let text = answers.pointer(path)?.as_str()?.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let maybe = |path: &Option<String>| path.as_deref().and_then(at);
        Applicant {
            name: at(&self.name),
            // The check character is written X (GB 11643), however it was typed.
            id_number: maybe(&self.id_number).map(|number| number.to_ascii_uppercase()),
            credit_code: maybe(&self.credit_code),
            legal_representative: maybe(&self.legal_representative),
            contact: at(&self.contact),
            phone: at(&self.phone),
            address: at(&self.address),
            shop: at(&self.shop),
        }
    }
}

/// Who applies, as far as answered. Personal data: cannot be printed by `Debug`.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Applicant {
    /// Name of the person or organisation.
    pub name: Option<String>,
    /// Identity number of a person.
    pub id_number: Option<String>,
    /// Unified social credit code of an organisation.
    pub credit_code: Option<String>,
    /// Legal representative of an organisation.
    pub legal_representative: Option<String>,
    /// Whom to call.
    pub contact: Option<String>,
    /// Where to call.
    pub phone: Option<String>,
    /// Where to write.
    pub address: Option<String>,
    /// Name of the shop or site.
    pub shop: Option<String>,
}

impl fmt::Debug for Applicant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Applicant(hidden)")
    }
}
