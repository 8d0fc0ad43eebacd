//! `gaoxingban photo fit` as a program: its lines, its page, its exit codes, and nothing on standard error for pipes.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tests::pictures::wrap::{self, Beside};
use tests::pictures::{self, draw};

const BINARY: &str = env!("CARGO_BIN_EXE_served");
const RULE: &str = "name = 'sign'\nformat = 'jpeg'\nkind = 'scene'\nmax_bytes = 60000\nmin_short_px = 300\n\
                    min_long_px = 400\nmax_long_px = 1000\n";
/// A name that would be markup, and one that would be an address.
const HOSTILE: &str = "<img src=x onerror=alert(1)>\"'&.jpg";

/// A folder with a rule and photos: good, HEIC, too small, no picture, too soft, and one of a hostile name.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    let sign = draw::signboard(1200, 900);
    let jpeg = |picture: &image::RgbImage| wrap::jpeg(picture, 88, &Beside::default());
    put("rule.toml", RULE.as_bytes());
    put("good.jpg", &jpeg(&sign));
    put("phone.heic", pictures::HEIC);
    put("small.jpg", &jpeg(&draw::signboard(80, 60)));
    put("words.jpg", b"not a picture at all");
    put("soft.jpg", &jpeg(&draw::blurred(&sign, 15, 15)));
    put(HOSTILE, &jpeg(&sign));
    folder
}

fn fit(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(BINARY);
    // As on a terminal, but for the pipes.
    command.current_dir(folder).env("TERM", "xterm").args(["photo", "fit", "--rule", "rule.toml"]).args(args);
    command.output().unwrap()
}

fn lines(output: &Output) -> Vec<serde_json::Value> {
    String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The part of the page that shows one photo.
fn card(page: &str, number: usize) -> &str {
    page.split("<article class=").nth(number + 1).unwrap()
}

#[test]
fn the_page_shows_each_photo_in_order_and_the_lines_stay_as_they_are() {
    let folder = folder();
    let files = ["good.jpg", "phone.heic", "small.jpg", "words.jpg", "soft.jpg", HOSTILE];
    let output = fit(folder.path(), &[&["--sheet", "page.html", "--out-dir", "out dir"][..], &files].concat());
    assert!(output.status.success(), "{}", complaint(&output));
    assert_eq!(complaint(&output), "", "no bar where there is no terminal");
    let lines = lines(&output);
    assert_eq!(lines.iter().map(|line| line["file"].as_str().unwrap()).collect::<Vec<_>>(), files);
    let keys = ["advice", "changes", "checks", "code", "file", "input", "millis", "output", "verdict"];
    for line in &lines {
        assert_eq!(line.as_object().unwrap().keys().map(String::as_str).collect::<Vec<_>>(), keys);
    }

    let page = fs::read_to_string(folder.path().join("page.html")).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    for (number, line) in lines.iter().enumerate() {
        let card = card(&page, number);
        assert!(card.starts_with(&format!("\"{}\"", line["verdict"].as_str().unwrap())), "{number}");
        assert_eq!(line["code"].as_str().map(|code| card.contains(code)), line["code"].as_str().map(|_| true));
        for check in line["checks"].as_array().unwrap() {
            assert!(card.contains(check["name"].as_str().unwrap()), "{number}: {check}");
        }
    }
    assert_eq!(card(&page, 1).matches("data:image/jpeg;base64,/9j/").count(), 2, "a HEIC before and after");
    assert!(card(&page, 1).contains("HEIC · 480 × 360") && card(&page, 1).contains("href=\"./out%20dir/phone.jpg\""));
    assert!(card(&page, 2).contains("photo.too_small") && card(&page, 2).contains("data:image/jpeg"));
    assert!(card(&page, 3).contains("photo.not_an_image") && !card(&page, 3).contains("<img"));
    assert!(card(&page, 4).contains("photo.blurred") && card(&page, 4).contains("没对上焦"));
    assert!(page.contains("<b>6</b> 全部") && page.contains("<b>2</b> 不能用"));
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with(".sheet")), "{left:?}");
}

#[test]
fn nothing_on_the_page_comes_from_elsewhere_or_runs() {
    let folder = folder();
    let output = fit(folder.path(), &["--sheet", "page.html", HOSTILE, "soft.jpg"]);
    assert!(output.status.success(), "{}", complaint(&output));
    let page = fs::read_to_string(folder.path().join("page.html")).unwrap();
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;.jpg"));
    assert!(!page.contains("<img src=x") && !page.contains("<script"));
    assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("@import"));
    for address in page.split("src=\"").skip(1) {
        assert!(address.starts_with("data:image/jpeg;base64,"));
    }
    // Without a folder for the results there is nothing to lead to.
    assert!(!page.contains("href="));
}

#[test]
fn a_page_that_cannot_be_written_is_said_before_any_work() {
    let folder = folder();
    fs::create_dir(folder.path().join("folder.html")).unwrap();
    for (path, said) in [
        ("nowhere/page.html", "No such file"),
        ("rule.toml/page.html", "Not a directory"),
        ("folder.html", "this is a folder"),
        ("good.jpg", "must end with .html"),
    ] {
        let output = fit(folder.path(), &["--sheet", path, "soft.jpg"]);
        assert_eq!(output.status.code(), Some(2), "{path}");
        assert!(complaint(&output).contains(said) && complaint(&output).contains(path), "{}", complaint(&output));
        assert!(output.stdout.is_empty(), "{path}");
    }
    assert!(wrap::read(&fs::read(folder.path().join("good.jpg")).unwrap()).width() == 1200, "left as it was");
}

#[test]
fn a_file_that_cannot_be_read_has_its_place_on_the_page_and_ends_with_2() {
    let folder = folder();
    fs::write(folder.path().join("page.html"), "an older page").unwrap();
    let output = fit(folder.path(), &["--sheet", "page.html", "good.jpg", "missing.jpg", "small.jpg"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(lines(&output).len(), 2);
    assert!(complaint(&output).starts_with("missing.jpg: "), "{}", complaint(&output));
    let page = fs::read_to_string(folder.path().join("page.html")).unwrap();
    assert!(card(&page, 1).starts_with("\"unreadable\"") && card(&page, 1).contains("missing.jpg"));
    assert!(page.contains("<b>1</b> 读不到"));
}

#[test]
fn a_rule_that_asks_for_a_pdf_gets_one_page_a_photo() {
    let folder = folder();
    let rule = RULE.replace("format = 'jpeg'", "format = 'pdf'\nmax_pages = 2");
    fs::write(folder.path().join("rule.toml"), rule).unwrap();
    let output = fit(folder.path(), &["--sheet", "page.html", "--out-dir", "out", "phone.heic", "small.jpg"]);
    assert!(output.status.success(), "{}", complaint(&output));
    let lines = lines(&output);
    let file = fs::read(folder.path().join("out/phone.pdf")).unwrap();
    assert!(file.starts_with(b"%PDF-") && file.ends_with(b"%%EOF") && file.len() <= 30_000);
    let told = &lines[0]["output"];
    assert_eq!((&told["format"], &told["path"]), (&"pdf".into(), &"out/phone.pdf".into()));
    assert_eq!((&told["bytes"], &told["width"], &told["height"]), (&file.len().into(), &480.into(), &360.into()));
    assert_eq!(lines[0]["changes"].as_array().unwrap().last().unwrap()["step"], "bind");
    assert_eq!((&lines[1]["verdict"], &lines[1]["output"]), (&"refused".into(), &serde_json::Value::Null));
    let page = fs::read_to_string(folder.path().join("page.html")).unwrap();
    let card = card(&page, 0);
    assert!(card.contains("PDF · 480 × 360") && card.contains("href=\"./out/phone.pdf\""));
    assert_eq!(card.matches("data:image/jpeg;base64,/9j/").count(), 2, "before, and what is on the page");

    let without = RULE.replace("format = 'jpeg'", "format = 'pdf'");
    fs::write(folder.path().join("rule.toml"), without).unwrap();
    let output = fit(folder.path(), &["phone.heic"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    assert!(complaint(&output).starts_with("rule.toml: max_pages: "), "{}", complaint(&output));
}
