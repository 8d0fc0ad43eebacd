//! How personal data is shown where it need not be known: lists, logs, other people's screens.
//!
//! A text that is too short to hide its middle is hidden whole. No function fails, and none assumes that its text
//! was checked before.

/// An identity number: first six and last four characters, `371526********1234`.
pub fn mask_id(number: &str) -> String {
    // With fewer than fifteen characters too little would stay hidden.
    middle(number, 6, 4, 15)
}

/// A telephone number: first three and last four digits, `138****3210`.
pub fn mask_phone(number: &str) -> String {
    middle(number, 3, 4, 10)
}

/// A person's name: `张*`, `李*敏`, `欧**修`; a single character becomes `*`.
pub fn mask_name(name: &str) -> String {
    let last = usize::from(name.chars().count() > 2);
    middle(name, 1, last, 2)
}

/// Hides all but `first` and `last` characters; everything when there are fewer than `shortest` characters.
fn middle(text: &str, first: usize, last: usize, shortest: usize) -> String {
    let count = text.chars().count();
    let shown = |place: usize| count >= shortest && (place < first || place + last >= count);
    text.chars().enumerate().map(|(place, character)| if shown(place) { character } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_conventions() {
        assert_eq!(mask_id("37152619900101123X"), "371526********123X");
        assert_eq!(mask_id("371526900101123"), "371526*****1123");
        assert_eq!(mask_id("37152619900101"), "**************");
        assert_eq!(mask_phone("13812343210"), "138****3210");
        assert_eq!(mask_phone("0635-3951234"), "063*****1234");
        assert_eq!(mask_phone("12345"), "*****");
        assert_eq!(mask_name("张三"), "张*");
        assert_eq!(mask_name("李小敏"), "李*敏");
        assert_eq!(mask_name("欧阳文修"), "欧**修");
        assert_eq!(mask_name("张"), "*");
        assert_eq!(mask_name(""), "");
    }

    proptest! {
        #[test]
        fn at_most_what_is_said_is_shown(text in "[^*]{0,40}") {
            let shown = |masked: String| masked.chars().filter(|character| *character != '*').count();
            prop_assert!(shown(mask_id(&text)) <= 10);
            prop_assert!(shown(mask_phone(&text)) <= 7);
            prop_assert!(shown(mask_name(&text)) <= 2);
            prop_assert_eq!(mask_id(&text).chars().count(), text.chars().count());
            if !text.is_empty() {
                prop_assert!(mask_name(&text).contains('*') && mask_phone(&text).contains('*') && mask_id(&text).contains('*'));
            }
        }
    }
}
