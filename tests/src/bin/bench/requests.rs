//! Reading: requests per second beside a bare route.

use std::time::Duration;

use tests::TestApp;

use crate::bare::{self, Bare};
use crate::connection::{get, hammer};
use crate::score::{self, Peer};

/// How long one rate is measured.
const TIME: Duration = Duration::from_secs(3);
/// How long everything runs before anything counts.
const WARM_UP: Duration = Duration::from_millis(500);

/// Prints the rates of `list_items`, which asks nothing of the database, and of `get_case`, of a case just handed in.
pub async fn measure(app: &TestApp) {
    let owner = app.owner("reader").await;
    let case = owner.ready().await;
    owner.submit(&case).await;
    let token = owner.session["access_token"].as_str();
    let bare = Bare::start().await;
    let here = crate::address(app);
    let calls = [
        (bare.address, get(bare::PATH, None)),
        (here.clone(), get("/v1/items", None)),
        (here, get(&format!("/v1/cases/{case}"), token)),
    ];
    let (mut lists, mut cases) = (Vec::new(), Vec::new());
    for (address, request) in &calls {
        hammer(address, request, WARM_UP).await;
    }
    for _ in 0..crate::ROUNDS {
        let mut rates = [0.0; 3];
        for (rate, (address, request)) in rates.iter_mut().zip(&calls) {
            *rate = hammer(address, request, TIME).await;
        }
        let [bare, list, case] = rates;
        lists.push((list, bare));
        cases.push((case, bare));
    }
    let peer = |goal| Peer { name: "bare poem-openapi route", goal: Some(goal) };
    score::beside("list_items", "requests/s", &lists, &peer(50.0));
    score::beside("get_case on PostgreSQL", "requests/s", &cases, &peer(15.0));
}
