//! What became of a photo: ready, retake or refused, with code, advice, changes and checks.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::rule::Facts;

/// Whether the photo will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Meets the rule.
    Ready,
    /// Meets the rule's hard limits, but a person will not be able to read it. The owner may keep it anyway.
    Retake,
    /// Cannot be made to fit.
    Refused,
}

/// A file format that a rule can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Baseline JPEG, 8 bits a channel.
    Jpeg,
    /// PNG, 8 bits a channel, no transparency.
    Png,
    /// PDF: A4 pages, a baseline JPEG on each. A photo becomes a page; the pages become the file when all are there.
    Pdf,
}

impl Format {
    /// The file name extension, without a dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }

    /// The media type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        })
    }
}

/// Why a photo will not do; the strings are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Code {
    /// The bytes are no picture.
    #[serde(rename = "photo.not_an_image")]
    NotAnImage,
    /// A picture, or something like one, in a form we do not read.
    #[serde(rename = "photo.unsupported")]
    Unsupported,
    /// A picture whose data is broken or cut off.
    #[serde(rename = "photo.damaged")]
    Damaged,
    /// No bytes.
    #[serde(rename = "photo.empty")]
    Empty,
    /// More bytes than we take.
    #[serde(rename = "photo.too_large")]
    TooLarge,
    /// More pixels than we take.
    #[serde(rename = "photo.too_many_pixels")]
    TooManyPixels,
    /// Fewer pixels than the rule asks for.
    #[serde(rename = "photo.too_small")]
    TooSmall,
    /// Sound, but the rule cannot be met with it.
    #[serde(rename = "photo.cannot_fit")]
    CannotFit,
    /// Too blurred to read.
    #[serde(rename = "photo.blurred")]
    Blurred,
    /// Too dark to read.
    #[serde(rename = "photo.too_dark")]
    TooDark,
    /// Too bright to read, or glare over it.
    #[serde(rename = "photo.too_bright")]
    TooBright,
    /// It took longer than the caller would wait.
    #[serde(rename = "photo.timeout")]
    Timeout,
}

impl Code {
    /// Every code, in the order of DESIGN.
    pub const ALL: [Self; 12] = [
        Self::NotAnImage,
        Self::Unsupported,
        Self::Damaged,
        Self::Empty,
        Self::TooLarge,
        Self::TooManyPixels,
        Self::TooSmall,
        Self::CannotFit,
        Self::Blurred,
        Self::TooDark,
        Self::TooBright,
        Self::Timeout,
    ];

    /// The stable dotted string.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAnImage => "photo.not_an_image",
            Self::Unsupported => "photo.unsupported",
            Self::Damaged => "photo.damaged",
            Self::Empty => "photo.empty",
            Self::TooLarge => "photo.too_large",
            Self::TooManyPixels => "photo.too_many_pixels",
            Self::TooSmall => "photo.too_small",
            Self::CannotFit => "photo.cannot_fit",
            Self::Blurred => "photo.blurred",
            Self::TooDark => "photo.too_dark",
            Self::TooBright => "photo.too_bright",
            Self::Timeout => "photo.timeout",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the person should do, in plain words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advice {
    /// Chinese, shown first.
    pub zh: String,
    /// English, beside it.
    pub en: String,
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {}", self.zh, self.en)
    }
}

/// What came in; fields stay empty when the bytes do not tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// `jpeg`, `png`, `heic`, `webp`, `gif`, `bmp`, `tiff`, or what else was recognised.
    pub format: Option<String>,
    /// Pixels across, as stored, before turning.
    pub width: Option<u32>,
    /// Pixels down, as stored, before turning.
    pub height: Option<u32>,
    /// Size of the upload.
    pub bytes: u64,
    /// EXIF-style orientation to be obeyed, 1 to 8.
    pub orientation: Option<u8>,
}

/// The finished file.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Output {
    /// The file itself.
    #[serde(skip)]
    pub data: Vec<u8>,
    /// Its format.
    pub format: Format,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Its size.
    pub bytes: u64,
    /// JPEG quality, 1 to 100: that of the standard's luminance table whose steps have about the same sum as this
    /// file's. Nothing for PNG.
    pub quality: Option<u8>,
}

impl Output {
    /// The facts a rule speaks about.
    pub fn facts(&self) -> Facts {
        Facts { format: self.format, bytes: self.bytes, width: self.width, height: self.height }
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}x{}, {} bytes, quality {:?}", self.format, self.width, self.height, self.bytes, self.quality)
    }
}

/// One thing that was done to the photo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The step that did it.
    pub step: String,
    /// What was found.
    pub from: String,
    /// What it became.
    pub to: String,
}

/// One thing that was measured, with the limit it was held against.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// What was measured.
    pub name: String,
    /// The measured value.
    pub value: f64,
    /// The limit it was held against.
    pub limit: f64,
    /// Whether it will do.
    pub pass: bool,
}

/// What became of a photo.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// Whether it will do.
    pub verdict: Verdict,
    /// Why not; nothing when ready.
    pub code: Option<Code>,
    /// What to do about it; nothing when ready.
    pub advice: Option<Advice>,
    /// What came in.
    pub input: Input,
    /// The finished file; nothing when refused.
    pub output: Option<Output>,
    /// What was done, in order.
    pub changes: Vec<Change>,
    /// What was measured.
    pub checks: Vec<Check>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_written_the_same_everywhere() {
        for code in Code::ALL {
            assert_eq!(serde_json::to_string(&code).unwrap(), format!("\"{code}\""));
        }
    }
}
