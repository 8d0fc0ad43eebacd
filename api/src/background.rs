//! What a process does beside answering: deliver what is owed, fetch reports, make photos again, forget what is over.

use std::sync::Arc;
use std::time::Duration;

use casework::Desk;
use casework::county::due;
use chrono::TimeDelta;
use portal::deliver::{Binder, NoticeTemplates, ToProvince, ToWeChat, Webhooks};
use portal::http::Http;
use portal::relay::backoff::Schedule;
use portal::relay::{self, Relay};
use portal::wake::Wake;
use portal::webhook::address::Guard;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::digest;
use crate::reconcile;
use crate::renew;
use crate::rule_sync;
use crate::sweep;

/// How often to look whether the operator is to be told what there is to do: any process may have done so.
const DIGEST_LOOK: Duration = Duration::from_mins(1);
/// How often to look for photos whose rule has changed, or that had to wait for people's own.
const RENEW_EVERY: Duration = Duration::from_mins(1);
/// How often to look for photo rules that another process took in.
const RULES_EVERY: Duration = Duration::from_secs(30);
/// How often to look whether a comparison is due: any process may have made the last one.
const RECONCILE_LOOK: Duration = Duration::from_mins(1);
/// How often to look for periods that ran out. They run out at midnight; a day has room for a minute.
const DUE_EVERY: Duration = Duration::from_mins(1);
/// How often to look for cases that are late. Somebody who waits for hours can wait a minute longer to hear of it.
const LATE_EVERY: Duration = Duration::from_mins(1);

/// The relay of this process, also for tests that drain it by hand.
///
/// # Errors
/// When there is no randomness to name it by.
pub fn relay(app: &App) -> casework::Result<Relay> {
    let config = &app.config;
    let settings = relay::Config {
        schedule: Schedule(config.relay.schedule.clone()),
        lease: config.relay.lease,
        parallel: config.relay.workers,
        poll: config.relay.poll,
        promised: config.relay.promise,
        ..relay::Config::default()
    };
    let templates: NoticeTemplates =
        config.wechat.templates.iter().map(|template| (template.notice.clone(), template.id.clone())).collect();
    let desk = || app.desk.clone();
    let binder = Arc::clone(&app.catalogue.rules) as Arc<dyn Binder>;
    let province = ToProvince::new(desk(), Arc::clone(&app.store), Arc::clone(&app.province), binder);
    let wechat = ToWeChat::new(desk(), Arc::clone(&app.wechat), templates);
    let relay = Relay::new(desk(), settings, vec![Arc::new(province), Arc::new(wechat)], Arc::clone(&app.wake))?;
    Ok(match webhooks(app) {
        Ok(webhooks) => relay.with_endpoints(Arc::new(webhooks)),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "webhooks cannot be called");
            relay
        }
    })
}

/// Who calls machines back: only where the policy lets it.
fn webhooks(app: &App) -> Result<Webhooks, reqwest::Error> {
    let settings = &app.config.webhooks;
    let guard = Guard::new(Arc::clone(&app.names), settings.policy.clone());
    let http = Http::guarded(settings.timeout, guard)?;
    let patience = TimeDelta::from_std(settings.patience).unwrap_or(TimeDelta::MAX);
    let alarm = app.alarms.webhook_disabled.clone();
    Ok(Webhooks::new(app.desk.clone(), http, settings.policy.clone(), patience, Arc::new(move || alarm.inc())))
}

/// Carries calls for the relays from and to the other processes; ends when the app is told to stop.
pub fn carry_calls(app: &Arc<App>, tasks: &TaskTracker) {
    let app = Arc::clone(app);
    tasks.spawn(async move { app.wake.carry(&app.desk.db, &app.stop).await });
}

/// Puts the photo rules in force that other processes took in; ends when the app is told to stop.
pub fn keep_rules(app: &Arc<App>, tasks: &TaskTracker) {
    repeat(app, tasks, RULES_EVERY, "photo rules cannot be looked for", |app| async move {
        rule_sync::refresh(&app.desk, &app.catalogue.rules).await
    });
}

/// Starts the relay, the watch over what is late, the poll for reports, the renewal of photos and the sweeper; they end when the app is told to stop.
///
/// # Errors
/// When there is no randomness to name the relay by.
pub fn start(app: &Arc<App>, tasks: &TaskTracker) -> casework::Result<()> {
    let relay = relay(app)?;
    let (watched, stop) = (relay.clone(), app.stop.clone());
    tasks.spawn(async move { relay.run(stop).await });
    repeat(app, tasks, LATE_EVERY, "late cases cannot be looked for", move |_| {
        let relay = watched.clone();
        async move { relay.tell_late().await }
    });
    let province = &app.config.province;
    repeat(app, tasks, province.poll, "reports cannot be fetched", |app| async move {
        let changed = portal::poll::poll(&app.desk, &*app.province).await;
        // A report owes its applicant a message. One that broke off may have taken some in.
        if changed.as_ref().map_or(true, |count| *count > 0) {
            app.wake.call();
        }
        changed
    });
    repeat(app, tasks, RENEW_EVERY, "photos cannot be made again", |app| async move { renew::all(&app).await });
    repeat(
        app,
        tasks,
        DIGEST_LOOK,
        "what there is to do cannot be told",
        |app| async move { digest::when_due(&app).await },
    );
    // Where the configuration says so.
    if let Some(pause) = province.rules {
        let trouble = "the portal's photo rules are not taken in";
        repeat(app, tasks, pause, trouble, |app| async move { rule_sync::fetch(&app).await });
    }
    if let Some(pause) = province.reconcile {
        let trouble = "our cases cannot be compared with the portal's";
        let work = move |app: Arc<App>| async move { reconcile::when_due(&app, pause).await };
        repeat(app, tasks, pause.min(RECONCILE_LOOK), trouble, work);
    }
    let due = app.desk.clone();
    let wake = Arc::clone(&app.wake);
    tasks.spawn(every(app.stop.clone(), DUE_EVERY, move || {
        let (desk, wake) = (due.clone(), Arc::clone(&wake));
        async move { run_out(&desk, &wake).await }
    }));
    let swept = Arc::clone(app);
    tasks.spawn(every(app.stop.clone(), app.config.files.sweep_interval, move || {
        let app = Arc::clone(&swept);
        async move { sweep::all(&app).await }
    }));
    Ok(())
}

/// Lets periods that ran out have their effect.
async fn run_out(desk: &Desk, wake: &Wake) {
    match due::run(desk).await {
        Ok(ran) if ran == due::Ran::default() => {}
        Ok(ran) => {
            tracing::info!(recounted = ran.recounted, deemed = ran.deemed, lapsed = ran.lapsed, "periods ran out");
            wake.call();
        }
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "periods that ran out cannot be looked for");
        }
    }
}

/// Does `work` at once and then again after each pause, until the app is told to stop; `trouble` is what the log says when
/// it fails.
fn repeat<T, E, F>(
    app: &Arc<App>,
    tasks: &TaskTracker,
    pause: Duration,
    trouble: &'static str,
    work: impl Fn(Arc<App>) -> F + Send + Sync + 'static,
) where
    E: std::error::Error + 'static,
    F: Future<Output = Result<T, E>> + Send,
{
    let (app, stop) = (Arc::clone(app), app.stop.clone());
    tasks.spawn(async move {
        let once = || async {
            if let Err(error) = work(Arc::clone(&app)).await {
                tracing::error!(error = &error as &dyn std::error::Error, "{trouble}");
            }
        };
        every(stop, pause, once).await;
    });
}

/// Runs `work` at once and then again after each pause, until `stop`. Work under way is finished.
async fn every<F: Future<Output = ()>>(stop: CancellationToken, pause: Duration, work: impl Fn() -> F) {
    while !stop.is_cancelled() {
        work().await;
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}
