//! Where objects lie that are exchanged with somebody else by files: a name both sides agreed on instead of an id of ours.

/// Longest path.
const MOST_BYTES: usize = 160;

/// A checked path below one of [`DropPath::PREFIXES`]: letters, digits, `-`, `_` and `.`, no part empty or beginning with
/// a dot, at most 160 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DropPath {
    bytes: [u8; MOST_BYTES],
    length: usize,
}

impl DropPath {
    /// What these paths begin with: what we put there, what comes back, what of it was taken, what was not believed.
    pub const PREFIXES: [&'static str; 4] = ["outbox/", "inbox/", "taken/", "refused/"];

    /// The path of this spelling; nothing for any other text.
    pub fn new(path: &str) -> Option<Self> {
        let known = Self::PREFIXES.iter().any(|prefix| path.starts_with(prefix));
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let part = |part: &str| !part.is_empty() && !part.starts_with('.') && part.bytes().all(plain);
        if !known || !path.split('/').all(part) {
            return None;
        }
        let mut bytes = [0; MOST_BYTES];
        bytes.get_mut(..path.len())?.copy_from_slice(path.as_bytes());
        Some(Self { bytes, length: path.len() })
    }

    /// The path.
    pub fn as_str(&self) -> &str {
        self.bytes.get(..self.length).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// The MIME type it is stored with, by the end of its name.
    pub(crate) fn content_type(&self) -> &'static str {
        let extension = self.as_str().rsplit_once('.').map_or("", |(_, extension)| extension);
        if extension == "json" {
            return "application/json";
        }
        crate::Extension::parse(extension).unwrap_or(crate::Extension::Bin).content_type()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_paths_below_a_known_prefix() {
        let long = format!("outbox/{}", "a".repeat(153));
        for path in ["outbox/0198-1-apply/manifest.json", "inbox/reports/A_b.json", "taken/a", "refused/a.b", &long] {
            assert_eq!(DropPath::new(path).unwrap().as_str(), path);
        }
        let longer = format!("{long}a");
        for path in [
            "",
            "outbox",
            "outbox/",
            "outbox//a",
            "outbox/../a",
            "outbox/.a",
            "/outbox/a",
            "photo/original/a",
            "inbox/a b",
            "inbox/办",
            "inbox/a\\b",
            &longer,
        ] {
            assert_eq!(DropPath::new(path), None, "{path}");
        }
    }

    #[test]
    fn the_type_follows_from_the_name() {
        for (path, content_type) in [
            ("outbox/a/manifest.json", "application/json"),
            ("outbox/a/b.jpg", "image/jpeg"),
            ("outbox/a/b.pdf", "application/pdf"),
            ("outbox/a/b", "application/octet-stream"),
        ] {
            assert_eq!(DropPath::new(path).unwrap().content_type(), content_type, "{path}");
        }
    }
}
