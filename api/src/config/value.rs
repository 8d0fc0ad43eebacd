//! What a setting's text may say: one small type a kind of value.
//!
//! Every type reads the same text whether it stands in the environment, in the file or in the table of defaults, and
//! shows itself in that form again.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use chrono::NaiveTime;

/// A kind of value a setting can have.
pub trait Value: Sized {
    /// What to write, in a few words, for the generated page.
    const KIND: &'static str;
    /// Whether the value must never be shown.
    const SECRET: bool = false;

    /// Reads the value from its text, which is empty only where nothing was said and there is no default.
    ///
    /// # Errors
    /// What is wrong with the text, in words that follow the setting's name. They never repeat a secret.
    fn parse(text: &str) -> Result<Self, String>;

    /// The value as the operator may see it.
    fn show(&self) -> String;
}

/// A length of time: `500ms`, `15m`, `1h30m`, `30d`. At most ten years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub Duration);

const UNITS_MS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];
const LONGEST_MS: u64 = 3_650 * 86_400_000;

impl Value for Span {
    const KIND: &'static str = "time: `500ms`, `30s`, `15m`, `1h30m`, `30d`";

    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("must be a time such as 500ms, 30s, 15m, 1h30m or 30d, not {text:?}");
        let (mut rest, mut total_ms) = (text.trim(), 0_u64);
        while !rest.is_empty() {
            let (digits, tail) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?);
            let (unit, tail) = tail.split_at(tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len()));
            let (_, unit_ms) = UNITS_MS.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?;
            let count: u64 = digits.parse().map_err(|_| wrong())?;
            let part_ms = count.checked_mul(*unit_ms).ok_or_else(wrong)?;
            total_ms = total_ms.checked_add(part_ms).ok_or_else(wrong)?;
            rest = tail;
        }
        match total_ms {
            0 => Err(format!("must be longer than nothing, not {text:?}")),
            1..=LONGEST_MS => Ok(Self(Duration::from_millis(total_ms))),
            _ => Err(format!("must be at most ten years, not {text:?}")),
        }
    }

    fn show(&self) -> String {
        let mut rest_ms = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        let mut text = String::new();
        for (name, unit_ms) in UNITS_MS {
            if rest_ms >= unit_ms {
                text.extend([(rest_ms / unit_ms).to_string().as_str(), name]);
                rest_ms %= unit_ms;
            }
        }
        text
    }
}

/// Times of the day, in China: `08:30`, `08:30,17:00`; `never` is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimesOfDay(pub Vec<NaiveTime>);

impl Value for TimesOfDay {
    const KIND: &'static str = "times of the day such as `08:30,17:00`, or `never`";

    fn parse(text: &str) -> Result<Self, String> {
        if text.trim() == "never" {
            return Ok(Self(Vec::new()));
        }
        let times = text.split(',').map(|part| NaiveTime::parse_from_str(part.trim(), "%H:%M"));
        let times: Result<Vec<_>, _> = times.collect();
        times.map(Self).map_err(|_| format!("must be times of the day such as 08:30,17:00, or never, not {text:?}"))
    }

    fn show(&self) -> String {
        if self.0.is_empty() {
            return "never".to_owned();
        }
        self.0.iter().map(|time| time.format("%H:%M").to_string()).collect::<Vec<_>>().join(",")
    }
}

/// A number of bytes: `512KiB`, `20MiB`, or digits alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(pub u64);

impl Value for Size {
    const KIND: &'static str = "size: `512KiB`, `20MiB`, `1GiB`, or bytes";

    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("must be a size such as 512KiB, 20MiB or a number of bytes, not {text:?}");
        let (digits, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
        let factor: u64 = match unit.trim() {
            "" | "B" => 1,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => return Err(wrong()),
        };
        let bytes = digits.parse::<u64>().ok().and_then(|count| count.checked_mul(factor)).ok_or_else(wrong)?;
        if bytes == 0 { Err(wrong()) } else { Ok(Self(bytes)) }
    }

    fn show(&self) -> String {
        let units = [("GiB", 1_u64 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
        let whole = units.iter().find(|(_, factor)| self.0.is_multiple_of(*factor));
        whole.map_or_else(|| self.0.to_string(), |(name, factor)| format!("{}{name}", self.0 / factor))
    }
}

/// A whole number between two bounds, both allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole<const MIN: u32, const MAX: u32>(pub u32);

impl<const MIN: u32, const MAX: u32> Value for Whole<MIN, MAX> {
    const KIND: &'static str = "whole number";

    fn parse(text: &str) -> Result<Self, String> {
        let number = text.parse().ok().filter(|number| (MIN..=MAX).contains(number));
        number.map(Self).ok_or_else(|| format!("must be a whole number from {MIN} to {MAX}, not {text:?}"))
    }

    fn show(&self) -> String {
        self.0.to_string()
    }
}

/// A six-digit administrative division code (GB/T 2260).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region(pub String);

impl Value for Region {
    const KIND: &'static str = "six digits";

    fn parse(text: &str) -> Result<Self, String> {
        let good = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        if good { Ok(Self(text.to_owned())) } else { Err(format!("must be a six-digit division code, not {text:?}")) }
    }

    fn show(&self) -> String {
        self.0.clone()
    }
}

impl Value for String {
    const KIND: &'static str = "text";

    fn parse(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }

    fn show(&self) -> String {
        self.clone()
    }
}

impl Value for PathBuf {
    const KIND: &'static str = "path";

    fn parse(text: &str) -> Result<Self, String> {
        Ok(Self::from(text))
    }

    fn show(&self) -> String {
        self.display().to_string()
    }
}

impl Value for SocketAddr {
    const KIND: &'static str = "address:port";

    fn parse(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| format!("must be an address with a port such as 0.0.0.0:8080, not {text:?}"))
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl Value for bool {
    const KIND: &'static str = "`true` or `false`";

    fn parse(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| format!("must be true or false, not {text:?}"))
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

/// A value that may be missing: an empty text is none.
impl<T: Value> Value for Option<T> {
    const KIND: &'static str = T::KIND;
    const SECRET: bool = T::SECRET;

    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() { Ok(None) } else { T::parse(text).map(Some) }
    }

    fn show(&self) -> String {
        self.as_ref().map(T::show).unwrap_or_default()
    }
}

/// Several values, separated by commas.
impl<T: Value> Value for Vec<T> {
    const KIND: &'static str = T::KIND;
    const SECRET: bool = T::SECRET;

    fn parse(text: &str) -> Result<Self, String> {
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(T::parse).collect()
    }

    fn show(&self) -> String {
        self.iter().map(T::show).collect::<Vec<_>>().join(",")
    }
}
