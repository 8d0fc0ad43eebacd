//! Makes `docs/photos.md` and its pictures: what each step does to a photo, and how the clarity check decides.
//!
//! Every picture is drawn by `tests/pictures` and went through the engine; every number was measured on the way.
//! `make docs-photos` runs it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a generator for our own pages: what goes wrong ends it"
)]

#[path = "../../tests/pictures/mod.rs"]
pub mod pictures;

mod clarity;
mod steps;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use image::{ImageFormat, RgbImage};
use photo::{Change, Rule, normalise};
use pictures::wrap;

/// Longest side of a picture on the page.
const SHOWN_PX: u32 = 440;

/// The page as it grows, and the folder of its pictures.
pub struct Page {
    text: String,
    pictures: PathBuf,
}

fn main() {
    let docs = PathBuf::from(std::env::args().nth(1).expect("the folder of the page: docs"));
    let pictures = docs.join("photos");
    fs::remove_dir_all(&pictures).ok();
    fs::create_dir_all(&pictures).unwrap();
    let mut page = Page { text: include_str!("intro.md").to_owned(), pictures };
    steps::write(&mut page);
    clarity::write(&mut page);
    page.text += include_str!("outro.md");
    fs::write(docs.join("photos.md"), &page.text).unwrap();
    let bytes: u64 = fs::read_dir(&page.pictures).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum();
    println!("{}: {} KB of pictures", docs.join("photos.md").display(), bytes / 1024);
}

impl Page {
    /// A picture of a drawing, made by the engine; answers the markup that shows it.
    pub fn draw(&self, name: &str, picture: &RgbImage) -> String {
        self.show(name, &wrap::plain(picture, ImageFormat::Png), 20_000)
    }

    /// A picture of a file, made by the engine in at most so many bytes.
    pub fn show(&self, name: &str, file: &[u8], max_bytes: u64) -> String {
        let rule = rule("scene", &format!("max_bytes = {max_bytes}\nmax_long_px = {SHOWN_PX}"));
        let output = normalise(file, &rule).output.unwrap();
        fs::write(self.pictures.join(format!("{name}.jpg")), &output.data).unwrap();
        let alt = Path::new(name).display();
        format!("<img src=\"photos/{name}.jpg\" width=\"{}\" height=\"{}\" alt=\"{alt}\">", output.width, output.height)
    }

    /// A heading with what is to be said under it, in both languages.
    pub fn heading(&mut self, title: &str, zh: &str, en: &str) {
        write!(self.text, "\n{title}\n\n{zh}\n\n{en}\n\n").unwrap();
    }

    /// Pictures side by side, each with what stands below it.
    pub fn row(&mut self, cells: &[(String, String)]) {
        self.text += "<table>\n<tr>\n";
        for (picture, _) in cells {
            writeln!(self.text, "<td valign=\"top\">{picture}</td>").unwrap();
        }
        self.text += "</tr>\n<tr>\n";
        for (_, below) in cells {
            writeln!(self.text, "<td valign=\"top\">{below}</td>").unwrap();
        }
        self.text += "</tr>\n</table>\n\n";
    }

    /// More text.
    pub fn say(&mut self, text: &str) {
        self.text += text;
    }
}

/// A rule of this kind with these fields more.
pub fn rule(kind: &str, more: &str) -> Rule {
    let rule: Rule = toml::from_str(&format!("name = 'tour'\nformat = 'jpeg'\nkind = '{kind}'\n{more}")).unwrap();
    assert_eq!(rule.validate(), Ok(()));
    rule
}

/// The changes as the engine wrote them down.
pub fn changes(changes: &[Change]) -> String {
    let lines = changes.iter().map(|change| format!("<code>{}</code> {} → {}", change.step, change.from, change.to));
    lines.collect::<Vec<_>>().join("<br>")
}
