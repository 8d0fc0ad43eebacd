//! A PNG, chunk by chunk.

use std::io::Cursor;

use super::{Facts, Flaw, MAX_DECODED_BYTES, damaged, flaw, number, take};

/// What the chunks say. Only pixels, the palette, the colour space and the density are let through.
pub(super) fn look(bytes: &[u8]) -> Result<Facts, Flaw> {
    let mut rest =
        bytes.strip_prefix(b"\x89PNG\r\n\x1a\n").ok_or_else(|| flaw("file.format", "不是 PNG；not a PNG"))?;
    let (mut header, mut dpi) = (None, None);
    loop {
        let length = number(&mut rest, 4, "chunk")? as usize;
        let name = take(&mut rest, 4, "chunk")?;
        let data = take(&mut rest, length, "chunk")?;
        take(&mut rest, 4, "checksum")?;
        match name {
            b"IHDR" if header.is_none() => header = Some(ihdr(data)?),
            b"pHYs" => dpi = phys(data)?,
            b"IDAT" | b"PLTE" | b"sRGB" | b"gAMA" => {}
            b"IEND" => break,
            b"tRNS" => return Err(flaw("file.colour", "不允许透明；transparency is not allowed")),
            _ => {
                let name = String::from_utf8_lossy(name).into_owned();
                return Err(flaw("file.metadata", format!("含有不允许的数据块 {name}；chunk {name} is not allowed")));
            }
        }
    }
    if !rest.is_empty() {
        return Err(flaw("file.trailing_bytes", "文件尾部有多余字节；bytes after the end"));
    }
    let (width, height, grey) = header.ok_or_else(|| damaged("no header"))?;
    Ok(Facts { width, height, grey, dpi })
}

/// Width and height of the decoded picture; nothing when it cannot be decoded.
pub(super) fn decode(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(MAX_DECODED_BYTES as u64);
    let mut reader = image::ImageReader::with_format(Cursor::new(bytes), image::ImageFormat::Png);
    reader.limits(limits);
    let decoded = reader.decode().ok()?;
    Some((decoded.width(), decoded.height()))
}

fn ihdr(mut data: &[u8]) -> Result<(u32, u32, bool), Flaw> {
    let (width, height) = (number(&mut data, 4, "header")?, number(&mut data, 4, "header")?);
    let (depth, colour) = (number(&mut data, 1, "header")?, number(&mut data, 1, "header")?);
    match (depth, colour) {
        (8, 0) => Ok((width, height, true)),
        (8, 2 | 3) => Ok((width, height, false)),
        _ => Err(flaw("file.colour", "应为 8 位不透明 RGB 或灰度；must be 8-bit opaque RGB or grey")),
    }
}

/// The density, stated per metre, in whole dots per inch.
fn phys(mut data: &[u8]) -> Result<Option<(u32, u32)>, Flaw> {
    let (across, down) = (number(&mut data, 4, "density")?, number(&mut data, 4, "density")?);
    let inches = |metre: u32| u32::try_from((u64::from(metre) * 254 + 5000) / 10_000).unwrap_or(u32::MAX);
    Ok((number(&mut data, 1, "density")? == 1).then_some((inches(across), inches(down))))
}
