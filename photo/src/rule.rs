//! What a portal accepts for one material, as data.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::outcome::Format;
use crate::pdf;

mod validate;

pub use self::validate::RuleFault;

/// What clarity means for a picture, and where its bytes are best spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A page: text edges and coloured seals must survive.
    Document,
    /// A place: a shop front, a wall, a street.
    Scene,
    /// A drawn or rendered picture of what is to be built.
    Rendering,
    /// A person's likeness, usually with `exact_px` and `min_bytes`.
    Portrait,
}

/// The colours of the output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Colour {
    /// Three channels, sRGB, no embedded profile.
    #[default]
    Srgb,
    /// One channel.
    Grey,
}

/// What a portal accepts for one material. The same shape in files, in the API and in the database;
/// unknown fields are refused, so that a misspelt limit cannot be lost silently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Unique name: small letters, digits, hyphens.
    pub name: String,
    /// Counts up when the portal changes its mind.
    #[serde(default = "first_version")]
    pub version: u32,
    /// Where the portal says so, or `assumed`.
    #[serde(default = "assumed")]
    pub source: String,
    /// The day it was taken from the source, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_on: Option<String>,
    /// What clarity means here.
    pub kind: Kind,
    /// The file format the portal takes. With `pdf` all photos of a material become one file, a page each; what is said of
    /// pixels, density and colour is said of the picture on each page.
    pub format: Format,
    /// With `pdf`, and only then: most pages of one file. Each gets an equal share of the bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_pages: Option<u32>,
    /// Most bytes the portal takes, of one file.
    pub max_bytes: u64,
    /// Fewest bytes the portal takes: some refuse files that are too small. With `pdf` each page has as many, so that one
    /// alone is enough.
    #[serde(default)]
    pub min_bytes: u64,
    /// Least length of the short side, in pixels.
    #[serde(default)]
    pub min_short_px: u32,
    /// Least length of the long side, in pixels.
    #[serde(default)]
    pub min_long_px: u32,
    /// Greatest length of the long side, in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_long_px: Option<u32>,
    /// Exactly this width and height: cropped about the centre, then scaled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exact_px: Option<[u32; 2]>,
    /// Written into the file's density field; claims nothing about sampling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpi: Option<u32>,
    /// Colours of the output.
    #[serde(default)]
    pub colour: Colour,
    /// `#rrggbb`, laid under transparency.
    #[serde(default = "white")]
    pub background: String,
}

fn first_version() -> u32 {
    1
}

fn assumed() -> String {
    "assumed".to_owned()
}

fn white() -> String {
    "#ffffff".to_owned()
}

/// The facts of a finished file that a rule speaks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The file format.
    pub format: Format,
    /// Size of the file.
    pub bytes: u64,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

/// One limit of a rule that a finished file does not keep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Misfit {
    /// The rule's field that is not kept.
    pub limit: &'static str,
    /// What the rule allows.
    pub allowed: String,
    /// What the file has.
    pub found: String,
}

impl Rule {
    /// Whether colour is worth its full resolution: for seals and thin coloured strokes, and where nothing is lost.
    pub(crate) fn wants_full_colour(&self) -> bool {
        self.format != Format::Jpeg || matches!(self.kind, Kind::Document | Kind::Rendering)
    }

    /// What one photo must meet: where the portal wants a PDF, to be a page of it.
    pub(crate) fn of_photo(&self) -> Cow<'_, Self> {
        if self.format != Format::Pdf {
            return Cow::Borrowed(self);
        }
        let page = Self { format: Format::Jpeg, max_pages: None, max_bytes: self.page_bytes(), ..self.clone() };
        Cow::Owned(page)
    }

    /// Most bytes of one page's picture.
    fn page_bytes(&self) -> u64 {
        let pages = self.max_pages.unwrap_or(1).max(1);
        self.max_bytes.saturating_sub(pdf::overhead(pages)) / u64::from(pages)
    }

    /// The background's red, green and blue; white where it cannot be read.
    pub fn background_rgb(&self) -> [u8; 3] {
        parse_colour(&self.background).unwrap_or([255; 3])
    }

    /// Which limits of this rule a finished photo does not keep; empty when it fits. Where the portal wants a PDF, a JPEG
    /// fits that can be a page of it.
    /// Lets a result made under an older rule be asked again without its bytes.
    pub fn misfits(&self, facts: &Facts) -> Vec<Misfit> {
        let rule = self.of_photo();
        let mut misfits = Vec::new();
        let mut want = |good: bool, limit: &'static str, allowed: String, found: String| {
            if !good {
                misfits.push(Misfit { limit, allowed, found });
            }
        };
        let (short, long) = (facts.width.min(facts.height), facts.width.max(facts.height));
        want(facts.format == rule.format, "format", rule.format.to_string(), facts.format.to_string());
        want(facts.bytes <= rule.max_bytes, "max_bytes", rule.max_bytes.to_string(), facts.bytes.to_string());
        want(facts.bytes >= rule.min_bytes, "min_bytes", rule.min_bytes.to_string(), facts.bytes.to_string());
        want(short >= rule.min_short_px, "min_short_px", rule.min_short_px.to_string(), short.to_string());
        want(long >= rule.min_long_px, "min_long_px", rule.min_long_px.to_string(), long.to_string());
        if let Some(most) = rule.max_long_px {
            want(long <= most, "max_long_px", most.to_string(), long.to_string());
        }
        if let Some([width, height]) = rule.exact_px {
            let exact = (facts.width, facts.height) == (width, height);
            want(exact, "exact_px", format!("{width}x{height}"), format!("{}x{}", facts.width, facts.height));
        }
        misfits
    }
}

fn parse_colour(text: &str) -> Option<[u8; 3]> {
    let digits = text.strip_prefix('#').filter(|d| d.len() == 6 && d.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let value = u32::from_str_radix(digits, 16).ok()?;
    let [_, red, green, blue] = value.to_be_bytes();
    Some([red, green, blue])
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn sample() -> Rule {
        toml::from_str("name = 'sign'\nkind = 'scene'\nformat = 'jpeg'\nmax_bytes = 512000\nmin_short_px = 480\nmin_long_px = 640\nmax_long_px = 2048\ndpi = 200").unwrap()
    }

    #[test]
    fn defaults_are_filled_in_and_the_rule_is_sound() {
        let rule = sample();
        assert_eq!((rule.version, rule.source.as_str(), rule.background_rgb()), (1, "assumed", [255; 3]));
        assert_eq!(rule.validate(), Ok(()));
        let again: Rule = serde_json::from_str(&serde_json::to_string(&rule).unwrap()).unwrap();
        assert_eq!(again, rule);
    }

    #[test]
    fn unknown_fields_are_refused() {
        assert!(toml::from_str::<Rule>("name='a'\nkind='scene'\nformat='jpeg'\nmax_bytes=9000\nmax_byte=1").is_err());
    }

    #[test]
    fn a_changed_rule_names_what_no_longer_fits() {
        let facts = Facts { format: Format::Jpeg, bytes: 600_000, width: 400, height: 600 };
        let limits: Vec<_> = sample().misfits(&facts).into_iter().map(|m| m.limit).collect();
        assert_eq!(limits, ["max_bytes", "min_short_px", "min_long_px"]);
        assert!(sample().misfits(&Facts { bytes: 100, width: 2048, height: 1536, ..facts }).is_empty());
    }

    #[test]
    fn a_pdf_shares_its_bytes_between_its_pages() {
        let rule = Rule { format: Format::Pdf, max_pages: Some(4), ..sample() };
        assert_eq!(rule.validate(), Ok(()));
        let facts = |bytes| Facts { format: Format::Jpeg, bytes, width: 1600, height: 1200 };
        assert!(rule.misfits(&facts(127_000)).is_empty());
        let found = rule.misfits(&facts(128_000));
        assert_eq!(found.iter().map(|misfit| misfit.limit).collect::<Vec<_>>(), ["max_bytes"]);
        let png = Facts { format: Format::Png, ..facts(1000) };
        assert_eq!(rule.misfits(&png).iter().map(|misfit| misfit.allowed.as_str()).collect::<Vec<_>>(), ["jpeg"]);
    }
}
