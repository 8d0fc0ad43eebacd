//! `gaoxingban photo fit`: the engine on files, one JSON object a line.

mod in_order;
mod progress;
mod sheet;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use photo::{Change, Check, Code, Format, Input, Outcome, Rule, Verdict};

use progress::Progress;
use sheet::{Card, Fitted, Sheet};

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
    /// Also writes a page that shows each photo before and after, complete in one file.
    #[arg(long, value_name = "FILE.html")]
    sheet: Option<PathBuf>,
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
    let sheet = match args.sheet.as_deref().map(|path| Sheet::create(path, &rule)).transpose() {
        Ok(sheet) => sheet,
        Err(text) => {
            eprintln!("{text}");
            return ExitCode::from(WRONG);
        }
    };
    if fit_all(args, &rule, sheet) { ExitCode::SUCCESS } else { ExitCode::from(WRONG) }
}

fn read_rule(path: &Path) -> Result<Rule, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let rule: Rule = toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    rule.validate().map_err(|faults| {
        let lines: Vec<_> =
            faults.iter().map(|fault| format!("{}: {}: {}", path.display(), fault.field, fault.en)).collect();
        lines.join("\n")
    })?;
    Ok(rule)
}

/// Answers every file in the order it was named. True when all went well.
fn fit_all(args: &Args, rule: &Rule, mut sheet: Option<Sheet>) -> bool {
    let jobs = args.jobs.map_or_else(|| thread::available_parallelism().map_or(1, usize::from), usize::from);
    let mut progress = Progress::new(args.files.len());
    let (mut answered, mut good) = (0, true);
    in_order::each(
        &args.files,
        jobs,
        |file| fit_one(file, rule, args),
        |answer| {
            answered += 1;
            progress.clear();
            match &answer.line {
                Ok(line) => good &= writeln!(io::stdout().lock(), "{line}").is_ok(),
                Err(text) => {
                    eprintln!("{text}");
                    good = false;
                }
            }
            if let (Some(open), Some(card)) = (&mut sheet, &answer.card)
                && let Err(text) = open.add(card)
            {
                eprintln!("{text}");
                good = false;
                sheet = None;
            }
            progress.step(answer.verdict);
        },
    );
    progress.clear();
    if let Some(Err(text)) = sheet.map(Sheet::finish) {
        eprintln!("{text}");
        good = false;
    }
    good && answered == args.files.len()
}

/// What there is to say of one file.
struct Answer {
    /// The line to print, or why there is none.
    line: Result<String, String>,
    verdict: Option<Verdict>,
    /// Only with `--sheet`.
    card: Option<Card>,
}

fn fit_one(file: &Path, rule: &Rule, args: &Args) -> Answer {
    let page = args.sheet.as_deref();
    answer(file, rule, args.out_dir.as_deref(), page).unwrap_or_else(|text| {
        let card = page.map(|_| sheet::unreadable(file, &text));
        Answer { line: Err(text), verdict: None, card }
    })
}

fn answer(file: &Path, rule: &Rule, out_dir: Option<&Path>, page: Option<&Path>) -> Result<Answer, String> {
    let bytes = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let start = Instant::now();
    let fitted = photo::normalise(&bytes, rule);
    // A PDF is shown by the picture on its page.
    let picture = if rule.format == Format::Pdf { fitted.output.clone() } else { None };
    let outcome = if rule.format == Format::Pdf { photo::pdf::alone(fitted) } else { fitted };
    let millis = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    let path = write(&outcome, file, out_dir)?;
    let written = path.as_deref();
    let picture = picture.as_ref();
    let shown = |page| Fitted { file, bytes: &bytes, outcome: &outcome, picture, written, millis, page };
    let card = page.map(|page| sheet::fitted(&shown(page)));
    Ok(Answer { line: line(file, &outcome, written, millis), verdict: Some(outcome.verdict), card })
}

fn line(file: &Path, outcome: &Outcome, written: Option<&Path>, millis: u64) -> Result<String, String> {
    let output = outcome.output.as_ref().map(|output| OutputLine {
        path: written.map(|path| path.to_string_lossy().into_owned()),
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
