//! One kind of problem, and how the table of them is declared.

use poem::http::StatusCode;

use super::codes;
use super::words::Words;

/// One kind of problem.
#[derive(Debug)]
pub struct Code {
    /// Its name: stable, dotted.
    pub code: &'static str,
    /// The HTTP status it is answered with.
    pub status: u16,
    /// What it is, in a few words.
    pub title: Words,
    /// What the person should do.
    pub advice: Words,
    /// After how many seconds the very same request may succeed; `None` when it never will.
    pub retry_after_s: Option<u32>,
}

impl Code {
    /// The HTTP status it is answered with.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The code with this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        codes::ALL.iter().copied().find(|code| code.code == name)
    }
}

/// Declares the table: name, code, status, after how many seconds it may pass; title and advice in both languages.
macro_rules! table {
    ($($name:ident $code:literal $status:literal $(retry $seconds:literal)?:
        $title_zh:literal / $title_en:literal,
        $advice_zh:literal / $advice_en:literal;)+) => {
        $(
            #[doc = concat!("`", $code, "` (", $status, "): ", $title_en)]
            pub static $name: Code = Code {
                code: $code,
                status: $status,
                title: Words::fixed($title_zh, $title_en),
                advice: Words::fixed($advice_zh, $advice_en),
                retry_after_s: $crate::http::problem::code::table!(@retry $($seconds)?),
            };
        )+

        /// Every code, in the order of the page.
        pub static ALL: &[&Code] = &[ $(&$name),+ ];
    };
    (@retry) => { None };
    (@retry $seconds:literal) => { Some($seconds) };
}

pub(super) use table;
