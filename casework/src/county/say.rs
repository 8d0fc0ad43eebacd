//! Faults in what staff write, all at once.

use crate::form::Fault;
use crate::item::Text;

/// Longest text: `handle_explain(2000)`, `special_reason(2000)`.
pub(super) const MAX_TEXT: usize = 2000;
/// Longest name or number.
pub(super) const MAX_NAME: usize = 256;

/// Collects faults.
#[derive(Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    /// A text that must be there, in at most `most` characters. `what` names it in both languages.
    pub(super) fn need(&mut self, pointer: &str, text: &str, most: usize, what: (&str, &str)) {
        let (zh, en) = what;
        if text.trim().is_empty() {
            self.add(pointer, "form.required", format!("请填写“{zh}”。"), format!("Say the {en}."));
        } else {
            self.bound(pointer, Some(text), most, what);
        }
    }

    /// A text that may be there, in at most `most` characters.
    pub(super) fn bound(&mut self, pointer: &str, text: Option<&str>, most: usize, (zh, en): (&str, &str)) {
        let text = text.unwrap_or_default();
        if text.chars().count() > most {
            let zh = format!("“{zh}”最多 {most} 个字，请写短一些。");
            self.add(pointer, "form.too_long", zh, format!("The {en} may have {most} characters: make it shorter."));
        }
        if text.chars().any(|c| c.is_control() && c != '\n') {
            let (zh, en) = (format!("“{zh}”里有不能用的字符。"), format!("The {en} holds control characters."));
            self.add(pointer, "form.bad_character", zh, en);
        }
    }

    pub(super) fn add(&mut self, pointer: &str, code: &'static str, zh: impl Into<String>, en: impl Into<String>) {
        self.0.push(Fault { pointer: pointer.to_owned(), code, detail: Text::new(zh, en) });
    }

    /// Passes when there are none.
    pub(super) fn none(self) -> crate::error::Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(crate::error::Error::Invalid(self.0)) }
    }
}
