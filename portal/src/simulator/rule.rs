//! A photo rule as this province states it.

use serde::{Deserialize, Serialize};

/// What a file must be. The shape is that of the project's rule files; fields this province does not check are passed over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Its unique name.
    pub name: String,
    /// `jpeg`, `png` or `pdf`.
    pub format: String,
    /// The most pages of a PDF. What is said of pixels, density and colour is said of the picture on each page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_pages: Option<u32>,
    /// The most bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<u64>,
    /// The fewest bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_bytes: Option<u64>,
    /// The shorter side's least pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_short_px: Option<u32>,
    /// The longer side's least pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_long_px: Option<u32>,
    /// The longer side's most pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_long_px: Option<u32>,
    /// Exactly this width and height.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exact_px: Option<(u32, u32)>,
    /// The density the file must state, in dots per inch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpi: Option<u16>,
    /// `srgb` (grey pictures pass too) or `grey`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
}
