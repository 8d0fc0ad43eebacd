//! The items of a HEIF container, as far as the HEIC decoder leaves them to us: a primary item that is only another's
//! thumbnail, and pictures laid over one another (`iovl`).

/// References, items and layers looked at before a file is called damaged.
const MOST_ITEMS: usize = 4096;
pub(super) const MOST_BOXES: usize = MOST_ITEMS;
const MOST_LAYERS: usize = 16;
/// Pieces an item may be stored in; sizes of nought would make any number of them free.
const MOST_EXTENTS: u64 = 256;

/// What the `meta` box says about items.
pub(super) struct Items<'a> {
    bytes: &'a [u8],
    /// Where the primary item's id stands, and its size in bytes.
    primary_at: usize,
    primary_size: usize,
    pub(super) primary: u32,
    kinds: Vec<(u32, [u8; 4])>,
    references: Vec<Reference>,
    locations: &'a [u8],
    inline: &'a [u8],
}

/// Kind, from, to.
type Reference = ([u8; 4], u32, Vec<u32>);

/// Pictures laid on a canvas.
pub(super) struct Overlay {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Red, green, blue and opacity of the canvas.
    pub(super) fill: [u8; 4],
    /// Item, left, top; the first lies lowest.
    pub(super) layers: Vec<(u32, i32, i32)>,
}

/// Reads big-endian numbers one after another.
pub(super) struct Numbers<'a>(pub(super) &'a [u8]);

impl Numbers<'_> {
    pub(super) fn next(&mut self, size: usize) -> Option<u64> {
        let (head, rest) = self.0.split_at_checked(size)?;
        self.0 = rest;
        Some(head.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
    }

    pub(super) fn id(&mut self, wide: bool) -> Option<u32> {
        u32::try_from(self.next(if wide { 4 } else { 2 })?).ok()
    }
}

/// The boxes in a body: kind, body.
pub(super) fn boxes(body: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = body;
    std::iter::from_fn(move || {
        let mut head = Numbers(rest);
        let length = head.next(4)?;
        let kind = u32::try_from(head.next(4)?).ok()?.to_be_bytes();
        let (length, start) = match length {
            0 => (rest.len(), 8),
            1 => (usize::try_from(head.next(8)?).ok()?, 16),
            n => (usize::try_from(n).ok()?, 8),
        };
        let body = rest.get(start..length)?;
        rest = rest.get(length..)?;
        Some((kind, body))
    })
    .take(MOST_ITEMS)
}

impl<'a> Items<'a> {
    /// Reads the items; nothing when the container holds no still picture we understand.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (_, meta) = boxes(bytes).find(|(kind, _)| kind == b"meta")?;
        let children: Vec<_> = boxes(meta.get(4..)?).collect();
        let child = |name: &[u8; 4]| children.iter().find(|(kind, _)| kind == name).map(|(_, body)| *body);
        let chosen = child(b"pitm")?;
        let wide = *chosen.first()? != 0;
        let primary_at = chosen.as_ptr().addr().checked_sub(bytes.as_ptr().addr())? + 4;
        Some(Self {
            bytes,
            primary_at,
            primary_size: if wide { 4 } else { 2 },
            primary: Numbers(chosen.get(4..)?).id(wide)?,
            kinds: child(b"iinf").and_then(kinds).unwrap_or_default(),
            references: child(b"iref").and_then(references).unwrap_or_default(),
            locations: child(b"iloc").unwrap_or_default(),
            inline: child(b"idat").unwrap_or_default(),
        })
    }

    /// The item that the primary one is merely a thumbnail of.
    pub(super) fn behind_thumbnail(&self) -> Option<u32> {
        self.references
            .iter()
            .find(|(kind, from, _)| kind == b"thmb" && *from == self.primary)
            .and_then(|(_, _, to)| to.first())
            .copied()
    }

    /// The same file with another primary item.
    pub(super) fn with_primary(&self, item: u32) -> Option<Vec<u8>> {
        let mut bytes = self.bytes.to_vec();
        let id = item.to_be_bytes();
        bytes
            .get_mut(self.primary_at..self.primary_at + self.primary_size)?
            .copy_from_slice(id.get(4 - self.primary_size..)?);
        Some(bytes)
    }

    /// The overlay, when the primary item is one.
    pub(super) fn overlay(&self) -> Option<Overlay> {
        if !self.kinds.contains(&(self.primary, *b"iovl")) {
            return None;
        }
        let items = self
            .references
            .iter()
            .find(|(kind, from, _)| kind == b"dimg" && *from == self.primary)
            .map(|(_, _, to)| to)?;
        let mut numbers = Numbers(self.payload(self.primary)?);
        let wide = numbers.next(2)? & 1 == 1;
        let size = if wide { 4 } else { 2 };
        let mut level = || numbers.next(2)?.to_be_bytes().get(6).copied();
        let fill = [level()?, level()?, level()?, level()?];
        let (width, height) = (numbers.id(wide)?, numbers.id(wide)?);
        let mut place = || {
            let raw = numbers.next(size)?;
            if wide {
                u32::try_from(raw).ok().map(u32::cast_signed)
            } else {
                u16::try_from(raw).ok().map(|v| i32::from(v.cast_signed()))
            }
        };
        let layers =
            items.iter().take(MOST_LAYERS).map(|item| Some((*item, place()?, place()?))).collect::<Option<Vec<_>>>()?;
        Some(Overlay { width, height, fill, layers })
    }

    /// The bytes of an item stored in one piece, in the file or beside the items.
    fn payload(&self, wanted: u32) -> Option<&'a [u8]> {
        let mut numbers = Numbers(self.locations);
        let version = numbers.next(1)?;
        numbers.next(3)?;
        let sizes = numbers.next(2)?;
        let size = |shift: u64| usize::try_from(sizes >> shift & 15).ok();
        let (offset_size, length_size, base_size, index_size) = (size(12)?, size(8)?, size(4)?, size(0)?);
        for _ in 0..numbers.id(version == 2)?.min(4096) {
            let item = numbers.id(version == 2)?;
            let method = if version == 0 { 0 } else { numbers.next(2)? & 15 };
            numbers.next(2)?;
            let base = numbers.next(base_size)?;
            let extents = numbers.next(2)?;
            if extents > MOST_EXTENTS {
                return None;
            }
            for number in 0..extents {
                if version > 0 {
                    numbers.next(index_size)?;
                }
                let start = usize::try_from(base.checked_add(numbers.next(offset_size)?)?).ok()?;
                let length = usize::try_from(numbers.next(length_size)?).ok()?;
                if item == wanted && number == 0 && extents == 1 {
                    let source = if method == 1 { self.inline } else { self.bytes };
                    return source.get(start..start.checked_add(length)?);
                }
            }
        }
        None
    }
}

fn kinds(body: &[u8]) -> Option<Vec<(u32, [u8; 4])>> {
    let start = if *body.first()? == 0 { 6 } else { 8 };
    let entry = |(kind, body): ([u8; 4], &[u8])| {
        let wide = match (&kind, body.first()?) {
            (b"infe", 2) => false,
            (b"infe", 3) => true,
            _ => return None,
        };
        let mut numbers = Numbers(body.get(4..)?);
        let id = numbers.id(wide)?;
        numbers.next(2)?;
        Some((id, u32::try_from(numbers.next(4)?).ok()?.to_be_bytes()))
    };
    Some(boxes(body.get(start..)?).filter_map(entry).collect())
}

fn references(body: &[u8]) -> Option<Vec<Reference>> {
    let wide = *body.first()? != 0;
    let entry = |(kind, body): ([u8; 4], &[u8])| {
        let mut numbers = Numbers(body);
        let from = numbers.id(wide)?;
        let count = numbers.next(2)?;
        let to = (0..count).map_while(|_| numbers.id(wide)).take(MOST_ITEMS).collect();
        Some((kind, from, to))
    };
    Some(boxes(body.get(4..)?).filter_map(entry).collect())
}
