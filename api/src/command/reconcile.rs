//! `gaoxingban reconcile`: our cases beside the province's.

use std::process::ExitCode;

use portal::reconcile::compare::{Cure, Kind, Why};
use portal::reconcile::report::{Line, Outcome, Report, latest};

use super::{BY, Ended, SOMETHING_TO_DO, on_threads, print};
use crate::app::Builder;
use crate::config::Config;
use crate::reconcile;

/// What `reconcile` can be told.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// Only look: carry no cure out.
    #[arg(long)]
    look: bool,
    /// Print the newest report that was kept, and compare nothing.
    #[arg(long, conflicts_with = "look")]
    last: bool,
    /// Print the whole report as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: Args, config: Config) -> Ended {
    on_threads(reconcile(args, config))?
}

async fn reconcile(args: Args, config: Config) -> Ended {
    let app = Builder::new(config).build().await?;
    let report = if args.last { latest(&app.desk).await? } else { Some(reconcile::now(&app, !args.look, BY).await?) };
    let Some(report) = report else {
        print("还没有对过账。Nothing was compared yet.\n")?;
        return Ok(ExitCode::SUCCESS);
    };
    let text = if args.json { serde_json::to_string_pretty(&report)? + "\n" } else { text(&report) };
    print(&text)?;
    Ok(if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::from(SOMETHING_TO_DO) })
}

/// The report as an operator reads it.
fn text(report: &Report) -> String {
    let mut text = format!(
        "对账 {}  我方 {} 件，省平台 {} 件；差异 {}，已处理 {}，待人工 {}\n\
         compared: {} here, {} listed there; {} differences, {} cured, {} for a person\n",
        report.started_at.format("%Y-%m-%dT%H:%M:%SZ"),
        report.ours,
        report.theirs,
        report.found,
        report.cured,
        report.left,
        report.ours,
        report.theirs,
        report.found,
        report.cured,
        report.left,
    );
    if let Some(why) = &report.stopped {
        text += &format!("没有对完：{why}。Not everything was compared: {why}.\n");
    } else if !report.listed {
        text +=
            "省平台不提供清单，只逐件查询了我方办件。The province offers no list: only our own cases were asked for.\n";
    }
    for line in &report.lines {
        text += &words(line);
    }
    text
}

fn words(line: &Line) -> String {
    let kind = match line.kind {
        Kind::SentButAbsent => "已报送而省平台没有 sent but absent",
        Kind::PresentButUnknown => "省平台有而我方未报送 present but unknown",
        Kind::StatesDiffer => "状态不一致 states differ",
        Kind::FilesDiffer => "材料文件不一致 files differ",
    };
    let cure = match line.cure {
        Cure::DriveAgain => "重新报送 drive again",
        Cure::TakeTheirWord => "以省平台为准 take their word",
        Cure::Look => "人工核对 look",
    };
    let outcome = match line.outcome {
        Outcome::Proposed => "建议 proposed",
        Outcome::Cured => "已处理 cured",
        Outcome::Left => "待人工 left to a person",
    };
    let (ours, theirs) = (line.ours.as_deref().unwrap_or("-"), line.theirs.as_deref().unwrap_or("-"));
    let number = line.number.as_deref().unwrap_or("-");
    let why = line.why.map(|why| format!("（{}）", because(why))).unwrap_or_default();
    format!("{}  {number}  {kind}  {ours} | {theirs}  {cure}: {outcome}{why}\n", line.orgbusno)
}

fn because(why: Why) -> &'static str {
    match why {
        Why::NeverSent => {
            "我方没有报送记录，可能是恢复备份所致 nothing here says that it was sent: perhaps a backup was played back"
        }
        Why::NewerThere => {
            "省平台的版本较新，可能是恢复备份所致 a version we never sent: perhaps a backup was played back"
        }
        Why::NotUnderWay => {
            "没有报送过，也没有待报送，可能已被人工取消 nothing of it was sent or is under way: perhaps it was cancelled"
        }
        Why::NotAsSent => "我方内容可能已改动，重发会是草稿 what stands here need not be what was sent",
        Why::DecidedHere => "已有决定，重发等于重新申请 decided here: sent again it would begin anew",
        Why::ItemLost => "事项目录中已没有该事项 its item is no longer in the catalogue",
        Why::GivenUpThere => "省平台已撤回而我方没有 given up there, not here",
        Why::CountyDecides => "由县里决定，省平台另有说法 the county decides it, and the province says something else",
        Why::BehindThere => "省平台退回到此前的状态 the province went back behind what it had told",
        Why::Contradicts => "两边决定不同 decided otherwise there",
        Why::OtherFiles => "文件不同 other files there",
        Why::NotCured => "已尝试处理，仍不一致 the cure was tried and did not help",
    }
}
