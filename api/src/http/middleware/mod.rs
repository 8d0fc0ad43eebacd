//! What happens around every request, from the outside in: observed, then guarded, then handled.

mod body;
mod guard;
mod metrics;
mod observe;
mod visit;

use std::sync::Arc;

use casework::world::World;
use poem::{Endpoint, EndpointExt as _, Response};

pub use body::Meter;
pub use metrics::HttpMetrics;
pub use visit::Visit;

use super::operations::Operations;

/// What the middleware needs to know.
#[derive(Clone, Debug)]
pub struct Shell {
    /// Every documented operation.
    pub operations: Arc<Operations>,
    /// The counters.
    pub metrics: HttpMetrics,
    /// Where request ids come from.
    pub world: World,
    /// The address of this server, for the `type` of problems.
    pub public_url: Arc<str>,
}

/// Puts the shell around the routes. What comes out never fails: every error has become an answer.
pub fn wrap<E: Endpoint + 'static>(routes: E, shell: Shell) -> impl Endpoint<Output = Response> + 'static {
    observe::Observed::new(guard::Guarded::new(routes.map_to_response()), shell)
}
