//! What the province has got, for a person to look at. One page, nothing from elsewhere.

use std::fmt::Write as _;
use std::sync::Arc;

use poem::web::Data;
use poem::{Response, handler};
use serde_json::Value;

use super::desk::Desk;
use super::memory::SimCase;

/// The most cases on the page.
const MAX_CASES: usize = 50;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:1rem auto;padding:0 1rem;color:#222}\
h1{font-size:1.4rem}article{border:1px solid #ccc;border-radius:.5rem;padding:.5rem 1rem;margin:1rem 0}\
h2{font-size:1.1rem;margin:.3rem 0}small,dt{color:#666}dl{display:grid;grid-template-columns:max-content 1fr;gap:0 1rem}\
dd{margin:0}table{border-collapse:collapse;width:100%}td,th{text-align:left;border-top:1px solid #eee;padding:.2rem .5rem}\
figure{display:inline-block;margin:.3rem}img{height:10rem;max-width:20rem;object-fit:contain;background:#f3f3f3}\
figcaption{font-size:.8rem;color:#666}.state{background:#eef;border-radius:.3rem;padding:0 .5rem}\
.done0{background:#dfd}.done1,.s07{background:#fdd}.s06{background:#ffd}";

#[handler]
pub(super) fn front(Data(desk): Data<&Arc<Desk>>) -> Response {
    let (cases, all) = desk.memory().newest(MAX_CASES);
    let mut page = format!(
        "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><meta http-equiv=\"refresh\" content=\"5\"><title>省平台（模拟）</title>\
         <style>{STYLE}</style></head><body><h1>省政务服务平台（模拟） <small>Province simulator</small></h1>\
         <p>已收办件 {all} 件，下面是最近的 {} 件。 <small>{all} cases received; the newest {} below.</small></p>",
        cases.len(),
        cases.len(),
    );
    if cases.is_empty() {
        page.push_str("<p>还没有收到办件。提交一件，几秒后就会出现在这里。 <small>Nothing yet. Submit a case and it appears here.</small></p>");
    }
    for case in &cases {
        article(&mut page, case);
    }
    page.push_str("</body></html>");
    Response::builder()
        .content_type("text/html; charset=utf-8")
        .header("content-security-policy", "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'")
        .header("x-content-type-options", "nosniff")
        .header("referrer-policy", "no-referrer")
        .body(page)
}

fn article(page: &mut String, case: &SimCase) {
    let field = |name: &str| escape(case.application.get(name).and_then(Value::as_str).unwrap_or_default());
    let (state, done) = (escape(&case.state), case.doneresult.as_deref().map(escape).unwrap_or_default());
    push(
        page,
        format_args!(
            "<article><h2>{} · {} <span class=\"state s{state} done{done}\">{}</span></h2>\
             <dl><dt>办件编号 number</dt><dd>{}</dd><dt>省平台编号 projid</dt><dd>{}</dd>\
             <dt>业务流水号 orgbusno</dt><dd>{}</dd><dt>申请人 applicant</dt><dd>{}</dd>\
             <dt>联系人 contact</dt><dd>{} {}</dd><dt>版本 dataver</dt><dd>{}</dd></dl>",
            field("itemname"),
            field("applyname"),
            label(&case.state, case.doneresult.as_deref()),
            field("project_no"),
            escape(&case.projid),
            escape(&case.orgbusno),
            field("applyname"),
            field("contactman"),
            field("telphone"),
            case.dataver,
        ),
    );
    form(page, case);
    pictures(page, case);
    history(page, case);
    told(page, case);
    page.push_str("</article>");
}

fn form(page: &mut String, case: &SimCase) {
    page.push_str("<details><summary>表单 form</summary><dl>");
    for (name, value) in case.application.get("form").and_then(Value::as_object).into_iter().flatten().take(200) {
        let shown = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
        push(page, format_args!("<dt>{}</dt><dd>{}</dd>", escape(name), escape(&shown)));
    }
    page.push_str("</dl></details>");
}

fn pictures(page: &mut String, case: &SimCase) {
    let materials = case.application.get("materials").and_then(Value::as_array).into_iter().flatten();
    for material in materials.take(50) {
        let text = |value: &Value, name: &str| escape(value.get(name).and_then(Value::as_str).unwrap_or_default());
        for file in material.get("files").and_then(Value::as_array).into_iter().flatten().take(50) {
            let sha256 = text(file, "sha256");
            // A browser shows a PDF on a page of its own.
            let shown = if text(file, "contenttype") == "application/pdf" {
                "PDF".to_owned()
            } else {
                format!("<img loading=\"lazy\" src=\"/sim/files/{sha256}\" alt=\"{}\">", text(material, "attrname"))
            };
            let kilobytes = file.get("size").and_then(Value::as_u64).unwrap_or_default().div_ceil(1000);
            push(
                page,
                format_args!(
                    "<figure><a href=\"/sim/files/{sha256}\">{shown}</a>\
                     <figcaption>{0} · {1} · {kilobytes} kB</figcaption></figure>",
                    text(material, "attrname"),
                    text(file, "filename"),
                ),
            );
        }
    }
}

fn history(page: &mut String, case: &SimCase) {
    page.push_str("<table><tr><th>时间 time</th><th>状态 state</th><th>说明 words</th><th>回传 pushed</th></tr>");
    for report in case.history.iter().rev().take(100) {
        let code = |name: &str| report.body.get(name).and_then(Value::as_str);
        let text = |name: &str| escape(code(name).unwrap_or_default());
        let pushed = match (report.delivered, report.tries) {
            (true, tries) => format!("已送达 delivered ({tries})"),
            (false, 0) => "—".to_owned(),
            (false, tries) => format!("未送达 not delivered ({tries})"),
        };
        let state = label(code("state").unwrap_or_default(), code("doneresult"));
        let licence = text("certificateno");
        push(
            page,
            format_args!(
                "<tr><td>{}</td><td>{state}</td><td>{} {licence}</td><td>{pushed}</td></tr>",
                text("occurtime"),
                text("nodeadv"),
            ),
        );
    }
    page.push_str("</table>");
}

/// What the caller told of its own steps.
fn told(page: &mut String, case: &SimCase) {
    if case.told.is_empty() {
        return;
    }
    page.push_str("<details open><summary>县里报来的环节 told by the caller</summary><table>");
    page.push_str("<tr><th>sn</th><th>环节 step</th><th>内容 content</th></tr>");
    for (kind, sn, body) in case.told.iter().rev().take(100) {
        let fields = body.as_object().into_iter().flatten();
        let shown = fields.filter(|(name, _)| !["sn", "orgbusno", "projid"].contains(&name.as_str()));
        let words: Vec<_> = shown
            .map(|(name, value)| {
                format!("{name}={}", value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned))
            })
            .collect();
        let (kind, sn, words) = (escape(kind), escape(sn), escape(&words.join(" · ")));
        push(page, format_args!("<tr><td>{sn}</td><td>{kind}</td><td>{words}</td></tr>"));
    }
    page.push_str("</table></details>");
}

fn label(state: &str, done: Option<&str>) -> String {
    let label = match (state, done) {
        ("02", _) => "收件 received",
        ("05", _) => "受理 accepted",
        ("06", _) => "补齐补正 to be corrected",
        ("07", _) => "不予受理 not accepted",
        ("11", _) => "挂起 paused",
        ("12", _) => "在办 under review",
        ("10", Some("0")) => "准予许可 approved",
        ("10", Some("1")) => "不予许可 denied",
        ("10", _) => "办结 done",
        ("13", _) => "退件 given up or never corrected",
        _ => return escape(state),
    };
    label.to_owned()
}

fn push(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = page.write_fmt(text);
}

/// `text` so that it stays text, inside an element and inside a quoted attribute.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}
