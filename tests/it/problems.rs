//! Whatever goes wrong, the answer is a problem of the one table: from the handlers and from the framework alike.

use portal::http::Answer;
use reqwest::Method;
use serde_json::Value;

use crate::shell::{Shell, header, json_of};

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

/// Checks everything every problem has, and answers its body.
fn problem(answer: &Answer, status: u16, code: &str) -> Value {
    let body = json_of(answer);
    assert_eq!((answer.status, body["code"].as_str().unwrap()), (status, code), "{body:#}");
    assert_eq!(header(answer, "content-type"), "application/problem+json");
    assert_eq!(body["status"], status);
    assert!(body["type"].as_str().unwrap().ends_with(&format!("/docs/problems#{code}")));
    assert_eq!(body["request_id"], header(answer, "x-request-id"));
    assert!(!body["title"].as_str().unwrap().is_empty() && !body["advice"].as_str().unwrap().is_empty());
    assert_eq!(header(answer, "x-content-type-options"), "nosniff");
    body
}

#[tokio::test]
async fn what_the_router_refuses() {
    let shell = Shell::start().await;
    for path in ["/", "/v1", "/v1/nothing", "/v1/items/", "/nowhere/at/all", "/openapi/other.json", "/%ff"] {
        problem(&shell.get(path).await, 404, "request.no_such_path");
    }
    for (method, path, allowed) in [
        (Method::DELETE, "/v1/items", "GET, HEAD"),
        (Method::PATCH, "/v1/session/wechat", "POST"),
        (Method::POST, "/health/live", "GET, HEAD"),
    ] {
        let answer = shell.send(method, path, &JSON, "{}").await;
        problem(&answer, 405, "request.method");
        assert_eq!(header(&answer, "allow"), allowed, "{path}");
    }
}

#[tokio::test]
async fn bodies_that_cannot_be_understood() {
    let shell = Shell::start().await;
    let bodies: [&[u8]; 8] = [
        b"",
        b"{",
        b"[]",
        b"null",
        br#"{"code": ["dev-a"]}"#,
        br#"{"code": "dev-a", "colour": "red"}"#,
        b"{\"code\": \"\xff\xfe\"}",
        b"\xef\xbb\xbf{\"code\": \"dev-a\"}",
    ];
    for body in bodies {
        let answer = shell.send(Method::POST, "/v1/session/wechat", &JSON, body).await;
        let problem = problem(&answer, 400, "request.malformed");
        let code = problem["errors"][0]["code"].as_str().unwrap();
        assert!(code.starts_with("request."), "{code}: {}", String::from_utf8_lossy(body));
    }
    // Everything that is wrong, each with its place.
    let wrong = br#"{"code": ["dev-a"], "colour": "red", "scope/x": 1}"#;
    let answer = shell.send(Method::POST, "/v1/session/wechat", &JSON, wrong).await;
    let told = problem(&answer, 400, "request.malformed");
    let places: Vec<_> = told["errors"].as_array().unwrap().iter().map(|fault| fault["pointer"].clone()).collect();
    assert_eq!(places, ["/code", "/colour", "/scope~1x"]);
    for kind in ["text/plain", "application/xml", "multipart/form-data; boundary=x"] {
        let answer = shell.send(Method::POST, "/v1/session/wechat", &[("content-type", kind)], "{}").await;
        problem(&answer, 415, "request.media_type");
    }
}

#[tokio::test]
async fn parameters_that_cannot_be_understood() {
    let shell = Shell::start().await;
    let token = shell.sign_in("parameters").await;
    let who = [("authorization", token.as_str())];
    for path in ["/v1/cases/not-an-id", "/v1/cases?limit=many", "/v1/photos/7"] {
        let answer = shell.send(Method::GET, path, &who, "").await;
        let problem = problem(&answer, 400, "request.parameter");
        assert!(problem["errors"][0]["parameter"].is_string(), "{problem:#}");
    }
}

#[tokio::test]
async fn who_is_not_signed_in_is_told_how() {
    let shell = Shell::start().await;
    let answer = shell.get("/v1/cases").await;
    problem(&answer, 401, "session.missing");
    assert_eq!(header(&answer, "www-authenticate"), r#"Bearer realm="gaoxingban""#);
    for token in ["Bearer", "Basic Zm9vOmJhcg==", "Bearer  ", "nonsense"] {
        let answer = shell.send(Method::GET, "/v1/cases", &[("authorization", token)], "").await;
        assert_eq!(answer.status, 401, "{token}");
    }
    let answer = shell.send(Method::GET, "/v1/cases", &[("authorization", "Bearer a.b.c")], "").await;
    problem(&answer, 401, "session.invalid");
    assert!(header(&answer, "www-authenticate").contains("invalid_token"));
}

#[tokio::test]
async fn a_body_is_counted_while_it_is_read() {
    let shell = Shell::start().await;
    let large = format!(r#"{{"code":"{}"}}"#, "x".repeat(2 << 20));
    let answer = shell.send(Method::POST, "/v1/session/wechat", &JSON, large.clone()).await;
    problem(&answer, 413, "request.too_large");
    // The same without a length: nothing but the bytes themselves can tell.
    let mut chunked = b"POST /v1/session/wechat HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
        Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        .to_vec();
    for part in large.as_bytes().chunks(64 << 10) {
        chunked.extend(format!("{:x}\r\n", part.len()).bytes().chain(part.iter().copied()).chain(*b"\r\n"));
    }
    chunked.extend(b"0\r\n\r\n");
    let answer = shell.raw(&chunked, false).await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("request.too_large"), "{answer}");
}

#[tokio::test]
async fn nothing_is_read_of_a_stranger() {
    let shell = Shell::start().await;
    // Fifty megabytes are announced and not one is sent: who waits for them never answers.
    let head = "POST /v1/photos HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n\
        Content-Length: 52428800\r\nConnection: close\r\n\r\n";
    let answer = shell.raw(head.as_bytes(), false).await;
    assert!(answer.starts_with("HTTP/1.1 401") && answer.contains("session.missing"), "{answer}");
}

#[tokio::test]
async fn a_body_that_is_cut_off() {
    let shell = Shell::start().await;
    let head = "POST /v1/session/wechat HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
        Content-Length: 100\r\nConnection: close\r\n\r\n{\"code\":";
    let answer = shell.raw(head.as_bytes(), true).await;
    assert!(answer.is_empty() || answer.contains("request.cut_off"), "{answer}");
    // The server is none the worse for it.
    assert_eq!(shell.get("/health/ready").await.status, 200);
}

#[tokio::test]
async fn every_problemspeaks_the_callers_language() {
    let shell = Shell::start().await;
    let english = shell.send(Method::GET, "/v1/nothing", &[("accept-language", "en-GB,zh;q=0.5")], "").await;
    assert_eq!(json_of(&english)["title"], "There is nothing at this address");
    assert_eq!(header(&english, "content-language"), "en");
    let chinese = shell.get("/v1/nothing").await;
    assert_eq!(json_of(&chinese)["title"], "没有这个地址");
    assert_eq!(header(&chinese, "content-language"), "zh-CN");
}

#[tokio::test]
async fn a_sane_request_id_is_taken_over_and_another_is_not() {
    let shell = Shell::start().await;
    let answer = shell.send(Method::GET, "/v1/items", &[("x-request-id", "phone-0192f0c1")], "").await;
    assert_eq!(header(&answer, "x-request-id"), "phone-0192f0c1");
    for id in ["short", "has space in it", "semi;colon;semi"] {
        let answer = shell.send(Method::GET, "/v1/items", &[("x-request-id", id)], "").await;
        assert_ne!(header(&answer, "x-request-id"), id);
        assert_eq!(header(&answer, "x-request-id").len(), 36);
    }
}

#[tokio::test]
async fn metrics_name_operations_and_nothing_of_anybody() {
    let shell = Shell::start().await;
    let token = shell.sign_in("metrics").await;
    shell
        .send(Method::GET, "/v1/cases/0192f0c1-0000-7000-8000-000000000000", &[("authorization", token.as_str())], "")
        .await;
    shell.get("/nowhere?phone=13800003210").await;
    let text = String::from_utf8(shell.get("/metrics").await.body.to_vec()).unwrap();
    for line in [
        r#"gxb_http_requests_total{operation="sign_in_wechat",status="200"} 1"#,
        r#"gxb_http_requests_total{operation="get_case",status="404"} 1"#,
        r#"gxb_http_requests_total{operation="none",status="404"} 1"#,
        r#"gxb_http_request_seconds_count{operation="get_case"} 1"#,
        r#"gxb_http_requests_in_flight{operation="get_case"} 0"#,
    ] {
        assert!(text.contains(line), "{line} is missing from:\n{text}");
    }
    assert!(!text.contains("0192f0c1") && !text.contains("138"), "{text}");
}

#[tokio::test]
async fn health_pages_and_documents_are_there() {
    let shell = Shell::start().await;
    assert_eq!(json_of(&shell.get("/health/live").await)["status"], "live");
    let ready = shell.get("/health/ready").await;
    assert_eq!((ready.status, json_of(&ready)["store"].as_str()), (200, Some("ok")));
    for name in ["app", "staff", "integration"] {
        let document = shell.get(&format!("/openapi/{name}.json")).await;
        assert_eq!(json_of(&document)["openapi"], "3.0.0");
        let page = shell.get(&format!("/docs/{name}")).await;
        let html = String::from_utf8(page.body.to_vec()).unwrap();
        assert!(page.status == 200 && html.contains("<rapi-doc"));
        for outside in ["src=\"http", "src='http", "href=\"//", "<link href=\"http", "src=\"//", "@import"] {
            assert!(!html.contains(outside), "/docs/{name} fetches something: {outside}");
        }
    }
    for path in ["/docs", "/docs/problems", "/docs/faults", "/docs/reasons"] {
        let page = shell.get(path).await;
        assert!(page.status == 200 && header(&page, "content-type").starts_with("text/html"), "{path}");
    }
    let keys = json_of(&shell.get("/.well-known/jwks.json").await);
    assert_eq!(keys["keys"][0]["kty"], "OKP");
}

#[tokio::test]
async fn a_database_that_is_gone_is_said_and_not_explained() {
    let shell = Shell::start().await;
    let token = shell.sign_in("gone").await;
    shell.app.desk.db.clone().close().await.unwrap();
    let ready = shell.get("/health/ready").await;
    assert_eq!((ready.status, json_of(&ready)["database"].as_str()), (503, Some("failing")));
    let answer = shell.send(Method::GET, "/v1/cases", &[("authorization", token.as_str())], "").await;
    let body = problem(&answer, 503, "service.unavailable");
    assert!(!header(&answer, "retry-after").is_empty());
    assert!(!body.to_string().to_lowercase().contains("sql"), "{body:#}");
}
