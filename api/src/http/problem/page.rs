//! The page every problem's `type` points at: made from the table, needs nothing from the internet.

use super::codes::{ALL, Code};

/// The whole page, in both languages.
pub fn page() -> String {
    let rows: String = ALL.iter().map(|code| row(code)).collect();
    format!(
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>高兴办 · 问题代码 Problems</title>\
         <style>{STYLE}</style><h1>问题代码 Problems</h1>\
         <p>每个错误都是 <code>application/problem+json</code>（RFC 9457）；程序请只看 <code>code</code>。<br>\
         Every error is <code>application/problem+json</code> (RFC 9457); programs should look at <code>code</code> only.\
         <p><a href=\"/docs\">接口文档 Documents</a>\
         <table><tr><th>code<th>HTTP<th>是什么 What<th>怎么办 What to do<th>重试 Retry{rows}</table></html>\n"
    )
}

const STYLE: &str = "body{font:16px/1.6 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}\
    table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #ddd;padding:.5rem;text-align:left;\
    vertical-align:top}tr:target{background:#fff3c4}small{color:#555}code{white-space:nowrap}";

fn row(code: &Code) -> String {
    let retry = code.retry_after_s.map_or_else(|| "—".to_owned(), |seconds| format!("{seconds} s"));
    format!(
        "<tr id=\"{0}\"><td><a href=\"#{0}\"><code>{0}</code></a><td>{1}<td>{2}<br><small>{3}</small>\
         <td>{4}<br><small>{5}</small><td>{retry}",
        code.code,
        code.status,
        escape(&code.title.zh),
        escape(&code.title.en),
        escape(&code.advice.zh),
        escape(&code.advice.en),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
