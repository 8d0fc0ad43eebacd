//! From files to a catalogue, all mistakes at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use casework::item::{BadCatalogue, Catalogue, Item};
use sha2::{Digest as _, Sha256};

use super::{Loaded, RuleBook};

/// The kinds of files, each in a folder of its own.
const FOLDERS: [&str; 2] = ["items", "rules"];
/// Longest file.
const MAX_FILE_BYTES: u64 = 256 * 1024;
/// Most files of one kind in a folder.
const MAX_FILES: usize = 500;

macro_rules! built_in {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../catalogue/", $name)))),*]
    };
}

/// The files built into the program. A test compares the list with the folder.
pub(super) const BUILT_IN: [(&str, &str); 7] = built_in![
    "items/large-outdoor-advertising.1.toml",
    "items/signboard-declaration.1.toml",
    "rules/commitment-document.toml",
    "rules/licence-document.toml",
    "rules/ownership-document.toml",
    "rules/rendering.toml",
    "rules/signboard-scene.toml",
];

/// Name with folder → text.
pub(super) type Files = BTreeMap<String, String>;

/// The built-in files with those of the folder laid over them.
pub(super) fn files(folder: Option<&Path>, mistakes: &mut Vec<String>) -> Files {
    let mut files: Files = BUILT_IN.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let Some(folder) = folder else { return files };
    if !FOLDERS.iter().any(|kind| folder.join(kind).is_dir()) {
        mistakes.push(format!("{}: has neither a folder `items` nor a folder `rules`", folder.display()));
    }
    for kind in FOLDERS {
        let place = folder.join(kind);
        if let Err(error) = read_folder(&place, kind, &mut files, mistakes) {
            mistakes.push(format!("{}: {error}", place.display()));
        }
    }
    files
}

fn read_folder(place: &Path, kind: &str, files: &mut Files, mistakes: &mut Vec<String>) -> io::Result<()> {
    if !place.exists() {
        return Ok(());
    }
    for (count, entry) in fs::read_dir(place)?.enumerate() {
        if count == MAX_FILES {
            mistakes.push(format!("{}: more than {MAX_FILES} files", place.display()));
            break;
        }
        let name = entry?.file_name().to_string_lossy().into_owned();
        // What editors and mounted volumes leave lying about.
        if name.starts_with('.') || name.ends_with('~') {
            continue;
        }
        if Path::new(&name).extension().is_none_or(|extension| extension != "toml") {
            mistakes.push(format!("{kind}/{name}: is no .toml file"));
            continue;
        }
        match read_file(&place.join(&name)) {
            Ok(text) => {
                files.insert(format!("{kind}/{name}"), text);
            }
            Err(error) => mistakes.push(format!("{kind}/{name}: {error}")),
        }
    }
    Ok(())
}

fn read_file(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let read = fs::File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_string(&mut text)?;
    if u64::try_from(read).is_ok_and(|read| read > MAX_FILE_BYTES) {
        return Err(io::Error::other(format!("longer than {MAX_FILE_BYTES} bytes")));
    }
    Ok(text)
}

/// Reads every file and checks everything together.
pub(super) fn parse(files: &Files, mut mistakes: Vec<String>) -> Result<Loaded, BadCatalogue> {
    let mut rules = BTreeMap::new();
    let mut items = Vec::new();
    // A rule whose file is bad is not also reported as missing.
    let mut named = BTreeSet::new();
    for (name, text) in files {
        match name.split_once('/').map(|(kind, file)| (kind, file.trim_end_matches(".toml"))) {
            Some(("rules", stem)) => {
                named.insert(stem);
                rules.extend(rule(name, stem, text, &mut mistakes).map(|rule| (rule.name.clone(), rule)));
            }
            Some(("items", stem)) => items.extend(item(name, stem, text, &mut mistakes)),
            _ => mistakes.push(format!("{name}: is neither an item nor a rule")),
        }
    }
    mistakes.extend(items.iter().flat_map(|item| too_many_pages(item, &rules)));
    let knows_rule = |rule: &str| rules.contains_key(rule) || named.contains(rule);
    match Catalogue::new(items, knows_rule) {
        Ok(catalogue) if mistakes.is_empty() => {
            Ok(Loaded { catalogue, rules: Arc::new(RuleBook::new(rules)), stamp: stamp(files) })
        }
        Ok(_) => Err(BadCatalogue { mistakes }),
        Err(bad) => Err(BadCatalogue { mistakes: mistakes.into_iter().chain(bad.mistakes).collect() }),
    }
}

fn rule(file: &str, stem: &str, text: &str, mistakes: &mut Vec<String>) -> Option<photo::Rule> {
    let rule: photo::Rule = toml::from_str(text).map_err(|error| mistakes.push(in_toml(file, text, &error))).ok()?;
    if rule.name != stem {
        mistakes.push(format!("{file}: name: is `{}`, so the file must be {}.toml", rule.name, rule.name));
    }
    if rule.taken_on.is_none() {
        mistakes.push(format!("{file}: taken_on: say on which day it was taken from its source"));
    }
    let faults = rule.validate().err().unwrap_or_default();
    mistakes.extend(faults.into_iter().map(|fault| format!("{file}: {}: {}", fault.field, fault.en)));
    Some(rule)
}

fn item(file: &str, stem: &str, text: &str, mistakes: &mut Vec<String>) -> Option<Item> {
    let item: Item = toml::from_str(text).map_err(|error| mistakes.push(in_toml(file, text, &error))).ok()?;
    let proper = format!("{}.{}", item.code, item.version);
    if proper != stem {
        mistakes
            .push(format!("{file}: is version {} of `{}`, so the file must be {proper}.toml", item.version, item.code));
    }
    Some(item)
}

/// Materials that take more photos than their rule puts into one PDF.
fn too_many_pages(item: &Item, rules: &BTreeMap<String, photo::Rule>) -> Vec<String> {
    let told = item.materials.iter().filter_map(|material| {
        let most = rules.get(&material.rule)?.max_pages.filter(|most| material.max_photos > *most)?;
        let (code, rule) = (&material.code, &material.rule);
        let place = format!("item {} version {}: material {code}", item.code, item.version);
        Some(format!("{place}: max_photos: at most {most}, the max_pages of its rule `{rule}`"))
    });
    told.collect()
}

/// A mistake of a TOML file in one line.
fn in_toml(file: &str, text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    format!("{file}: line {}: {}", before.matches('\n').count() + 1, error.message().replace('\n', " "))
}

/// A hash over the files and the program that shows them.
fn stamp(files: &Files) -> String {
    let mut hash = Sha256::new();
    hash.update(env!("CARGO_PKG_VERSION"));
    for part in files.iter().flat_map(|(name, text)| [name, text]) {
        // Each part with its length, so that no two sets of files run together into the same bytes.
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize())
}
