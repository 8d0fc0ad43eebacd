//! Why a promise is not kept, or was kept without doing anything: every code in one table, with what it means and what to do.
//!
//! A code never changes its meaning and is never removed. What the relay does by itself is said as well, so that nobody is
//! called out for it.

/// What a code means, and what to do about it.
#[derive(Clone, Copy, Debug)]
pub struct Meaning {
    /// The stable code, as it stands beside a delivery and its tries.
    pub code: &'static str,
    /// What it means, in Chinese.
    pub zh: &'static str,
    /// The same in English.
    pub en: &'static str,
    /// What to do, in Chinese.
    pub next_zh: &'static str,
    /// The same in English.
    pub next_en: &'static str,
}

/// Declares a table: its name; code, meaning and cure in both languages.
#[macro_export]
macro_rules! meanings {
    ($name:ident, $($code:literal: $zh:literal / $en:literal, $next_zh:literal / $next_en:literal;)+) => {
        /// Every code, in the order of the page.
        pub static $name: &[$crate::reason::Meaning] = &[
            $($crate::reason::Meaning { code: $code, zh: $zh, en: $en, next_zh: $next_zh, next_en: $next_en }),+
        ];
    };
}

meanings! {
    ALL,
    // The province, tried again without anybody.
    "province.unreachable": "连不上对方，什么都没有发出" / "no connection: nothing was sent",
        "自动重试。一直如此时查网络和对方地址。" / "Tried again by itself. If it stays, look at the network and the address.";
    "province.no_answer": "没有收到完整答复，可能已送达" / "no whole answer: it may have arrived",
        "自动先查询再重发。" / "The relay asks first, then sends it again: nothing to do.";
    "province.too_slow": "对方处理超时（408、425）" / "the other side took too long (408, 425)",
        "自动重试。" / "Tried again by itself.";
    "province.busy": "对方要求稍后再发（429）" / "the other side asks to be left alone (429)",
        "自动按对方要求的时间重试。" / "Tried again by itself, when the other side allows.";
    "province.failing": "对方内部出错（5xx）" / "the other side fails (5xx)",
        "自动重试。重试用尽挂起的，请对方修复后重办。" / "Tried again by itself. Where the schedule is used up: have it mended there, then drive again.";
    "province.not_acknowledged": "已放入前置库或目录，对方还没有签收" / "it lies in the tables or the drop, and is not acknowledged yet",
        "自动查看。一直不签收时，请对方检查取件程序。" / "Looked at by itself. If it stays, ask whoever reads there.";
    "province.file_absent": "对方丢失了已收的文件" / "files that were put there are gone there",
        "自动重新上传。反复出现时，请对方检查存储。" / "Put again by itself. If it goes on, ask about the storage there.";
    "store.unavailable": "暂时读不到我方存储的照片" / "our own storage cannot be read right now",
        "自动重试。检查存储。" / "Tried again by itself. Look at the storage.";
    "relay.timeout": "一次办理超过时限，可能已送达" / "one try took longer than allowed: it may have arrived",
        "自动先查询再重发。" / "The relay asks first, then sends it again: nothing to do.";
    "relay.panic": "程序出错，可能已送达" / "a fault in our program: it may have arrived",
        "自动先查询再重发；请把日志交给开发人员。" / "The relay asks first, then sends it again; give the log to the developers.";
    "relay.redriven": "有人要求重办，正等待处理" / "somebody had it driven again; its turn comes",
        "不用操作。" / "Nothing to do.";

    // The province, for a person.
    "province.refused": "对方拒收，原因见每次尝试的答复" / "refused, in the words of its tries",
        "按答复改好（规格、对方配置或办件），再重办；不能改的，取消并注明原因。" / "Mend what the words name (a rule, a setting there, the case), then drive again; what cannot be mended, cancel with a reason.";
    "province.incomplete": "环节缺少必填内容，没有发出" / "a step lacks what it must have: nothing was sent",
        "在事项配置里补齐答复列出的内容，再重办。" / "Fill in what the reply lists, mostly in the item's `[province.codes]`, then drive again.";
    "province.conflict": "对方已有同号但内容不同的记录" / "something else lies there under the same key",
        "请对方核对并清除错误的记录，再重办。" / "Have it looked at and the wrong one removed there, then drive again.";
    "province.unauthorised": "对方不认可我方密钥或权限（401、403）" / "our key or right is not taken (401, 403)",
        "核对应用名、密钥、算法和时钟，再重办。" / "Compare app name, key, algorithm and clock, then drive again.";
    "province.not_found": "对方没有这个地址（404）" / "there is nothing at this address (404)",
        "核对 GXB_PORTAL_URL，再重办。" / "Compare GXB_PORTAL_URL, then drive again.";
    "province.moved": "对方地址变了（3xx），不会跟随跳转" / "the address moved (3xx); redirects are not followed",
        "把 GXB_PORTAL_URL 改成新地址，再重办。" / "Set GXB_PORTAL_URL to the new one, then drive again.";
    "province.too_large": "文件超过对方能收的大小（413）" / "larger than the other side takes (413)",
        "请对方放宽，或者下调规格的 max_bytes，再重办。" / "Have it raised there, or lower `max_bytes` of the rule, then drive again.";
    "province.unexpected": "对方的答复不在约定之内" / "an answer nobody agreed on",
        "看答复原文，对照 docs/PORTAL.md 与对方核对，再重办。" / "Read the reply, compare it with docs/PORTAL.md, then drive again.";
    "province.unreadable": "对方说已办，但答复里缺少应有的内容" / "it said yes, without what belongs to a yes",
        "自动先查询；已挂起的，请对方核对后重办。" / "The relay asks first; where parked, have it looked at there, then drive again.";
    "province.absent": "对方没有这个办件" / "the other side has no such case",
        "撤回的不用操作，会再查一次；挂起的环节，先对账补送办件（gaoxingban reconcile），再重办。" / "Nothing to do for a withdrawal, which is asked for once more; for a parked step compare the books first (gaoxingban reconcile), then drive again.";
    "photo.wrong_format": "照片不是规格要求的格式，合不成文件" / "a photo is not what the rule asks for, so no file can be made of it",
        "提交后规格变了：请申请人补正，或改回规格再重办。" / "The rule changed after the case was handed in: ask for a correction, or put the rule back and drive again.";
    "store.missing": "存储里找不到照片" / "the photo is not in the storage",
        "从备份恢复后重办；恢复不了，请申请人补正。" / "Put it back from a backup, then drive again; otherwise ask for a correction.";
    "relay.unknown_promise": "较新版本的程序留下的任务，本版本不认识" / "promised by a newer program than this one",
        "升级到同一版本，再重办。" / "Run one version everywhere, then drive again.";

    // Over.
    "province.already_there": "对方早已收到" / "it was there already", "不用操作。" / "Nothing to do.";
    "case.withdrawn": "申请人已撤回" / "the applicant gave the case up", "不用操作。" / "Nothing to do.";
    "case.decided": "撤回之前省平台已经办结" / "decided before the withdrawal was heard", "不用操作。" / "Nothing to do.";
    "relay.cancelled": "人工取消" / "ended by hand", "不用操作；原因见人工操作记录。" / "Nothing to do; the intervention says why.";

    // Notices.
    "wechat.no_template": "这种通知没有配置模板" / "no template is configured for this kind of notice",
        "通知在小程序里；需要微信提醒的，配置模板。" / "The notice stands in the app; configure a template to have it sent as well.";
    "wechat.not_subscribed": "申请人没有订阅" / "the person did not subscribe", "通知在小程序里，不用操作。" / "The notice stands in the app.";
    "wechat.may_have_been_sent": "可能已发出，不再重发" / "it may have been sent, and is not sent twice", "不用操作。" / "Nothing to do.";
    "wechat.blocked": "微信不允许给此人发送" / "WeChat does not let this person be written to", "通知在小程序里，不用操作。" / "The notice stands in the app.";
    "wechat.busy": "微信正忙" / "WeChat is busy", "自动重试。" / "Tried again by itself.";
    "wechat.rejected": "微信拒绝了这条消息" / "WeChat refused the message",
        "按答复里的错误码核对模板和字段，再重办。" / "Compare template and fields by the code in the reply, then drive again.";

    // Webhooks.
    "webhook.unreachable": "连不上回调地址" / "no connection", "自动重试。" / "Tried again by itself.";
    "webhook.no_answer": "没有收到完整答复" / "no whole answer in time", "自动重试，编号不变。" / "Tried again by itself, under the same id.";
    "webhook.busy": "对方要求稍后再发（429、503）" / "asked to wait (429, 503)", "自动重试。" / "Tried again by itself.";
    "webhook.failing": "对方内部出错（5xx）" / "the receiver fails (5xx)",
        "自动重试。挂起的，请对方修复后用 replay_webhook 补发（或由我们重办）。" / "Tried again by itself; where parked, its owner mends the receiver and calls `replay_webhook`, or we drive it again.";
    "webhook.refused": "对方拒收（4xx）" / "the receiver refuses (4xx)",
        "自动重试。挂起的，请对方修复后用 replay_webhook 补发（或由我们重办）。" / "Tried again by itself; where parked, its owner mends the receiver and calls `replay_webhook`, or we drive it again.";
    "webhook.redirect": "回调地址跳转（3xx），不会跟随" / "redirected (3xx), which is not followed",
        "对方用 put_webhook 改成新地址；挂起的用 replay_webhook 补发（或由我们重办）。" / "Its owner gives the new address with `put_webhook` and sends what is parked with `replay_webhook`; or we drive it again.";
    "webhook.gone": "对方答复 410，回调已停用" / "it answered 410: the webhook is off",
        "仍要接收时，用 put_webhook 重新启用，再用 replay_webhook 补发。" / "To go on, turn it on with `put_webhook` and send the rest with `replay_webhook`.";
    "webhook.address": "回调地址不允许访问" / "the address leads where we must not call",
        "改用公网 https 地址；内网由运维人员设 GXB_WEBHOOK_NETWORKS 放行；挂起的用 replay_webhook 补发（或由我们重办）。" / "Use a public https address, or have the operator name the network in GXB_WEBHOOK_NETWORKS; then its owner calls `replay_webhook`, or we drive it again.";
    "webhook.no_key": "回调没有可用的密钥" / "no key of the webhook is good any more",
        "对方用 put_webhook_key 设置密钥，再用 replay_webhook 补发（或由我们重办）。" / "Its owner makes one with `put_webhook_key` and sends what is parked with `replay_webhook`; or we drive it again.";
    "webhook.removed": "回调已删除" / "the webhook was removed", "不用操作。" / "Nothing to do.";
    "webhook.not_allowed": "该系统不再有接收回调的权限" / "its machine may not be called any more", "不用操作。" / "Nothing to do.";
    "digest.superseded": "已有更新的摘要" / "a newer digest was due", "不用操作。" / "Nothing to do.";
    "digest.forgotten": "摘要已过保存期" / "the digest is no longer kept", "不用操作。" / "Nothing to do.";
}

/// What a code means; none for one that was never ours.
pub fn named(code: &str) -> Option<&'static Meaning> {
    ALL.iter().find(|reason| reason.code == code)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_stands_there_once_and_says_something() {
        let codes: BTreeSet<_> = ALL.iter().map(|reason| reason.code).collect();
        assert_eq!(codes.len(), ALL.len());
        for reason in ALL {
            assert!([reason.zh, reason.en, reason.next_zh, reason.next_en].iter().all(|text| !text.is_empty()));
        }
        assert!(named(casework::outbox::REDRIVEN).is_some());
    }
}
