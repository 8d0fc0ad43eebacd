//! The house rules that no lint knows: arrows between crates, lengths, words that must not appear, licences.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Longest file, in lines.
const FILE_LINES: usize = 300;
/// Longest function, in lines, signature and braces included.
const FUNCTION_LINES: usize = 60;
/// Longest handler of an operation, without its signature, which lists documented arguments.
const HANDLER_LINES: usize = 20;

/// Files and functions that may be longer, each with its reason.
const LONGER: &[(&str, &str)] = &[(
    "migration/src/m20261122_000003_promises.rs: up",
    "one table after the other; a migration is read from top to bottom",
)];

/// Who may depend on whom (DESIGN: Layout). `tests` may depend on everybody.
const ARROWS: &[(&str, &[&str])] = &[
    ("photo", &[]),
    ("law", &[]),
    ("store", &[]),
    ("migration", &[]),
    ("entity", &[]),
    ("casework", &["entity", "law"]),
    ("portal", &["casework", "entity", "store"]),
    ("api", &["casework", "entity", "migration", "photo", "portal", "store"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every file below `folder` with one of these endings, but what is built or fetched.
fn files(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["target", ".git", "data", "node_modules"].contains(&name.as_str()) {
                files(&path, endings, found);
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            found.push(path);
        }
    }
}

/// Path below the root and text of every file with one of these endings.
fn texts(endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    files(&root(), endings, &mut found);
    let name = |path: &Path| path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
    found.iter().map(|path| (name(path), fs::read_to_string(path).unwrap_or_default())).collect()
}

#[test]
fn crates_depend_only_downwards() {
    let members: BTreeSet<&str> = ARROWS.iter().map(|(name, _)| *name).chain(["tests"]).collect();
    for (name, allowed) in ARROWS {
        let manifest = fs::read_to_string(root().join(name).join("Cargo.toml")).unwrap();
        let manifest: toml::Table = manifest.parse().unwrap();
        for section in ["dependencies", "build-dependencies"] {
            let Some(section) = manifest.get(section).and_then(toml::Value::as_table) else { continue };
            for dependency in section.keys().filter(|dependency| members.contains(dependency.as_str())) {
                assert!(allowed.contains(&dependency.as_str()), "{name} must not depend on {dependency}");
            }
        }
    }
}

#[test]
fn words_that_must_stay_in_their_crate() {
    let rules: &[(&str, &[&str])] = &[
        ("photo/src/", &["tokio", "sea_orm", "std::fs", "std::net"]),
        ("law/src/", &["tokio", "sea_orm", "std::net"]),
        ("entity/src/", &["poem", "reqwest"]),
        ("casework/src/", &["poem", "reqwest", "projid"]),
        ("api/src/", &["projid"]),
    ];
    for (file, text) in texts(&[".rs"]) {
        // The wire on which the province pushes is published by our document, in the province's words.
        if file == "api/src/http/integration/reports.rs" {
            continue;
        }
        for (folder, words) in rules.iter().filter(|(folder, _)| file.starts_with(folder)) {
            for word in *words {
                assert!(!text.contains(word), "{file} must not say {word}: {folder} does not know of it");
            }
        }
    }
}

/// What looks like a reason in the sources and is none: a cursor's name, fields of files, a call nobody's promise meets.
const NO_REASONS: &[&str] = &["province.reports", "province.source", "province.not_offered"];

#[test]
fn every_reason_is_explained() {
    let folders = ["casework/src/", "portal/src/deliver/", "portal/src/adapter/", "portal/src/relay/"];
    let mut found = BTreeSet::new();
    for (file, text) in texts(&[".rs"]) {
        if !folders.iter().any(|folder| file.starts_with(folder)) || file.ends_with("tests.rs") {
            continue;
        }
        let word = |text: &&str| {
            let known = ["province.", "relay.", "store.", "wechat.", "webhook."];
            let rest = known.iter().find_map(|prefix| text.strip_prefix(prefix));
            rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
        };
        found.extend(text.split('"').filter(word).map(str::to_owned));
    }
    assert!(found.len() > 30, "the search finds nothing any more: {found:?}");
    found.retain(|code| portal::reason::named(code).is_none() && !NO_REASONS.contains(&code.as_str()));
    assert!(found.is_empty(), "portal/src/reason.rs does not explain {found:?}");
}

/// Every file and function that is longer than allowed: what it is called in [`LONGER`], and by how much.
fn too_long() -> Vec<(String, String)> {
    let mut long = Vec::new();
    for (file, text) in texts(&[".rs"]) {
        let lines: Vec<&str> = text.lines().collect();
        if lines.len() > FILE_LINES {
            long.push((file.clone(), format!("{} lines, at most {FILE_LINES}", lines.len())));
        }
        for function in functions(&lines) {
            let limit =
                if function.handler && file.starts_with("api/src/http/") { HANDLER_LINES } else { FUNCTION_LINES };
            if function.lines > limit {
                long.push((format!("{file}: {}", function.name), format!("{} lines, at most {limit}", function.lines)));
            }
        }
    }
    long
}

#[test]
fn files_and_functions_are_short() {
    let mut long = too_long();
    long.retain(|(what, _)| !LONGER.iter().any(|(name, _)| name == what));
    assert!(long.is_empty(), "{long:#?}");
}

struct Function<'a> {
    name: &'a str,
    lines: usize,
    handler: bool,
}

/// The functions of a formatted file: each ends with a brace as far to the left as it began.
fn functions<'a>(lines: &[&'a str]) -> Vec<Function<'a>> {
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line.trim_start()) else { continue };
        let indent = &line[..line.len() - line.trim_start().len()];
        let handler = line.contains("async fn") && attributes(lines, start).any(|line| line.contains("#[oai("));
        let rest = lines[start..].iter();
        let Some(opening) = rest.clone().position(|line| line.ends_with('{') || line.ends_with(';')) else { continue };
        let one_line = line.ends_with('}') || lines[start + opening].ends_with(';');
        let end = rest.clone().position(|line| *line == format!("{indent}}}")).unwrap_or(0);
        let whole = if one_line { 1 } else { end + 1 };
        found.push(Function { name, lines: if handler { whole - opening } else { whole }, handler });
    }
    found
}

/// The lines of attributes and comments right above a line.
fn attributes<'a, 'b>(lines: &'b [&'a str], at: usize) -> impl Iterator<Item = &'b &'a str> {
    lines[..at].iter().rev().take(12).take_while(|line| !line.trim().is_empty())
}

fn function_name(line: &str) -> Option<&str> {
    let mut rest = line;
    for word in ["pub(crate) ", "pub(super) ", "pub ", "const ", "async "] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    let name = rest.strip_prefix("fn ")?;
    name.split(|c: char| !c.is_alphanumeric() && c != '_').next()
}

#[test]
fn the_measure_measures() {
    let text = "impl X {\n    pub async fn long(\n        &self,\n    ) -> u8 {\n        1\n    }\n\n    fn one() -> u8 { 1 }\n\n    fn none(&self);\n}\n";
    let lines: Vec<&str> = text.lines().collect();
    let found: Vec<_> = functions(&lines).iter().map(|function| (function.name, function.lines)).collect();
    assert_eq!(found, [("long", 5), ("one", 1), ("none", 1)]);
}

#[test]
fn exceptions_are_still_needed() {
    let long = too_long();
    for (what, reason) in LONGER {
        assert!(long.iter().any(|(name, _)| name == what), "{what} is short now: drop its exception ({reason})");
    }
}

#[test]
fn lints_are_expected_and_never_allowed() {
    let forbidden = [format!("#[{}(", "allow"), format!("#![{}(", "allow")];
    for (file, text) in texts(&[".rs"]) {
        for word in &forbidden {
            assert!(!text.contains(word.as_str()), "{file}: write #[expect(lint, reason = \"…\")]");
        }
    }
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    let forbidden = [
        ["/ro", "ot/"].concat(),
        ["/work/", "main"].concat(),
        ["/work/", "shared"].concat(),
        ["/home/", "user"].concat(),
    ];
    let endings =
        [".rs", ".toml", ".md", ".yaml", ".snap", ".sh", "Makefile", "Dockerfile", "run", "setup", "test", "docs"];
    for (file, text) in texts(&endings) {
        for word in &forbidden {
            assert!(!text.contains(word.as_str()), "{file} names {word}");
        }
    }
}

/// The licences `deny.toml` allows, read from it, so that there is one list.
fn allowed_licences() -> BTreeSet<String> {
    let deny: toml::Table = fs::read_to_string(root().join("deny.toml")).unwrap().parse().unwrap();
    let list = deny["licenses"]["allow"].as_array().unwrap().clone();
    list.iter().map(|licence| licence.as_str().unwrap().to_owned()).collect()
}

/// Whether an SPDX expression can be satisfied: `OR` between, `AND` within, one pair of brackets at most.
fn satisfied(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let plain = expression.replace('/', " OR ").replace("  ", " ");
    if let (Some(open), Some(close)) = (plain.find('('), plain.find(')')) {
        let inner = satisfied(&plain[open + 1..close], allowed);
        let outer = format!("{}{}{}", &plain[..open], if inner { "MIT" } else { "none" }, &plain[close + 1..]);
        return satisfied(&outer, allowed);
    }
    plain.split(" OR ").any(|part| part.split(" AND ").all(|licence| allowed.contains(licence.trim())))
}

#[test]
fn every_dependency_is_permissively_licensed() {
    let output = Command::new(env!("CARGO"))
        // Of what is built here everything lies at hand; of other platforms' packages a new machine has none.
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", "host-tuple"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let allowed = allowed_licences();
    let refused: BTreeMap<&str, &str> = packages
        .iter()
        .map(|package| (package["name"].as_str().unwrap(), package["license"].as_str().unwrap_or("none named")))
        .filter(|(_, licence)| !satisfied(licence, &allowed))
        .collect();
    assert!(refused.is_empty(), "{refused:#?}");
    let tls: Vec<_> = packages.iter().map(|package| package["name"].as_str().unwrap()).collect();
    assert!(!tls.contains(&"openssl-sys") && !tls.contains(&"aws-lc-sys"), "TLS is rustls with ring (docs/adr/0004)");
}

#[test]
fn licences_are_read_as_written() {
    let allowed = BTreeSet::from(["MIT".to_owned(), "Apache-2.0".to_owned()]);
    for (expression, expected) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0 OR MIT", true),
        ("MIT/Apache-2.0", true),
        ("MIT AND GPL-3.0", false),
        ("(MIT OR GPL-3.0) AND Apache-2.0", true),
        ("(GPL-3.0 OR LGPL-2.1) AND MIT", false),
    ] {
        assert_eq!(satisfied(expression, &allowed), expected, "{expression}");
    }
}
