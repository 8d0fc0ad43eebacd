//! One pure table: what came of a call → what to do now.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::adapter::reply::clean;
use crate::adapter::{FILE_ABSENT, Verdict, WORDS_CHARS};
use crate::http::{Answer, CallError};

/// What a call does when it is made twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeating {
    /// Nothing more: a question, or a file under its own hash.
    Harmless,
    /// It might be taken for another: ask first.
    AskFirst,
}

/// What to do after a call. A 5xx is retried even where asking first would be possible, because the platform answered:
/// it knows the call by its `orgbusno` and says 409 if it had done it after all.
pub fn judge(outcome: Result<&Answer, &CallError>, repeating: Repeating, now: DateTime<Utc>) -> Verdict {
    let answer = match (outcome, repeating) {
        (Ok(answer), _) => answer,
        (Err(CallError::NotSent(_)), _) => return retry(None, "province.unreachable"),
        (Err(CallError::MayHaveArrived(_)), Repeating::Harmless) => return retry(None, "province.no_answer"),
        (Err(CallError::MayHaveArrived(_)), Repeating::AskFirst) => {
            return Verdict::Unknown { code: "province.no_answer" };
        }
    };
    match answer.status {
        200..=299 => Verdict::Accepted,
        409 => Verdict::AlreadyThere,
        408 | 425 => retry(answer.retry_after(now), "province.too_slow"),
        429 => retry(answer.retry_after(now), "province.busy"),
        500..=599 => retry(answer.retry_after(now), "province.failing"),
        // A key the platform does not take is ours to put right, and every case waits for it: shown, not retried.
        401 | 403 => rejected(answer, "province.unauthorised"),
        404 => rejected(answer, "province.not_found"),
        413 => rejected(answer, "province.too_large"),
        422 if only_files_absent(&answer.body) => rejected(answer, FILE_ABSENT),
        422 => rejected(answer, "province.refused"),
        // Redirects are not followed: the signature is for the address that was configured.
        300..=399 => rejected(answer, "province.moved"),
        _ => rejected(answer, "province.unexpected"),
    }
}

fn retry(after: Option<Duration>, code: &'static str) -> Verdict {
    Verdict::Retry { after, code }
}

fn rejected(answer: &Answer, code: &'static str) -> Verdict {
    Verdict::Rejected { code, words: words(&answer.body) }
}

/// Whether nothing is wrong but that files are not there which it had taken.
fn only_files_absent(body: &[u8]) -> bool {
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    let errors = said.get("errors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    !errors.is_empty() && errors.iter().all(|error| error.get("code").and_then(Value::as_str) == Some("file.absent"))
}

/// The platform's own words: `{code, message}` or `{errors: [{pointer, code, message}]}`, else the text as it is.
fn words(body: &[u8]) -> String {
    let said = match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(object)) => {
            let errors = object.get("errors").and_then(Value::as_array).into_iter().flatten();
            let lines: Vec<_> =
                std::iter::once(&Value::Object(object.clone())).chain(errors).filter_map(line).take(50).collect();
            lines.join("\n")
        }
        _ => String::new(),
    };
    if said.is_empty() { clean(&String::from_utf8_lossy(body), WORDS_CHARS) } else { clean(&said, WORDS_CHARS) }
}

fn line(error: &Value) -> Option<String> {
    let field = |name| error.get(name).and_then(Value::as_str).unwrap_or_default();
    let parts: Vec<_> =
        [field("pointer"), field("code"), field("message")].into_iter().filter(|p| !p.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::header::RETRY_AFTER;
    use http::{HeaderMap, HeaderValue};

    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::parse_from_rfc3339("1994-11-06T08:49:30Z").unwrap().into()
    }

    fn answer(status: u16, retry_after: Option<&str>, body: &str) -> Answer {
        let mut headers = HeaderMap::new();
        if let Some(value) = retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from_str(value).unwrap());
        }
        Answer { status, headers, body: Bytes::copy_from_slice(body.as_bytes()) }
    }

    fn verdict(status: u16) -> Verdict {
        judge(Ok(&answer(status, None, "")), Repeating::AskFirst, now())
    }

    #[test]
    fn every_status_has_one_answer() {
        for status in 0..=999 {
            let expected = match status {
                200..=299 => "Accepted",
                409 => "AlreadyThere",
                408 | 425 => "Retry(province.too_slow, after None)",
                429 => "Retry(province.busy, after None)",
                500..=599 => "Retry(province.failing, after None)",
                401 | 403 => "Rejected(province.unauthorised)",
                404 => "Rejected(province.not_found)",
                413 => "Rejected(province.too_large)",
                422 => "Rejected(province.refused)",
                300..=399 => "Rejected(province.moved)",
                _ => "Rejected(province.unexpected)",
            };
            assert_eq!(format!("{:?}", verdict(status)), expected, "{status}");
        }
    }

    #[test]
    fn no_answer_depends_on_what_repeating_does() {
        let (never, perhaps) = (CallError::NotSent("x".into()), CallError::MayHaveArrived("x".into()));
        let judge = |error, repeating| format!("{:?}", judge(Err(error), repeating, now()));
        assert_eq!(judge(&never, Repeating::AskFirst), "Retry(province.unreachable, after None)");
        assert_eq!(judge(&never, Repeating::Harmless), "Retry(province.unreachable, after None)");
        assert_eq!(judge(&perhaps, Repeating::AskFirst), "Unknown(province.no_answer)");
        assert_eq!(judge(&perhaps, Repeating::Harmless), "Retry(province.no_answer, after None)");
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_or_nothing() {
        for (value, seconds) in [
            ("0", Some(0)),
            (" 120 ", Some(120)),
            ("18446744073709551615", Some(u64::MAX)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(7)),
            ("Sun, 06 Nov 1994 08:49:00 GMT", Some(0)),
            ("-5", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ] {
            for status in [408, 425, 429, 503] {
                let verdict = judge(Ok(&answer(status, Some(value), "")), Repeating::AskFirst, now());
                let Verdict::Retry { after, .. } = verdict else { panic!("{status}") };
                assert_eq!(after, seconds.map(Duration::from_secs), "{value}");
            }
        }
    }

    #[test]
    fn a_rejection_keeps_the_platforms_words() {
        for (body, expected) in [
            (r#"{"code":"file.pixels","message":" 照片太小 "}"#, "file.pixels  照片太小"),
            (
                r#"{"errors":[{"pointer":"/applyname","code":"missing","message":"缺"},{"message":"too"}]}"#,
                "/applyname missing 缺\ntoo",
            ),
            (r#"{"errors":"none"}"#, r#"{"errors":"none"}"#),
            ("<html>no\u{0}\u{7}</html>\r\n", "<html>no</html>"),
            ("[1]", "[1]"),
            ("", ""),
        ] {
            let Verdict::Rejected { words, .. } = judge(Ok(&answer(422, None, body)), Repeating::AskFirst, now())
            else {
                panic!("{body}")
            };
            assert_eq!(words, expected);
        }
        let long = answer(422, None, &"字".repeat(10_000));
        let Verdict::Rejected { words, .. } = judge(Ok(&long), Repeating::AskFirst, now()) else { panic!() };
        assert_eq!(words.chars().count(), WORDS_CHARS);
    }

    #[test]
    fn lost_files_are_told_from_other_faults() {
        let lost = r#"{"pointer":"/materials/0/files/0","code":"file.absent"}"#;
        let other = r#"{"pointer":"/applyname","code":"case.missing"}"#;
        for (errors, code) in [
            (lost.to_owned(), FILE_ABSENT),
            (format!("{lost},{lost}"), FILE_ABSENT),
            (format!("{lost},{other}"), "province.refused"),
            (other.to_owned(), "province.refused"),
            (String::new(), "province.refused"),
        ] {
            let answer = answer(422, None, &format!("{{\"errors\":[{errors}]}}"));
            assert_eq!(judge(Ok(&answer), Repeating::AskFirst, now()).code(), Some(code), "{errors}");
        }
    }

    #[test]
    fn words_are_not_printed_by_debug() {
        let refused = judge(Ok(&answer(422, None, "张三")), Repeating::AskFirst, now());
        assert_eq!(format!("{refused:?}"), "Rejected(province.refused)");
    }
}
