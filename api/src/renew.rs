//! Photos made again from their originals when a rule has changed, for cases that are not handed in yet.
//!
//! People come first: a place in the darkroom is only taken while one is free and nobody waits. Every photo is a step of
//! its own: first the new photo with its own id and objects, then its place in the case. Whoever dies in between, or does
//! the same at the same time, does no harm: the same original for the same rule is the same photo.

use std::sync::Arc;

use bytes::Bytes;
use casework::item::Text;
use casework::renew;
use entity::photo as row;
use photo::Rule;
use store::StoreError;

use crate::app::App;
use crate::darkroom::{Place, Sheet};
use crate::http::problem::{Explain as _, Problem, Reader, codes};
use crate::receive::{self, Form, Purpose, Received};

/// Photos looked up at once, and how often in one go.
const BATCH: u64 = 50;
const MAX_BATCHES: usize = 1_000;

/// Makes photos again whose rule has changed, until none is left, somebody needs the darkroom, or the process is told to
/// stop. Answers how many were looked at. A photo that fails for a passing reason is left to the next time.
///
/// # Errors
/// When the database fails.
pub async fn all(app: &App) -> casework::Result<usize> {
    let mut done = 0;
    for rule in &app.catalogue.rules.list() {
        let mut after = None;
        for _ in 0..MAX_BATCHES {
            let due = renew::due(&app.desk, &rule.name, receive::rule_version(rule), after, BATCH).await?;
            let Some(last) = due.last() else { break };
            after = Some(last.id);
            for photo in &due {
                let Some(place) = app.darkroom.spare().filter(|_| !app.stopping()) else { return Ok(done) };
                match one(app, place, rule, photo).await {
                    Ok(true) => {}
                    Ok(false) => return Ok(done),
                    Err(error) => {
                        tracing::error!(photo = %photo.id, error = &error as &dyn std::error::Error, "not made again");
                    }
                }
                done += 1;
            }
        }
    }
    Ok(done)
}

/// Makes one photo again, or notes why it cannot be; `false` when there is no memory for it now.
async fn one(app: &App, place: Place, rule: &Arc<Rule>, old: &row::Model) -> Result<bool, Problem> {
    let length = u64::try_from(old.original_bytes).unwrap_or(0);
    let sheet = match place.try_weigh(rule, length, original(app, old)).await {
        Ok(Some(sheet)) => sheet,
        Ok(None) => return Ok(false),
        Err(problem) => return judge(app, rule, old, problem).await.map(|()| true),
    };
    develop(app, sheet, rule, old).await.map(|()| true)
}

async fn develop(app: &App, sheet: Sheet, rule: &Arc<Rule>, old: &row::Model) -> Result<(), Problem> {
    let purpose = Purpose::again(rule, old);
    match receive::take_in(app, sheet, &purpose, old.original_sha256.clone()).await {
        Ok(Received::New(new) | Received::Same(new)) => {
            if renew::replace(&app.desk, old.id, new.id).await.map_err(casework::Error::explain)? {
                return give_up(app, rule, old, &twice()).await;
            }
            tracing::info!(photo = %old.id, new = %new.id, rule = rule.name, version = rule.version, "made again");
            Ok(())
        }
        Err(problem) => judge(app, rule, old, problem).await,
    }
}

/// What is the photo's own fault stays; everything else passes.
async fn judge(app: &App, rule: &Rule, photo: &row::Model, problem: Problem) -> Result<(), Problem> {
    let code = problem.code();
    if code.status == 422 || code.code == codes::PHOTO_LOST.code {
        give_up(app, rule, photo, &problem).await
    } else {
        Err(problem)
    }
}

/// The file as it was sent. One that is lost is an alarm.
async fn original(app: &App, photo: &row::Model) -> Result<Bytes, Problem> {
    let length = u64::try_from(photo.original_bytes).unwrap_or(0);
    match app.store.get(&receive::key(photo, Form::Original), length).await {
        Ok(bytes) => Ok(bytes),
        Err(StoreError::Missing | StoreError::TooLarge { .. }) => {
            receive::lost(app, photo.id);
            Err(Problem::new(&codes::PHOTO_LOST))
        }
        Err(error) => Err(Problem::new(&codes::SERVICE_UNAVAILABLE).because(error)),
    }
}

fn twice() -> Problem {
    Problem::new(&codes::PHOTO_CANNOT_FIT)
        .advice(("这张照片在这里放了两次，请去掉旧的一张。", "The same photo is there twice: take the older one out."))
}

async fn give_up(app: &App, rule: &Rule, photo: &row::Model, why: &Problem) -> Result<(), Problem> {
    let advice = why.says(Reader::Person);
    let advice = Text { zh: advice.zh.clone().into_owned(), en: advice.en.clone().into_owned() };
    let version = receive::rule_version(rule);
    renew::give_up(&app.desk, photo.id, version, why.code().code, advice).await.map_err(casework::Error::explain)
}
