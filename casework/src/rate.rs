//! The applicant's judgement of how it went (好差评): once, when everything is over.

use entity::case;
use entity::case_step::Kind;
use entity::{AccountId, CaseId};

use crate::case::{self as row, Event};
use crate::desk::Desk;
use crate::error::{Error, Result};
use crate::form::Fault;
use crate::item::Text;
use crate::state::{self, Act};
use crate::told::{self, Rating, Satisfaction, Told};

/// Longest judgement in words.
const MAX_WORDS: usize = 500;

/// Judges a case that is over. The same judgement again changes nothing.
///
/// # Errors
/// [`Error::NotNow`] before the end; [`Error::Rated`] when it was judged otherwise before; [`Error::Invalid`] for a bad
/// rating that does not say why.
pub async fn rate(
    desk: &Desk,
    owner: AccountId,
    id: CaseId,
    satisfaction: Satisfaction,
    words: Option<&str>,
) -> Result<case::Model> {
    let words = words.map(str::trim).filter(|words| !words.is_empty());
    row::retrying(|| try_rate(desk, owner, id, satisfaction, words)).await
}

async fn try_rate(
    desk: &Desk,
    owner: AccountId,
    id: CaseId,
    satisfaction: Satisfaction,
    words: Option<&str>,
) -> Result<case::Model> {
    let old = row::find(&desk.db, owner, id).await?;
    if !state::may_be_rated(old.state, row::item(desk, &old)?.item.decided_by) {
        return Err(Error::NotNow { act: Act::Rate.verb(), state: old.state });
    }
    check(satisfaction, words)?;
    if let Some(Told::Rating(before)) = told::all(desk, &desk.db, id, Kind::Rating).await?.pop() {
        let same = before.satisfaction == satisfaction && before.words.as_deref() == words;
        return if same { Ok(old) } else { Err(Error::Rated) };
    }
    let event = Event::by_owner(desk, "rated", owner).noting(words.map(str::to_owned));
    let rating = Rating { satisfaction, words: words.map(str::to_owned), at: event.at };
    let tx = desk.begin().await?;
    let new = row::advance(desk, &tx, &old, old.state, case::ActiveModel::default(), event).await?;
    told::owe(desk, &tx, &new, &Told::Rating(rating)).await?;
    tx.commit().await?;
    Ok(new)
}

fn check(satisfaction: Satisfaction, words: Option<&str>) -> Result<()> {
    let fault = |code, zh: &str, en: &str| {
        Err(Error::Invalid(vec![Fault { pointer: "/words".to_owned(), code, detail: Text::new(zh, en) }]))
    };
    match words {
        None if satisfaction.is_bad() => fault(
            "form.required",
            "请写一句哪里不满意，我们好改正。",
            "Say what was not right, so that it can be put right.",
        ),
        Some(words) if words.chars().count() > MAX_WORDS => fault(
            "form.too_long",
            "评价最多 500 个字，请写短一些。",
            "A judgement may have 500 characters: make it shorter.",
        ),
        Some(words) if words.chars().any(|c| c.is_control() && c != '\n') => {
            fault("form.bad_character", "评价里有不能用的字符。", "The judgement holds control characters.")
        }
        _ => Ok(()),
    }
}
