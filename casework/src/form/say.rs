//! The words of every fault: Chinese a shop owner understands, English beside it, the field by its title.

use super::shape::Shape;
use super::{Fault, MAX_FAULTS, bounds};
use crate::item::Text;

/// Most choices that are named in one sentence.
const MAX_NAMED: usize = 12;

/// Which of two faults of one place helps more: the lower.
pub(super) fn weight(code: &str) -> u8 {
    match code {
        "form.bad_character" => 0,
        "form.required" => 1,
        "form.type" => 2,
        "form.uscc" | "form.id_number" | "form.phone" | "form.date" => 3,
        "form.unknown_field" => 4,
        _ => 5,
    }
}

fn fault(pointer: String, code: &'static str, zh: String, en: String) -> Fault {
    Fault { pointer, code, detail: Text { zh, en } }
}

pub(super) fn not_an_object() -> Fault {
    let (zh, en) = ("没有收到填写的内容，请返回重新填写。", "The form must be a JSON object.");
    fault(String::new(), "form.type", zh.into(), en.into())
}

pub(super) fn too_large() -> Fault {
    let zh = "填写的内容太多，请删减后再提交。".into();
    let en = format!("The form is too large: at most {} bytes and {} values.", bounds::MAX_BYTES, bounds::MAX_VALUES);
    fault(String::new(), "form.too_large", zh, en)
}

pub(super) fn too_deep() -> Fault {
    let en = format!("The form is nested too deeply: at most {} levels.", bounds::MAX_DEPTH);
    fault(String::new(), "form.too_deep", "填写的内容格式不对，请返回重新填写。".into(), en)
}

pub(super) fn bad_name(pointer: String) -> Fault {
    let (zh, en) = ("这里有表单里没有的填写项，请去掉。", "A field name here is none of the form's; remove it.");
    fault(pointer, "form.unknown_field", zh.into(), en.into())
}

pub(super) fn bad_character(pointer: String) -> Fault {
    let zh = "这里有看不见的特殊字符，请删掉后手工重新输入，不要粘贴。";
    let en = "There are invisible control characters here; delete them and type the text by hand.";
    fault(pointer, "form.bad_character", zh.into(), en.into())
}

pub(super) fn required(pointer: String, title: &Text) -> Fault {
    fault(pointer, "form.required", format!("请填写“{}”。", title.zh), format!("Fill in “{}”.", title.en))
}

pub(super) fn unknown_field(pointer: String) -> Fault {
    let (zh, en) = ("表单里没有这一项，请去掉。", "The form has no such field; remove it.");
    fault(pointer, "form.unknown_field", zh.into(), en.into())
}

pub(super) fn not_now(pointer: String, title: &Text) -> Fault {
    let zh = format!("按前面的选择，“{}”不用填，请去掉。", title.zh);
    let en = format!("With the other answers “{}” does not apply; remove it.", title.en);
    fault(pointer, "form.unknown_field", zh, en)
}

pub(super) fn null(pointer: String, title: &Text) -> Fault {
    let zh = format!("“{}”是空的，请填写；不需要填就不要带上这一项。", title.zh);
    let en = format!("“{}” is null; fill it in, or leave the field out.", title.en);
    fault(pointer, "form.type", zh, en)
}

pub(super) fn wrong_type(pointer: String, shape: &Shape) -> Fault {
    let (zh, en) = match shape.kind.as_str() {
        "string" => ("要填文字", "must be text"),
        "number" => ("要填数字", "must be a number"),
        "integer" => ("要填整数", "must be a whole number"),
        "boolean" => ("只能选“是”或“否”", "must be true or false"),
        "array" => ("要一条一条地填", "must be a list"),
        _ => ("填写的格式不对，请重新填写", "must be an object"),
    };
    let title = &shape.title;
    fault(pointer, "form.type", format!("“{}”{zh}。", title.zh), format!("“{}” {en}.", title.en))
}

pub(super) fn too_short(pointer: String, title: &Text, limit: u64) -> Fault {
    let zh = format!("“{}”太短，至少要 {limit} 个字，请写完整。", title.zh);
    fault(pointer, "form.too_short", zh, format!("“{}” needs at least {limit} characters.", title.en))
}

pub(super) fn too_long(pointer: String, title: &Text, limit: u64) -> Fault {
    let zh = format!("“{}”太长，最多 {limit} 个字，请写短一些。", title.zh);
    fault(pointer, "form.too_long", zh, format!("“{}” may have at most {limit} characters.", title.en))
}

pub(super) fn range(pointer: String, shape: &Shape) -> Fault {
    let (least, most) = (shape.least.as_deref().unwrap_or("?"), shape.most.as_deref().unwrap_or("?"));
    let zh = format!("“{}”要在 {least} 到 {most} 之间，请核对数字和单位。", shape.title.zh);
    let en = format!("“{}” must be from {least} to {most}; check the number and its unit.", shape.title.en);
    fault(pointer, "form.range", zh, en)
}

pub(super) fn agree(pointer: String, code: &'static str, title: &Text) -> Fault {
    let zh = format!("请阅读并勾选“{}”，勾选后才能提交。", title.zh);
    fault(pointer, code, zh, format!("Read “{}” and tick it; without it nothing can be submitted.", title.en))
}

pub(super) fn choice(pointer: String, shape: &Shape) -> Fault {
    let listed = |pick: fn(&Text) -> &str, between: &str| {
        shape.choices.iter().take(MAX_NAMED).map(pick).collect::<Vec<_>>().join(between)
    };
    let (zh, en) = (listed(|text| &text.zh, "；"), listed(|text| &text.en, "; "));
    let title = &shape.title;
    if zh.is_empty() {
        return invalid(pointer, title);
    }
    let zh = format!("“{}”请从这些里选一个：{zh}。", title.zh);
    fault(pointer, "form.choice", zh, format!("“{}” must be one of: {en}.", title.en))
}

pub(super) fn count(pointer: String, title: &Text) -> Fault {
    let zh = format!("“{}”的条数不对，请增减后再提交。", title.zh);
    fault(pointer, "form.count", zh, format!("“{}” has too few, too many or repeated entries.", title.en))
}

pub(super) fn pattern(pointer: String, shape: &Shape) -> Fault {
    let title = &shape.title;
    let (zh, en) = match &shape.help {
        Some(help) => (format!("“{}”的格式不对。{}", title.zh, help.zh), format!("“{}”: {}", title.en, help.en)),
        None => {
            (format!("“{}”的格式不对，请核对。", title.zh), format!("“{}” is not written as it must be.", title.en))
        }
    };
    fault(pointer, "form.pattern", zh, en)
}

pub(super) fn invalid(pointer: String, title: &Text) -> Fault {
    let zh = format!("“{}”填得不对，请核对。", title.zh);
    fault(pointer, "form.invalid", zh, format!("“{}” is not a valid answer.", title.en))
}

/// A text that is not what its format says; `advice` tells more where the law's own check does.
pub(super) fn bad_format(pointer: String, title: &Text, code: &'static str, advice: Option<Text>) -> Fault {
    let (zh, en) = match code {
        "form.required" => return required(pointer, title),
        "form.date" => ("要填真实的日期，写成 2026-03-02 这样。", "must be a real day, written 2026-03-02."),
        _ => ("请写在一行里，不要换行。", "must be on one line."),
    };
    match advice {
        // The advice mostly names the thing itself; where the field has another title, that comes first.
        Some(advice) if advice.zh.contains(&title.zh) => Fault { pointer, code, detail: advice },
        Some(advice) => {
            fault(pointer, code, format!("“{}”：{}", title.zh, advice.zh), format!("“{}”: {}", title.en, advice.en))
        }
        None => fault(pointer, code, format!("“{}”{zh}", title.zh), format!("“{}” {en}", title.en)),
    }
}

pub(super) fn past(pointer: String, title: &Text) -> Fault {
    let zh = format!("“{}”不能早于今天，请改成今天或以后的日期。", title.zh);
    fault(pointer, "form.date", zh, format!("“{}” must not be before today.", title.en))
}

pub(super) fn future(pointer: String, title: &Text) -> Fault {
    let zh = format!("“{}”不能晚于今天；还没有完工的，请完工后再办。", title.zh);
    fault(pointer, "form.date", zh, format!("“{}” must not be after today.", title.en))
}

pub(super) fn order(pointer: String, earlier: &Text, later: &Text) -> Fault {
    let zh = format!("“{}”不能早于“{}”，请核对两个日期。", later.zh, earlier.zh);
    fault(pointer, "form.date", zh, format!("“{}” must not be before “{}”.", later.en, earlier.en))
}

pub(super) fn area(pointer: String, title: &Text, square_metres: f64) -> Fault {
    let zh = format!("“{}”应等于宽×高，按您填的宽和高是 {square_metres:.2} 平方米，请核对。", title.zh);
    let en = format!("“{}” must be width × height, here {square_metres:.2} m²; check the three numbers.", title.en);
    fault(pointer, "form.size", zh, en)
}

pub(super) fn limit(pointer: String, code: &'static str, detail: Text) -> Fault {
    Fault { pointer, code, detail }
}

pub(super) fn more() -> Fault {
    let zh = format!("还有更多问题没有列出来，请先改好前面的 {MAX_FAULTS} 处。");
    fault(String::new(), "form.more", zh, format!("There are more faults than the {MAX_FAULTS} listed."))
}
