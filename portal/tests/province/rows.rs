//! What only exchange tables can meet: rows of others, flags nobody knows, a database that is away.

use portal::adapter::{Province as _, ReportedStatus, Standing, Verdict};
use portal::simulator::{Status, Step};
use sea_orm::{ConnectionTrait as _, Statement};

use crate::harness::{ORGBUSNO, application, file, picture, place, rejected};
use crate::rigs::{ByRows, Rig as _};

const WAITING: Verdict = Verdict::Retry { after: None, code: "province.not_acknowledged" };

impl ByRows {
    async fn apply(&self) -> Verdict {
        self.adapter.put_file(&place(), &file(&picture()), picture()).await;
        self.adapter.post_case(&application()).await.verdict
    }

    async fn execute(&self, sql: &str) {
        self.database.execute_unprepared(sql).await.unwrap();
    }

    /// The texts of one row.
    async fn row(&self, columns: &[&str], rest: &str) -> Vec<Option<String>> {
        let names: Vec<_> = columns.iter().map(|name| format!("CAST({name} AS text) AS {name}")).collect();
        let backend = self.database.get_database_backend();
        let statement = Statement::from_string(backend, format!("SELECT {} FROM {rest}", names.join(", ")));
        let rows = self.database.query_all_raw(statement).await.unwrap();
        assert_eq!(rows.len(), 1, "{rest}");
        columns.iter().map(|name| rows[0].try_get("", name).unwrap()).collect()
    }
}

/// Column by column: the other side reads it by these.
#[tokio::test]
async fn an_application_as_it_stands_there() {
    for rig in [ByRows::in_a_file().await, ByRows::in_postgres().await] {
        assert_eq!(rig.apply().await, WAITING);
        let columns = [
            ("projid", ORGBUSNO),
            ("dataver", "1"),
            ("itemcode", "signboard"),
            ("itemname", "招牌设置明示"),
            ("acceptlist", "scene:设置位置实景照片"),
            ("applyname", "高唐县好味道餐馆"),
            ("apply_cardtype", "001"),
            ("apply_cardtypenumber", "91110000101623741K"),
            ("contactman", "王芳"),
            ("telphone", "13800000000"),
            ("receivetime", "2026-11-18 19:06:40"),
            ("datastate", "1"),
            ("signstate", "0"),
            ("sysmark", "gaoxingban"),
            ("ext1", "371526-20261122-0001"),
        ];
        let row = rig.row(&columns.map(|(name, _)| name), "pre_apasinfo").await;
        assert_eq!(row, columns.map(|(_, value)| Some(value.to_owned())));
        let columns = [
            ("projid", ORGBUSNO),
            ("dataver", "1"),
            ("attrid", "scene"),
            ("attrname", "设置位置实景照片"),
            ("sortid", "1"),
            ("istake", "1"),
            ("filename", "设置位置实景照片-1.jpg"),
            ("memo", "scene"),
        ];
        let row = rig.row(&columns.map(|(name, _)| name), "pre_file").await;
        assert_eq!(row, columns.map(|(_, value)| Some(value.to_owned())));
    }
}

/// Whoever builds the other end makes the tables by the document, and writes an answer by it.
#[tokio::test]
async fn the_documents_tables_are_enough() {
    let folder = tempfile::tempdir().unwrap();
    for url in [crate::database::sqlite(folder.path()), crate::database::postgres().await] {
        let rig = ByRows::by_the_document(&url).await;
        assert_eq!(rig.apply().await, WAITING);
        rig.execute("UPDATE PRE_APASINFO SET SIGNSTATE = '2', EXT4 = '重复报送'").await;
        assert_eq!(rejected(&rig.apply().await), ("province.refused", "SIGNSTATE 2 重复报送"));
        assert_eq!(rig.apply().await, WAITING);
        rig.execute("UPDATE PRE_APASINFO SET SIGNSTATE = '1'").await;
        assert_eq!(rig.apply().await, Verdict::AlreadyThere);
        rig.execute(&format!(
            "INSERT INTO EA_JC_STEP_DONE (ORGBUSNO, DATAVER, DONERESULT, CERTIFICATENAM, CERTIFICATENO, CERTIFICATELIMIT, \
             OCCURTIME, MAKETIME, SYSMARK) VALUES ('{ORGBUSNO}', 1, '0', '许可证', '鲁-1', '长期', '2026-11-22 14:03:00', \
             '2026-11-22 14:03:05', 'platform')"
        ))
        .await;
        let page = rig.adapter.list_cases(None).await.value.unwrap();
        let said = &page.reports[0].report.as_ref().unwrap().status;
        assert!(
            matches!(said, ReportedStatus::Approved { licence: Some(licence) } if licence.number == "鲁-1"),
            "{said:?}"
        );
    }
}

#[tokio::test]
async fn signstate_is_the_platforms_word() {
    let rig = ByRows::in_a_file().await;
    rig.apply().await;
    assert_eq!(rig.adapter.get_case(ORGBUSNO).await.verdict, WAITING);
    // A flag nobody told us of is not taken for a yes.
    rig.execute("UPDATE pre_apasinfo SET signstate = '7', ext4 = '重复报送'").await;
    let verdict = rig.apply().await;
    assert_eq!(rejected(&verdict), ("province.refused", "SIGNSTATE 7 重复报送"));
    rig.execute("UPDATE pre_apasinfo SET signstate = '1'").await;
    assert_eq!(rig.apply().await, Verdict::AlreadyThere);
    assert!(matches!(rig.adapter.get_case(ORGBUSNO).await.value, Some(Standing::Present { dataver: 1, .. })));
    let mut other = application();
    other.applicant.name = "别家".into();
    assert_eq!(rejected(&rig.adapter.post_case(&other).await.verdict).0, "province.conflict");
}

#[tokio::test]
async fn files_come_before_the_application() {
    let rig = ByRows::in_a_file().await;
    let verdict = rig.adapter.post_case(&application()).await.verdict;
    assert_eq!(rejected(&verdict), ("province.file_absent", "设置位置实景照片-1.jpg"));
    assert!(matches!(rig.adapter.get_case(ORGBUSNO).await.value, Some(Standing::Absent)));
}

/// What is read is marked, once whoever read it has kept it.
#[tokio::test]
async fn answers_that_were_kept_are_signed() {
    for rig in [ByRows::in_a_file().await, ByRows::in_postgres().await] {
        rig.apply().await;
        rig.round().await;
        assert!(rig.simulator.advance(ORGBUSNO, &Step::now(Status::Reviewing)));
        rig.round().await;
        let page = rig.adapter.list_cases(None).await.value.unwrap();
        assert_eq!(page.reports.len(), 1);
        let state = async || rig.row(&["signstate"], "ea_jc_step_proc").await[0].clone().unwrap();
        assert_eq!(state().await, "0");
        rig.adapter.list_cases(Some(&page.cursor)).await;
        assert_eq!(state().await, "1");
    }
}

/// By the platform's own hand, with what we know of it and what we do not.
#[tokio::test]
async fn codes_nobody_knows_are_kept() {
    for rig in [ByRows::in_a_file().await, ByRows::in_postgres().await] {
        rig.apply().await;
        rig.round().await;
        for (sn, result) in [(1, "3"), (2, "7"), (3, "5")] {
            let made = format!("2026-11-22 14:00:0{sn}");
            rig.execute(&format!(
                "INSERT INTO ea_jc_step_proc (orgbusno, projid, dataver, sn, noderesult, nodeadv, maketime, sysmark) \
                 VALUES ('{ORGBUSNO}', '{ORGBUSNO}', 1, {sn}, '{result}', '意见', '{made}', NULL)"
            ))
            .await;
        }
        rig.execute(&format!(
            "INSERT INTO ea_jc_step_done (orgbusno, projid, dataver, doneresult, maketime) \
             VALUES ('{ORGBUSNO}', '{ORGBUSNO}', 1, '4', '2026-11-22 14:00:09')"
        ))
        .await;
        let page = rig.adapter.list_cases(None).await.value.unwrap();
        let heard: Vec<_> = page.reports.iter().map(|received| received.report.clone().unwrap().status).collect();
        let unknown = |code: &str| ReportedStatus::Unknown(code.to_owned());
        assert!(matches!(heard[0], ReportedStatus::NotAccepted { .. }), "{}", heard[0].name());
        assert!(heard[1] == unknown("steps/7"), "{}", heard[1].name());
        assert!(matches!(heard[2], ReportedStatus::Correction { .. }), "{}", heard[2].name());
        assert!(heard[3] == unknown("done/4"), "{}", heard[3].name());
    }
}

#[tokio::test]
async fn answers_come_a_page_at_a_time() {
    let rig = ByRows::in_postgres().await;
    // All in one second, as a batch writes them.
    rig.execute(&format!(
        "INSERT INTO ea_jc_step_proc (orgbusno, projid, dataver, sn, noderesult, maketime, sysmark) \
         SELECT '{ORGBUSNO}', '{ORGBUSNO}', 1, n, '1', '2026-11-22 14:00:00', 'province' FROM generate_series(1, 205) n"
    ))
    .await;
    let (mut cursor, mut seen) = (None, std::collections::BTreeSet::new());
    for (count, more) in [(100, true), (100, true), (5, false), (0, false)] {
        let page = rig.adapter.list_cases(cursor.as_deref()).await.value.unwrap();
        assert_eq!((page.reports.len(), page.more), (count, more));
        seen.extend(page.reports.into_iter().map(|received| received.report.unwrap().id));
        cursor = Some(page.cursor);
    }
    assert_eq!(seen.len(), 205);
}

#[tokio::test]
async fn tables_that_are_not_there_need_a_person_and_a_database_that_is_away_does_not() {
    let rig = ByRows::in_postgres().await;
    rig.execute("DROP TABLE ea_jc_step_done").await;
    let at = rig.world.now();
    let verdict = rig.adapter.withdraw_case(ORGBUSNO, ORGBUSNO, at).await.verdict;
    assert!(rejected(&verdict).1.contains("ea_jc_step_done"), "{verdict:?}");
    let folder = tempfile::tempdir().unwrap();
    let nowhere = format!("postgres://gxb@localhost/exchange?host={}", folder.path().display());
    let database =
        portal::adapter::tables::connect(&nowhere, std::time::Duration::from_millis(300)).await.expect("opens later");
    let settings = crate::rigs::settings(portal::adapter::Kind::Tables);
    let away = portal::adapter::tables::ExchangeTables::new(database, &settings, rig.world.clone()).unwrap();
    let reply = away.get_case(ORGBUSNO).await;
    assert_eq!(reply.verdict, Verdict::Retry { after: None, code: "province.unreachable" }, "{}", reply.excerpt);
}
