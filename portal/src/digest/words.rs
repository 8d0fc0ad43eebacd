//! A digest in words: one line for each thing a person has to do, and how to do it.

use casework::destination::Standing;
use casework::outbox::Reason;
use casework::report::Aside;
use casework::webhook::Trouble;
use chrono::{DateTime, TimeDelta, Utc};
use entity::OutboxId;
use entity::outbox::{Destination, State};

use super::{Digest, Ending, Oldest, Signer};
use crate::reason;
use crate::reconcile::report::Report;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which kind of thing: `parked`, `unknown`, `late`, `down`, `paused`, `webhook`, `key`, `reports`, `books`.
    pub code: &'static str,
    /// The destination it is about, where it is about one.
    pub destination: Option<Destination>,
    /// The code of the reason, of what is stuck for one.
    pub reason: Option<String>,
    /// The delivery it is about, where it is about one.
    pub delivery: Option<OutboxId>,
    /// Which operation of the integration interface is of use; none where a machine can do nothing.
    pub operation: Option<&'static str>,
    /// What there is, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
    /// What to do, in Chinese.
    pub next_zh: String,
    /// The same in English.
    pub next_en: String,
}

impl Line {
    fn new(code: &'static str, (zh, en): (String, String), (next_zh, next_en): (String, String)) -> Self {
        Self { code, destination: None, reason: None, delivery: None, operation: None, zh, en, next_zh, next_en }
    }

    fn about(self, destination: Destination) -> Self {
        Self { destination: Some(destination), ..self }
    }

    fn with(self, operation: &'static str) -> Self {
        Self { operation: Some(operation), ..self }
    }
}

/// Everything there is to do, what weighs most first; none at all when all is well.
pub fn lines(digest: &Digest) -> Vec<Line> {
    let now = digest.at;
    let down = |standing: &&Standing| standing.down_since.is_some() && standing.pause.is_none();
    let paused = |standing: &&Standing| standing.pause.is_some();
    let mut lines = Vec::new();
    lines.extend(digest.destinations.iter().filter(down).map(|standing| is_down(standing, now)));
    lines.extend(digest.destinations.iter().filter(paused).map(|standing| is_paused(standing, now)));
    lines.extend(digest.oldest.iter().filter(|oldest| oldest.late).map(|oldest| is_late(oldest, now)));
    lines.extend(digest.stuck.iter().map(|reason| is_stuck(reason, now)));
    lines.extend(digest.aside.iter().map(reports));
    lines.extend(digest.compared.iter().map(books));
    lines.extend(digest.keys.iter().map(|ending| ends(ending, now)));
    lines.extend(digest.webhooks.iter().map(|trouble| fails(trouble, now)));
    lines
}

/// A length of time in words: days and hours, hours and minutes, or minutes.
fn long(time: TimeDelta) -> (String, String) {
    let minutes = Ord::max(time.num_minutes(), 0);
    let (days, hours, rest) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    match (days, hours) {
        (0, 0) => (format!("{rest} 分钟"), format!("{rest}m")),
        (0, _) => (format!("{hours} 小时 {rest} 分钟"), format!("{hours}h {rest}m")),
        _ => (format!("{days} 天 {hours} 小时"), format!("{days}d {hours}h")),
    }
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// How many deliveries a destination that takes none holds up: those that wait, and those that may have arrived.
fn held_up(standing: &Standing) -> (String, String) {
    let (waiting, unknown) = (standing.waiting, standing.unknown);
    if unknown == 0 {
        return (format!("{waiting} 件待发"), format!("{waiting} deliveries wait"));
    }
    (
        format!("{waiting} 件待发，{unknown} 件结果不明"),
        format!("{waiting} deliveries wait and {unknown} may have arrived"),
    )
}

fn is_down(standing: &Standing, now: DateTime<Utc>) -> Line {
    let (zh, en) = standing.down_since.map(|since| long(now - since)).unwrap_or_default();
    let (name, (held_zh, held_en)) = (standing.destination, held_up(standing));
    Line::new(
        "down",
        (format!("{name} 已中断 {zh}，{held_zh}"), format!("{name} has not answered for {en}; {held_en}")),
        (
            "联系对方；恢复后自动续发，不用操作。".to_owned(),
            "Call whoever runs it. What waits goes on at its first answer.".to_owned(),
        ),
    )
    .about(name)
    .with("list_destinations")
}

fn is_paused(standing: &Standing, now: DateTime<Utc>) -> Line {
    let pause = standing.pause.as_ref();
    let since = pause.map_or(now, |pause| pause.paused_at);
    let by = pause.map(|pause| pause.paused_by.as_str()).unwrap_or_default();
    // On one line, whatever somebody wrote: it stands in the log as well.
    let why = pause.map(|pause| pause.reason.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap_or_default();
    let ((zh, en), name, (held_zh, held_en)) = (long(now - since), standing.destination, held_up(standing));
    Line::new(
        "paused",
        (
            format!("{name} 由 {by} 暂停 {zh}（{why}），{held_zh}"),
            format!("{name} was paused by {by} {en} ago ({why}); {held_en}"),
        ),
        (
            format!("维护结束后：gaoxingban admin resume {name}"),
            format!("When the maintenance is over: gaoxingban admin resume {name}"),
        ),
    )
    .about(name)
    .with("resume_destination")
}

fn is_late(oldest: &Oldest, now: DateTime<Utc>) -> Line {
    let ((zh, en), name, id) = (long(now - oldest.since), oldest.destination, oldest.id);
    let line = Line::new(
        "late",
        (format!("最久未送达 {zh}：{name} {id}"), format!("the oldest delivery has waited for {en}: {name} {id}")),
        (
            format!("看每次尝试的原因：GET /staff/v1/deliveries/{id}"),
            format!("Read why each try failed: GET /staff/v1/deliveries/{id}"),
        ),
    );
    Line { delivery: Some(id), ..line }.about(name).with("get_stuck")
}

fn is_stuck(stuck: &Reason, now: DateTime<Utc>) -> Line {
    let line = Line { reason: stuck.reason.clone(), ..stuck_words(stuck, now) };
    line.about(stuck.destination).with("redrive_many")
}

fn stuck_words(stuck: &Reason, now: DateTime<Utc>) -> Line {
    let ((zh, en), name, count) = (long(now - stuck.oldest_at), stuck.destination, stuck.count);
    let code = stuck.reason.as_deref().unwrap_or("-");
    let only = stuck.reason.as_ref().map(|reason| format!(" --reason {reason}")).unwrap_or_default();
    let again = format!("gaoxingban admin redrive --destination {name}{only}");
    let meaning = reason::named(code);
    let (what_zh, what_en) = meaning.map_or(("", ""), |meaning| (meaning.zh, meaning.en));
    if stuck.state == State::Parked {
        let (cure_zh, cure_en) = meaning
            .map_or(("查明并解决原因后重办。", "Mend the cause, then drive again."), |meaning| {
                (meaning.next_zh, meaning.next_en)
            });
        return Line::new(
            "parked",
            (
                format!("{name} 挂起 {count} 件：{code} {what_zh}，最早 {zh}前"),
                format!("{name}: {count} parked for {code} ({what_en}), the oldest {en} ago"),
            ),
            (format!("{cure_zh}重办：{again}"), format!("{cure_en} To drive again: {again}")),
        );
    }
    Line::new(
        "unknown",
        (
            format!("{name} 结果不明 {count} 件：{code} {what_zh}，最早 {zh}前"),
            format!("{name}: {count} may or may not have arrived, {code} ({what_en}), the oldest {en} ago"),
        ),
        (
            format!("会自动先查询再重发；想立即查询：{again} --unknown"),
            format!("The other side is asked before anything is sent again; to ask now: {again} --unknown"),
        ),
    )
}

fn reports(aside: &Aside) -> Line {
    let (count, at) = (aside.count, day(aside.newest_at));
    Line::new(
        "reports",
        (
            format!("近 7 天省平台有 {count} 条回传无法接收，最近一条 {at}"),
            format!("{count} reports of the province could not be taken in the last 7 days, the newest at {at}"),
        ),
        (
            "日志 a report cannot be taken and is set aside 写明是哪条、为什么（文件交换见 refused/ 下的 .why）；请对方改正后重新回传。"
                .to_owned(),
            "The log says which and why: a report cannot be taken and is set aside (by files also the .why below refused/). Have \
             it mended and sent again."
                .to_owned(),
        ),
    )
}

fn books(report: &Report) -> Line {
    let (at, left) = (day(report.started_at), report.found - report.cured);
    let (zh, en) = match &report.stopped {
        Some(why) => (format!("没有对完：{why}"), format!("was not finished: {why}")),
        None => (format!("{left} 处差异待处理"), format!("left {left} differences")),
    };
    Line::new(
        "books",
        (format!("{at} 的对账{zh}"), format!("the comparison with the province of {at} {en}")),
        ("逐条核对：gaoxingban reconcile --last".to_owned(), "Look at each: gaoxingban reconcile --last".to_owned()),
    )
    .with("read_reconciliation")
}

fn ends(ending: &Ending, now: DateTime<Utc>) -> Line {
    let (key, signer) = (&ending.key, ending.signer.name());
    let (owner, name, until) = (&key.owner, &key.name, day(key.until));
    let (rest_zh, rest_en) = match (key.until <= now, key.last) {
        (true, _) => ("，没有别的可用密钥", ", and no other is good"),
        (false, true) => ("，之后没有别的可用密钥", ", and then no other is good"),
        (false, false) => ("，另有密钥可用", "; another stays good"),
    };
    let (zh, en) = if key.until <= now { ("已到期", "ended") } else { ("将到期", "ends") };
    Line::new(
        "key",
        (
            format!("{signer} {owner} 的密钥 {name} {until} {zh}{rest_zh}"),
            format!("the key {name} of {signer} {owner} {en} at {until}{rest_en}"),
        ),
        renewal(ending),
    )
}

/// How to see to it that there is a good key.
fn renewal(ending: &Ending) -> (String, String) {
    if !ending.key.last {
        let zh = "确认对方已改用新密钥，否则延长期限。";
        return (zh.to_owned(), "Make sure that the other side uses the new one.".to_owned());
    }
    let owner = &ending.key.owner;
    let command = match ending.signer {
        Signer::Portal => "gaoxingban admin portal-key; GXB_PORTAL_TRUSTED_KEYS".to_owned(),
        Signer::Machine => format!("gaoxingban admin add-machine-key {owner} --key-name NEW --algorithm hmac-sha256"),
        Signer::Webhook => "put_webhook_key".to_owned(),
    };
    (format!("换新密钥：{command}"), format!("Make a new key: {command}"))
}

fn fails(trouble: &Trouble, now: DateTime<Utc>) -> Line {
    fails_words(trouble, now).about(Destination::Webhook(trouble.endpoint))
}

fn fails_words(trouble: &Trouble, now: DateTime<Utc>) -> Line {
    let ((zh, en), machine, name) = (long(now - trouble.since), &trouble.machine, &trouble.name);
    match trouble.off.as_deref() {
        Some(why) => Line::new(
            "webhook",
            (
                format!("回调 {machine}/{name} 已停用 {zh}：{why}"),
                format!("the webhook {machine}/{name} was turned off {en} ago: {why}"),
            ),
            (
                "通知对方系统：用 put_webhook 重新启用，再用 replay_webhook 补发。".to_owned(),
                "Tell whoever runs it: put_webhook turns it on, replay_webhook sends the rest.".to_owned(),
            ),
        ),
        None => Line::new(
            "webhook",
            (
                format!("回调 {machine}/{name} 已 {zh}不通"),
                format!("nothing has come through to the webhook {machine}/{name} for {en}"),
            ),
            ("通知对方系统检查。".to_owned(), "Tell whoever runs it.".to_owned()),
        ),
    }
}
