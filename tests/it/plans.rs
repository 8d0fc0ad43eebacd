//! What is looked for again and again costs what is open, not what there ever was: both planners take the index that says so.

use casework::renew;
use entity::case::{self, State};
use entity::{CaseId, PhotoId, material, photo};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait as _, DbBackend, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryTrait as _, Statement,
};
use tests::{Setup, TestApp};

/// Cases that are over: so many that reading them all would cost more than an index.
const OVER: usize = 3_000;
/// Rows of one statement.
const AT_ONCE: usize = 500;

tests::on_both!(photos_due_are_found_by_the_cases_that_are_open);

async fn photos_due_are_found_by_the_cases_that_are_open(setup: Setup) {
    let app = setup.without_relay().start().await;
    let case = app.owner("zhang").await.ready().await;
    copy(&app, CaseId(case.parse().unwrap())).await;
    let desk = &app.app().desk;
    desk.db.execute_unprepared("ANALYZE").await.unwrap();
    let newest = i32::MAX;
    let due = renew::due(desk, "signboard-scene", newest, None, 50).await.unwrap();
    assert_eq!(due.len(), 1, "of the draft alone");
    let plan = plan(&app, &renew::query("signboard-scene", newest, Some(PhotoId(uuid::Uuid::nil())), 50)).await;
    assert!(plan.contains("cases_open_idx"), "{plan}");
    for whole in ["Seq Scan on cases", "Seq Scan on material", "Seq Scan on photo", "SCAN photo", "SCAN material"] {
        assert!(!plan.contains(whole), "{plan}");
    }
}

/// Copies of a draft with a photo, all of them approved.
async fn copy(app: &TestApp, id: CaseId) {
    let desk = &app.app().desk;
    let case = case::Entity::find_by_id(id).one(&desk.db).await.unwrap().unwrap();
    let site = material::Entity::find().filter(material::Column::Code.eq("site-photo"));
    let place = site.one(&desk.db).await.unwrap().unwrap();
    let picture = photo::Entity::find_by_id(place.photo_id).one(&desk.db).await.unwrap().unwrap();
    let (mut cases, mut places, mut pictures) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..OVER {
        let (id, photo) = (CaseId(desk.world.id().unwrap()), PhotoId(desk.world.id().unwrap()));
        let mut copy = case.clone().into_active_model().reset_all();
        (copy.id, copy.state, copy.number) = (Set(id), Set(State::Approved), Set(Some(format!("copy-{number}"))));
        cases.push(copy);
        let mut copy = place.clone().into_active_model().reset_all();
        (copy.case_id, copy.photo_id) = (Set(id), Set(photo));
        places.push(copy);
        let mut copy = picture.clone().into_active_model().reset_all();
        (copy.id, copy.original_sha256) = (Set(photo), Set(format!("copy-{number}")));
        pictures.push(copy);
    }
    for ((cases, pictures), places) in cases.chunks(AT_ONCE).zip(pictures.chunks(AT_ONCE)).zip(places.chunks(AT_ONCE)) {
        case::Entity::insert_many(cases.to_vec()).exec_without_returning(&desk.db).await.unwrap();
        photo::Entity::insert_many(pictures.to_vec()).exec_without_returning(&desk.db).await.unwrap();
        material::Entity::insert_many(places.to_vec()).exec_without_returning(&desk.db).await.unwrap();
    }
}

async fn plan(app: &TestApp, query: &sea_orm::Select<photo::Entity>) -> String {
    let db = &app.app().desk.db;
    let backend = db.get_database_backend();
    let asked = query.build(backend);
    let (explain, column) =
        if backend == DbBackend::Sqlite { ("EXPLAIN QUERY PLAN", "detail") } else { ("EXPLAIN", "QUERY PLAN") };
    let values = asked.values.map(|values| values.0).unwrap_or_default();
    let statement = Statement::from_sql_and_values(backend, format!("{explain} {}", asked.sql), values);
    let rows = db.query_all_raw(statement).await.unwrap();
    let lines: Vec<String> = rows.into_iter().map(|row| row.try_get("", column).unwrap()).collect();
    lines.join("\n")
}
