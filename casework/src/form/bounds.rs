//! How big answers may be, asked before anything that costs time. Drafts are held to it too.

use std::io;

use serde_json::Value;

use super::{Fault, say};

/// Longest serialised form. The largest honest one is a tenth of it.
pub const MAX_BYTES: usize = 64 * 1024;
/// Deepest nesting of objects and lists.
pub const MAX_DEPTH: usize = 16;
/// Most values: objects, lists and answers together.
pub const MAX_VALUES: usize = 2_000;
/// Longest field name in bytes: no form has a longer one, and pointers repeat it.
pub const MAX_KEY_BYTES: usize = 100;

/// What keeps the answers from being looked at or stored at all: `form.too_large`, `form.too_deep`,
/// `form.bad_character`, and `form.type` when they are not an object. Takes time in proportion to the bounds.
pub fn faults(answers: &Value) -> Vec<Fault> {
    look(answers).unwrap_or_else(|fault| vec![fault])
}

/// The faults that can be told together with all others; or the one after which nothing more may be looked at.
pub(super) fn look(answers: &Value) -> Result<Vec<Fault>, Fault> {
    if !answers.is_object() {
        return Err(say::not_an_object());
    }
    let mut bad = Vec::new();
    let mut values = 0;
    let mut open = vec![(String::new(), answers, 0)];
    while let Some((pointer, value, depth)) = open.pop() {
        values += 1;
        if depth > MAX_DEPTH {
            return Err(say::too_deep());
        }
        // Children are counted before they are listed: a list may be long.
        if values + open.len() + children(value) > MAX_VALUES {
            return Err(say::too_large());
        }
        match value {
            Value::String(text) if text.chars().any(is_bad) => bad.push(say::bad_character(pointer)),
            Value::Array(list) => {
                open.extend(
                    list.iter().enumerate().map(|(place, item)| (format!("{pointer}/{place}"), item, depth + 1)),
                );
            }
            Value::Object(fields) => {
                if fields.keys().any(|key| key.len() > MAX_KEY_BYTES || key.chars().any(is_bad)) {
                    return Err(say::bad_name(pointer));
                }
                open.extend(fields.iter().map(|(key, item)| (join(&pointer, key), item, depth + 1)));
            }
            _ => {}
        }
    }
    if serde_json::to_writer(Counter { left: MAX_BYTES }, answers).is_err() {
        return Err(say::too_large());
    }
    Ok(bad)
}

/// A JSON pointer one step longer.
pub(super) fn join(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

fn children(value: &Value) -> usize {
    match value {
        Value::Array(list) => list.len(),
        Value::Object(fields) => fields.len(),
        _ => 0,
    }
}

/// Control characters, and those that turn the reading direction so that a reader sees another text than is stored.
fn is_bad(character: char) -> bool {
    (character.is_control() && !matches!(character, '\n' | '\r' | '\t'))
        || matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// Counts what is written and fails when it is too much, so that nothing is built.
struct Counter {
    left: usize,
}

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.left = self.left.checked_sub(bytes.len()).ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
