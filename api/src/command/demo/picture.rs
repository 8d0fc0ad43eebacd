//! A photo for the story, drawn: a wall with a signboard full of strokes, as an uncompressed bitmap (BMP, 24 bits).

const WIDTH: u32 = 1600;
const HEIGHT: u32 = 1200;
/// File header and picture header.
const HEADERS: u32 = 54;

/// A picture that differs for each `material` and `shot`.
pub(super) fn bmp(material: u8, shot: u8) -> Vec<u8> {
    let pixels = WIDTH * HEIGHT * 3;
    let mut file = b"BM".to_vec();
    for number in [HEADERS + pixels, 0, HEADERS, 40, WIDTH, HEIGHT] {
        file.extend(number.to_le_bytes());
    }
    // One plane, 24 bits, not compressed; 200 dpi is 7874 pixels a metre.
    file.extend([1_u8, 0, 24, 0]);
    for number in [0, pixels, 7874, 7874, 0, 0] {
        file.extend(u32::to_le_bytes(number));
    }
    for y in (0..HEIGHT).rev() {
        for x in 0..WIDTH {
            let [red, green, blue] = colour(x, y, material, shot);
            file.extend([blue, green, red]);
        }
    }
    file
}

fn colour(x: u32, y: u32, material: u8, shot: u8) -> [u8; 3] {
    let on_board = (200..1400).contains(&x) && (300..700).contains(&y);
    if on_board {
        return if stroke(x - 200, y - 300) { [250, 240, 200] } else { [170, 25 + material * 8, 30 + shot * 8] };
    }
    // Bricks, so that the wall has edges too.
    let row = y / 60;
    let joint = y % 60 < 4 || (x + row % 2 * 70) % 140 < 4;
    let shade = u8::try_from(y * 60 / HEIGHT).unwrap_or(0);
    if joint { [120, 115, 110] } else { [205 - shade, 180 - shade, 160 - shade] }
}

/// Strokes like those of characters: a frame, a cross and bars in each of six squares.
fn stroke(x: u32, y: u32) -> bool {
    let (x, y) = (x % 200, y % 200);
    let inside = (20..180).contains(&x) && (20..180).contains(&y);
    let thick = |at: u32, line: u32| at.abs_diff(line) < 6;
    inside
        && (thick(x, 30)
            || thick(x, 170)
            || thick(y, 30)
            || thick(y, 170)
            || thick(x, 100)
            || thick(y, 75)
            || thick(y, 125))
}
