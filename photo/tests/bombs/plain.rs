//! Bombs in JPEG, PNG, WebP, GIF, BMP and TIFF.

use image::ImageFormat;
use photo::Code;

use crate::pictures::draw;
use crate::pictures::wrap::{self, Beside};
use crate::{Bomb, bomb};

pub(crate) fn bombs() -> Vec<fn() -> Bomb> {
    vec![
        || bomb("png of 65536 x 65536", png(65_536, 65_536, &[]), Code::TooManyPixels),
        || bomb("png without the data for its 8900 x 8900", png(8900, 8900, &[]), Code::Damaged),
        || bomb("png with a profile of noughts", png(16, 16, &inflating(b"iCCP", b"x\0\0")), None),
        || bomb("png with text of noughts", png(16, 16, &inflating(b"zTXt", b"x\0\0")), None),
        || bomb("png with more text of noughts", png(16, 16, &inflating(b"iTXt", b"x\0\x01\0\0\0")), None),
        || bomb("png of 100001 chunks", png(16, 16, &chunk(b"teSt", b"").repeat(100_001)), Code::Damaged),
        || bomb("jpeg without the data for its 65000 x 3300", jpeg_of(65_000, 3300), Code::Damaged),
        || bomb("jpeg of 65500 x 65500", jpeg_of(65_500, 65_500), Code::TooManyPixels),
        || bomb("jpeg of 1000 scans", scans(1000), Code::Damaged),
        || bomb("jpeg of 20000 frames whose height comes later", frames(), Code::Damaged),
        || bomb("jpeg of a million Huffman tables", tables(), Code::Damaged),
        || bomb("gif of 65535 x 65535", gif(65_535, 65_535), Code::TooManyPixels),
        || bomb("gif whose frame is larger than its canvas", gif_frame(), Code::Damaged),
        || bomb("webp of 16384 x 16384", webp(16_383), Code::TooManyPixels),
        || bomb("bmp of 30000 x 30000", bmp(30_000, 30_000), Code::TooManyPixels),
        || bomb("tiff of 100000 x 100000", tiff(&[(256, 4, 1, 100_000), (257, 4, 1, 100_000)]), Code::Damaged),
        || bomb("tiff whose strips are countless", tiff(&[(273, 4, 200_000_000, 8)]), Code::Damaged),
        || bomb("tiff whose bits are countless", tiff(&[(258, 1, 200_000_000, 8)]), Code::Damaged),
        || bomb("tiff whose tiles are larger than its picture", tiff_tile(), Code::Damaged),
        || bomb("tiff whose directories form a ring", tiff_ring(), Code::Damaged),
        || bomb("tiff whose JPEG is larger than its strip", tiff_jpeg(), Code::Damaged),
        || bomb("fax whose strips are all the file", fax(), Code::Damaged),
    ]
}

fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let body = [name, body].concat();
    let length = u32::try_from(body.len() - 4).unwrap();
    [&length.to_be_bytes()[..], &body, &wrap::crc32(&body).to_be_bytes()].concat()
}

/// A good PNG of 16 × 16 that claims another size, with more chunks before its data.
fn png(width: u32, height: u32, more: &[u8]) -> Vec<u8> {
    let good = wrap::plain(&draw::signboard(16, 16), ImageFormat::Png);
    let mut size = good[16..29].to_vec();
    size[..4].copy_from_slice(&width.to_be_bytes());
    size[4..8].copy_from_slice(&height.to_be_bytes());
    [&good[..8], &chunk(b"IHDR", &size), more, &good[33..]].concat()
}

/// A chunk of deflated data that becomes 200 MB of noughts.
fn inflating(name: &[u8; 4], before: &[u8]) -> Vec<u8> {
    let (mut packed, mut held, mut count) = (vec![0x78, 0x01], 0_u32, 0);
    let mut put = |value: u32, bits: u32| {
        held |= value << count;
        count += bits;
        while count >= 8 {
            packed.push((held & 0xff) as u8);
            held >>= 8;
            count -= 8;
        }
    };
    // A last block of fixed codes: a nought, then copies of 258 (code 285, read from its highest bit) from one back.
    put(0b011, 3);
    put(0b0000_1100, 8);
    for _ in 0..200_000_000 / 258 {
        put(0b1010_0011, 8);
        put(0, 5);
    }
    put(0, 7);
    put(0, 8);
    packed.extend([0; 4]);
    chunk(name, &[before, &packed].concat())
}

/// A drawn JPEG that claims another size.
fn jpeg_of(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = wrap::jpeg(&draw::signboard(64, 48), 80, &Beside::default());
    let frame = bytes.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    bytes[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    bytes[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    bytes
}

fn scans(count: usize) -> Vec<u8> {
    let good = wrap::jpeg(&draw::signboard(1200, 900), 60, &Beside { progressive: true, ..Beside::default() });
    let last = good.windows(2).rposition(|pair| pair == [0xff, 0xda]).unwrap();
    [&good[..last], &good[last..good.len() - 2].repeat(count), &[0xff, 0xd9]].concat()
}

fn frames() -> Vec<u8> {
    let frame = [0xff, 0xc0, 0, 11, 8, 0, 0, 0, 16, 1, 1, 0x11, 0];
    let mut bytes = [&[0xff, 0xd8][..], &frame.repeat(20_000), &vec![0; 8 << 20]].concat();
    bytes.extend([0xff, 0xdc, 0, 4, 0, 16]);
    bytes
}

fn tables() -> Vec<u8> {
    let good = wrap::jpeg(&draw::signboard(64, 48), 80, &Beside::default());
    // One code of one bit; three thousand of these tables to a segment.
    let table = [&[0, 1][..], &[0; 15], &[5]].concat();
    let body = table.repeat(3000);
    let [high, low] = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    let segment = [&[0xff, 0xc4, high, low][..], &body].concat();
    [&good[..2], &segment.repeat(340), &good[2..]].concat()
}

fn gif(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = wrap::plain(&draw::signboard(16, 16), ImageFormat::Gif);
    bytes[6..8].copy_from_slice(&width.to_le_bytes());
    bytes[8..10].copy_from_slice(&height.to_le_bytes());
    bytes
}

/// A canvas of 16 × 16, and on it a frame of 65535 × 65535.
fn gif_frame() -> Vec<u8> {
    let mut bytes = b"GIF89a\x10\0\x10\0\x80\0\0\0\0\0\xff\xff\xff".to_vec();
    bytes.extend([b',', 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 2, 2, 0x44, 1, 0, b';']);
    bytes
}

/// A lossless WebP of one colour, which takes no bits at all for its pixels.
fn webp(last: u32) -> Vec<u8> {
    let size = last | last << 14;
    let body = [&[0x2f][..], &size.to_le_bytes(), &[0x88, 0x88, 8, 7, 0, 0]].concat();
    let chunk = [b"VP8L", &u32::try_from(body.len()).unwrap().to_le_bytes()[..], &body, &[0]].concat();
    [b"RIFF", &u32::try_from(chunk.len() + 4).unwrap().to_le_bytes()[..], b"WEBP", &chunk].concat()
}

fn bmp(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = include_bytes!("../../fuzz/seeds/bmp/rle8.bmp").to_vec();
    bytes[18..22].copy_from_slice(&width.to_le_bytes());
    bytes[22..26].copy_from_slice(&height.to_le_bytes());
    bytes
}

/// A grey TIFF of 16 × 16 with some of its entries changed: tag, kind, count, value.
fn tiff(changes: &[(u16, u16, u32, u32)]) -> Vec<u8> {
    let mut entries = vec![
        (256_u16, 4_u16, 1_u32, 16_u32),
        (257, 4, 1, 16),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 8),
        (277, 3, 1, 1),
        (278, 4, 1, 16),
        (279, 4, 1, 256),
    ];
    for change in changes {
        entries.retain(|entry| entry.0 != change.0);
        entries.push(*change);
    }
    entries.sort_unstable();
    let mut out = [b"II*\0".to_vec(), 264_u32.to_le_bytes().to_vec(), (0..=255).collect()].concat();
    out.extend(u16::try_from(entries.len()).unwrap().to_le_bytes());
    for (tag, kind, count, value) in entries {
        out.extend([&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat());
    }
    out.extend([0; 4]);
    out
}

fn tiff_tile() -> Vec<u8> {
    let tile = [(322, 4, 1, 1 << 20), (323, 4, 1, 1 << 20), (324, 4, 1, 8), (325, 4, 1, 256), (259, 3, 1, 8)];
    let mut bytes = tiff(&tile);
    // Strips beside tiles would be a contradiction: their tags become ones that mean nothing.
    for (at, tag) in [(273_u16, 40_000_u16), (278, 40_001), (279, 40_002)] {
        let place = (266..bytes.len() - 12).step_by(12).find(|p| bytes[*p..*p + 2] == at.to_le_bytes()).unwrap();
        bytes[place..place + 2].copy_from_slice(&tag.to_le_bytes());
    }
    bytes
}

fn tiff_jpeg() -> Vec<u8> {
    let jpeg = jpeg_of(16_000, 16_000);
    let [at, length] = [tiff(&[]).len(), jpeg.len()].map(|number| u32::try_from(number).unwrap());
    [tiff(&[(259, 3, 1, 7), (273, 4, 1, at), (279, 4, 1, length)]), jpeg].concat()
}

fn tiff_ring() -> Vec<u8> {
    let mut bytes = tiff(&[]);
    let end = bytes.len();
    bytes[end - 4..].copy_from_slice(&264_u32.to_le_bytes());
    bytes
}

/// A fax whose two thousand strips are each the whole file of 4 MB.
fn fax() -> Vec<u8> {
    let strips = 2000_u32;
    let mut bytes = tiff(&[(259, 3, 1, 3), (258, 3, 1, 1), (278, 4, 1, 1)]);
    let lists = u32::try_from(bytes.len()).unwrap();
    bytes.extend(0_u32.to_le_bytes().repeat(strips as usize));
    bytes.extend((4_u32 << 20).to_le_bytes().repeat(strips as usize));
    for (tag, at) in [(273_u16, lists), (279, lists + strips * 4)] {
        let place = (266..lists as usize).step_by(12).find(|p| bytes[*p..*p + 2] == tag.to_le_bytes()).unwrap();
        bytes[place + 4..place + 8].copy_from_slice(&strips.to_le_bytes());
        bytes[place + 8..place + 12].copy_from_slice(&at.to_le_bytes());
    }
    bytes.resize(4 << 20, 0x55);
    bytes
}
