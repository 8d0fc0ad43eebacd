//! A JPEG, marker by marker.

use super::{Facts, Flaw, MAX_DECODED_BYTES, damaged, flaw, number, take};

/// What the markers say. Only a baseline picture of three components or one, with a JFIF header, tables, scans and
/// nothing else, is let through.
pub(super) fn look(bytes: &[u8]) -> Result<Facts, Flaw> {
    let mut rest = bytes.strip_prefix(&[0xFF, 0xD8]).ok_or_else(|| flaw("file.format", "不是 JPEG；not a JPEG"))?;
    let mut found = Found::default();
    loop {
        let marker = marker(&mut rest)?;
        if marker == 0xD9 {
            break;
        }
        let segment = segment(&mut rest)?;
        found.take_in(marker, segment)?;
        if marker == 0xDA {
            rest = after_scan(rest)?;
            found.scans += 1;
        }
    }
    if !rest.is_empty() {
        let more = rest.len();
        return Err(flaw("file.trailing_bytes", format!("文件尾部多出 {more} 字节；{more} bytes after the end")));
    }
    found.facts()
}

/// Width and height of the decoded picture; nothing when it cannot be decoded.
pub(super) fn decode(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    decoder.set_max_decoding_buffer_size(MAX_DECODED_BYTES);
    decoder.decode().ok()?;
    let info = decoder.info()?;
    Some((info.width.into(), info.height.into()))
}

#[derive(Default)]
struct Found {
    segments: u32,
    scans: u32,
    frame: Option<(u32, u32, u32)>,
    dpi: Option<(u32, u32)>,
}

impl Found {
    fn take_in(&mut self, marker: u8, segment: &[u8]) -> Result<(), Flaw> {
        self.segments += 1;
        match marker {
            0xE0 if self.segments == 1 => self.dpi = jfif(segment)?,
            0xE0..=0xEF | 0xFE => {
                let what = format!("含有不允许的元数据 FF{marker:02X}；metadata FF{marker:02X} is not allowed");
                return Err(flaw("file.metadata", what));
            }
            0xC0 if self.frame.is_none() => self.frame = Some(frame(segment)?),
            // Tables, restart interval, scan.
            0xC4 | 0xDB | 0xDD | 0xDA => {}
            0xC0..=0xCF => return Err(flaw("file.not_baseline", "应为基线 JPEG；must be a baseline JPEG")),
            _ => return Err(damaged("marker")),
        }
        Ok(())
    }

    fn facts(self) -> Result<Facts, Flaw> {
        let (width, height, components) = self.frame.ok_or_else(|| damaged("no frame"))?;
        if self.scans == 0 {
            return Err(damaged("no scan"));
        }
        match components {
            1 | 3 => Ok(Facts { width, height, grey: components == 1, dpi: self.dpi }),
            _ => Err(flaw("file.colour", format!("{components} 个颜色分量；{components} colour components"))),
        }
    }
}

fn marker(rest: &mut &[u8]) -> Result<u8, Flaw> {
    if number(rest, 1, "marker")? != 0xFF {
        return Err(damaged("marker"));
    }
    // Any number of FF may fill up before a marker.
    while let Some(after) = rest.strip_prefix(&[0xFF]) {
        *rest = after;
    }
    take(rest, 1, "marker")?.first().copied().ok_or_else(|| damaged("marker"))
}

fn segment<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], Flaw> {
    let length = number(rest, 2, "segment")? as usize;
    take(rest, length.checked_sub(2).ok_or_else(|| damaged("segment"))?, "segment")
}

/// Past the entropy-coded data: to the next marker that is neither stuffing nor a restart.
fn after_scan(data: &[u8]) -> Result<&[u8], Flaw> {
    let end = data.windows(2).position(|pair| matches!(pair, [0xFF, next] if !matches!(next, 0x00 | 0xD0..=0xD7)));
    end.and_then(|end| data.get(end..)).ok_or_else(|| damaged("no end"))
}

fn frame(mut segment: &[u8]) -> Result<(u32, u32, u32), Flaw> {
    let precision = number(&mut segment, 1, "frame")?;
    let (height, width) = (number(&mut segment, 2, "frame")?, number(&mut segment, 2, "frame")?);
    let components = number(&mut segment, 1, "frame")?;
    if precision == 8 { Ok((width, height, components)) } else { Err(damaged("precision")) }
}

/// The density a JFIF header states in inches. A thumbnail in it is metadata like any other.
fn jfif(segment: &[u8]) -> Result<Option<(u32, u32)>, Flaw> {
    let metadata = || flaw("file.metadata", "APP0 不是不带缩略图的 JFIF；APP0 is not JFIF without a thumbnail");
    let mut rest = segment.strip_prefix(b"JFIF\0").ok_or_else(metadata)?;
    take(&mut rest, 2, "JFIF")?;
    let unit = number(&mut rest, 1, "JFIF")?;
    let (across, down) = (number(&mut rest, 2, "JFIF")?, number(&mut rest, 2, "JFIF")?);
    if rest != [0, 0] {
        return Err(metadata());
    }
    Ok((unit == 1).then_some((across, down)))
}
