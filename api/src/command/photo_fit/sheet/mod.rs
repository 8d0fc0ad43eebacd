//! One page with every photo before and after, to look at: complete in itself, without scripts, nothing fetched.
//!
//! Written as the answers come, so that thousands of photos take no more memory than a few: only the counts at the top
//! wait, in a space that is left for them and filled at the end.

mod card;
mod words;

use std::fs::Permissions;
use std::io::{self, BufWriter, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use photo::{Rule, Verdict};
use tempfile::NamedTempFile;

pub use card::{Fitted, fitted, unreadable};
use words::{escape, size};

const STYLE: &str = include_str!("style.css");
/// Bytes kept free for the counts; they take about a thousand.
const SPACE: usize = 2048;

/// A page being written, under a temporary name until it is whole.
pub struct Sheet {
    path: PathBuf,
    file: BufWriter<NamedTempFile>,
    /// Where the space for the counts begins.
    space: u64,
    tally: Tally,
}

/// What the page shows of one photo.
pub struct Card {
    /// The finished markup.
    html: String,
    verdict: Option<Verdict>,
    /// Bytes of the photo, and of its result if there is one.
    bytes: u64,
    output_bytes: Option<u64>,
    millis: u64,
}

#[derive(Default)]
struct Tally {
    ready: usize,
    retake: usize,
    refused: usize,
    unreadable: usize,
    bytes: u64,
    output_bytes: u64,
    millis: u64,
}

impl Sheet {
    /// Begins the page. Fails where it could not be written in the end, before any photo is worked on.
    pub fn create(path: &Path, rule: &Rule) -> Result<Self, String> {
        let told = |error: io::Error| format!("--sheet {}: {error}", path.display());
        // A photo named in this place by mistake must not be overwritten.
        if !path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("html")) {
            return Err(format!("--sheet {}: the name of the page must end with .html", path.display()));
        }
        if path.is_dir() {
            return Err(format!("--sheet {}: this is a folder, not a file", path.display()));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut temporary = tempfile::Builder::new();
        // As any new file: what the process's mask leaves of it.
        temporary.prefix(".sheet-").permissions(Permissions::from_mode(0o666));
        let mut file = BufWriter::new(temporary.tempfile_in(folder).map_err(told)?);
        let space = begin(&mut file, rule).map_err(told)?;
        Ok(Self { path: path.to_owned(), file, space, tally: Tally::default() })
    }

    /// Adds one photo at the end of the page.
    pub fn add(&mut self, card: &Card) -> Result<(), String> {
        let tally = &mut self.tally;
        let count = match card.verdict {
            Some(Verdict::Ready) => &mut tally.ready,
            Some(Verdict::Retake) => &mut tally.retake,
            Some(Verdict::Refused) => &mut tally.refused,
            None => &mut tally.unreadable,
        };
        *count += 1;
        if let Some(output_bytes) = card.output_bytes {
            tally.bytes += card.bytes;
            tally.output_bytes += output_bytes;
        }
        tally.millis += card.millis;
        self.file.write_all(card.html.as_bytes()).map_err(|error| self.told(&error))
    }

    /// Fills in the counts, and gives the page its name.
    pub fn finish(mut self) -> Result<(), String> {
        let counts = self.tally.to_html();
        let end = |page: &mut BufWriter<NamedTempFile>, space: u64| {
            page.write_all(b"</main>\n</body>\n</html>\n")?;
            page.seek(SeekFrom::Start(space))?;
            if counts.len() > SPACE {
                return Err(io::Error::other("the counts are longer than their space"));
            }
            page.write_all(counts.as_bytes())?;
            page.flush()
        };
        end(&mut self.file, self.space).map_err(|error| self.told(&error))?;
        let file = self.file.into_inner().map_err(|error| format!("--sheet {}: {error}", self.path.display()))?;
        match file.persist(&self.path) {
            Ok(_) => Ok(()),
            Err(error) => Err(format!("--sheet {}: {}", self.path.display(), error.error)),
        }
    }

    fn told(&self, error: &io::Error) -> String {
        format!("--sheet {}: {error}", self.path.display())
    }
}

/// Everything above the photos; answers where the space for the counts begins.
fn begin(file: &mut BufWriter<NamedTempFile>, rule: &Rule) -> io::Result<u64> {
    write!(
        file,
        "<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>照片核对单 · Photo sheet · {name}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <header class=\"top\">\n<h1>照片核对单 <span lang=\"en\">Photo sheet</span></h1>\n\
         <p class=\"rule\">上传规格 <span lang=\"en\">rule</span> <b>{name}</b> · {limits}</p>\n</header>\n",
        name = escape(&rule.name),
        limits = escape(&limits(rule)),
    )?;
    let space = file.stream_position()?;
    writeln!(file, "{:SPACE$}\n<main>", "")?;
    Ok(space)
}

/// The rule in one line.
fn limits(rule: &Rule) -> String {
    let mut parts = vec![rule.format.to_string().to_uppercase(), format!("≤ {}", size(rule.max_bytes))];
    if rule.min_bytes > 0 {
        parts.push(format!("≥ {}", size(rule.min_bytes)));
    }
    if let Some([width, height]) = rule.exact_px {
        parts.push(format!("{width} × {height} px"));
    } else {
        parts.push(format!("≥ {} × {} px", rule.min_long_px, rule.min_short_px));
        parts.extend(rule.max_long_px.map(|long| format!("≤ {long} px")));
    }
    parts.extend(rule.dpi.map(|dpi| format!("{dpi} dpi")));
    parts.join(" · ")
}

impl Tally {
    /// The counts, which are also the buttons that choose what is shown.
    fn to_html(&self) -> String {
        let all = self.ready + self.retake + self.refused + self.unreadable;
        let kinds = [
            ("all", "全部", "all", all),
            ("ready", "可用", "ready", self.ready),
            ("retake", "建议重拍", "retake", self.retake),
            ("refused", "不能用", "refused", self.refused),
            ("unreadable", "读不到", "unreadable", self.unreadable),
        ];
        let shown = kinds.iter().filter(|(name, .., count)| *count > 0 || *name != "unreadable");
        let mut html = String::new();
        for (name, ..) in shown.clone() {
            let checked = if *name == "all" { " checked" } else { "" };
            html += &format!("<input type=\"radio\" name=\"show\" id=\"show-{name}\"{checked}>");
        }
        html += "<nav>";
        for (name, zh, en, count) in shown {
            html += &format!(
                "<label for=\"show-{name}\" class=\"{name}\"><b>{count}</b> {zh} <span lang=\"en\">{en}</span></label>"
            );
        }
        let (before, after) = (size(self.bytes), size(self.output_bytes));
        html += &format!("<p>{before} → {after} · {} ms</p></nav>", self.millis);
        html
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_of_the_largest_run_fit_their_space() {
        let most = Tally {
            ready: usize::MAX / 5,
            retake: usize::MAX / 5,
            refused: usize::MAX / 5,
            unreadable: usize::MAX / 5,
            bytes: u64::MAX,
            output_bytes: u64::MAX,
            millis: u64::MAX,
        };
        assert!(most.to_html().len() <= SPACE, "{}", most.to_html().len());
    }
}
