//! `gaoxingban demo`: one shop owner, played through a running server, from photo to the province's answer.

mod client;
mod picture;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use casework::world::World;
use serde_json::{Value, json};

use self::client::{Client, Story};
use super::{Ended, at_home, on_threads, print};
use crate::config::Config;

/// How often and how long to ask whether the province has decided.
const LOOKS: u32 = 60;
const PAUSE: Duration = Duration::from_millis(500);

/// What `demo` can be told.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// The server to play against: one in development, whose stand-in WeChat takes any code. The configured one when not
    /// given.
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// The item to apply for.
    #[arg(long, value_name = "CODE", default_value = "signboard-declaration")]
    item: String,
}

pub(super) fn run(args: Args, file: Option<&Path>) -> Ended {
    let server = match args.server {
        Some(server) => server,
        None => format!("http://{}", at_home(Config::load(file)?.listen)),
    };
    on_threads(play(server, args.item))?
}

async fn play(server: String, code: String) -> Ended {
    let world = World::real();
    let mut client = Client::new(&server)?;
    let owner = world.id()?.simple().to_string();
    let session = client.send("POST", "/v1/session/wechat", &json!({ "code": format!("dev-{owner}") })).await?;
    client.sign_in(session.text("/access_token")?);
    say("1. 登录 Signed in", &session.text("/account/id")?)?;

    let item = client.get(&format!("/v1/items/{code}")).await?;
    say("2. 看指南 Read the guide", &item.text("/name")?)?;
    let answers = item.0.pointer("/form/examples/0").cloned().ok_or("the item has no example")?;

    let body = json!({ "item": code, "form": answers });
    let case = client.send("POST", "/v1/cases", &body).await?.text("/id")?;
    say("3. 新建办件 Started a draft", &case)?;
    photograph(&client, &code, &item.0, &case).await?;

    let check = client.get(&format!("/v1/cases/{case}/check")).await?;
    if check.0.pointer("/ready") != Some(&Value::Bool(true)) {
        return Err(format!("the draft is not complete: {}", check.0).into());
    }
    let submitted = client.submit(&case, &owner).await?;
    say("5. 提交 Submitted", &submitted.text("/number")?)?;
    follow(&client, &case).await?;
    let notices = client.get("/v1/notices").await?;
    for notice in notices.0.pointer("/notices").and_then(Value::as_array).into_iter().flatten().rev() {
        say("7. 通知 Notice", &Story(notice.clone()).text("/title")?)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Uploads photos for every material, as many as it wants at least, and puts them in their places.
async fn photograph(
    client: &Client,
    item: &str,
    whole: &Value,
    case: &str,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let materials = whole.pointer("/materials").and_then(Value::as_array).ok_or("the item has no materials")?;
    for (number, material) in (1_u8..).zip(materials) {
        let material = Story(material.clone());
        let code = material.text("/code")?;
        let wanted = material.0.pointer("/min_photos").and_then(Value::as_u64).unwrap_or(1).clamp(1, 9);
        let mut ids = Vec::new();
        for shot in 0..wanted {
            let picture = picture::bmp(number, u8::try_from(shot).unwrap_or(0));
            let photo = client.upload(item, &code, &picture).await?;
            say("4. 拍照 Photo", &format!("{} — {}", material.text("/name")?, made_of(&photo.0, picture.len())))?;
            ids.push(photo.text("/id")?);
        }
        client.send("PUT", &format!("/v1/cases/{case}/materials/{code}"), &json!({ "photos": ids })).await?;
    }
    Ok(())
}

fn made_of(photo: &Value, original: usize) -> String {
    let number = |name: &str| photo.pointer(name).and_then(Value::as_u64).unwrap_or(0);
    let (width, height) = (number("/width"), number("/height"));
    format!("{} KB bmp → {} KB jpeg {width}×{height}", original / 1024, number("/bytes") / 1024)
}

/// Prints the timeline as it grows, until the case is decided.
async fn follow(client: &Client, case: &str) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut seen = 0;
    for _ in 0..LOOKS {
        let now = client.get(&format!("/v1/cases/{case}")).await?;
        let events = now.0.pointer("/events").and_then(Value::as_array).cloned().unwrap_or_default();
        for event in events.iter().skip(seen) {
            let event = Story(event.clone());
            say(
                "6. 进度 Timeline",
                &format!("{} {} ({})", event.text("/at")?, event.text("/act")?, event.text("/actor")?),
            )?;
        }
        seen = events.len();
        let state = now.text("/state")?;
        if !matches!(state.as_str(), "submitted" | "accepted" | "reviewing") {
            return say("   结果 Result", &now.text("/licence/number").unwrap_or(state)).map_err(Into::into);
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err("the province has not decided in time".into())
}

fn say(step: &str, what: &str) -> std::io::Result<()> {
    print(&format!("{step}: {what}\n"))
}
