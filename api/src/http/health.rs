//! What operators and their machines ask: is it alive, can it work, how much does it do, which keys sign.

use std::sync::Arc;
use std::time::Duration;

use poem::http::StatusCode;
use poem::web::{Data, Json};
use poem::{IntoResponse as _, Response, handler};
use prometheus::TextEncoder;
use serde_json::json;

use super::problem::Problem;
use crate::app::App;

/// How long a part may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process runs. Says nothing about what it needs.
pub(super) fn live() -> Response {
    Json(json!({ "status": "live", "version": env!("CARGO_PKG_VERSION") })).into_response()
}

/// Everything a request needs answers in time: 200, otherwise 503; either way with one word a part.
#[handler]
pub(super) async fn ready(Data(app): Data<&Arc<App>>) -> Response {
    let database = within(async { app.desk.db.ping().await.is_ok() });
    let store = within(async { app.store.check().await.is_ok() });
    let (database, store) = futures_util::future::join(database, store).await;
    let ready = database && store && !app.stopping();
    let word = |good: bool| if good { "ok" } else { "failing" };
    let body = json!({
        "status": if ready { "ready" } else if app.stopping() { "stopping" } else { "not ready" },
        "database": word(database),
        "store": word(store),
    });
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    Json(body).with_status(status).into_response()
}

async fn within(part: impl Future<Output = bool>) -> bool {
    tokio::time::timeout(PATIENCE, part).await.unwrap_or(false)
}

/// Prometheus metrics in text form.
#[handler]
pub(super) fn metrics(Data(app): Data<&Arc<App>>) -> poem::Result<Response> {
    let text = TextEncoder::new().encode_to_string(&app.metrics.gather()).map_err(Problem::internal)?;
    Ok(Response::builder().content_type("text/plain; version=0.0.4; charset=utf-8").body(text))
}

/// The public keys that access tokens are checked with.
#[handler]
pub(super) fn jwks(Data(app): Data<&Arc<App>>) -> Response {
    Json(app.tokens.jwks()).with_header("cache-control", "public, max-age=300").into_response()
}
