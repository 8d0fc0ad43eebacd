//! Text on the page: escaped, and in both languages.

use std::ffi::OsStr;

/// Text that cannot end an element or an attribute. Characters that are not seen, or that turn the direction of
/// others, are spelt out: a file name may have been chosen to look like another.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            _ if character.is_control() || turns(character) => out.extend(character.escape_unicode()),
            _ => out.push(character),
        }
    }
    out
}

/// Whether a character changes the direction of the text around it, or has no width.
fn turns(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{61c}')
}

/// A path as the address of a link: every byte that could mean something else is percent-encoded.
pub fn address(path: &OsStr) -> String {
    let mut out = String::new();
    for byte in path.as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(*byte)),
            _ => out += &format!("%{byte:02X}"),
        }
    }
    out
}

/// A number of bytes as people read it.
#[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{:.0} KB", bytes as f64 / 1024.0),
        _ => format!("{:.1} MB", bytes as f64 / 1_048_576.0),
    }
}

/// What a step does, in Chinese; nothing for one that is not known here.
pub fn step(name: &str) -> &'static str {
    match name {
        "decode" => "格式",
        "fit" => "尺寸",
        "orient" => "方向",
        "colour" => "色彩",
        "flatten" => "底色",
        "encode" => "压缩",
        "bind" => "装订",
        _ => "",
    }
}

/// What a check looks for, in Chinese; nothing for one that is not known here.
pub fn check(name: &str) -> &'static str {
    match name {
        "blur" => "模糊",
        "shake" => "晃动",
        "darkness" => "亮度",
        "brightness" => "过曝",
        "glare" => "反光",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_is_markup() {
        assert_eq!(escape("\"><img src=x onerror='a'>&"), "&quot;&gt;&lt;img src=x onerror=&#39;a&#39;&gt;&amp;");
        assert_eq!(escape("a\u{202e}gpj.exe\n"), "a\\u{202e}gpj.exe\\u{a}");
        assert_eq!(escape("门牌 1号.jpg"), "门牌 1号.jpg");
    }

    #[test]
    fn no_address_leaves_its_attribute_or_names_a_scheme() {
        assert_eq!(address(OsStr::new("javascript:alert(1)//\"'.jpg")), "javascript%3Aalert%281%29//%22%27.jpg");
        assert_eq!(address(OsStr::new("../out/门.jpg")), "../out/%E9%97%A8.jpg");
        assert_eq!(address(OsStr::new("a b#c?d%41.jpg")), "a%20b%23c%3Fd%2541.jpg");
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!([size(0), size(1023), size(49_152), size(2_202_010)], ["0 B", "1023 B", "48 KB", "2.1 MB"]);
    }
}
