//! Bombs in HEIC: what an item is made of, how often its bytes are named, how large its coded picture claims to be.

use photo::Code;

use crate::pictures::heif::{self, Coded, Container, Item};
use crate::{Bomb, bomb, pictures};

pub(crate) fn bombs() -> Vec<fn() -> Bomb> {
    vec![
        || bomb("heic whose item is its bytes 60000 times", extents(4096, 60_000), Code::Damaged),
        || bomb("heic whose pieces are countless and empty", empty_extents(), Code::Damaged),
        || bomb("heic of 255 x 255 tiles that are one", tiles(), Code::Damaged),
        || bomb("heic of 16000 tiles that are one large one", shared(), Code::Damaged),
        || bomb("heic made of itself", itself(b"iden"), Code::Damaged),
        || bomb("heic grid made of itself", itself(b"grid"), Code::Unsupported),
        || bomb("heic of 20000 properties", properties(), Code::Damaged),
        || bomb("heic of 100000 associations", associations(), Code::Damaged),
        || bomb("heic of 5000 descriptions", descriptions(), Code::Damaged),
        || bomb("heic of a million empty units", units(), Code::Damaged),
        || bomb("heic of 16000 x 16000", claims(16_000, 16_000), Code::Damaged),
        || bomb("heic without the data for its 8000 x 8000", claims(8000, 8000), Code::Damaged),
        || bomb("heic whose opacity is of 16000 x 16000", opacity(), Code::Damaged),
        || bomb("heic whose tiles are larger than it is", large_tiles(), Code::TooLarge),
        || bomb("heic of which little is shown", aperture(), Code::Damaged),
        || bomb("heic on a canvas of 14000 x 14000", canvas(), Code::TooManyPixels),
    ]
}

fn small() -> Coded {
    heif::coded(pictures::HEIC_SMALL)
}

/// `iloc` rows in which the first item has so many pieces, each the first bytes of the data.
fn extents(length: u32, count: u16) -> Vec<u8> {
    let mut container = Container::single(&Coded { data: vec![0; length as usize], ..small() }, &[]);
    let piece = [0_u32.to_be_bytes(), length.to_be_bytes()].concat();
    container.locations =
        Some([&[0, 1, 0, 1, 0, 1, 0, 0][..], &count.to_be_bytes(), &piece.repeat(count.into())].concat());
    container.bytes()
}

/// Sizes of nought: each row of six bytes stands for 65535 pieces.
fn empty_extents() -> Vec<u8> {
    let bytes = Container::single(&small(), &[]).bytes();
    let at = bytes.windows(4).position(|name| name == b"iloc").unwrap();
    let rows: Vec<u8> = (1..=20_000_u16).flat_map(|n| [&n.to_be_bytes()[..], &[0, 0, 0xff, 0xff]].concat()).collect();
    let body = [&[0, 0, 0, 0, 0, 0][..], &20_000_u16.to_be_bytes(), &rows].concat();
    replaced(&bytes, at - 4, &heif::boxed(b"iloc", &body))
}

/// The file with another box in the `meta` box at this place.
fn replaced(bytes: &[u8], at: usize, other: &[u8]) -> Vec<u8> {
    let length = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let meta = bytes.windows(4).position(|name| name == b"meta").unwrap() - 4;
    let mut out = [&bytes[..at], other, &bytes[at + length(at)..]].concat();
    let size = u32::try_from(length(meta) + other.len() - length(at)).unwrap();
    out[meta..meta + 4].copy_from_slice(&size.to_be_bytes());
    out
}

fn tiles() -> Vec<u8> {
    let mut grid = Container::grid(&small(), 2, 1, 180, 64);
    grid.items[0].pieces = vec![vec![0, 0, 254, 254, 0x5f, 0xa0, 0x3f, 0xc0]];
    grid.references = vec![(*b"dimg", 1, vec![2; 65_025])];
    grid.bytes()
}

fn shared() -> Vec<u8> {
    let mut grid = Container::grid(&Coded { data: vec![0; 1 << 20], ..small() }, 2, 1, 180, 64);
    grid.items[0].pieces = vec![vec![0, 0, 127, 124, 0x2e, 0xe0, 0x1f, 0x40]];
    grid.references = vec![(*b"dimg", 1, vec![2; 16_000])];
    grid.bytes()
}

fn itself(kind: &[u8; 4]) -> Vec<u8> {
    let mut container = Container::grid(&small(), 1, 1, 96, 64);
    container.items[0].kind = *kind;
    container.references = vec![(*b"dimg", 1, vec![1])];
    container.bytes()
}

fn properties() -> Vec<u8> {
    let mut container = Container::single(&small(), &[]);
    container.properties.extend(vec![(*b"free", vec![]); 20_000]);
    container.bytes()
}

fn associations() -> Vec<u8> {
    let bytes = Container::single(&small(), &[]).bytes();
    let at = bytes.windows(4).position(|name| name == b"iprp").unwrap() - 4;
    let config = heif::boxed(b"ipco", &heif::boxed(b"hvcC", &small().config));
    let rows = [0, 1, 1, 1].repeat(100_000);
    let list = heif::boxed(b"ipma", &[&[0; 4][..], &100_000_u32.to_be_bytes(), &rows].concat());
    replaced(&bytes, at, &heif::boxed(b"iprp", &[config, list].concat()))
}

/// Descriptions are looked up among all references, each time from the first.
fn descriptions() -> Vec<u8> {
    let mut container = Container::single(&small(), &[]);
    let exif = Item { kind: *b"Exif", properties: vec![], pieces: vec![vec![0; 8]] };
    container.items.extend(vec![exif; 3000]);
    container.references = vec![(*b"cdsc", 2, vec![7]); 3000];
    container.bytes()
}

/// Data of nothing but lengths of nought, a byte each.
fn units() -> Vec<u8> {
    let mut coded = small();
    coded.config[21] &= 0xfc;
    coded.data = vec![0; 1 << 20];
    Container::single(&coded, &[]).bytes()
}

fn claims(width: u32, height: u32) -> Vec<u8> {
    Container::single(&claiming(width, height), &[]).bytes()
}

fn opacity() -> Vec<u8> {
    let mut alpha = claiming(16_000, 16_000);
    alpha.data = vec![0; 100_000];
    Container::with_alpha(&small(), &alpha).bytes()
}

fn large_tiles() -> Vec<u8> {
    let mut coded = claiming(2048, 2048);
    coded.data.resize(40_000, 0);
    Container::grid(&coded, 100, 100, 200, 200).bytes()
}

fn aperture() -> Vec<u8> {
    let mut coded = claiming(6000, 6000);
    coded.data.resize(40_000, 0);
    let mut container = Container::single(&coded, &[]);
    let numbers = [16_u32, 1, 16, 1, 0, 1, 0, 1];
    container.properties.push((*b"clap", numbers.iter().flat_map(|n| n.to_be_bytes()).collect()));
    container.items[0].properties.push(2);
    container.bytes()
}

fn canvas() -> Vec<u8> {
    Container::overlay(&small(), 14_000, 14_000, &[(0, 0)]).bytes()
}

/// The small picture with parameters that claim another size.
fn claiming(width: u32, height: u32) -> Coded {
    let mut coded = small();
    let set = parameters(width, height);
    // The fixed part of `hvcC` ends at its list of arrays; ours has one, of one set of parameters.
    coded.config.truncate(22);
    let [high, low] = u16::try_from(set.len()).unwrap().to_be_bytes();
    coded.config.extend([1, 33, 0, 1, high, low]);
    coded.config.extend(set);
    coded
}

/// A sequence parameter set (ITU-T H.265, 7.3.2.2) of 8 bits and colour at half resolution.
fn parameters(width: u32, height: u32) -> Vec<u8> {
    let mut bits = String::new();
    let fixed = |value: u64, size: usize| format!("{value:0size$b}");
    let golomb = |value: u32| {
        let digits = format!("{:b}", value + 1);
        format!("{}{digits}", "0".repeat(digits.len() - 1))
    };
    // Identity, sublayers, nesting; then profile, compatibility, constraints and level.
    bits +=
        &(fixed(0, 4) + &fixed(0, 3) + "1" + &fixed(1, 8) + &fixed(0x6000_0000, 32) + &fixed(0, 48) + &fixed(93, 8));
    bits += &(golomb(0) + &golomb(1) + &golomb(width) + &golomb(height) + "0" + &golomb(0) + &golomb(0) + &golomb(4));
    bits += &("1".to_owned() + &golomb(0) + &golomb(0) + &golomb(0));
    bits += &[0, 3, 0, 3, 0, 0].map(golomb).concat();
    bits += &("0000".to_owned() + &golomb(0) + "00000" + "1");
    bits += &"0".repeat(bits.len().next_multiple_of(8) - bits.len());
    let mut out = vec![0x42, 1];
    for byte in bits.as_bytes().chunks(8).map(|c| c.iter().fold(0, |sum: u8, bit| sum << 1 | (bit - b'0'))) {
        // Two noughts are followed by a three before anything that could be taken for a marker.
        if out.ends_with(&[0, 0]) && byte < 4 {
            out.push(3);
        }
        out.push(byte);
    }
    out
}
