//! What can be applied for.

use std::sync::{Arc, OnceLock};

use casework::item::{self, Entry};
use poem::web::Data;
use poem_openapi::param::{Header, Path};
use poem_openapi::payload::Json;
use poem_openapi::types::Any;
use poem_openapi::{ApiResponse, Object, OpenApi};
use serde_json::Value;

use super::Tag;
use crate::app::App;
use crate::fails;
use crate::http::problem::{Problem, Reply, codes};
use crate::http::ready::{self, Ready};

/// The operations.
#[derive(Debug, Default)]
pub struct ItemsApi {
    /// The list never changes while the process lives, and every visit of the app begins with it.
    list: OnceLock<Ready<Items>>,
}

fails! {
    /// Listing.
    pub open ListItems: ;
    /// Reading one.
    pub open GetItem: ITEM_UNKNOWN;
}

/// All items.
#[derive(Debug, Object)]
pub struct Items {
    /// The current version of each.
    pub items: Vec<ItemSummary>,
    /// The WeChat templates to ask the person about with `wx.requestSubscribeMessage`, by kind of notice.
    pub templates: Vec<NoticeTemplate>,
}

/// A WeChat template for one kind of notice.
#[derive(Clone, Debug, Object)]
pub struct NoticeTemplate {
    /// `accepted`, `correction`, `not_accepted`, `approved`, `denied`, `special`, `lapsed`, `issued`, `late`.
    pub kind: String,
    /// The template's id.
    pub template: String,
}

/// One item in the list.
#[derive(Debug, Object)]
pub struct ItemSummary {
    /// Its code.
    pub code: String,
    /// Its current version.
    pub version: u32,
    /// Its official name.
    pub name: String,
    /// The same in English.
    pub name_en: String,
    /// One sentence about it.
    pub summary: String,
    /// The same in English.
    pub summary_en: String,
    /// `permit` (somebody must say yes first) or `declaration` (it is made known).
    pub kind: String,
}

/// One item, whole.
#[derive(Debug, Object)]
pub struct Item {
    /// Its code.
    pub code: String,
    /// Its current version. A case keeps the version it was started with.
    pub version: u32,
    /// Its official name.
    pub name: String,
    /// The same in English.
    pub name_en: String,
    /// `permit` or `declaration`.
    pub kind: String,
    /// `province` or `county`.
    pub decided_by: String,
    /// 办事指南: sections of title and text, in Chinese and English.
    pub guide: Any<Value>,
    /// The form: JSON Schema 2020-12, fields ordered by `x-order`; its first example is a complete, valid answer.
    pub form: Any<Value>,
    /// What is asked for beside the form, in the order to show it.
    pub materials: Vec<Material>,
    /// Its periods, in days.
    pub clocks: Any<Value>,
}

/// One material an item asks for.
#[derive(Debug, Object)]
pub struct Material {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The same in English.
    pub name_en: String,
    /// How to take the photo so that it will do.
    pub hint: String,
    /// The same in English.
    pub hint_en: String,
    /// Whether a case cannot be submitted without it.
    pub required: bool,
    /// The answers that make it necessary; absent when they do not matter.
    #[oai(skip_serializing_if_is_none)]
    pub required_when: Option<Any<Value>>,
    /// Fewest photos, when it is given at all.
    pub min_photos: u32,
    /// Most photos.
    pub max_photos: u32,
    /// 上传规格: what the portal accepts. The server makes photos fit; the app need not.
    pub rule: Any<Value>,
}

/// The list, or nothing new.
#[derive(Debug, ApiResponse)]
pub enum ItemsReply {
    /// The items.
    #[oai(status = 200)]
    Items(Ready<Items>, #[oai(header = "ETag")] String, #[oai(header = "Cache-Control")] String),
    /// As `If-None-Match` says: the app has them already.
    #[oai(status = 304)]
    Same(#[oai(header = "ETag")] String),
}

/// The item, or nothing new.
#[expect(clippy::large_enum_variant, reason = "one of them lives at a time, for the length of an answer")]
#[derive(Debug, ApiResponse)]
pub enum ItemReply {
    /// The item.
    #[oai(status = 200)]
    Item(Json<Item>, #[oai(header = "ETag")] String, #[oai(header = "Cache-Control")] String),
    /// As `If-None-Match` says: the app has it already.
    #[oai(status = 304)]
    Same(#[oai(header = "ETag")] String),
}

/// It may be kept, and is asked after each time: it changes with a release.
const REVALIDATE: &str = "public, no-cache";

#[OpenApi(prefix_path = "/v1", tag = "Tag::Items")]
impl ItemsApi {
    /// 事项列表 · List items
    ///
    /// Nobody need sign in for it. Send back the `ETag` as `If-None-Match` to save the phone's data.
    #[oai(path = "/items", method = "get", operation_id = "list_items")]
    async fn list_items(
        &self,
        app: Data<&Arc<App>>,
        /// The `ETag` of the list the app has.
        #[oai(name = "If-None-Match")]
        known: Header<Option<String>>,
    ) -> Reply<ItemsReply, ListItems> {
        let list = self.list.get_or_init(|| {
            let items = app.desk.catalogue.list().map(summary).collect();
            Ready::new(&Items { items, templates: templates(&app) })
        });
        let etag = list.etag().to_owned();
        if list.is_known(known.as_deref()) {
            return Ok(ItemsReply::Same(etag));
        }
        Ok(ItemsReply::Items(list.clone(), etag, REVALIDATE.to_owned()))
    }

    /// 事项详情 · Read one item
    ///
    /// Its guide, its form and its materials.
    #[oai(path = "/items/:code", method = "get", operation_id = "get_item")]
    async fn get_item(
        &self,
        app: Data<&Arc<App>>,
        /// The item's code.
        code: Path<String>,
        /// The `ETag` of the item the app has.
        #[oai(name = "If-None-Match")]
        known: Header<Option<String>>,
    ) -> Reply<ItemReply, GetItem> {
        let entry = app.desk.catalogue.current(&code).ok_or(&codes::ITEM_UNKNOWN)?;
        let etag = app.catalogue.etag();
        if ready::names(known.as_deref(), &etag) {
            return Ok(ItemReply::Same(etag));
        }
        Ok(ItemReply::Item(Json(whole(&app, &entry.item)?), etag, REVALIDATE.to_owned()))
    }
}

fn templates(app: &App) -> Vec<NoticeTemplate> {
    let templates = app.config.wechat.templates.iter();
    templates.map(|known| NoticeTemplate { kind: known.notice.clone(), template: known.id.clone() }).collect()
}

fn summary(entry: &Entry) -> ItemSummary {
    let item = &entry.item;
    ItemSummary {
        code: item.code.clone(),
        version: item.version,
        name: item.name.clone(),
        name_en: item.name_en.clone(),
        summary: item.summary.clone(),
        summary_en: item.summary_en.clone(),
        kind: word(&item.kind),
    }
}

fn whole(app: &App, item: &item::Item) -> Result<Item, Problem> {
    let json = |value: serde_json::Result<Value>| value.map(Any).map_err(Problem::internal);
    let materials = item.materials.iter().map(|spec| material(app, spec)).collect::<Result<_, _>>()?;
    Ok(Item {
        code: item.code.clone(),
        version: item.version,
        name: item.name.clone(),
        name_en: item.name_en.clone(),
        kind: word(&item.kind),
        decided_by: word(&item.decided_by),
        guide: json(serde_json::to_value(&item.guide))?,
        form: Any(item.form.clone()),
        materials,
        clocks: json(serde_json::to_value(&item.clocks))?,
    })
}

fn material(app: &App, spec: &item::MaterialSpec) -> Result<Material, Problem> {
    let when = spec.required_when.as_ref().map(serde_json::to_value).transpose().map_err(Problem::internal)?;
    Ok(Material {
        code: spec.code.clone(),
        name: spec.name.clone(),
        name_en: spec.name_en.clone(),
        hint: spec.hint.clone(),
        hint_en: spec.hint_en.clone(),
        required: spec.required,
        required_when: when.map(Any),
        min_photos: spec.min_photos,
        max_photos: spec.max_photos,
        rule: Any(serde_json::to_value(app.catalogue.rules.get(&spec.rule).as_deref()).map_err(Problem::internal)?),
    })
}

/// The word an enum of the catalogue is written as.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
