//! What can be wrong with one part of a request: the codes in `errors`, what each means and what to do.
//!
//! The words beside a fault say what it is this time; these are for the page.

use portal::reason::Meaning;
use portal::signature;

portal::meanings! {
    OWN,
    "request.required": "缺少必填字段" / "a field that must be there is not", "补上。" / "Send it.";
    "request.unknown_field": "没有这个字段或参数" / "there is no such field or parameter",
        "核对拼写；多余的请去掉。" / "Compare its spelling with the document, or leave it out.";
    "request.type": "类型或格式不对" / "of another type or form", "按 detail 写。" / "Write it as `detail` says.";
    "request.choice": "不在可选的值之中" / "not one of the values there are", "用 detail 列出的值。" / "Take one that `detail` lists.";
    "request.range": "数值超出范围" / "a number that is too small or too large", "按 detail 的范围。" / "Keep to the range in `detail`.";
    "request.length": "文字太短或太长" / "a text that is too short or too long", "按 detail 的长度。" / "Keep to the length in `detail`.";
    "request.count": "项数太少或太多" / "too few or too many entries", "按 detail 的项数。" / "Keep to the number in `detail`.";
    "request.blank": "只有空白" / "a text of blanks only", "写明内容。" / "Say something.";
    "request.malformed": "整个内容看不懂" / "the body as a whole cannot be understood",
        "检查是否为 UTF-8 的 JSON。" / "See that it is JSON in UTF-8.";
    "request.parameter": "参数不对" / "a parameter is wrong", "按 detail 改正。" / "Correct it as `detail` says.";
    "report.missing": "状态回传缺少字段" / "a field of the report is missing", "补上后重发。" / "Send the report again with it.";
    "report.malformed": "状态回传的字段看不懂" / "a field of the report cannot be read", "改正后重发。" / "Mend it and send the report again.";
    "report.not_an_object": "状态回传不是 JSON 对象" / "the report is not a JSON object",
        "按接口文档发送一个 JSON 对象。" / "Send one JSON object as the document says.";
}

/// Every code, in the order of the page: those of any request, then why a call is not believed.
pub fn all() -> impl Iterator<Item = &'static Meaning> {
    OWN.iter().chain(signature::MEANINGS)
}
