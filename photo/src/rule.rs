//! What a portal accepts for one material, as data.

use serde::{Deserialize, Serialize};

use crate::outcome::Format;

/// Longest side a rule may ask for, in pixels: beyond it no portal shows a picture and JPEG itself ends at 65,535.
const LONGEST_PX: u32 = 16_384;
/// Fewest bytes a rule may allow: below this not even the tables of a JPEG leave room for a picture.
const FEWEST_BYTES: u64 = 2_000;

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
    /// The file format the portal takes.
    pub format: Format,
    /// Most bytes the portal takes.
    pub max_bytes: u64,
    /// Fewest bytes the portal takes: some refuse files that are too small.
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

/// One thing wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleFault {
    /// The field, as written in the file.
    pub field: &'static str,
    /// What is wrong and what would do.
    pub text: String,
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

    /// Checks that the rule can be kept by some picture.
    ///
    /// # Errors
    /// Every fault at once, each with its field.
    pub fn validate(&self) -> Result<(), Vec<RuleFault>> {
        let mut faults = Vec::new();
        let mut want = |good: bool, field: &'static str, text: &str| {
            if !good {
                faults.push(RuleFault { field, text: text.to_owned() });
            }
        };
        let slug = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        want(
            !self.name.is_empty() && self.name.len() <= 64 && self.name.chars().all(slug),
            "name",
            "1 to 64 of a-z, 0-9 and hyphen",
        );
        want(self.version >= 1, "version", "counts from 1");
        want(!self.source.trim().is_empty(), "source", "say where the rule comes from, or `assumed`");
        want(self.taken_on.as_deref().is_none_or(is_day), "taken_on", "a day as YYYY-MM-DD");
        want(self.format != Format::Pdf, "format", "pdf cannot be written yet: use jpeg or png");
        want(self.max_bytes >= FEWEST_BYTES, "max_bytes", "at least 2000");
        want(self.min_bytes <= self.max_bytes, "min_bytes", "at most max_bytes");
        want(self.min_short_px <= LONGEST_PX, "min_short_px", "at most 16384");
        want(self.min_long_px <= LONGEST_PX, "min_long_px", "at most 16384");
        if let Some(long) = self.max_long_px {
            want((1..=LONGEST_PX).contains(&long), "max_long_px", "1 to 16384");
            want(
                long >= self.min_long_px.max(self.min_short_px),
                "max_long_px",
                "at least min_long_px and min_short_px",
            );
        }
        if let Some([width, height]) = self.exact_px {
            let (short, long) = (width.min(height), width.max(height));
            want(short >= 1 && long <= LONGEST_PX, "exact_px", "each side 1 to 16384");
            want(
                short >= self.min_short_px && long >= self.min_long_px,
                "exact_px",
                "not below min_short_px and min_long_px",
            );
            want(self.max_long_px.is_none_or(|most| long <= most), "exact_px", "not above max_long_px");
        }
        want(self.dpi.is_none_or(|dpi| (1..=65_535).contains(&dpi)), "dpi", "1 to 65535");
        want(parse_colour(&self.background).is_some(), "background", "a colour as #rrggbb");
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// The background's red, green and blue; white where it cannot be read.
    pub fn background_rgb(&self) -> [u8; 3] {
        parse_colour(&self.background).unwrap_or([255; 3])
    }

    /// Which limits of this rule a finished file does not keep; empty when it fits.
    /// Lets a result made under an older rule be asked again without its bytes.
    pub fn misfits(&self, facts: &Facts) -> Vec<Misfit> {
        let mut misfits = Vec::new();
        let mut want = |good: bool, limit: &'static str, allowed: String, found: String| {
            if !good {
                misfits.push(Misfit { limit, allowed, found });
            }
        };
        let (short, long) = (facts.width.min(facts.height), facts.width.max(facts.height));
        want(facts.format == self.format, "format", self.format.to_string(), facts.format.to_string());
        want(facts.bytes <= self.max_bytes, "max_bytes", self.max_bytes.to_string(), facts.bytes.to_string());
        want(facts.bytes >= self.min_bytes, "min_bytes", self.min_bytes.to_string(), facts.bytes.to_string());
        want(short >= self.min_short_px, "min_short_px", self.min_short_px.to_string(), short.to_string());
        want(long >= self.min_long_px, "min_long_px", self.min_long_px.to_string(), long.to_string());
        if let Some(most) = self.max_long_px {
            want(long <= most, "max_long_px", most.to_string(), long.to_string());
        }
        if let Some([width, height]) = self.exact_px {
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

fn is_day(text: &str) -> bool {
    let mut parts = text.split('-');
    let mut number = |length: usize, most: u32| {
        parts
            .next()
            .filter(|p| p.len() == length && p.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|p| p.parse::<u32>().ok())
            .is_some_and(|n| (1..=most).contains(&n))
    };
    number(4, 9999) && number(2, 12) && number(2, 31) && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Rule {
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
    fn all_faults_are_listed_at_once() {
        let rule = Rule {
            name: "Bad Name".into(),
            taken_on: Some("2026-13-01".into()),
            format: Format::Pdf,
            max_bytes: 10,
            min_bytes: 20,
            max_long_px: Some(100),
            exact_px: Some([0, 700]),
            dpi: Some(0),
            background: "white".into(),
            ..sample()
        };
        let fields: Vec<_> = rule.validate().unwrap_err().into_iter().map(|f| f.field).collect();
        assert_eq!(
            fields,
            [
                "name",
                "taken_on",
                "format",
                "max_bytes",
                "min_bytes",
                "max_long_px",
                "exact_px",
                "exact_px",
                "exact_px",
                "dpi",
                "background"
            ]
        );
    }

    #[test]
    fn a_changed_rule_names_what_no_longer_fits() {
        let facts = Facts { format: Format::Jpeg, bytes: 600_000, width: 400, height: 600 };
        let limits: Vec<_> = sample().misfits(&facts).into_iter().map(|m| m.limit).collect();
        assert_eq!(limits, ["max_bytes", "min_short_px", "min_long_px"]);
        assert!(sample().misfits(&Facts { bytes: 100, width: 2048, height: 1536, ..facts }).is_empty());
    }
}
