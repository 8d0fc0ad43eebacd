//! Where schedules are played: one server, its database and its surroundings, and some relays, for many schedules.

use casework::county::By;
use casework::world::Driven;
use casework::{Desk, draft};
use chrono::{DateTime, TimeDelta, Utc};
use entity::staff::Role;
use entity::{AccountId, CaseId, PhotoId, account, subscription};
use portal::simulator::Script;
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, EntityTrait as _};
use serde_json::Value;
use tempfile::TempDir;
use tests::county::{self, COUNTY};
use tests::desk::SIGNBOARD;
use tests::node::Node;
use tests::{Caller, Database, Objects, Setup, TestApp};

use super::hooks::Hooks;

/// Most relays of a schedule.
pub const RELAYS: usize = 4;
/// More messages than all schedules send.
const ACCEPTS: u32 = 1_000_000;
/// The owner of every case.
pub const OWNER: &str = "zhang";

/// What a case of an item is made of.
pub struct Like {
    item: &'static str,
    answers: Value,
    photos: Vec<(String, PhotoId)>,
}

/// Where schedules are played.
pub struct Stage {
    pub app: TestApp,
    pub database: Database,
    pub clock: Driven,
    pub nodes: Vec<Node>,
    /// What is happening now.
    pub at: String,
    pub owner: AccountId,
    /// A phone; its owner signs in anew after each schedule.
    pub phone: Caller,
    pub approver: By,
    pub issuer: By,
    /// Machines that are called back.
    pub hooks: Hooks,
    likes: [Like; 2],
    _catalogue: TempDir,
}

/// A Monday morning, from which every schedule starts.
fn monday() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-03-02T10:00:00+08:00").unwrap().into()
}

impl Stage {
    pub async fn open(database: Database) -> Self {
        let (catalogue, clock) = (county::catalogue(), Driven::at(monday()));
        let setup = Setup::on(database, Objects::S3).without_relay().clock(&clock).script(Script::nothing());
        let setup = setup.set("GXB_WEBHOOK_NETWORKS", "127.0.0.0/8").set("GXB_WEBHOOK_TIMEOUT", "300ms");
        let setup = setup.set("GXB_CATALOGUE_DIR", catalogue.path().display().to_string());
        let app = setup.set("GXB_PORTAL_TIMEOUT", "1s").start().await;
        let mut nodes = Vec::new();
        for _ in 0..RELAYS {
            nodes.push(app.node(&clock).await);
        }
        let desk = app.app().desk.clone();
        let likes = [like(&app, SIGNBOARD).await, like(&app, COUNTY).await];
        let owner = account::Entity::find().one(&desk.db).await.unwrap().unwrap().id;
        accept_messages(&app, owner).await;
        let (approver, issuer) = (by(&desk, Role::Approver).await, by(&desk, Role::Issuer).await);
        let at = String::new();
        let phone = app.nobody();
        let hooks = Hooks::open(&app).await;
        Self { app, database, clock, nodes, at, owner, phone, approver, issuer, hooks, likes, _catalogue: catalogue }
    }

    pub fn desk(&self) -> &Desk {
        &self.app.app().desk
    }

    /// It is Monday again, and nothing fails.
    pub fn reset(&self) {
        self.clock.forward(monday() - self.desk().world.now());
        self.app.simulator().heal();
        self.app.outside.wechat.state().clear_faults();
    }

    pub fn forward(&self, seconds: i64) {
        self.clock.forward(TimeDelta::seconds(seconds));
    }

    /// A draft that lacks nothing, of the item that the county or the province decides.
    pub async fn draft(&self, of_county: bool) -> CaseId {
        let like = &self.likes[usize::from(of_county)];
        let id = draft::create(self.desk(), self.owner, like.item, Some(&like.answers), None).await.unwrap().id;
        for (material, photo) in &like.photos {
            draft::set_material(self.desk(), self.owner, id, material, &[*photo], None).await.unwrap();
        }
        id
    }
}

/// A case as a person makes it, for others to be made like it.
async fn like(app: &TestApp, item: &'static str) -> Like {
    let owner = app.owner(OWNER).await;
    let case = owner.ready_for(item).await;
    let (desk, id) = (&app.app().desk, CaseId(case.parse().unwrap()));
    let row = entity::case::Entity::find_by_id(id).one(&desk.db).await.unwrap().unwrap();
    let photos = casework::case::places(&desk.db, id).await.unwrap();
    let photos = photos.into_iter().map(|place| (place.code, place.photo_id)).collect();
    Like { item, answers: casework::case::answers(desk, &row).unwrap(), photos }
}

/// The owner takes every message there may be.
async fn accept_messages(app: &TestApp, owner: AccountId) {
    let (desk, wechat) = (&app.app().desk, app.outside.wechat.state());
    for template in &app.app().config.wechat.templates {
        let row = subscription::ActiveModel {
            account_id: Set(owner),
            template: Set(template.id.clone()),
            remaining: Set(i32::try_from(ACCEPTS).unwrap()),
            changed_at: Set(desk.world.now()),
        };
        row.insert(&desk.db).await.unwrap();
        wechat.grant(&wechat.openid(OWNER), &template.id, ACCEPTS).unwrap();
    }
}

async fn by(desk: &Desk, role: Role) -> By {
    let (staff, _) = casework::staff::create(desk, "测试", role).await.unwrap();
    By { id: staff.id, name: staff.name, role }
}
