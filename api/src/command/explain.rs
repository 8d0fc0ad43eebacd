//! `gaoxingban explain`: what a code means, of a problem or of a delivery that is not done, and what to do.

use std::fmt::Write as _;
use std::process::ExitCode;

use portal::reason::{self, Meaning};

use super::{Ended, print};
use crate::http::problem::{Code, Reader, codes, faults};

/// What `explain` can be told.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// The code, such as `province.refused`; every code when absent.
    code: Option<String>,
    /// Print the page docs/codes.md instead.
    #[arg(long, conflicts_with = "code")]
    markdown: bool,
}

pub(super) fn run(args: &Args) -> Ended {
    let named = |code: &str| args.code.as_deref().is_none_or(|asked| asked == code);
    if args.markdown {
        print(&markdown())?;
        return Ok(ExitCode::SUCCESS);
    }
    // A fault may be called as the problem it is listed in, and then the problem says it.
    let own = faults::all().filter(|of| Code::named(of.code).is_none());
    let reasons = reason::ALL.iter().chain(own).filter(|of| named(of.code)).map(of_reason);
    let problems = codes::ALL.iter().filter(|of| named(of.code)).map(|of| of_problem(of));
    let text = reasons.chain(problems).collect::<Vec<_>>().join("\n");
    if text.is_empty() {
        return Err("no such code; `gaoxingban explain` lists them all".into());
    }
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn of_reason(of: &Meaning) -> String {
    format!("{}\n    {}\n    → {}\n    {}\n    → {}\n", of.code, of.zh, of.next_zh, of.en, of.next_en)
}

fn of_problem(of: &Code) -> String {
    let (title, advice) = (&of.title, of.advice(Reader::Machine));
    format!(
        "{} (HTTP {})\n    {}\n    → {}\n    {}\n    → {}\n",
        of.code, of.status, title.zh, advice.zh, title.en, advice.en
    )
}

/// The page with all tables, for whoever has no server at hand.
fn markdown() -> String {
    let mut page = "# Codes\n\n\
        Made by `scripts/docs`. A code never changes its meaning. A running server has the same in both languages at\n\
        `/docs/reasons`, `/docs/problems` and `/docs/faults`, and `gaoxingban explain CODE` prints one.\n\n\
        ## Why a delivery is not done\n\n\
        `reason` of a delivery, `code` of a try.\n\n"
        .to_owned();
    meanings(&mut page, reason::ALL.iter());
    page += "\n## Problems\n\n`code` of an answer with an error status (`application/problem+json`), as machines are told of it.\n\n\
        | code | status | what | what to do |\n|---|---|---|---|\n";
    for of in codes::ALL {
        let (title, advice) = (&of.title, of.advice(Reader::Machine));
        let _ = writeln!(
            page,
            "| `{}` | {} | {}<br>{} | {}<br>{} |",
            of.code, of.status, title.en, title.zh, advice.en, advice.zh
        );
    }
    page += "\n## Faults\n\n`code` of an entry of `errors` in such an answer. Those of forms and photos are the app's and not here.\n\n";
    meanings(&mut page, faults::all());
    page
}

fn meanings(page: &mut String, of: impl Iterator<Item = &'static Meaning>) {
    *page += "| code | what | what to do |\n|---|---|---|\n";
    for of in of {
        let _ = writeln!(page, "| `{}` | {}<br>{} | {}<br>{} |", of.code, of.en, of.zh, of.next_en, of.next_zh);
    }
}
