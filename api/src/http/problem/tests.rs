//! The table and its rendering.

use std::collections::BTreeSet;

use super::*;

fn to(language: Language) -> Rendering<'static> {
    Rendering { language, reader: Reader::Person, public_url: "https://api.example.gov.cn", request_id: "r-1" }
}

async fn json(response: Response) -> serde_json::Value {
    serde_json::from_slice(&response.into_body().into_vec().await.unwrap()).unwrap()
}

#[test]
fn every_code_is_unique_and_has_all_its_words() {
    let names: BTreeSet<_> = codes::ALL.iter().map(|code| code.code).collect();
    assert_eq!(names.len(), codes::ALL.len());
    for code in codes::ALL {
        assert!((400..600).contains(&code.status), "{}", code.code);
        let advice = [Reader::Person, Reader::Machine].map(|reader| code.advice(reader));
        let advice = advice.into_iter().flat_map(|words| [&words.zh, &words.en]);
        assert!(advice.clone().all(|text| text.ends_with(['。', '.'])), "{}", code.code);
        assert!(!code.title.zh.is_ascii() || code.title.zh.contains('`'), "{} has no Chinese title", code.code);
        if code.status == 503 || code.status == 429 {
            assert!(code.retry_after_s.is_some(), "{} must say when to try again", code.code);
        }
    }
}

#[test]
fn every_photo_code_is_in_the_table() {
    for name in [
        "not_an_image",
        "unsupported",
        "damaged",
        "empty",
        "too_large",
        "too_many_pixels",
        "too_small",
        "cannot_fit",
        "blurred",
        "too_dark",
        "too_bright",
        "timeout",
    ] {
        assert!(Code::named(&format!("photo.{name}")).is_some(), "{name}");
    }
}

#[tokio::test]
async fn an_internal_error_shows_nothing_of_itself() {
    let secret = std::io::Error::other("password=hunter2 at /srv/db");
    let response = render(Problem::internal(secret), to(Language::English));
    assert_eq!(response.status(), 500);
    let body = json(response).await;
    assert_eq!(body.get("code").unwrap(), "internal");
    assert_eq!(body.get("request_id").unwrap(), "r-1");
    assert!(!body.to_string().contains("hunter2"));
}

#[tokio::test]
async fn a_problem_speaks_the_language_asked_for() {
    let problem = || Problem::new(&codes::PHOTO_BLURRED).detail(("字看不清", "the text cannot be read"));
    let chinese = json(render(problem(), to(Language::Chinese))).await;
    let english = json(render(problem(), to(Language::English))).await;
    assert_eq!(chinese.get("title").unwrap(), "照片模糊");
    assert_eq!(chinese.get("detail").unwrap(), "字看不清");
    assert_eq!(english.get("title").unwrap(), "The photo is blurred");
    assert_eq!(english.get("type").unwrap(), "https://api.example.gov.cn/docs/problems#photo.blurred");
    assert!(english["errors"].as_array().is_some_and(Vec::is_empty) && english.get("outcome").is_none());
}

#[tokio::test]
async fn a_machine_is_not_told_what_a_phone_should_do() {
    let to = |reader| Rendering { reader, ..to(Language::Chinese) };
    let person = json(render(Problem::new(&codes::CASE_UNKNOWN), to(Reader::Person))).await;
    let machine = json(render(Problem::new(&codes::CASE_UNKNOWN), to(Reader::Machine))).await;
    assert!(person.get("advice").unwrap().as_str().unwrap().contains("我的办件"));
    assert!(machine.get("advice").unwrap().as_str().unwrap().contains("list_changes"));
}

#[test]
fn unauthorised_says_how_to_sign_in_and_busy_says_when_to_return() {
    let response = render(Problem::new(&codes::SESSION_EXPIRED), to(Language::Chinese));
    assert!(response.header("www-authenticate").unwrap().contains("invalid_token"));
    let response = render(Problem::new(&codes::PHOTO_BUSY), to(Language::Chinese));
    assert_eq!(response.header("retry-after").unwrap(), "3");
    let wait = Problem::new(&codes::REQUEST_RATE).retry_after(Duration::from_millis(1));
    assert_eq!(render(wait, to(Language::Chinese)).header("retry-after").unwrap(), "1");
}

#[test]
fn accept_language_is_read_as_it_is_written() {
    for (header, expected) in [
        ("", Language::Chinese),
        ("en", Language::English),
        ("en-GB,en;q=0.9", Language::English),
        ("fr, en;q=0.1", Language::English),
        ("en;q=0.5, zh;q=0.6", Language::Chinese),
        ("zh-Hans-CN, en", Language::Chinese),
        ("en;q=0", Language::Chinese),
        ("en;q=loud", Language::Chinese),
    ] {
        assert_eq!(Language::accepted(header), expected, "{header:?}");
    }
}

#[test]
fn the_page_has_an_anchor_for_every_code() {
    let page = page();
    for code in codes::ALL {
        assert!(page.contains(&format!("id=\"{}\"", code.code)), "{}", code.code);
    }
    assert!(!page.contains("://"), "the page must need nothing from elsewhere");
}

#[test]
fn a_failure_documents_what_it_can_be() {
    crate::fails! {
        /// A test operation.
        signed_in_body Example: CASE_UNKNOWN, CASE_STATE;
    }
    let meta = <Failure<Example> as poem_openapi::ApiResponse>::meta();
    let statuses: Vec<_> = meta.responses.iter().filter_map(|response| response.status).collect();
    assert_eq!(statuses, [400, 401, 404, 409, 413, 415, 429, 500, 503]);
    let conflict = meta.responses.iter().find(|response| response.status == Some(409)).unwrap();
    assert!(conflict.description.contains("case.state"));
    let unauthorised = meta.responses.iter().find(|response| response.status == Some(401)).unwrap();
    assert!(unauthorised.headers.iter().any(|header| header.name == "WWW-Authenticate"));
}
