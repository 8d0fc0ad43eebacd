//! The resident identity number (公民身份号码), GB 11643: six digits of region, birth date, three digits of order, one
//! check character that is a digit or `X`.
//!
//! Residence permits of people from Hong Kong, Macao and Taiwan (regions 81, 82, 83) have the same make-up and
//! are accepted. The fifteen-digit numbers of before 2013 and permanent-residence cards of foreigners are not.

use chrono::NaiveDate;

use crate::Advice;

/// Weights of the first seventeen digits: powers of 2 modulo 11, from the left.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// The check character for each remainder modulo 11.
const CHECKS: &str = "10X98765432";
const LENGTH: usize = 18;
/// The first two digits that a province, region or residence permit can have (GB/T 2260).
const PROVINCES: [u32; 35] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63,
    64, 65, 71, 81, 82, 83,
];
/// Nobody living was born before this year; earlier dates are slips of the finger.
const EARLIEST_BIRTH_YEAR: i32 = 1900;

/// Why a text is not a resident identity number. Positions are counted from 1. No fault repeats the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Not eighteen characters.
    #[error("an identity number has 18 characters, not {found}")]
    Length {
        /// How many there are.
        found: usize,
    },
    /// Not a digit (or, at the end, not a digit, `X` or `x`).
    #[error("character {position} cannot stand in an identity number")]
    Character {
        /// Where it stands.
        position: usize,
    },
    /// The first digits name no province.
    #[error("the first two digits name no region")]
    Region,
    /// Digits 7 to 14 are not a day of the calendar, or are before 1900.
    #[error("digits 7 to 14 are not a birth date")]
    BirthDate,
    /// The birth date is after today.
    #[error("the birth date is in the future")]
    FutureBirth,
    /// The last character does not follow from the others.
    #[error("the check character does not match")]
    CheckCharacter,
}

impl Fault {
    /// Stable code of the fault.
    pub fn code(self) -> &'static str {
        match self {
            Self::Length { .. } => "id_card.length",
            Self::Character { .. } => "id_card.character",
            Self::Region => "id_card.region",
            Self::BirthDate => "id_card.birth_date",
            Self::FutureBirth => "id_card.future_birth",
            Self::CheckCharacter => "id_card.check_character",
        }
    }

    /// What the person should do.
    pub fn advice(self) -> Advice {
        match self {
            Self::Length { .. } => Advice {
                zh: "身份证号码是18位，请核对有没有多输或少输。",
                en: "An identity number has 18 characters; check whether one is missing or too many.",
            },
            Self::Character { .. } => Advice {
                zh: "身份证号码只有数字，最后一位可以是X，请去掉空格和其他字符。",
                en: "An identity number has digits only, and may end in X; remove spaces and other characters.",
            },
            Self::Region => Advice {
                zh: "身份证号码的前几位不对，请对照身份证核对。",
                en: "The first digits of the identity number are wrong; compare them with the card.",
            },
            Self::BirthDate | Self::FutureBirth => Advice {
                zh: "身份证号码里的出生日期不对，请核对第7到14位。",
                en: "The birth date in the identity number is wrong; check digits 7 to 14.",
            },
            Self::CheckCharacter => Advice {
                zh: "身份证号码有一位填错了，请对照身份证逐位核对。",
                en: "One character of the identity number is wrong; compare it with the card.",
            },
        }
    }
}

/// Is `number` a resident identity number of somebody born by `today` (a China date)?
///
/// # Errors
/// The first [`Fault`], in the order length, characters, region, birth date, check character.
pub fn check(number: &str, today: NaiveDate) -> Result<(), Fault> {
    let found = number.chars().count();
    if found != LENGTH {
        return Err(Fault::Length { found });
    }
    let mut digits = Vec::with_capacity(WEIGHTS.len());
    let mut last = '0';
    for (place, character) in number.chars().enumerate() {
        let position = place + 1;
        match character.to_digit(10) {
            Some(digit) if position < LENGTH => digits.push(digit),
            Some(_) => last = character,
            None if position == LENGTH && character.eq_ignore_ascii_case(&'X') => last = 'X',
            None => return Err(Fault::Character { position }),
        }
    }
    if !PROVINCES.contains(&joined(&digits, 0, 2)) {
        return Err(Fault::Region);
    }
    check_birth(&digits, today)?;
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    let expected = (0..).zip(CHECKS.chars()).find(|(remainder, _)| *remainder == sum % 11).map(|(_, check)| check);
    if expected == Some(last) { Ok(()) } else { Err(Fault::CheckCharacter) }
}

/// The one form in which a number is stored and looked up: checked, with a capital `X`.
///
/// # Errors
/// As [`check`].
pub fn canonical(number: &str, today: NaiveDate) -> Result<String, Fault> {
    check(number, today)?;
    Ok(number.to_ascii_uppercase())
}

fn check_birth(digits: &[u32], today: NaiveDate) -> Result<(), Fault> {
    let year = i32::try_from(joined(digits, 6, 4)).map_err(|_| Fault::BirthDate)?;
    let birth = NaiveDate::from_ymd_opt(year, joined(digits, 10, 2), joined(digits, 12, 2)).ok_or(Fault::BirthDate)?;
    if year < EARLIEST_BIRTH_YEAR {
        return Err(Fault::BirthDate);
    }
    if birth > today { Err(Fault::FutureBirth) } else { Ok(()) }
}

/// The number that `count` digits from place `from` spell.
fn joined(digits: &[u32], from: usize, count: usize) -> u32 {
    digits.iter().skip(from).take(count).fold(0, |number, digit| number * 10 + digit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 2).unwrap()
    }

    #[test]
    fn the_standards_examples() {
        // GB 11643-1999, appendix A.
        assert_eq!(check("11010519491231002X", today()), Ok(()));
        assert_eq!(check("11010519491231002x", today()), Ok(()));
        assert_eq!(check("440524188001010014", today()), Err(Fault::BirthDate));
        assert_eq!(canonical("11010519491231002x", today()).as_deref(), Ok("11010519491231002X"));
    }

    #[test]
    fn each_fault() {
        assert_eq!(check("110105491231002", today()), Err(Fault::Length { found: 15 }));
        assert_eq!(check("11010519491231O02X", today()), Err(Fault::Character { position: 15 }));
        assert_eq!(check("X1010519491231002X", today()), Err(Fault::Character { position: 1 }));
        assert_eq!(check("1101051949123100２X", today()), Err(Fault::Character { position: 17 }));
        assert_eq!(check("10010519491231002X", today()), Err(Fault::Region));
        assert_eq!(check("11010519490229002X", today()), Err(Fault::BirthDate));
        assert_eq!(check("11010520260303002X", today()), Err(Fault::FutureBirth));
        assert_eq!(check("110105194912310021", today()), Err(Fault::CheckCharacter));
    }

    #[test]
    fn born_today_is_born() {
        let head = "37152620260302001";
        let fitting: Vec<_> = CHECKS.chars().filter(|last| check(&format!("{head}{last}"), today()).is_ok()).collect();
        assert_eq!(fitting.len(), 1);
        let number = format!("{head}{}", fitting[0]);
        assert_eq!(check(&number, today().pred_opt().unwrap()), Err(Fault::FutureBirth));
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in ".{0,24}") {
            let _ = check(&text, today());
        }

        #[test]
        fn exactly_one_check_character_fits(year in 1900_u32..2026, month in 1_u32..13, day in 1_u32..29, order in 0_u32..1000) {
            let head = format!("371526{year:04}{month:02}{day:02}{order:03}");
            let fitting = CHECKS.chars().filter(|last| check(&format!("{head}{last}"), today()).is_ok()).count();
            prop_assert_eq!(fitting, 1);
        }

        #[test]
        fn one_wrong_digit_is_noticed(place in 0_usize..17, other in 0_u8..10) {
            let mut number = "11010519491231002X".to_owned().into_bytes();
            prop_assume!(number[place] != b'0' + other);
            number[place] = b'0' + other;
            prop_assert!(check(&String::from_utf8(number).unwrap(), today()).is_err());
        }
    }
}
