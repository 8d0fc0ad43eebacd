//! The one thing we take from EXIF: which way is up.

/// Reads the orientation, 1 to 8, from a TIFF-shaped EXIF block. Anything broken, absent or out of range is `None`:
/// a bad EXIF block must never cost anyone a good photo.
pub(crate) fn orientation(block: &[u8]) -> Option<u8> {
    let block = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
    let little = match block.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let u16_at = |at: usize| {
        let pair: [u8; 2] = block.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    };
    let u32_at = |at: usize| {
        let four: [u8; 4] = block.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    };
    let directory = u32_at(4)? as usize;
    let entries = usize::from(u16_at(directory)?);
    // A u16 bounds the entries to 65,535, each looked at once; only the first directory is read, so no loop can form.
    (0..entries).map_while(|index| directory.checked_add(2 + index * 12)).find_map(|at| {
        if u16_at(at)? != 0x0112 {
            return None;
        }
        let value = match u16_at(at + 2)? {
            1 => u16::from(*block.get(at + 8)?),
            3 => u16_at(at + 8)?,
            4 => u16::try_from(u32_at(at + 8)?).ok()?,
            _ => return None,
        };
        u8::try_from(value).ok().filter(|v| (1..=8).contains(v))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(little: bool, kind: u16, value: u16) -> Vec<u8> {
        let two = |v: u16| if little { v.to_le_bytes() } else { v.to_be_bytes() };
        let four = |v: u32| if little { v.to_le_bytes() } else { v.to_be_bytes() };
        let mut out = if little { b"II*\0".to_vec() } else { b"MM\0*".to_vec() };
        out.extend(four(8));
        out.extend(two(2));
        for (tag, kind, value) in [(0x010f_u16, 2_u16, 0_u16), (0x0112, kind, value)] {
            out.extend(two(tag));
            out.extend(two(kind));
            out.extend(four(1));
            out.extend(two(value));
            out.extend([0, 0]);
        }
        out.extend(four(0));
        out
    }

    #[test]
    fn reads_both_byte_orders() {
        for little in [true, false] {
            for value in 1..=8 {
                assert_eq!(orientation(&block(little, 3, value)), u8::try_from(value).ok());
            }
        }
    }

    #[test]
    fn broken_or_reserved_values_say_nothing() {
        assert_eq!(orientation(&block(true, 3, 0)), None);
        assert_eq!(orientation(&block(true, 3, 9)), None);
        assert_eq!(orientation(&block(true, 2, 6)), None);
        let whole = block(true, 3, 6);
        for cut in 0..whole.len() {
            let _ = orientation(&whole[..cut]);
        }
        assert_eq!(orientation(b"II*\0\xff\xff\xff\xff"), None);
    }
}
