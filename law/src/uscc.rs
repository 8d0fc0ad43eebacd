//! The unified social credit code (统一社会信用代码), GB 32100-2015.
//!
//! Eighteen characters: one for the registering department, one for the kind of body, six digits of region, nine for
//! the body itself, one check character. Letters are capitals; `I O S V Z` do not occur. Lower-case letters are
//! refused with a fault of their own, because a stored code must equal the one on the licence.

use crate::Advice;

/// The characters of the code in the order of their values, 0 to 30.
const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Weights of the first seventeen characters: powers of 3 modulo 31.
const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const MODULUS: u32 = 31;
const LENGTH: usize = 18;
/// Zero-based places of the six region digits.
const REGION: std::ops::Range<usize> = 2..8;

/// Why a text is not a unified social credit code. Positions are counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Not eighteen characters.
    #[error("a credit code has 18 characters, not {found}")]
    Length {
        /// How many there are.
        found: usize,
    },
    /// A lower-case letter where the code has capitals.
    #[error("character {position} is a lower-case letter; the code is written in capitals")]
    LowerCase {
        /// Where it stands.
        position: usize,
    },
    /// A character that cannot stand there: outside the alphabet, or a letter among the region digits.
    #[error("character {position} cannot stand in a credit code")]
    Character {
        /// Where it stands.
        position: usize,
    },
    /// The last character does not follow from the others.
    #[error("the check character does not match")]
    CheckCharacter,
}

impl Fault {
    /// Stable code of the fault.
    pub fn code(self) -> &'static str {
        match self {
            Self::Length { .. } => "uscc.length",
            Self::LowerCase { .. } => "uscc.lower_case",
            Self::Character { .. } => "uscc.character",
            Self::CheckCharacter => "uscc.check_character",
        }
    }

    /// What the person should do.
    pub fn advice(self) -> Advice {
        match self {
            Self::Length { .. } => Advice {
                zh: "统一社会信用代码是18位，请对照营业执照核对有没有多输或少输。",
                en: "A unified social credit code has 18 characters; compare it with the business licence.",
            },
            Self::LowerCase { .. } => Advice {
                zh: "请用大写字母填写统一社会信用代码。",
                en: "Write the unified social credit code in capital letters.",
            },
            Self::Character { .. } => Advice {
                zh: "统一社会信用代码里有不该出现的字符，请对照营业执照重填（没有字母 I、O、S、V、Z，也没有空格）。",
                en: "The code contains a character it cannot have (no I, O, S, V, Z, no spaces); copy it from the licence.",
            },
            Self::CheckCharacter => Advice {
                zh: "统一社会信用代码有一位填错了，请对照营业执照逐位核对。",
                en: "One character of the unified social credit code is wrong; compare it with the business licence.",
            },
        }
    }
}

/// Is `code` a unified social credit code?
///
/// # Errors
/// The first [`Fault`], in the order length, characters from the left, check character.
pub fn check(code: &str) -> Result<(), Fault> {
    let found = code.chars().count();
    if found != LENGTH {
        return Err(Fault::Length { found });
    }
    let mut sum = 0;
    let mut last = 0;
    for (place, character) in code.chars().enumerate() {
        let value = value(place, character)?;
        match WEIGHTS.get(place) {
            Some(weight) => sum += value * weight,
            None => last = value,
        }
    }
    if last == (MODULUS - sum % MODULUS) % MODULUS { Ok(()) } else { Err(Fault::CheckCharacter) }
}

fn value(place: usize, character: char) -> Result<u32, Fault> {
    let position = place + 1;
    if character.is_ascii_lowercase() {
        return Err(Fault::LowerCase { position });
    }
    if REGION.contains(&place) && !character.is_ascii_digit() {
        return Err(Fault::Character { position });
    }
    (0..)
        .zip(ALPHABET.chars())
        .find(|(_, known)| *known == character)
        .map(|(value, _)| value)
        .ok_or(Fault::Character { position })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KNOWN: &str = "91110000101623741K";

    #[test]
    fn known_codes() {
        assert_eq!(check(KNOWN), Ok(()));
        assert_eq!(check("91350100M000100Y43"), Ok(()));
    }

    #[test]
    fn each_fault() {
        assert_eq!(check(""), Err(Fault::Length { found: 0 }));
        assert_eq!(check("91110000101623741"), Err(Fault::Length { found: 17 }));
        assert_eq!(check(" 91110000101623741K"), Err(Fault::Length { found: 19 }));
        assert_eq!(check("91110000101623741k"), Err(Fault::LowerCase { position: 18 }));
        assert_eq!(check("9111000O101623741K"), Err(Fault::Character { position: 8 }));
        assert_eq!(check("9111000A101623741K"), Err(Fault::Character { position: 8 }));
        assert_eq!(check("9111000010162374IK"), Err(Fault::Character { position: 17 }));
        assert_eq!(check("91110000101623741Ｋ"), Err(Fault::Character { position: 18 }));
        assert_eq!(check("91110000101623742K"), Err(Fault::CheckCharacter));
        assert_eq!(check("91110000101623741L"), Err(Fault::CheckCharacter));
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in ".{0,24}") {
            let _ = check(&text);
        }

        #[test]
        fn exactly_one_check_character_fits(head in "[1-9ANY][1-9][0-9]{6}[0-9A-HJ-NPQRTUWXY]{9}") {
            let fitting = ALPHABET.chars().filter(|last| check(&format!("{head}{last}")).is_ok()).count();
            prop_assert_eq!(fitting, 1);
        }

        #[test]
        fn one_wrong_character_is_noticed(place in 0_usize..18, other in 0_usize..31) {
            let mut code: Vec<char> = KNOWN.chars().collect();
            let other = ALPHABET.chars().nth(other).unwrap();
            prop_assume!(code[place] != other);
            code[place] = other;
            prop_assert!(check(&code.into_iter().collect::<String>()).is_err());
        }

        #[test]
        fn neighbours_swapped_are_noticed(place in 0_usize..17) {
            let mut code: Vec<char> = KNOWN.chars().collect();
            prop_assume!(code[place] != code[place + 1]);
            code.swap(place, place + 1);
            prop_assert!(check(&code.into_iter().collect::<String>()).is_err());
        }
    }
}
