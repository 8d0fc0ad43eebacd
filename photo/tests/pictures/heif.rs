//! HEIC containers around coded pictures: turned, mirrored, as grids, laid over one another, and such as no phone
//! would write.

/// One picture as HEVC: its decoder configuration (`hvcC`) and its data.
#[derive(Clone)]
pub struct Coded {
    /// The body of `hvcC`.
    pub config: Vec<u8>,
    /// Units, each after its length.
    pub data: Vec<u8>,
}

/// Takes the only picture out of a file that `heif-enc` wrote.
pub fn coded(file: &[u8]) -> Coded {
    let body = |name: &[u8; 4]| {
        let at = file.windows(4).position(|window| window == name).unwrap();
        let length = u32::from_be_bytes(file[at - 4..at].try_into().unwrap()) as usize;
        file[at + 4..at - 4 + length].to_vec()
    };
    Coded { config: body(b"hvcC"), data: body(b"mdat") }
}

/// One item.
#[derive(Clone)]
pub struct Item {
    /// What it is: `hvc1`, `grid`, `iovl`.
    pub kind: [u8; 4],
    /// The container's properties that are its own, by their number from 1.
    pub properties: Vec<u8>,
    /// Its data, in as many pieces as there are.
    pub pieces: Vec<Vec<u8>>,
}

/// A container. Items are numbered from 1; the first is the one shown.
#[derive(Clone, Default)]
pub struct Container {
    /// Name and body.
    pub properties: Vec<([u8; 4], Vec<u8>)>,
    /// What is in it.
    pub items: Vec<Item>,
    /// Kind, from, to.
    pub references: Vec<([u8; 4], u16, Vec<u16>)>,
    /// Rows of `iloc` to be written as they are instead of those that fit the items.
    pub locations: Option<Vec<u8>>,
}

/// A box.
pub fn boxed(name: &[u8], body: &[u8]) -> Vec<u8> {
    [&u32::try_from(body.len() + 8).unwrap().to_be_bytes()[..], name, body].concat()
}

fn full(name: [u8; 4], version: u8, body: &[u8]) -> Vec<u8> {
    boxed(&name, &[&[version, 0, 0, 0], body].concat())
}

fn two(number: usize) -> [u8; 2] {
    u16::try_from(number).unwrap().to_be_bytes()
}

impl Container {
    /// The picture alone, with these turns and mirrorings: `irot` or `imir` and its one byte.
    pub fn single(coded: &Coded, turns: &[(&[u8; 4], u8)]) -> Self {
        let mut properties = vec![(*b"hvcC", coded.config.clone())];
        properties.extend(turns.iter().map(|(name, value)| (**name, vec![*value])));
        let all = (1..=u8::try_from(properties.len()).unwrap()).collect();
        let items = vec![Item { kind: *b"hvc1", properties: all, pieces: vec![coded.data.clone()] }];
        Self { properties, items, ..Self::default() }
    }

    /// The picture as every tile of a grid whose shown size is given.
    pub fn grid(coded: &Coded, columns: u8, rows: u8, width: u16, height: u16) -> Self {
        let [wh, wl] = width.to_be_bytes();
        let [hh, hl] = height.to_be_bytes();
        let grid = vec![0, 0, rows - 1, columns - 1, wh, wl, hh, hl];
        let tile = Item { kind: *b"hvc1", properties: vec![1], pieces: vec![coded.data.clone()] };
        let tiles = usize::from(columns) * usize::from(rows);
        let mut items = vec![Item { kind: *b"grid", properties: vec![], pieces: vec![grid] }];
        items.extend(vec![tile; tiles]);
        let to = (2..).take(tiles).collect();
        let properties = vec![(*b"hvcC", coded.config.clone())];
        Self { properties, items, references: vec![(*b"dimg", 1, to)], ..Self::default() }
    }

    /// The picture with another as its opacity.
    pub fn with_alpha(coded: &Coded, alpha: &Coded) -> Self {
        let mut container = Self::single(coded, &[]);
        container.properties.push((*b"hvcC", alpha.config.clone()));
        container.properties.push((*b"auxC", b"\0\0\0\0urn:mpeg:hevc:2015:auxid:1\0".to_vec()));
        container.items.push(Item { kind: *b"hvc1", properties: vec![2, 3], pieces: vec![alpha.data.clone()] });
        container.references.push((*b"auxl", 2, vec![1]));
        container
    }

    /// The picture at these places on a blue canvas.
    pub fn overlay(coded: &Coded, width: u16, height: u16, places: &[(i16, i16)]) -> Self {
        let mut canvas = [&[0, 0][..], &[0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]].concat();
        canvas.extend([width.to_be_bytes(), height.to_be_bytes()].concat());
        canvas.extend(places.iter().flat_map(|(x, y)| [x.to_be_bytes(), y.to_be_bytes()].concat()));
        let properties = vec![(*b"hvcC", coded.config.clone())];
        let items = vec![
            Item { kind: *b"iovl", properties: vec![], pieces: vec![canvas] },
            Item { kind: *b"hvc1", properties: vec![1], pieces: vec![coded.data.clone()] },
        ];
        let references = vec![(*b"dimg", 1, vec![2; places.len()])];
        Self { properties, items, references, ..Self::default() }
    }

    /// The file. All data stands in `idat`, so that no offset depends on what else is there.
    pub fn bytes(&self) -> Vec<u8> {
        let (mut data, mut locations) = (Vec::new(), two(self.items.len()).to_vec());
        let (mut entries, mut associations) = (two(self.items.len()).to_vec(), Vec::new());
        associations.extend(u32::try_from(self.items.len()).unwrap().to_be_bytes());
        for (number, item) in (1..).zip(&self.items) {
            locations.extend([two(number), [0, 1], [0, 0], two(item.pieces.len())].concat());
            for piece in &item.pieces {
                locations.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
                locations.extend(u32::try_from(piece.len()).unwrap().to_be_bytes());
                data.extend_from_slice(piece);
            }
            entries.extend(full(*b"infe", 2, &[&two(number), &[0, 0], &item.kind[..], &[0]].concat()));
            associations.extend(two(number));
            associations.push(u8::try_from(item.properties.len()).unwrap());
            associations.extend_from_slice(&item.properties);
        }
        let properties: Vec<u8> = self.properties.iter().flat_map(|(name, body)| boxed(name, body)).collect();
        let reference = |(kind, from, to): &([u8; 4], u16, Vec<u16>)| {
            let to: Vec<u8> = to.iter().flat_map(|item| item.to_be_bytes()).collect();
            boxed(kind, &[&from.to_be_bytes()[..], &two(to.len() / 2), &to].concat())
        };
        let references: Vec<u8> = self.references.iter().flat_map(reference).collect();
        let locations = self.locations.clone().unwrap_or(locations);
        let meta = [
            full(*b"hdlr", 0, b"\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0"),
            full(*b"pitm", 0, &[0, 1]),
            full(*b"iinf", 0, &entries),
            full(*b"iref", 0, &references),
            boxed(b"iprp", &[boxed(b"ipco", &properties), full(*b"ipma", 0, &associations)].concat()),
            full(*b"iloc", 1, &[&[0x44, 0][..], &locations].concat()),
            boxed(b"idat", &data),
        ];
        [boxed(b"ftyp", b"heic\0\0\0\0mif1heic"), full(*b"meta", 0, &meta.concat())].concat()
    }
}
