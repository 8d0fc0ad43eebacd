//! What the platform says of one bundle.

use serde_json::Value;

use super::bundle::APPLY;
use super::exchange;

/// What the platform says of one bundle.
#[derive(Clone, Debug)]
pub(super) struct Ack {
    taken: bool,
    /// The platform's own number of the case.
    pub(super) projid: String,
    code: String,
    message: String,
    errors: Vec<Value>,
}

impl Ack {
    /// What is said of this bundle; or why it says nothing of it.
    pub(super) fn read(bundle: &str, text: &str) -> Result<Self, String> {
        let sheet: Value = serde_json::from_str(text).map_err(|error| format!("the content is no JSON: {error}"))?;
        let field = |name: &'static str| {
            let value = sheet.get(name).unwrap_or(&Value::Null);
            exchange::id(value, name).map(Option::unwrap_or_default).map_err(|fault| fault.to_string())
        };
        let named = field("bundle")?;
        if named != bundle {
            return Err(format!("its bundle is {named:?}, and it lies here for {bundle:?}"));
        }
        let result = field("result")?;
        let taken = match result.as_str() {
            "taken" => true,
            "refused" => false,
            _ => return Err(format!("its result is {result:?}, and must be \"taken\" or \"refused\"")),
        };
        let projid = field("projid")?;
        // Without its number nothing that follows could be told of the case: whoever wrote this can write it again.
        if taken && projid.is_empty() && bundle.ends_with(APPLY) {
            return Err("it takes an application and names no projid".to_owned());
        }
        let words = |name: &str| sheet.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let errors = sheet.get("errors").and_then(Value::as_array).cloned().unwrap_or_default();
        Ok(Self { taken, projid, code: words("code"), message: words("message"), errors })
    }

    pub(super) fn is_taken(&self) -> bool {
        self.taken
    }

    /// Whether the bundle did not arrive whole: its files are to be put there anew.
    pub(super) fn files_are_absent(&self) -> bool {
        self.code == "bundle.incomplete"
    }

    /// The platform's words, one line a fault.
    pub(super) fn words(&self) -> String {
        let field = |error: &Value, name| error.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let errors = self.errors.iter().take(50);
        let lines = errors.map(|error| [field(error, "pointer"), field(error, "code"), field(error, "message")]);
        let all = std::iter::once([String::new(), self.code.clone(), self.message.clone()]).chain(lines);
        let line = |parts: [String; 3]| parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        all.map(line).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Ack, String> {
        Ack::read("0198-1-apply", text)
    }

    #[test]
    fn what_is_wrong_with_an_acknowledgement_is_said() {
        for (text, why) in [
            ("{", "no JSON"),
            ("[]", "its bundle is \"\""),
            (r#"{"bundle": "0198-2-apply", "result": "taken"}"#, "its bundle is \"0198-2-apply\""),
            (r#"{"bundle": "0198-1-apply", "result": "ok"}"#, "must be \"taken\" or \"refused\""),
            (r#"{"bundle": "0198-1-apply", "result": "taken", "projid": {}}"#, "projid must be"),
            (r#"{"bundle": "0198-1-apply", "result": "taken"}"#, "names no projid"),
        ] {
            let said = read(text).unwrap_err();
            assert!(said.contains(why), "{text} {said}");
        }
        let ack = read(r#"{"bundle": "0198-1-apply", "result": "taken", "projid": 42}"#).unwrap();
        assert_eq!((ack.is_taken(), ack.projid.as_str()), (true, "42"), "numbers are read as in a report");
    }
}
