//! `gaoxingban photo fit`: the engine on files, one JSON object a line.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use photo::{Change, Check, Code, Format, Input, Outcome, Rule, Verdict};

/// Usage, file or rule that cannot be worked with.
const WRONG: u8 = 2;

/// Fits photos to a rule and says what became of each.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The rule, as a TOML file.
    #[arg(long, value_name = "RULE.toml")]
    rule: PathBuf,
    /// Where finished files are written, as `<file stem>.<ext>`; without it they are only reported.
    #[arg(long, value_name = "DIR")]
    out_dir: Option<PathBuf>,
    /// Photos worked on at once; as many as there are cores unless given.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
    /// The photos.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// One line of the answer; its shape is pinned.
#[derive(serde::Serialize)]
struct Line<'a> {
    file: String,
    verdict: Verdict,
    code: Option<Code>,
    advice: Option<String>,
    input: &'a Input,
    output: Option<OutputLine>,
    changes: &'a [Change],
    checks: &'a [Check],
    millis: u64,
}

#[derive(serde::Serialize)]
struct OutputLine {
    /// Nothing without `--out-dir`.
    path: Option<String>,
    format: Format,
    width: u32,
    height: u32,
    bytes: u64,
    quality: Option<u8>,
}

/// Runs the command. Ends with 0 when every file was answered, whatever the verdicts; with 2 on wrong usage, an
/// unreadable file or an unusable rule.
pub fn run(args: &Args) -> ExitCode {
    let rule = match read_rule(&args.rule) {
        Ok(rule) => rule,
        Err(text) => {
            eprintln!("{text}");
            return ExitCode::from(WRONG);
        }
    };
    if let Some(dir) = &args.out_dir
        && let Err(error) = fs::create_dir_all(dir)
    {
        eprintln!("{}: {error}", dir.display());
        return ExitCode::from(WRONG);
    }
    let jobs = args.jobs.map_or_else(|| thread::available_parallelism().map_or(1, usize::from), usize::from);
    if fit_all(args, &rule, jobs) { ExitCode::SUCCESS } else { ExitCode::from(WRONG) }
}

fn read_rule(path: &Path) -> Result<Rule, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let rule: Rule = toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    rule.validate().map_err(|faults| {
        let lines: Vec<_> =
            faults.iter().map(|fault| format!("{}: {}: {}", path.display(), fault.field, fault.text)).collect();
        lines.join("\n")
    })?;
    Ok(rule)
}

/// Works on up to `jobs` files at once and prints the answers in the order the files were named. True when all went well.
fn fit_all(args: &Args, rule: &Rule, jobs: usize) -> bool {
    let next = AtomicUsize::new(0);
    let (send, receive) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..jobs.min(args.files.len()) {
            let (send, next) = (send.clone(), &next);
            scope.spawn(move || {
                while let Some((index, file)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    args.files.get(index).map(|file| (index, file))
                } {
                    if send.send((index, fit_one(file, rule, args.out_dir.as_deref()))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(send);
        let mut answers: Vec<Option<Result<String, String>>> = args.files.iter().map(|_| None).collect();
        let (mut printed, mut good) = (0, true);
        for (index, answer) in receive {
            if let Some(slot) = answers.get_mut(index) {
                *slot = Some(answer);
            }
            while let Some(answer) = answers.get_mut(printed).and_then(Option::take) {
                printed += 1;
                match answer {
                    Ok(line) => good &= writeln!(io::stdout().lock(), "{line}").is_ok(),
                    Err(text) => {
                        eprintln!("{text}");
                        good = false;
                    }
                }
            }
        }
        good && printed == args.files.len()
    })
}

fn fit_one(file: &Path, rule: &Rule, out_dir: Option<&Path>) -> Result<String, String> {
    let told = |error: io::Error| format!("{}: {error}", file.display());
    let bytes = fs::read(file).map_err(told)?;
    let start = Instant::now();
    let outcome = photo::normalise(&bytes, rule);
    let millis = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    drop(bytes);
    let path = write(&outcome, file, out_dir)?;
    let output = outcome.output.as_ref().map(|output| OutputLine {
        path: path.map(|path| path.to_string_lossy().into_owned()),
        format: output.format,
        width: output.width,
        height: output.height,
        bytes: output.bytes,
        quality: output.quality,
    });
    let line = Line {
        file: file.to_string_lossy().into_owned(),
        verdict: outcome.verdict,
        code: outcome.code,
        advice: outcome.advice.as_ref().map(ToString::to_string),
        input: &outcome.input,
        output,
        changes: &outcome.changes,
        checks: &outcome.checks,
        millis,
    };
    serde_json::to_string(&line).map_err(|error| format!("{}: {error}", file.display()))
}

fn write(outcome: &Outcome, file: &Path, out_dir: Option<&Path>) -> Result<Option<PathBuf>, String> {
    let (Some(output), Some(dir)) = (&outcome.output, out_dir) else { return Ok(None) };
    let mut name = file.file_stem().unwrap_or(file.as_os_str()).to_owned();
    name.push(".");
    name.push(output.format.extension());
    let path = dir.join(name);
    fs::write(&path, &output.data).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(Some(path))
}
