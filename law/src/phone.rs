//! Mainland telephone numbers: mobiles (`1[3-9]` and nine digits) and landlines with their area code.
//!
//! Written without country code, spaces or extension; one `-` may stand after a landline's area code. Special numbers
//! (110, 400…, 12345) are nobody's own and are not accepted.

use crate::Advice;

const MOBILE_LENGTH: usize = 11;

/// What kind of number it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Can be sent a message.
    Mobile,
    /// Can only be rung.
    Landline,
}

/// Why a text is not a telephone number. No fault repeats the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Something other than digits, or a dash in the wrong place. Positions are counted from 1.
    #[error("character {position} cannot stand in a telephone number")]
    Character {
        /// Where it stands.
        position: usize,
    },
    /// Too many or too few digits for its kind.
    #[error("a telephone number of this kind does not have {found} digits")]
    Length {
        /// How many digits there are.
        found: usize,
    },
    /// Begins like neither a mobile number nor an area code.
    #[error("no telephone number begins like this")]
    Prefix,
}

impl Fault {
    /// Stable code of the fault.
    pub fn code(self) -> &'static str {
        match self {
            Self::Character { .. } => "phone.character",
            Self::Length { .. } => "phone.length",
            Self::Prefix => "phone.prefix",
        }
    }

    /// What the person should do.
    pub fn advice(self) -> Advice {
        match self {
            Self::Character { .. } => Advice {
                zh: "电话号码只填数字，不要加空格和+86；座机可以写成0635-1234567。",
                en: "Write digits only, without spaces or +86; a landline may be written 0635-1234567.",
            },
            Self::Length { .. } => Advice {
                zh: "电话号码的位数不对：手机号是11位，座机要带区号。",
                en: "The number of digits is wrong: a mobile has 11, a landline needs its area code.",
            },
            Self::Prefix => Advice {
                zh: "请填写11位手机号，或带区号的座机号。",
                en: "Give an 11-digit mobile number, or a landline with its area code.",
            },
        }
    }
}

/// Is `number` a mainland telephone number, and of which kind?
///
/// # Errors
/// The first [`Fault`]: characters, then beginning, then length.
pub fn check(number: &str) -> Result<Kind, Fault> {
    if number.starts_with('0') {
        return landline(number).map(|()| Kind::Landline);
    }
    mobile(number).map(|()| Kind::Mobile)
}

/// Is `number` a mainland mobile number?
///
/// # Errors
/// The first [`Fault`]; a landline is [`Fault::Prefix`].
pub fn mobile(number: &str) -> Result<(), Fault> {
    digits_only(number, 0)?;
    let mut characters = number.chars();
    match (characters.next(), characters.next()) {
        (None, _) | (Some('1'), None) => return Err(Fault::Length { found: number.len() }),
        (Some('1'), Some('3'..='9')) => {}
        _ => return Err(Fault::Prefix),
    }
    if number.len() == MOBILE_LENGTH { Ok(()) } else { Err(Fault::Length { found: number.len() }) }
}

/// `010` and `02x` take eight digits after them; all other area codes have four digits and take seven or eight.
fn landline(number: &str) -> Result<(), Fault> {
    let second = number.chars().nth(1);
    let short = matches!(second, Some('1' | '2'));
    let area_length = if short { 3 } else { 4 };
    let (area, rest) = number.split_at_checked(area_length).unwrap_or((number, ""));
    digits_only(area, 0)?;
    let (local, skipped) = match rest.strip_prefix('-') {
        Some(local) => (local, area_length + 1),
        None => (rest, area_length),
    };
    digits_only(local, skipped)?;
    let found = area.len() + local.len();
    if area.len() < area_length {
        return Err(Fault::Length { found });
    }
    let assigned = area == "010" || area.starts_with("02") || matches!(second, Some('3'..='9'));
    if !assigned || local.starts_with(['0', '1']) {
        return Err(Fault::Prefix);
    }
    match local.len() {
        8 => Ok(()),
        7 if !short => Ok(()),
        _ => Err(Fault::Length { found }),
    }
}

fn digits_only(text: &str, skipped: usize) -> Result<(), Fault> {
    match text.chars().position(|character| !character.is_ascii_digit()) {
        Some(place) => Err(Fault::Character { position: skipped + place + 1 }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn right_ones() {
        for number in ["13812343210", "19900000000", "16612345678"] {
            assert_eq!(check(number), Ok(Kind::Mobile), "{number}");
        }
        for number in ["01062345678", "010-62345678", "021-62345678", "0635-3951234", "06353951234", "0531-86012345"] {
            assert_eq!(check(number), Ok(Kind::Landline), "{number}");
        }
    }

    #[test]
    fn each_fault() {
        for (number, fault) in [
            ("", Fault::Length { found: 0 }),
            ("1", Fault::Length { found: 1 }),
            ("1381234321", Fault::Length { found: 10 }),
            ("138123432101", Fault::Length { found: 12 }),
            ("12812343210", Fault::Prefix),
            ("23812343210", Fault::Prefix),
            ("4008123123", Fault::Prefix),
            ("+8613812343210", Fault::Character { position: 1 }),
            ("138 1234 3210", Fault::Character { position: 4 }),
            ("１3812343210", Fault::Character { position: 1 }),
            ("0", Fault::Length { found: 1 }),
            ("010-6234567", Fault::Length { found: 10 }),
            ("0635-123", Fault::Prefix),
            ("0635-395123", Fault::Length { found: 10 }),
            ("0635--3951234", Fault::Character { position: 6 }),
            ("0635-3951234-1", Fault::Character { position: 13 }),
            ("06353-951234", Fault::Character { position: 6 }),
            ("001-62345678", Fault::Character { position: 4 }),
            ("00162345678", Fault::Prefix),
            ("011162345678", Fault::Prefix),
        ] {
            assert_eq!(check(number), Err(fault), "{number}");
        }
        assert_eq!(mobile("0635-3951234"), Err(Fault::Character { position: 5 }));
        assert_eq!(mobile("06353951234"), Err(Fault::Prefix));
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in ".{0,16}", area in "0[0-9-]{0,14}") {
            let _ = check(&text);
            let _ = check(&area);
        }

        #[test]
        fn every_mobile_is_one(number in "1[3-9][0-9]{9}") {
            prop_assert_eq!(check(&number), Ok(Kind::Mobile));
        }
    }
}
