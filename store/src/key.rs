//! Every kind of object in one place: where it lies, what it is, who may keep a copy.
//!
//! A path holds ids only: nothing personal, no name given by anyone. It has lower-case letters, digits, `-`, `.` and `/`,
//! so that it is the same on every server and file system. Paths stand in rows and backups: a new kind is a
//! new variant, and no path ever changes.

use uuid::Uuid;

use crate::dropped::DropPath;

/// The key of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StorageKey {
    /// A photo as it came from the phone.
    PhotoOriginal {
        /// The photo's id.
        photo: Uuid,
        /// What it is.
        extension: Extension,
    },
    /// The same photo, normalised.
    PhotoResult {
        /// The photo's id.
        photo: Uuid,
        /// What it is.
        extension: Extension,
    },
    /// A file that came in parts, joined and not looked at yet.
    Upload {
        /// The upload's id.
        upload: Uuid,
    },
    /// Exchanged with somebody else by files. It belongs to no row, and [`StorageKey::parse`] never gives it: nothing that
    /// tidies up after our own rows may remove it.
    Dropped(DropPath),
}

/// The file formats we store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Extension {
    /// JPEG
    Jpg,
    /// PNG
    Png,
    /// WebP
    Webp,
    /// GIF
    Gif,
    /// Windows bitmap
    Bmp,
    /// TIFF
    Tiff,
    /// HEIF, as iPhones write it
    Heic,
    /// PDF
    Pdf,
    /// Whatever somebody sent
    Bin,
}

impl StorageKey {
    /// What the paths of each kind begin with.
    pub const PREFIXES: [&'static str; 3] = ["photo/original/", "photo/result/", "photo/upload/"];

    /// Where the object lies: `KIND/SHARD/ID.EXTENSION`. The shard is the end of the id, where ids are random, so that
    /// no directory grows too full.
    pub fn path(&self) -> String {
        if let Self::Dropped(path) = self {
            return path.as_str().to_owned();
        }
        let (prefix, id, extension) = self.parts();
        let text = id.simple().to_string();
        let shard: String = text.chars().skip(30).collect();
        format!("{prefix}{shard}/{}.{}", id.hyphenated(), extension.as_str())
    }

    /// The key whose path this is; nothing for any other text.
    pub fn parse(path: &str) -> Option<Self> {
        let (stem, extension) = path.rsplit_once('.')?;
        let id = Uuid::try_parse(stem.rsplit_once('/')?.1).ok()?;
        let extension = Extension::parse(extension)?;
        // Only the exact spelling counts, or two paths would be one key.
        [
            Self::PhotoOriginal { photo: id, extension },
            Self::PhotoResult { photo: id, extension },
            Self::Upload { upload: id },
        ]
        .into_iter()
        .find(|key| key.path() == path)
    }

    /// The MIME type the object is stored and served with.
    pub fn content_type(&self) -> &'static str {
        match self {
            Self::Dropped(path) => path.content_type(),
            _ => self.parts().2.content_type(),
        }
    }

    /// The `Cache-Control` it is stored and served with.
    pub fn cache_control(&self) -> &'static str {
        match self {
            Self::PhotoOriginal { .. } | Self::PhotoResult { .. } | Self::Upload { .. } | Self::Dropped(_) => {
                "private, no-store"
            }
        }
    }

    /// The id of the row it belongs to; nil for what belongs to none.
    pub fn id(&self) -> Uuid {
        self.parts().1
    }

    fn parts(&self) -> (&'static str, Uuid, Extension) {
        let [original, result, joined] = Self::PREFIXES;
        match *self {
            Self::Dropped(_) => ("", Uuid::nil(), Extension::Bin),
            Self::Upload { upload } => (joined, upload, Extension::Bin),
            Self::PhotoOriginal { photo, extension } => (original, photo, extension),
            Self::PhotoResult { photo, extension } => (result, photo, extension),
        }
    }
}

impl Extension {
    /// All of them.
    pub const ALL: [Self; 9] =
        [Self::Jpg, Self::Png, Self::Webp, Self::Gif, Self::Bmp, Self::Tiff, Self::Heic, Self::Pdf, Self::Bin];

    /// As it stands in a path, without the dot.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jpg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Gif => "gif",
            Self::Bmp => "bmp",
            Self::Tiff => "tiff",
            Self::Heic => "heic",
            Self::Pdf => "pdf",
            Self::Bin => "bin",
        }
    }

    /// The extension of this spelling; also of `jpeg`, the format's own name.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "jpeg" {
            return Some(Self::Jpg);
        }
        Self::ALL.into_iter().find(|extension| extension.as_str() == text)
    }

    /// Its MIME type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jpg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
            Self::Bmp => "image/bmp",
            Self::Tiff => "image/tiff",
            Self::Heic => "image/heic",
            Self::Pdf => "application/pdf",
            Self::Bin => "application/octet-stream",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0197b2c4-5d3e-7a10-8f00-9e4d2a6b1cf7";

    #[test]
    fn the_table_of_keys() {
        let photo = Uuid::parse_str(ID).unwrap();
        for (key, path, content_type) in [
            (
                StorageKey::PhotoOriginal { photo, extension: Extension::Heic },
                "photo/original/f7/0197b2c4-5d3e-7a10-8f00-9e4d2a6b1cf7.heic",
                "image/heic",
            ),
            (
                StorageKey::PhotoResult { photo, extension: Extension::Jpg },
                "photo/result/f7/0197b2c4-5d3e-7a10-8f00-9e4d2a6b1cf7.jpg",
                "image/jpeg",
            ),
            (
                StorageKey::Upload { upload: photo },
                "photo/upload/f7/0197b2c4-5d3e-7a10-8f00-9e4d2a6b1cf7.bin",
                "application/octet-stream",
            ),
        ] {
            assert_eq!(key.path(), path);
            assert_eq!(StorageKey::parse(path), Some(key));
            assert_eq!(key.content_type(), content_type);
            assert_eq!(key.cache_control(), "private, no-store");
            assert!(StorageKey::PREFIXES.iter().any(|prefix| path.starts_with(prefix)));
        }
    }

    #[test]
    fn every_key_comes_back_from_its_path() {
        for extension in Extension::ALL {
            assert_eq!(Extension::parse(extension.as_str()), Some(extension));
            for id in [Uuid::nil(), Uuid::max(), Uuid::parse_str(ID).unwrap()] {
                for key in [
                    StorageKey::PhotoOriginal { photo: id, extension },
                    StorageKey::PhotoResult { photo: id, extension },
                    StorageKey::Upload { upload: id },
                ] {
                    let path = key.path();
                    assert_eq!(StorageKey::parse(&path), Some(key));
                    let plain = |character: char| {
                        character.is_ascii_lowercase()
                            || character.is_ascii_digit()
                            || matches!(character, '/' | '-' | '.')
                    };
                    assert!(path.chars().all(plain) && !path.contains("..") && !path.starts_with('/'), "{path}");
                }
            }
        }
    }

    #[test]
    fn other_paths_have_no_key() {
        for path in [
            "",
            "photo",
            "photo/original/f7/0197b2c4-5d3e-7a10-8f00-9e4d2a6b1cf7",
            "photo/original/f7/0197b2c4-5d3e-7a10-8f00-9e4d2a6b1cf7.exe",
            "photo/original/f7/0197b2c4-5d3e-7a10-8f00-9e4d2a6b1cf7.jpeg",
            "photo/original/f8/0197b2c4-5d3e-7a10-8f00-9e4d2a6b1cf7.jpg",
            "photo/original/f7/0197B2C4-5D3E-7A10-8F00-9E4D2A6B1CF7.jpg",
            "photo/original/f7/0197b2c45d3e7a108f009e4d2a6b1cf7.jpg",
            "photo/upload/f7/0197b2c4-5d3e-7a10-8f00-9e4d2a6b1cf7.jpg",
            "photo/original/../original/f7/0197b2c4-5d3e-7a10-8f00-9e4d2a6b1cf7.jpg",
            "/photo/original/f7/0197b2c4-5d3e-7a10-8f00-9e4d2a6b1cf7.jpg",
            "licence/f7/0197b2c4-5d3e-7a10-8f00-9e4d2a6b1cf7.jpg",
        ] {
            assert_eq!(StorageKey::parse(path), None, "{path}");
        }
    }
}
