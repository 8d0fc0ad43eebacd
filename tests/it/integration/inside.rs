//! Webhooks never lead where they must not: by address, by name, or by a name that changes its mind.

use std::sync::Arc;

use serde_json::json;
use tests::Setup;
use tests::receiver::{Receiver, StandInNames};

use super::webhooks::{HOOK, hook, integrator};
use crate::relaying::Scene;

/// Addresses that lead inside are refused where they are named, and names where they lead there.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_leads_into_our_own_network() {
    let names = Arc::new(StandInNames::default());
    let scene = Scene::start(Setup::sqlite().names(&names)).await;
    let machine = integrator(&scene).await;
    let inside = Receiver::start().await;
    let port = inside.address().port();
    for host in
        ["127.0.0.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "10.0.0.1", "[fd00::1]"]
    {
        let url = format!("http://{host}:{port}/hook");
        let refused = machine.send("PUT", HOOK, &json!({ "url": url })).await;
        assert_eq!(refused.problem(), (422, "webhook.address".to_owned()), "{url}");
    }
    for answer in [&["127.0.0.1"][..], &["::1"], &["::ffff:127.0.0.1"], &["93.184.216.34", "127.0.0.1"]] {
        names.say("inside.test", &[answer]);
        hook(&machine, &format!("http://inside.test:{port}/hook")).await;
        scene.submitted().await;
        assert!(scene.drain().await > 0);
        let parked = machine.get(&format!("{HOOK}/deliveries?state=parked")).await.expect(200).json();
        let newest = parked["deliveries"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(newest["reason"], "webhook.address", "{answer:?}");
    }
    assert_eq!(inside.connections(), 0, "nobody ever knocked");
}

/// A name that stands for a good address when it is looked at, and for one inside when it is called.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_changes_its_mind_gains_nothing() {
    let names = Arc::new(StandInNames::default());
    let setup = Setup::sqlite().names(&names).set("GXB_WEBHOOK_NETWORKS", "127.0.0.2/32");
    let scene = Scene::start(setup).await;
    let machine = integrator(&scene).await;
    let inside = Receiver::start().await;
    let port = inside.address().port();
    let outside = Receiver::at(&format!("127.0.0.2:{port}")).await;
    names.say("rebinds.test", &[&["127.0.0.2"], &["127.0.0.1"]]);
    hook(&machine, &format!("http://rebinds.test:{port}/hook")).await;
    scene.submitted().await;
    scene.drain().await;
    assert_eq!((outside.calls().len(), inside.connections()), (1, 0), "one look, and the call goes where it looked");
    scene.submitted().await;
    scene.drain().await;
    let parked = machine.get(&format!("{HOOK}/deliveries?state=parked")).await.expect(200).json();
    assert_eq!(parked["deliveries"][0]["reason"], "webhook.address");
    assert_eq!((outside.calls().len(), inside.connections()), (1, 0));
}
