//! Which days are working days in China: Monday to Friday, but for what the yearly notices of the State Council
//! change. All dates are dates in China; [`china_date`] gives the one of an instant.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use serde::Deserialize;

/// The notices this crate carries, one file a year.
const EMBEDDED: [&str; 2] = [include_str!("../data/2025.toml"), include_str!("../data/2026.toml")];
/// China keeps one time in the whole country and has no summer time.
const CHINA_OFFSET_SECONDS: i32 = 8 * 3600;
/// Longest holiday a notice may name, in days: a longer one is a slip in the file. The longest so far had nine.
const MAX_HOLIDAY_DAYS: usize = 20;
/// Days looked at in one count: ten years, far beyond any statutory period.
const MAX_DAYS_WALKED: usize = 3660;

/// One year's notice, as in `data/YEAR.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// The year the notice is for. Its days lie in that year or in the December before it.
    pub year: i32,
    /// Where it was published.
    pub source: String,
    /// Days off, weekends within a holiday included.
    pub holidays: Vec<Holiday>,
    /// Saturdays and Sundays that are worked.
    pub workdays: Vec<NaiveDate>,
}

/// One holiday.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// Its name, in Chinese.
    pub name: String,
    /// First day off.
    pub from: NaiveDate,
    /// Last day off.
    pub to: NaiveDate,
}

/// What is wrong with the notices, or with a question put to the calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The file is not a notice.
    #[error("not a calendar notice: {0}")]
    Syntax(String),
    /// Two notices for one year.
    #[error("two notices for {0}")]
    Twice(i32),
    /// A day outside the notice's year and the December before it.
    #[error("the notice for {year} names {date}")]
    OutsideYear {
        /// The notice's year.
        year: i32,
        /// The day it names.
        date: NaiveDate,
    },
    /// A holiday that ends before it begins, or is too long.
    #[error("the holiday from {0} has no days, or more than 20")]
    HolidayLength(NaiveDate),
    /// A make-up working day that is no Saturday or Sunday.
    #[error("{0} is worked anyway")]
    WorkdayOnWeekday(NaiveDate),
    /// A day named as a day off and as a working day.
    #[error("{0} is named both off and worked")]
    Contradiction(NaiveDate),
    /// The count did not end within ten years.
    #[error("the count from {0} does not end")]
    Endless(NaiveDate),
}

/// A day counted to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The last day on which the thing is in time.
    pub date: NaiveDate,
    /// The count touched days that a notice still to come may change: recompute when the calendar's version changes.
    pub provisional: bool,
    /// [`Calendar::version`] of the calendar it was counted with.
    pub calendar: String,
}

/// The working days of the years whose notices are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    years: BTreeSet<i32>,
    /// Days a notice names: `true` when worked.
    named: BTreeMap<NaiveDate, bool>,
    version: String,
}

impl Calendar {
    /// The calendar of the notices this crate carries.
    ///
    /// # Errors
    /// A [`Fault`] in the crate's own data; its tests exclude that.
    pub fn embedded() -> Result<Self, Fault> {
        let notices = EMBEDDED.into_iter().map(parse).collect::<Result<Vec<_>, _>>()?;
        Self::new(&notices)
    }

    /// The calendar of these notices, in any order.
    ///
    /// # Errors
    /// The first [`Fault`] in them.
    pub fn new(notices: &[Notice]) -> Result<Self, Fault> {
        let mut calendar = Self { years: BTreeSet::new(), named: BTreeMap::new(), version: String::new() };
        for notice in notices {
            calendar.add(notice)?;
        }
        calendar.version = calendar.describe();
        Ok(calendar)
    }

    /// Names the content: the years known, and a fingerprint of every day named. Equal for equal calendars, stable
    /// across builds; fit to be stored beside a due date.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Is it certain whether this is a working day? Not when its year's notice is missing, nor in a December whose next
    /// year's notice is missing.
    pub fn is_known(&self, date: NaiveDate) -> bool {
        self.years.contains(&date.year()) && (date.month() < 12 || self.years.contains(&(date.year() + 1)))
    }

    /// Is this a working day, as far as is known?
    pub fn is_working(&self, date: NaiveDate) -> bool {
        let weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
        self.named.get(&date).copied().unwrap_or(!weekend)
    }

    /// The `count`th working day, the day `first` being the first one looked at, skipping days for which `excluded`
    /// says yes. A `count` of 0 gives `first` itself, working day or not.
    ///
    /// # Errors
    /// [`Fault::Endless`] when ten years do not hold that many working days.
    pub fn count(&self, first: NaiveDate, count: u16, excluded: impl Fn(NaiveDate) -> bool) -> Result<Due, Fault> {
        let mut left = count;
        let mut provisional = false;
        for date in first.iter_days().take(MAX_DAYS_WALKED) {
            provisional |= !self.is_known(date);
            if left > 0 && self.is_working(date) && !excluded(date) {
                left -= 1;
            } else if left > 0 {
                continue;
            }
            if left == 0 {
                return Ok(Due { date, provisional, calendar: self.version.clone() });
            }
        }
        Err(Fault::Endless(first))
    }

    fn add(&mut self, notice: &Notice) -> Result<(), Fault> {
        let year = notice.year;
        if !self.years.insert(year) {
            return Err(Fault::Twice(year));
        }
        for holiday in &notice.holidays {
            let days = holiday.from.iter_days().take_while(|day| *day <= holiday.to).take(MAX_HOLIDAY_DAYS + 1).count();
            if days == 0 || days > MAX_HOLIDAY_DAYS {
                return Err(Fault::HolidayLength(holiday.from));
            }
            for date in holiday.from.iter_days().take(days) {
                self.name(year, date, false)?;
            }
        }
        for &date in &notice.workdays {
            if !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) {
                return Err(Fault::WorkdayOnWeekday(date));
            }
            self.name(year, date, true)?;
        }
        Ok(())
    }

    fn name(&mut self, year: i32, date: NaiveDate, worked: bool) -> Result<(), Fault> {
        if date.year() != year && !(date.year() == year - 1 && date.month() == 12) {
            return Err(Fault::OutsideYear { year, date });
        }
        match self.named.insert(date, worked) {
            Some(before) if before != worked => Err(Fault::Contradiction(date)),
            _ => Ok(()),
        }
    }

    fn describe(&self) -> String {
        let years: Vec<String> = self.years.iter().map(ToString::to_string).collect();
        // FNV-1a, 64 bits: small, and the same in every build, which the standard library's hasher does not promise.
        let mut fingerprint = 0xcbf2_9ce4_8422_2325_u64;
        for (date, worked) in &self.named {
            for byte in format!("{date}{}", u8::from(*worked)).bytes() {
                fingerprint = (fingerprint ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        format!("{}-{fingerprint:016x}", years.join("."))
    }
}

/// Reads one notice in the form of `data/YEAR.toml`.
///
/// # Errors
/// [`Fault::Syntax`] with the parser's words.
pub fn parse(text: &str) -> Result<Notice, Fault> {
    toml::from_str(text).map_err(|error| Fault::Syntax(error.to_string()))
}

/// The instant at which clocks in China (UTC+8) show this time on this date.
pub fn china_moment(date: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    (date.and_time(time) - TimeDelta::seconds(CHINA_OFFSET_SECONDS.into())).and_utc()
}

/// The date in China (UTC+8) at this instant.
pub fn china_date(instant: DateTime<Utc>) -> NaiveDate {
    match FixedOffset::east_opt(CHINA_OFFSET_SECONDS) {
        Some(china) => instant.with_timezone(&china).date_naive(),
        None => instant.date_naive(),
    }
}
