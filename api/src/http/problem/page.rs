//! The page every problem's `type` points at, and the one of the reasons why a delivery is not done: made from their tables,
//! they need nothing from the internet.

use portal::reason::{self, Meaning};

use super::codes::{ALL, Code};
use super::faults;

/// The page of every problem, in both languages.
pub fn page() -> String {
    document(
        "问题代码 Problems",
        "每个错误都是 <code>application/problem+json</code>（RFC 9457）；程序请只看 <code>code</code>。<br>\
         Every error is <code>application/problem+json</code> (RFC 9457); programs should look at <code>code</code> only.",
        "<th>code<th>HTTP<th>是什么 What<th>怎么办 What to do<th>重试 Retry",
        &ALL.iter().map(|code| row(code)).collect::<String>(),
    )
}

/// The page of every code that can stand in `errors`, in both languages.
pub fn fault_page() -> String {
    document(
        "逐项错误 Faults",
        "<code>errors</code> 里每一项的 <code>code</code>；表单和照片的见办件接口。<br>\
         The <code>code</code> of each entry of <code>errors</code>, but for those of forms and photos.",
        "<th>code<th>是什么 What<th>怎么办 What to do",
        &faults::all().map(reason_row).collect::<String>(),
    )
}

/// The page of every reason why a delivery is not done, in both languages.
pub fn reasons() -> String {
    document(
        "转办原因 Reasons",
        "转办记录和每次尝试的原因代码（<code>reason</code>、<code>code</code>）。<br>\
         The codes beside a delivery and its tries (<code>reason</code>, <code>code</code>).",
        "<th>code<th>是什么 What<th>怎么办 What to do",
        &reason::ALL.iter().map(reason_row).collect::<String>(),
    )
}

fn document(title: &str, about: &str, head: &str, rows: &str) -> String {
    format!(
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>高兴办 · {title}</title>\
         <style>{STYLE}</style><h1>{title}</h1><p>{about}<p><a href=\"/docs\">接口文档 Documents</a>\
         <table><tr>{head}{rows}</table></html>\n"
    )
}

const STYLE: &str = "body{font:16px/1.6 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}\
    table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #ddd;padding:.5rem;text-align:left;\
    vertical-align:top}tr:target{background:#fff3c4}small{color:#555}code{white-space:nowrap}";

fn row(code: &Code) -> String {
    let retry = code.retry_after_s.map_or_else(|| "—".to_owned(), |seconds| format!("{seconds} s"));
    let machines = code.for_machines.as_ref().map_or_else(String::new, |words| {
        let (zh, en) = (escape(&words.zh), escape(&words.en));
        format!("<br>系统对接 For machines: {zh}<br><small>{en}</small>")
    });
    format!(
        "<tr id=\"{0}\"><td><a href=\"#{0}\"><code>{0}</code></a><td>{1}<td>{2}<br><small>{3}</small>\
         <td>{4}<br><small>{5}</small>{machines}<td>{retry}",
        code.code,
        code.status,
        escape(&code.title.zh),
        escape(&code.title.en),
        escape(&code.advice.zh),
        escape(&code.advice.en),
    )
}

fn reason_row(of: &Meaning) -> String {
    let [zh, en, next_zh, next_en] = [of.zh, of.en, of.next_zh, of.next_en].map(escape);
    format!(
        "<tr id=\"{0}\"><td><a href=\"#{0}\"><code>{0}</code></a><td>{zh}<br><small>{en}</small>\
         <td>{next_zh}<br><small>{next_en}</small>",
        of.code
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
