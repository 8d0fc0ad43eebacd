//! HTTP: the routes, and what stands around every one of them.

pub mod app;
pub mod books;
pub mod caller;
pub mod delivery;
pub mod digest;
pub mod documents;
mod explain;
pub mod free;
mod health;
pub mod integration;
pub mod machine;
pub mod middleware;
pub mod operations;
mod page;
mod pages;
pub mod problem;
pub mod ready;
mod repeat;
mod sent;
pub mod staff;

use std::sync::Arc;

use poem::endpoint::make_sync;
use poem::{Endpoint, EndpointExt as _, IntoEndpoint as _, Response, Route, get};

use crate::app::App;
use middleware::Shell;
use operations::Operations;

/// Every documented operation of the three documents.
pub fn operations(app: &App) -> Operations {
    let photos = app.config.photos;
    Operations::new(app.config.times)
        .with::<documents::App>(photos)
        .with::<documents::Staff>(photos)
        .with::<documents::Integration>(photos)
}

/// The whole server, ready to answer.
pub fn endpoint(app: &Arc<App>) -> impl Endpoint<Output = Response> + 'static {
    let shell = Shell {
        operations: Arc::new(operations(app)),
        metrics: app.http_metrics.clone(),
        world: app.desk.world.clone(),
        public_url: app.config.public_url.as_str().into(),
    };
    let url = &app.config.public_url;
    let routes = Route::new()
        .nest_no_strip("/v1", documents::app(url).into_endpoint())
        .nest_no_strip("/staff/v1", documents::staff(url).into_endpoint())
        .nest_no_strip("/integration/v1", documents::integration(url).into_endpoint())
        .at("/health/live", get(make_sync(|_| health::live())))
        .at("/health/ready", get(health::ready))
        .at("/metrics", get(health::metrics))
        .at("/.well-known/jwks.json", get(health::jwks));
    middleware::wrap(pages::add(routes, url).data(Arc::clone(app)), shell)
}
