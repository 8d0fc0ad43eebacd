//! The first directory of a TIFF, looked at without copying a value: the library makes 32 bytes of each byte, of as
//! many as the directory claims, and before any limit can be set.

/// Entries looked at before a directory is called damaged: real ones have 20 to 60.
const MOST_ENTRIES: u64 = 4096;
/// Values that a list may have: the tiles or strips of the largest picture.
const MOST_VALUES: u64 = 1 << 19;

/// The tags that the library reads to find its way: size, samples, strips, tiles, palette.
const WANTED: [u16; 24] = [
    256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 284, 292, 317, 320, 322, 323, 324, 325, 338, 339, 347, 530,
    532,
];

/// One entry of the directory.
pub(super) struct Entry<'a> {
    pub(super) tag: u16,
    kind: u64,
    count: u64,
    /// Nothing when it reaches beyond the file.
    pub(super) value: Option<&'a [u8]>,
    /// Where the value stands, when it stands in the entry itself.
    value_at: usize,
}

/// Reads numbers in the file's byte order.
struct Words<'a> {
    bytes: &'a [u8],
    little: bool,
}

impl Words<'_> {
    fn at(&self, at: usize, size: usize) -> Option<u64> {
        let bytes = self.bytes.get(at..at.checked_add(size)?)?;
        let add = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        Some(if self.little { bytes.iter().rev().fold(0, add) } else { bytes.iter().fold(0, add) })
    }
}

/// The entries, in the order they are stored; nothing when the directory is out of reach or too long.
pub(super) fn entries(bytes: &[u8]) -> Option<Vec<Entry<'_>>> {
    let words = Words { bytes, little: bytes.starts_with(b"II") };
    let big = words.at(2, 2)? == 43;
    let (first_at, count_size, word) = if big { (8, 8, 8) } else { (4, 2, 4) };
    let start = usize::try_from(words.at(first_at, word)?).ok()?;
    let count = words.at(start, count_size)?;
    if count > MOST_ENTRIES {
        return None;
    }
    let entry = |index: usize| {
        let at = start.checked_add(count_size + index * (4 + 2 * word))?;
        let (tag, kind) = (u16::try_from(words.at(at, 2)?).ok()?, words.at(at + 2, 2)?);
        let size: u64 = match kind {
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 | 16..=18 => 8,
            _ => 1,
        };
        let (count, value_at) = (words.at(at + 4, word)?, at + 4 + word);
        let length = usize::try_from(count.saturating_mul(size)).unwrap_or(usize::MAX);
        let from = if length <= word { Some(value_at) } else { usize::try_from(words.at(value_at, word)?).ok() };
        let value = from.and_then(|from| bytes.get(from..from.checked_add(length)?));
        Some(Entry { tag, kind, count, value, value_at })
    };
    (0..usize::try_from(count).ok()?).map(entry).collect()
}

/// Whether the library may read the directory: what it looks at is there, and not too much.
pub(super) fn is_sound(entries: &[Entry<'_>]) -> bool {
    entries
        .iter()
        .filter(|entry| WANTED.contains(&entry.tag))
        .all(|entry| entry.count <= MOST_VALUES && entry.value.is_some())
}

/// Changes a single number; nothing where it is missing, a list, or has no room for the new value.
pub(super) fn set(bytes: &mut [u8], tag: u16, value: u32) -> Option<()> {
    let single = entries(bytes)?.into_iter().find(|entry| entry.tag == tag && entry.count == 1)?;
    let (kind, at) = (single.kind, single.value_at);
    let size = match kind {
        3 => 2,
        4 => 4,
        16 => 8,
        _ => return None,
    };
    let wide = u64::from(value).to_le_bytes();
    let (kept, over) = wide.split_at_checked(size)?;
    let little = bytes.starts_with(b"II");
    let slot = bytes.get_mut(at..at + size).filter(|_| over.iter().all(|byte| *byte == 0))?;
    slot.copy_from_slice(kept);
    if !little {
        slot.reverse();
    }
    Some(())
}

/// The value of a list of ratios.
pub(super) fn ratios(bytes: &[u8], value: &[u8]) -> Vec<f64> {
    let words = Words { bytes: value, little: bytes.starts_with(b"II") };
    let number = |at: usize| words.at(at, 4).and_then(|n| u32::try_from(n).ok()).map(f64::from);
    let ratio = |at: usize| Some(number(at)? / number(at + 4).filter(|below| *below > 0.0)?);
    (0..value.len() / 8).map_while(|index| ratio(index * 8)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(tag: u16, kind: u16, count: u32, value: u32) -> Vec<u8> {
        let mut out = b"II*\0\x08\0\0\0\x01\0".to_vec();
        out.extend(tag.to_le_bytes());
        out.extend(kind.to_le_bytes());
        out.extend(count.to_le_bytes());
        out.extend(value.to_le_bytes());
        out.extend([0; 4]);
        out
    }

    #[test]
    fn values_are_found_where_they_stand() {
        let bytes = with(256, 3, 1, 77);
        let list = entries(&bytes).unwrap();
        assert_eq!((list[0].tag, list[0].value), (256, Some(&[77, 0][..])));
        assert!(is_sound(&list));
    }

    #[test]
    fn claims_beyond_the_file_are_unsound_only_where_they_matter() {
        for (tag, kind, count, sound) in
            [(273, 4, 900_000, false), (258, 1, u32::MAX, false), (279, 3, 4, false), (40_000, 7, u32::MAX, true)]
        {
            let bytes = with(tag, kind, count, 20);
            assert_eq!(is_sound(&entries(&bytes).unwrap()), sound, "{tag}");
        }
        assert!(entries(&with(256, 3, 1, 1)[..15]).is_none());
        assert!(entries(b"II*\0\xff\xff\xff\xff").is_none());
    }
}
