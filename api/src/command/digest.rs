//! `gaoxingban digest`: what an operator has to know, now.

use std::process::ExitCode;

use poem_openapi::types::ToJSON as _;
use portal::digest::{Digest, lines};

use super::{Ended, SOMETHING_TO_DO, on_threads, print};
use crate::app::Builder;
use crate::config::Config;
use crate::digest;
use crate::http::digest::DigestView;

/// What `digest` can be told.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// Print all of it as JSON, as the API answers it.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: Args, config: Config) -> Ended {
    on_threads(read(args, config))?
}

async fn read(args: Args, config: Config) -> Ended {
    let app = Builder::new(config).build().await?;
    let digest = digest::now(&app).await?;
    let quiet = lines(&digest).is_empty();
    let text = if args.json { json(digest)? } else { text(&digest) };
    print(&text)?;
    Ok(if quiet { ExitCode::SUCCESS } else { ExitCode::from(SOMETHING_TO_DO) })
}

fn json(digest: Digest) -> Result<String, serde_json::Error> {
    let value = DigestView::from(digest).to_json().unwrap_or_default();
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}

/// The digest as an operator reads it.
fn text(digest: &Digest) -> String {
    let (at, parked, unknown) = (digest.at.format("%Y-%m-%dT%H:%M:%SZ"), digest.parked(), digest.unknown());
    let waiting: u64 = digest.destinations.iter().map(|standing| standing.waiting + standing.leased).sum();
    let mut text = format!(
        "值班摘要 {at}  待发 {waiting}，结果不明 {unknown}，挂起 {parked}\n\
         digest: {waiting} on their way, {unknown} unknown, {parked} parked\n"
    );
    if let Some(oldest) = &digest.oldest {
        let (since, name, id) = (oldest.since.format("%Y-%m-%dT%H:%M:%SZ"), oldest.destination, oldest.id);
        text += &format!("最久未送达 oldest undelivered: {since}  {name}  {id}\n");
    }
    let todo = lines(digest);
    if todo.is_empty() {
        text += "没有要办的事。Nothing to do.\n";
    }
    for line in todo {
        text += &format!(
            "\n[{}] {}。\n    → {}\n    {}.\n    → {}\n",
            line.code, line.zh, line.next_zh, line.en, line.next_en
        );
    }
    text
}
