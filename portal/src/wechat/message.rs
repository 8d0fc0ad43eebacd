//! A subscribe message.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

use super::MiniProgram;

/// The longest `thing` WeChat takes, in characters.
pub(super) const THING_CHARS: usize = 20;

/// One message for one person. `Debug` shows the template and the fields' names, never a value.
#[derive(Clone, PartialEq, Eq)]
pub struct SubscribeMessage {
    /// Who gets it.
    pub openid: String,
    /// The template's id, as WeChat's console gives it.
    pub template: String,
    /// The page it opens, parameters included: `pages/case?id=…`.
    pub page: Option<String>,
    /// The template's fields: `thing1` → text.
    pub data: BTreeMap<String, String>,
}

impl SubscribeMessage {
    pub(super) fn wire(&self, mini_program: MiniProgram) -> Value {
        let data: BTreeMap<_, _> = self.data.iter().map(|(key, value)| (key, json!({ "value": value }))).collect();
        let mut body = json!({
            "touser": self.openid,
            "template_id": self.template,
            "data": data,
            "miniprogram_state": mini_program.word(),
            "lang": "zh_CN",
        });
        if let (Some(page), Some(body)) = (&self.page, body.as_object_mut()) {
            body.insert("page".to_owned(), Value::from(page.as_str()));
        }
        body
    }
}

impl fmt::Debug for SubscribeMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields: Vec<_> = self.data.keys().collect();
        f.debug_struct("SubscribeMessage")
            .field("template", &self.template)
            .field("fields", &fields)
            .finish_non_exhaustive()
    }
}

/// Cuts `text` to what a `thing` field takes, one line of at most 20 characters, with `…` where something is missing.
pub fn thing(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= THING_CHARS {
        return line;
    }
    line.chars().take(THING_CHARS - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_cut_by_characters_not_bytes() {
        assert_eq!(thing("门牌匾\n设置  许可"), "门牌匾 设置 许可");
        assert_eq!(thing(&"字".repeat(20)), "字".repeat(20));
        assert_eq!(thing(&"字".repeat(21)), format!("{}…", "字".repeat(19)));
    }

    #[test]
    fn every_value_goes_out_as_an_object() {
        let message = SubscribeMessage {
            openid: "o1".into(),
            template: "t1".into(),
            page: None,
            data: [("thing1".to_owned(), "已受理".to_owned())].into(),
        };
        assert_eq!(
            message.wire(MiniProgram::Trial),
            json!({"touser": "o1", "template_id": "t1", "data": {"thing1": {"value": "已受理"}}, "miniprogram_state": "trial", "lang": "zh_CN"})
        );
        assert!(!format!("{message:?}").contains("已受理") && !format!("{message:?}").contains("o1"));
    }
}
