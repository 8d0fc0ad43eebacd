//! The objects of a PDF, as far as this province reads one: a single cross-reference table, nothing encrypted, nothing
//! added later, and not a byte beside the objects.

use std::collections::BTreeMap;

/// Most objects read, and how deep one may lie in another.
const MAX_OBJECTS: usize = 1_000;
const MAX_DEPTH: usize = 8;
/// Length of an entry of the cross-reference table.
const ENTRY: usize = 20;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Object<'a> {
    /// A number.
    Number(f64),
    /// A name without its slash.
    Name(&'a [u8]),
    /// A string, as it stands there.
    Text,
    /// A list.
    Array(Vec<Object<'a>>),
    /// A dictionary.
    Dict(Dict<'a>),
    /// A reference to another object.
    Ref(u32),
    /// `true`, `null`, or an operator of a drawing.
    Word(&'a [u8]),
}

/// A dictionary: name → value.
pub type Dict<'a> = BTreeMap<&'a [u8], Object<'a>>;

/// An object with a number of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbered<'a> {
    /// Its dictionary; empty for anything else.
    pub dict: Dict<'a>,
    /// The bytes of a stream.
    pub stream: Option<&'a [u8]>,
}

/// A whole file.
#[derive(Clone, Debug)]
pub struct File<'a> {
    /// Its objects by number.
    pub objects: BTreeMap<u32, Numbered<'a>>,
    /// What stands at its end.
    pub trailer: Dict<'a>,
}

impl<'a> File<'a> {
    /// Reads a file; where it cannot be read, what of it.
    ///
    /// # Errors
    /// The part that is not as it must be.
    pub fn read(bytes: &'a [u8]) -> Result<Self, &'static str> {
        let (table, end) = ending(bytes).ok_or("no end")?;
        let mut rest = bytes.get(table..end).ok_or("startxref")?;
        let offsets = offsets(&mut rest).ok_or("xref")?;
        let trailer = match word(&mut rest).zip(object(&mut rest, 0)) {
            Some((b"trailer", Object::Dict(dict))) if blank(rest) => dict,
            _ => return Err("trailer"),
        };
        if trailer.get(&b"Size"[..]) != Some(&number(offsets.len() + 1)) {
            return Err("trailer");
        }
        let mut objects = BTreeMap::new();
        let mut places: Vec<_> = offsets.into_iter().zip(1..).collect();
        places.sort_unstable();
        let mut at = header(bytes).ok_or("header")?;
        for (offset, id) in places {
            // Objects follow one another: nothing lies between them, and none within another.
            if !bytes.get(at..offset).is_some_and(blank) {
                return Err("bytes beside the objects");
            }
            let mut rest = bytes.get(offset..table).ok_or("xref")?;
            objects.insert(id, numbered(&mut rest, id).ok_or("object")?);
            at = table - rest.len();
        }
        if bytes.get(at..table).is_some_and(blank) {
            Ok(Self { objects, trailer })
        } else {
            Err("bytes beside the objects")
        }
    }
}

/// The length of the first line and of the line of bytes that says the file is no text.
fn header(bytes: &[u8]) -> Option<usize> {
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let first = lines.next().filter(|line| line.starts_with(b"%PDF-1.") && line.len() <= 10)?;
    let second = lines.next().filter(|line| line.starts_with(b"%") && line.len() <= 10).unwrap_or_default();
    Some(first.len() + second.len())
}

/// Where the cross-reference table begins, and where it and the trailer end.
fn ending(bytes: &[u8]) -> Option<(usize, usize)> {
    let whole = bytes.trim_ascii_end().strip_suffix(b"%%EOF")?;
    let end = whole.windows(9).rposition(|window| window == b"startxref")?;
    let mut rest = whole.get(end + 9..)?;
    let table = integer(word(&mut rest)?)?;
    blank(rest).then_some((table, end))
}

/// Where each object begins, from number 1 upwards.
fn offsets(rest: &mut &[u8]) -> Option<Vec<usize>> {
    let expected = [word(rest)?, word(rest)?];
    let count = integer(word(rest)?).filter(|count| (2..=MAX_OBJECTS).contains(count))?;
    if expected != [&b"xref"[..], b"0"] {
        return None;
    }
    skip(rest);
    let (table, after) = rest.split_at_checked(count * ENTRY)?;
    *rest = after;
    let mut entries = table.chunks_exact(ENTRY);
    entries.next().filter(|free| free.starts_with(b"0000000000 65535 f"))?;
    entries.map(|entry| entry.get(10..18).filter(|tail| tail == b" 00000 n").and(integer(entry.get(..10)?))).collect()
}

/// `7 0 obj … endobj`.
fn numbered<'a>(rest: &mut &'a [u8], id: u32) -> Option<Numbered<'a>> {
    let head = [word(rest)?, word(rest)?, word(rest)?];
    if head != [id.to_string().as_bytes(), b"0", b"obj"] {
        return None;
    }
    let value = object(rest, 0)?;
    let dict = if let Object::Dict(dict) = value { dict } else { Dict::new() };
    let mut next = word(rest)?;
    let mut stream = None;
    if next == b"stream" {
        let Some(Object::Number(length)) = dict.get(&b"Length"[..]) else { return None };
        let after = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n"))?;
        let (data, after) = after.split_at_checked(integer(length.to_string().as_bytes())?)?;
        (stream, *rest) = (Some(data), after);
        next = word(rest).filter(|word| *word == b"endstream").and_then(|_| word(rest))?;
    }
    (next == b"endobj").then_some(Numbered { dict, stream })
}

/// The next value, with whatever lies in it.
pub fn object<'a>(rest: &mut &'a [u8], depth: usize) -> Option<Object<'a>> {
    if depth > MAX_DEPTH {
        return None;
    }
    skip(rest);
    if let Some(after) = rest.strip_prefix(b"<<") {
        *rest = after;
        return dict(rest, depth).map(Object::Dict);
    }
    match rest.first()? {
        b'<' => text(rest, |byte| byte == b'>'),
        // Within brackets others would have to be counted; nothing here says anything in words.
        b'(' => text(rest, |byte| byte == b')'),
        b'[' => {
            *rest = rest.get(1..)?;
            array(rest, depth).map(Object::Array)
        }
        b'/' => name(rest).map(Object::Name),
        _ => plain(rest),
    }
}

fn text<'a>(rest: &mut &[u8], ends: impl Fn(u8) -> bool) -> Option<Object<'a>> {
    let end = rest.iter().position(|byte| ends(*byte))?;
    *rest = rest.get(end + 1..)?;
    Some(Object::Text)
}

fn dict<'a>(rest: &mut &'a [u8], depth: usize) -> Option<Dict<'a>> {
    let mut dict = Dict::new();
    loop {
        skip(rest);
        if let Some(after) = rest.strip_prefix(b">>") {
            *rest = after;
            return Some(dict);
        }
        let key = name(rest)?;
        if dict.insert(key, object(rest, depth + 1)?).is_some() {
            return None;
        }
    }
}

fn array<'a>(rest: &mut &'a [u8], depth: usize) -> Option<Vec<Object<'a>>> {
    let mut items = Vec::new();
    loop {
        skip(rest);
        if let Some(after) = rest.strip_prefix(b"]") {
            *rest = after;
            return Some(items);
        }
        items.push(object(rest, depth + 1)?);
    }
}

fn name<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    *rest = rest.strip_prefix(b"/")?;
    let name = token(rest);
    // A name may be spelt in several ways with `#`: nobody needs that here.
    (!name.is_empty() && !name.contains(&b'#')).then_some(name)
}

/// A number, a reference or a word.
fn plain<'a>(rest: &mut &'a [u8]) -> Option<Object<'a>> {
    let first = word(rest)?;
    let Some(value) = std::str::from_utf8(first).ok().and_then(|text| text.parse::<f64>().ok()) else {
        return first.first().is_some_and(u8::is_ascii_alphabetic).then_some(Object::Word(first));
    };
    let mut ahead = *rest;
    if let (Some(id), Some(b"0"), Some(b"R")) = (integer(first), word(&mut ahead), word(&mut ahead)) {
        *rest = ahead;
        return u32::try_from(id).ok().map(Object::Ref);
    }
    value.is_finite().then_some(Object::Number(value))
}

/// The next token; nothing at the end or before a bracket of any kind.
fn word<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    skip(rest);
    Some(token(rest)).filter(|token| !token.is_empty())
}

fn token<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let ends = |byte: &u8| space(*byte) || b"()<>[]{}/%".contains(byte);
    let (token, after) = rest.split_at(rest.iter().position(ends).unwrap_or(rest.len()));
    *rest = after;
    token
}

fn integer(token: &[u8]) -> Option<usize> {
    let digits = token.len() <= 10 && token.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(token).ok().filter(|_| digits)?.parse().ok()
}

fn number<'a>(count: usize) -> Object<'a> {
    Object::Number(u32::try_from(count).map_or(f64::NAN, f64::from))
}

fn space(byte: u8) -> bool {
    matches!(byte, b'\0' | b'\t' | b'\n' | b'\x0c' | b'\r' | b' ')
}

fn skip(rest: &mut &[u8]) {
    *rest = rest.get(rest.iter().take_while(|byte| space(**byte)).count()..).unwrap_or_default();
}

fn blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| space(*byte))
}
