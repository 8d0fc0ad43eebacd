//! Where the texts of the settings come from: the environment first, then the file, then the table.

use std::collections::BTreeMap;

use super::table::{Setting, TABLE};
use super::value::Value;

/// What every setting's name begins with in the environment.
pub const PREFIX: &str = "GXB_";
/// The one name that is no setting: where the file is.
pub const FILE: &str = "GXB_CONFIG";

/// The texts that were given, by key, and every mistake met so far.
#[derive(Debug, Default)]
pub(super) struct Source {
    texts: BTreeMap<&'static str, String>,
    pub(super) mistakes: Vec<String>,
}

impl Source {
    /// Gathers the texts; what the environment says wins.
    pub(super) fn gather(environment: impl IntoIterator<Item = (String, String)>, file: Option<&str>) -> Self {
        let mut source = Self::default();
        if let Some(file) = file {
            source.take_file(file);
        }
        source.take_environment(environment);
        source
    }

    /// Parses one setting; a mistake is kept and `None` returned.
    pub(super) fn value<T: Value>(&mut self, setting: &Setting) -> Option<T> {
        let text = self.texts.get(setting.key).map_or(setting.default, String::as_str);
        match T::parse(text) {
            Ok(value) => Some(value),
            Err(why) => {
                self.mistakes.push(format!("{} {why}", setting.env()));
                None
            }
        }
    }

    fn take_environment(&mut self, environment: impl IntoIterator<Item = (String, String)>) {
        for (name, text) in environment {
            let Some(key) = name.strip_prefix(PREFIX) else { continue };
            if name == FILE {
                continue;
            }
            match known(&key.to_ascii_lowercase()).filter(|setting| setting.env() == name) {
                Some(setting) if text.is_empty() => drop(self.texts.remove(setting.key)),
                Some(setting) => drop(self.texts.insert(setting.key, text)),
                None => self.unknown(&name, PREFIX, &key.to_ascii_lowercase()),
            }
        }
    }

    fn take_file(&mut self, file: &str) {
        let table: toml::Table = match file.parse() {
            Ok(table) => table,
            Err(error) => {
                // Only the place: the line itself may hold a secret.
                let line = error.span().map_or(0, |span| file.get(..span.start).unwrap_or("").lines().count().max(1));
                return self.mistakes.push(format!("the file is not TOML: {} (line {line})", error.message()));
            }
        };
        for (key, value) in table {
            match (known(&key), text_of(&value)) {
                (Some(setting), Some(text)) if text.is_empty() => drop(self.texts.remove(setting.key)),
                (Some(setting), Some(text)) => drop(self.texts.insert(setting.key, text)),
                (Some(_), None) => self.mistakes.push(format!("{key} in the file must be a text, number or list")),
                (None, _) => self.unknown(&format!("{key} in the file"), "", &key),
            }
        }
    }

    fn unknown(&mut self, name: &str, prefix: &str, key: &str) {
        let hint = nearest(key).map(|near| {
            let near =
                if prefix.is_empty() { near.to_owned() } else { format!("{prefix}{}", near.to_ascii_uppercase()) };
            format!("; did you mean {near}?")
        });
        self.mistakes.push(format!("{name} is no setting{}", hint.unwrap_or_default()));
    }
}

fn known(key: &str) -> Option<&'static Setting> {
    TABLE.iter().find(|setting| setting.key == key)
}

fn text_of(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(flag) => Some(flag.to_string()),
        toml::Value::Array(parts) => parts.iter().map(text_of).collect::<Option<Vec<_>>>().map(|parts| parts.join(",")),
        _ => None,
    }
}

fn nearest(key: &str) -> Option<&'static str> {
    let distances = TABLE.iter().map(|setting| (distance(key, setting.key), setting.key));
    distances.min().filter(|(distance, _)| *distance <= 1 + key.len() / 4).map(|(_, near)| near)
}

/// How many letters to add, drop or change to come from one word to the other (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut next = vec![i + 1];
        for ((b, above_left), above) in to.chars().zip(row.iter()).zip(row.iter().skip(1)) {
            let left = next.last().copied().unwrap_or(usize::MAX - 1);
            next.push((above_left + usize::from(a != b)).min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_letters() {
        assert_eq!(distance("listen", "listen"), 0);
        assert_eq!(distance("lisen", "listen"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let environment = [("GXB_LISTEN".to_owned(), "0.0.0.0:1".to_owned())];
        let source = Source::gather(environment, Some("listen = \"0.0.0.0:2\"\nregion = 371526\n"));
        assert!(source.mistakes.is_empty(), "{:?}", source.mistakes);
        assert_eq!(source.texts.get("listen").unwrap(), "0.0.0.0:1");
        assert_eq!(source.texts.get("region").unwrap(), "371526");
    }

    #[test]
    fn unknown_names_come_with_a_suggestion() {
        let environment = [("GXB_LISTN".to_owned(), "x".to_owned()), ("PATH".to_owned(), "y".to_owned())];
        let source = Source::gather(environment, Some("photo_waitng = 3\n[table]\na = 1\n"));
        let all = source.mistakes.join("\n");
        assert!(all.contains("GXB_LISTN is no setting; did you mean GXB_LISTEN?"), "{all}");
        assert!(all.contains("photo_waitng in the file is no setting; did you mean photo_waiting?"), "{all}");
        assert!(all.contains("table in the file is no setting"), "{all}");
    }
}
