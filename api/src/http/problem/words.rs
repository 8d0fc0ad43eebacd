//! Texts in the two languages, and which of them a caller reads.

use std::borrow::Cow;

use poem::http::header::ACCEPT_LANGUAGE;
use poem::{FromRequest, Request, RequestBody};

/// One text in Chinese and in English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Plain Chinese.
    pub zh: Cow<'static, str>,
    /// The same in English.
    pub en: Cow<'static, str>,
}

impl Words {
    /// Words known when the program was written.
    pub const fn fixed(zh: &'static str, en: &'static str) -> Self {
        Self { zh: Cow::Borrowed(zh), en: Cow::Borrowed(en) }
    }

    /// The text in this language.
    pub fn say(&self, language: Language) -> &str {
        match language {
            Language::Chinese => &self.zh,
            Language::English => &self.en,
        }
    }
}

impl From<(String, String)> for Words {
    fn from((zh, en): (String, String)) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }
}

impl From<(&'static str, &'static str)> for Words {
    fn from((zh, en): (&'static str, &'static str)) -> Self {
        Self::fixed(zh, en)
    }
}

/// The language a caller reads: Chinese unless English is preferred.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// 中文
    #[default]
    Chinese,
    /// English
    English,
}

impl Language {
    /// What an `Accept-Language` header asks for.
    ///
    /// Only the first eight languages count; what cannot be read does not.
    pub fn accepted(header: &str) -> Self {
        let mut best = (Self::Chinese, 0.0_f32);
        for part in header.split(',').take(8) {
            let mut fields = part.split(';').map(str::trim);
            let tag = fields.next().unwrap_or_default().to_ascii_lowercase();
            let quality = fields.find_map(|field| field.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok());
            let language = match tag.split('-').next() {
                Some("zh") => Self::Chinese,
                Some("en") => Self::English,
                _ => continue,
            };
            if let Some(quality) = quality.filter(|quality| *quality > best.1) {
                best = (language, quality);
            }
        }
        best.0
    }

    /// What a request asks for.
    pub fn of(request: &Request) -> Self {
        request
            .headers()
            .get(ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok())
            .map(Self::accepted)
            .unwrap_or_default()
    }

    /// Its tag in headers (RFC 5646).
    pub fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }
}

impl<'a> FromRequest<'a> for Language {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
        Ok(Self::of(request))
    }
}
