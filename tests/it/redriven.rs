//! Driving everything again ends, whatever a relay makes of it meanwhile.

use casework::outbox::{self, Filter};
use entity::outbox::State;
use portal::simulator::{Action, CallKind, Fault};
use tests::{BOUND, Setup};

use crate::relaying::Scene;

tests::on_both!(what_is_parked_again_at_once_is_driven_once);

async fn what_is_parked_again_at_once_is_driven_once(setup: Setup) {
    let scene = Scene::start(setup).await;
    scene.fail(Fault::on(CallKind::Any, Action::Refuse).times(1_000_000));
    for _ in 0..4 {
        scene.submitted().await;
    }
    let desk = &scene.app.app().desk;
    let parked = || async { outbox::list(desk, &Filter::of([State::Parked]), None, 10).await.unwrap() };
    scene.drain().await;
    assert_eq!(parked().await.len(), 4);
    // A relay that parks everything again before the next portion is looked for.
    let filter = Filter::of([State::Parked]);
    let driving = outbox::redrive_all(desk, &filter, 1, "staff:test");
    let parking = async {
        loop {
            scene.drain().await;
        }
    };
    let count = tokio::select! {
        count = tokio::time::timeout(BOUND, driving) => count.expect("it ends").unwrap(),
        () = parking => unreachable!(),
    };
    assert_eq!(count, 4);
    scene.drain().await;
    for row in parked().await {
        assert_eq!(outbox::interventions(desk, row.id).await.unwrap().len(), 1, "each once");
    }
}
