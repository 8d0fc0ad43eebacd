//! Writes TIFFs of every layout.

use image::RgbImage;

/// A TIFF of one page.
#[derive(Clone)]
pub(crate) struct Tiff {
    pub(crate) big_endian: bool,
    /// Offsets of 64 bits.
    pub(crate) wide: bool,
    pub(crate) tiled: bool,
    /// Tag, kind (1 byte, 3 short, 4 long, 5 ratio as two longs), values.
    pub(crate) entries: Vec<(u16, u16, Vec<u32>)>,
    pub(crate) chunks: Vec<Vec<u8>>,
}

impl Tiff {
    /// One strip with all rows; samples of 8 bits unless `entries` say otherwise.
    pub(crate) fn new((width, height): (u32, u32), photometric: u32, samples: u32, strip: Vec<u8>) -> Self {
        let entries = vec![
            (256, 4, vec![width]),
            (257, 4, vec![height]),
            (258, 3, vec![8; samples as usize]),
            (259, 3, vec![1]),
            (262, 3, vec![photometric]),
            (277, 3, vec![samples]),
            (278, 4, vec![height]),
        ];
        Self { big_endian: false, wide: false, tiled: false, entries, chunks: vec![strip] }
    }

    /// The same with a tag of its own, or another value.
    pub(crate) fn with(mut self, tag: u16, kind: u16, values: &[u32]) -> Self {
        self.entries.retain(|entry| entry.0 != tag);
        self.entries.push((tag, kind, values.to_vec()));
        self
    }

    pub(crate) fn chunks(mut self, rows: u32, chunks: Vec<Vec<u8>>) -> Self {
        self.chunks = chunks;
        self.with(278, 4, &[rows])
    }

    pub(crate) fn tiles(mut self, (across, down): (u32, u32), chunks: Vec<Vec<u8>>) -> Self {
        (self.tiled, self.chunks) = (true, chunks);
        self.entries.retain(|entry| entry.0 != 278);
        self.with(322, 4, &[across]).with(323, 4, &[down])
    }

    fn number(&self, value: u64, size: usize) -> Vec<u8> {
        if self.big_endian { value.to_be_bytes()[8 - size..].to_vec() } else { value.to_le_bytes()[..size].to_vec() }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let (word, count_size) = if self.wide { (8, 8) } else { (4, 2) };
        let mut out = if self.big_endian { b"MM".to_vec() } else { b"II".to_vec() };
        out.extend(self.number(if self.wide { 43 } else { 42 }, 2));
        if self.wide {
            out.extend([self.number(8, 2), self.number(0, 2)].concat());
        }
        let data: usize = self.chunks.iter().map(Vec::len).sum();
        let start = out.len() + word;
        out.extend(self.number((start + data) as u64, word));
        let mut offsets = Vec::new();
        for chunk in &self.chunks {
            offsets.push(u32::try_from(out.len()).unwrap());
            out.extend(chunk);
        }
        let lengths = self.chunks.iter().map(|chunk| u32::try_from(chunk.len()).unwrap()).collect();
        let (at, of) = if self.tiled { (324, 325) } else { (273, 279) };
        let mut entries = self.entries.clone();
        entries.extend([(at, 4, offsets), (of, 4, lengths)]);
        entries.sort();
        out.extend(self.number(entries.len() as u64, count_size));
        let mut beside = Vec::new();
        let rest = out.len() + entries.len() * (4 + 2 * word) + word;
        for (tag, kind, values) in &entries {
            let (size, each) = match kind {
                1 => (1, 1),
                3 => (2, 1),
                5 => (4, 2),
                _ => (4, 1),
            };
            let body: Vec<u8> = values.iter().flat_map(|value| self.number(u64::from(*value), size)).collect();
            out.extend([self.number(u64::from(*tag), 2), self.number(u64::from(*kind), 2)].concat());
            out.extend(self.number((values.len() / each) as u64, word));
            if body.len() <= word {
                out.extend([&body[..], &vec![0; word - body.len()]].concat());
            } else {
                out.extend(self.number((rest + beside.len()) as u64, word));
                beside.extend(body);
            }
        }
        out.extend(self.number(0, word));
        out.extend(beside);
        out
    }
}

/// One channel of a picture.
pub(crate) fn plane(picture: &RgbImage, channel: usize) -> Vec<u8> {
    picture.pixels().map(|pixel| pixel.0[channel]).collect()
}

/// Rows of so many bytes, so many to a strip.
pub(crate) fn strips(data: &[u8], row: usize, rows: usize) -> Vec<Vec<u8>> {
    data.chunks(row * rows).map(<[u8]>::to_vec).collect()
}

/// Tiles of pixels of so many bytes; what lies beyond the picture is 77.
pub(crate) fn tiles(data: &[u8], width: usize, pixel: usize, (across, down): (usize, usize)) -> Vec<Vec<u8>> {
    let height = data.len() / width / pixel;
    let places = (0..height).step_by(down).flat_map(|y| (0..width).step_by(across).map(move |x| (x, y)));
    places
        .map(|(left, top)| {
            let mut tile = vec![77; across * down * pixel];
            for y in top..height.min(top + down) {
                let row = &data[(y * width + left) * pixel..(y * width + width.min(left + across)) * pixel];
                tile[(y - top) * across * pixel..][..row.len()].copy_from_slice(row);
            }
            tile
        })
        .collect()
}
