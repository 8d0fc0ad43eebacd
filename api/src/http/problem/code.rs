//! One kind of problem, and how the table of them is declared.

use poem::http::StatusCode;

use super::codes;
use super::words::Words;

/// Who reads what is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// Somebody with a phone, or at a window.
    Person,
    /// Another system, and whoever runs it.
    Machine,
}

/// One kind of problem.
#[derive(Debug)]
pub struct Code {
    /// Its name: stable, dotted.
    pub code: &'static str,
    /// The HTTP status it is answered with.
    pub status: u16,
    /// What it is, in a few words.
    pub title: Words,
    /// What the person should do; what is told a phone's owner in Chinese, and whoever writes the program in English.
    pub advice: Words,
    /// What to do where another system is calling and nobody with a phone is there: `advice` when absent.
    pub for_machines: Option<Words>,
    /// After how many seconds the very same request may succeed; `None` when it never will.
    pub retry_after_s: Option<u32>,
}

impl Code {
    /// The HTTP status it is answered with.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// What to do, told to a person with a phone or to another system.
    pub fn advice(&self, reader: Reader) -> &Words {
        match reader {
            Reader::Machine => self.for_machines.as_ref().unwrap_or(&self.advice),
            Reader::Person => &self.advice,
        }
    }

    /// The code with this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        codes::ALL.iter().copied().find(|code| code.code == name)
    }
}

/// Declares the table: name, code, status, after how many seconds it may pass; title and advice in both languages, and the
/// advice for machines where it is another.
macro_rules! table {
    ($($name:ident $code:literal $status:literal $(retry $seconds:literal)?:
        $title_zh:literal / $title_en:literal,
        $advice_zh:literal / $advice_en:literal
        $(, machines $machines_zh:literal / $machines_en:literal)?;)+) => {
        $(
            #[doc = concat!("`", $code, "` (", $status, "): ", $title_en)]
            pub static $name: Code = Code {
                code: $code,
                status: $status,
                title: Words::fixed($title_zh, $title_en),
                advice: Words::fixed($advice_zh, $advice_en),
                for_machines: $crate::http::problem::code::table!(@machines $($machines_zh, $machines_en)?),
                retry_after_s: $crate::http::problem::code::table!(@retry $($seconds)?),
            };
        )+

        /// Every code, in the order of the page.
        pub static ALL: &[&Code] = &[ $(&$name),+ ];
    };
    (@machines) => { None };
    (@machines $zh:literal, $en:literal) => { Some(Words::fixed($zh, $en)) };
    (@retry) => { None };
    (@retry $seconds:literal) => { Some($seconds) };
}

pub(super) use table;
