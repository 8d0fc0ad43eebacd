//! GIF: where the first frame lies, which palette it has, and what is not there.

use gif::{Encoder, Frame};
use image::{Rgb, RgbImage};
use photo::Code;

use crate::{indexed, of_indices, refused, same};

/// A file of these frames; without colours of its own where there are none.
fn file((width, height): (u16, u16), palette: &[[u8; 3]], frames: &[Frame<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, width, height, &palette.concat()).unwrap();
    for frame in frames {
        encoder.write_frame(frame).unwrap();
    }
    drop(encoder);
    out
}

fn frame(indices: &[u8], (left, top): (u16, u16), (width, height): (u16, u16)) -> Frame<'_> {
    Frame { left, top, width, height, buffer: indices.into(), ..Frame::default() }
}

/// Rows in the order in which an interlaced frame has them.
fn interlaced(indices: &[u8], width: usize) -> Vec<u8> {
    let rows: Vec<&[u8]> = indices.chunks(width).collect();
    let pass = |from: usize, step: usize| (from..rows.len()).step_by(step);
    pass(0, 8).chain(pass(4, 8)).chain(pass(2, 4)).chain(pass(1, 2)).flat_map(|row| rows[row].to_vec()).collect()
}

#[test]
fn palettes_and_interlacing() {
    let (indices, palette) = indexed(16);
    let other: Vec<[u8; 3]> = palette.iter().rev().copied().collect();
    let (want, turned) = (of_indices(&indices, &palette), of_indices(&indices, &other));
    let whole = || frame(&indices, (0, 0), (61, 43));
    let own = || Frame { palette: Some(other.concat()), ..whole() };
    same("the file's palette", &file((61, 43), &palette, &[whole()]), &want, 0);
    same("only the frame's palette", &file((61, 43), &[], &[own()]), &turned, 0);
    same("the frame's before the file's", &file((61, 43), &palette, &[own()]), &turned, 0);
    for height in [43_u16, 1, 2, 3, 5, 9] {
        let part = &indices[..61 * usize::from(height)];
        let rows = interlaced(part, 61);
        let frame = Frame { interlaced: true, ..frame(&rows, (0, 0), (61, height)) };
        let want = image::imageops::crop_imm(&want, 0, 0, 61, u32::from(height)).to_image();
        same(&format!("interlaced, {height} rows"), &file((61, height), &palette, &[frame]), &want, 0);
    }
}

#[test]
fn what_the_first_frame_leaves_bare_is_bare() {
    let (indices, palette) = indexed(16);
    let want = of_indices(&indices, &palette);
    let small: Vec<u8> = indices.chunks(61).take(20).flat_map(|row| row[..30].to_vec()).collect();
    let seen = RgbImage::from_fn(61, 43, |x, y| match (x.checked_sub(10), y.checked_sub(5)) {
        (Some(x), Some(y)) if x < 30 && y < 20 => *want.get_pixel(x, y),
        _ => Rgb([255; 3]),
    });
    let first = || frame(&small, (10, 5), (30, 20));
    same("a small frame", &file((61, 43), &palette, &[first()]), &seen, 0);
    let second = frame(&indices, (0, 0), (61, 43));
    same("and a second", &file((61, 43), &palette, &[first(), second]), &seen, 0);
    let clear = Frame { transparent: Some(3), ..frame(&indices, (0, 0), (61, 43)) };
    let seen = RgbImage::from_fn(61, 43, |x, y| {
        if indices[(y * 61 + x) as usize] == 3 { Rgb([255; 3]) } else { *want.get_pixel(x, y) }
    });
    same("a clear colour", &file((61, 43), &palette, &[clear]), &seen, 0);
}

#[test]
fn what_cannot_be_shown_is_refused() {
    let (indices, palette) = indexed(16);
    refused("no frame", &file((61, 43), &palette, &[]), Code::Damaged);
    let plain = file((61, 43), &palette, &[frame(&indices, (0, 0), (61, 43))]);
    let head = 13 + 16 * 3;
    let mut bare = [&plain[..13], &plain[head..]].concat();
    bare[10] = 0;
    refused("no palette at all", &bare, Code::Damaged);
    let at = plain.iter().skip(head).position(|byte| *byte == b',').unwrap() + head;
    let mut empty = plain;
    empty[at + 5..at + 9].fill(0);
    refused("a frame of nothing", &empty, Code::Damaged);
}
