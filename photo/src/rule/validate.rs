//! Whether a rule can be kept at all.

use serde::Serialize;

use super::{Rule, parse_colour};
use crate::outcome::Format;
use crate::pdf;

/// Longest side a rule may ask for, in pixels: beyond it no portal shows a picture and JPEG itself ends at 65,535.
const LONGEST_PX: u32 = 16_384;
/// Fewest bytes a rule may allow: below this not even the tables of a JPEG leave room for a picture.
const FEWEST_BYTES: u64 = 2_000;
/// Most bytes of a PDF, which is put together in memory.
const MOST_PDF_BYTES: u64 = 32 << 20;

/// One thing wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleFault {
    /// The field, as written in the file.
    pub field: &'static str,
    /// What would do, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

impl RuleFault {
    /// What is wrong with `field`, in Chinese and in English.
    pub fn new(field: &'static str, (zh, en): (impl Into<String>, impl Into<String>)) -> Self {
        Self { field, zh: zh.into(), en: en.into() }
    }
}

impl Rule {
    /// Checks that the rule can be kept by some picture.
    ///
    /// # Errors
    /// Every fault at once, each with its field.
    pub fn validate(&self) -> Result<(), Vec<RuleFault>> {
        let mut faults = Vec::new();
        let mut want = |good: bool, field: &'static str, words: (&str, &str)| {
            if !good {
                faults.push(RuleFault::new(field, words));
            }
        };
        let slug = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        want(
            !self.name.is_empty() && self.name.len() <= 64 && self.name.chars().all(slug),
            "name",
            ("1 到 64 个小写字母、数字或连字符", "1 to 64 of a-z, 0-9 and hyphen"),
        );
        want(self.version >= 1, "version", ("从 1 开始", "counts from 1"));
        want(
            !self.source.trim().is_empty(),
            "source",
            ("写明规格的来源，或写 assumed", "say where the rule comes from, or `assumed`"),
        );
        want(self.taken_on.as_deref().is_none_or(is_day), "taken_on", ("日期，写作 YYYY-MM-DD", "a day as YYYY-MM-DD"));
        self.validate_pages(&mut want);
        want(self.max_bytes >= FEWEST_BYTES, "max_bytes", ("至少 2000", "at least 2000"));
        want(self.min_bytes <= self.max_bytes, "min_bytes", ("不大于 max_bytes", "at most max_bytes"));
        want(self.min_short_px <= LONGEST_PX, "min_short_px", ("至多 16384", "at most 16384"));
        want(self.min_long_px <= LONGEST_PX, "min_long_px", ("至多 16384", "at most 16384"));
        if let Some(long) = self.max_long_px {
            want((1..=LONGEST_PX).contains(&long), "max_long_px", ("1 到 16384", "1 to 16384"));
            want(
                long >= self.min_long_px.max(self.min_short_px),
                "max_long_px",
                ("不小于 min_long_px 和 min_short_px", "at least min_long_px and min_short_px"),
            );
        }
        if let Some([width, height]) = self.exact_px {
            let (short, long) = (width.min(height), width.max(height));
            want(short >= 1 && long <= LONGEST_PX, "exact_px", ("每边 1 到 16384", "each side 1 to 16384"));
            want(
                short >= self.min_short_px && long >= self.min_long_px,
                "exact_px",
                ("不小于 min_short_px 和 min_long_px", "not below min_short_px and min_long_px"),
            );
            want(
                self.max_long_px.is_none_or(|most| long <= most),
                "exact_px",
                ("不大于 max_long_px", "not above max_long_px"),
            );
        }
        want(self.dpi.is_none_or(|dpi| (1..=65_535).contains(&dpi)), "dpi", ("1 到 65535", "1 to 65535"));
        want(parse_colour(&self.background).is_some(), "background", ("颜色，写作 #rrggbb", "a colour as #rrggbb"));
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// What a PDF must say, and nothing else may.
    fn validate_pages(&self, want: &mut impl FnMut(bool, &'static str, (&str, &str))) {
        if self.format != Format::Pdf {
            return want(
                self.max_pages.is_none(),
                "max_pages",
                ("只用于 format = \"pdf\"", "only with format = \"pdf\""),
            );
        }
        let Some(pages) = self.max_pages.filter(|pages| (1..=pdf::MOST_PAGES).contains(pages)) else {
            return want(
                false,
                "max_pages",
                ("PDF 必填：一个文件最多的页数，1 到 100", "a PDF needs it: most pages of one file, 1 to 100"),
            );
        };
        want(self.max_bytes <= MOST_PDF_BYTES, "max_bytes", ("PDF 至多 33554432", "at most 33554432 for a PDF"));
        let most = self.page_bytes();
        let enough = self.max_bytes < FEWEST_BYTES || most >= FEWEST_BYTES;
        let least = FEWEST_BYTES * u64::from(pages) + pdf::overhead(pages);
        want(
            enough,
            "max_bytes",
            (&format!("{pages} 页的 PDF 至少 {least}"), &format!("at least {least} for a PDF of {pages} pages")),
        );
        let reached = !enough || self.min_bytes > self.max_bytes || self.min_bytes <= most;
        want(
            reached,
            "min_bytes",
            (
                &format!("不大于一页的 {most} 字节：PDF 可能只有一页"),
                &format!("at most the {most} bytes of one page: a PDF may have only one"),
            ),
        );
    }
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
    use crate::rule::tests::sample;

    #[test]
    fn all_faults_are_listed_at_once() {
        let rule = Rule {
            name: "Bad Name".into(),
            taken_on: Some("2026-13-01".into()),
            max_pages: Some(1),
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
                "max_pages",
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
    fn what_a_pdf_cannot_keep_is_refused() {
        let pdf = |max_pages, max_bytes, min_bytes| {
            let rule = Rule { format: Format::Pdf, max_pages, max_bytes, min_bytes, ..sample() };
            let faults = rule.validate().err().unwrap_or_default();
            faults.into_iter().map(|fault| fault.field).collect::<Vec<_>>()
        };
        assert_eq!(pdf(Some(1), 3_000, 0), [""; 0]);
        assert_eq!(pdf(None, 512_000, 0), ["max_pages"]);
        assert_eq!(pdf(Some(0), 512_000, 0), ["max_pages"]);
        assert_eq!(pdf(Some(101), 512_000, 0), ["max_pages"]);
        assert_eq!(pdf(Some(2), 5_599, 0), ["max_bytes"]);
        assert_eq!(pdf(Some(2), 5_600, 2_000), [""; 0]);
        assert_eq!(pdf(Some(2), 5_600, 2_001), ["min_bytes"]);
        assert_eq!(pdf(Some(2), 33_554_433, 0), ["max_bytes"]);
        assert_eq!(pdf(Some(2), 1_000, 2_001), ["max_bytes", "min_bytes"]);
    }
}
