//! The keys between us and the portal: what we sign with, and what we believe.

use ::portal::adapter::CodeTable;
use ::portal::signature::{Algorithm, Check, DEVELOPMENT_SECRET, MAX_TRUSTED_KEYS, Seal, TrustedKey};
use chrono::{DateTime, SecondsFormat, Utc};

use super::table::Settings;
use super::value::Value;
use super::{Province, way};

impl Value for Seal {
    const KIND: &'static str = "`hmac-sha256:BASE64`, `hmac-sm3:BASE64` or `sm2:HEX`";
    const SECRET: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        Self::parse(text).map_err(|bad| bad.to_string())
    }

    fn show(&self) -> String {
        format!("{}:***", self.algorithm())
    }
}

/// How the simulator fails at random.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Random(pub ::portal::simulator::Random);

impl Value for Random {
    const KIND: &'static str = "`seed:percent`, such as `42:20`";

    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("must be a seed and at most 90 of a hundred calls, such as 42:20, not {text:?}");
        let (seed, percent) = text.split_once(':').ok_or_else(wrong)?;
        let numbers = seed.parse().ok().zip(percent.parse().ok());
        let random = numbers.map(|(seed, percent)| ::portal::simulator::Random::new(seed, percent));
        random.filter(|random| random.check().is_ok()).map(Self).ok_or_else(wrong)
    }

    fn show(&self) -> String {
        format!("{}:{}", self.0.seed, self.0.percent)
    }
}

/// A key the portal may sign with, beside others.
#[derive(Clone, Debug)]
pub struct Believed {
    /// What the operator calls it: 1 to 16 letters, digits, `-` or `_`.
    pub name: String,
    /// What its signatures are checked with.
    pub check: Check,
    /// When it stops being believed.
    pub until: Option<DateTime<Utc>>,
}

impl Value for Believed {
    const KIND: &'static str = "`name:algorithm:key`, with `@2027-01-31T00:00:00Z` behind it if it ends";
    const SECRET: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        let (key, until) = text.split_once('@').map_or((text, None), |(key, until)| (key, Some(until)));
        let (name, key) = key.split_once(':').ok_or("must be written name:algorithm:key")?;
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || name.len() > 16 || !name.chars().all(plain) || Algorithm::named(name).is_some() {
            return Err("has a key name that is not 1 to 16 letters, digits, - or _, or is an algorithm's".to_owned());
        }
        let check = Check::parse(key).map_err(|bad| format!("has a key {name} that {bad}"))?;
        let until = until.map(DateTime::parse_from_rfc3339).transpose();
        let until =
            until.map_err(|_| format!("has a key {name} whose end is not a time such as 2027-01-31T00:00:00Z"))?;
        Ok(Self { name: name.to_owned(), check, until: until.map(|until| until.to_utc()) })
    }

    fn show(&self) -> String {
        let until = self.until.map(|until| format!("@{}", until.to_rfc3339_opts(SecondsFormat::Secs, true)));
        format!("{}:{}:***{}", self.name, self.check.algorithm(), until.unwrap_or_default())
    }
}

impl Province {
    /// Everything the portal may sign with: our own secret when it is shared, and the keys that were named. Without a
    /// key of the portal's own, what stands in for it in development signs as we do.
    pub fn trusted(&self) -> Vec<TrustedKey> {
        let named = self
            .believed
            .iter()
            .map(|key| TrustedKey::new(self.app.clone(), key.name.clone(), key.check.clone(), key.until));
        let shared = self.seal.algorithm() != Algorithm::Sm2 || self.believed.is_empty();
        let own = shared.then(|| TrustedKey::new(self.app.clone(), "own", self.seal.check(), None));
        own.into_iter().chain(named).collect()
    }
}

/// What is wrong with these keys taken together.
pub(super) fn mistakes(settings: &Settings, mistakes: &mut Vec<String>) {
    let mut refuse = |wrong: bool, why: &str| {
        if wrong {
            mistakes.push(why.to_owned());
        }
    };
    let app = &settings.portal_app;
    let plain = app.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    refuse(!plain || !(1..=64).contains(&app.len()), "GXB_PORTAL_APP must be 1 to 64 letters, digits, -, _ or .");
    let both = settings.portal_key.is_some() && settings.portal_secret.is_some();
    refuse(
        both,
        "GXB_PORTAL_KEY and GXB_PORTAL_SECRET are both set: one key signs; believe others by GXB_PORTAL_TRUSTED_KEYS",
    );
    let believed = &settings.portal_trusted_keys;
    let most = MAX_TRUSTED_KEYS - 1;
    refuse(believed.len() > most, &format!("GXB_PORTAL_TRUSTED_KEYS must name at most {most} keys"));
    let mut names: Vec<_> = believed.iter().map(|key| &key.name).collect();
    names.sort();
    refuse(names.windows(2).any(|pair| pair.first() == pair.last()), "GXB_PORTAL_TRUSTED_KEYS has a name twice");
    way::mistakes(settings, mistakes);
}

/// What production does not put up with.
pub(super) fn development(settings: &Settings, refuse: &mut impl FnMut(bool, &str)) {
    let none = settings.portal_secret.is_none() && settings.portal_key.is_none();
    refuse(none, "GXB_PORTAL_SECRET or GXB_PORTAL_KEY must be set: unset means the development secret");
    if let Some(secret) = &settings.portal_secret {
        let weakness = Seal::hmac_sha256(secret.expose()).check().weakness();
        refuse(weakness.is_some(), &format!("GXB_PORTAL_SECRET {}", weakness.unwrap_or_default()));
    }
    if let Some(seal) = &settings.portal_key {
        let weakness = seal.check().weakness();
        refuse(weakness.is_some(), &format!("GXB_PORTAL_KEY {}", weakness.unwrap_or_default()));
        let alone = seal.algorithm() == Algorithm::Sm2 && settings.portal_trusted_keys.is_empty();
        refuse(alone, "GXB_PORTAL_TRUSTED_KEYS must name the portal's own key when GXB_PORTAL_KEY is for sm2");
    }
    for key in &settings.portal_trusted_keys {
        let weakness = key.check.weakness();
        refuse(weakness.is_some(), &format!("GXB_PORTAL_TRUSTED_KEYS: {} {}", key.name, weakness.unwrap_or_default()));
    }
}

/// Where the portal is and what passes between it and us.
pub(super) fn province(s: Settings) -> Province {
    let secret = s.portal_secret.as_ref().map_or(DEVELOPMENT_SECRET, |secret| secret.expose());
    let at = way::chosen(&s);
    let codes = CodeTable::named(s.portal_adapter, &s.portal_codes.0);
    let seal = s.portal_key.unwrap_or_else(|| Seal::hmac_sha256(secret));
    Province {
        at,
        app: s.portal_app,
        simulator_random: s.portal_sim_random.map(|random| random.0),
        simulator_seal: s.portal_sim_key.unwrap_or_else(|| seal.clone()),
        seal,
        believed: s.portal_trusted_keys,
        timeout: s.portal_timeout.0,
        poll: s.portal_poll.0,
        rules: s.portal_rules.map(|span| span.0),
        reconcile: s.portal_reconcile.map(|span| span.0),
        codes: codes.unwrap_or_else(|| CodeTable::usual(s.portal_adapter)),
    }
}
