//! The tables as this province has them, and which of its words stand where.

use sea_orm::{DbBackend, DbErr, QueryResult};
use serde_json::{Map, Value};

/// One table of steps: the call it stands for, its name, and its columns of text.
pub(super) struct Step {
    pub(super) call: &'static str,
    pub(super) table: &'static str,
    key: &'static str,
    /// What holds the step's number.
    number: &'static str,
    texts: &'static str,
    times: &'static str,
}

/// All of them.
pub(super) const STEPS: [Step; 5] = [
    Step {
        call: "accept",
        table: "EA_JC_STEP_BASICINFO",
        key: "orgbusno",
        number: "sourceid",
        texts: "itemname applicant applyertype acceptdeptname acceptdeptid acceptdeptcode1 acceptdeptcode2 approvaltype \
                promisetimelimit promisetimeunit timelimit timeunit submit transactor acceptlist coucatalogcode \
                coutaskcode acceptdocno promisedate",
        times: "",
    },
    Step {
        call: "steps",
        table: "EA_JC_STEP_PROC",
        key: "orgbusno, sn",
        number: "sn",
        texts: "nodename nodetype nodeprocername procunit procunitname nodestate nodeadv noderesult signstate",
        times: "nodestarttime nodeendtime",
    },
    Step {
        call: "specials",
        table: "EA_JC_STEP_SPECIALNODE",
        key: "orgbusno, sn",
        number: "sn",
        texts: "nodename procunitid procunitname procername nodeprocadv nodeprocaccord noderesult lists specialtype \
                specialname result",
        times: "nodestarttime nodeendtime notetime",
    },
    Step {
        call: "done",
        table: "EA_JC_STEP_DONE",
        key: "orgbusno",
        number: "sourceid",
        texts: "doneresult exitres certificatenam certificateno certificatelimit publisher isfee fee feestandard \
                feestandaccord paypersonname payperidcard payermobile payertel transactor resultcetrname \
                isdeliveryresults",
        times: "",
    },
    Step {
        call: "ratings",
        table: "EA_JC_SERVEVAL",
        key: "orgbusno, sn",
        number: "sn",
        texts: "starlevel satisfaction evaluator evaluation",
        times: "",
    },
];

impl Step {
    fn texts(&self) -> impl Iterator<Item = &'static str> {
        self.texts.split_ascii_whitespace()
    }

    fn times(&self) -> impl Iterator<Item = &'static str> {
        self.times.split_ascii_whitespace()
    }

    /// A row as the body of a call.
    pub(super) fn read(&self, row: &QueryResult) -> Result<Map<String, Value>, DbErr> {
        let text = |name: &str| row.try_get::<Option<String>>("", name);
        let mut sheet = Map::new();
        for name in ["orgbusno", "projid"].into_iter().chain(self.texts()) {
            if let Some(value) = text(name)? {
                sheet.insert(if name == "starlevel" { "starLevel" } else { name }.to_owned(), value.into());
            }
        }
        let number = if self.number == "sn" {
            row.try_get::<Option<i32>>("", "sn")?.map(|number| number.to_string())
        } else {
            text(self.number)?
        };
        sheet.insert("sn".to_owned(), number.into());
        // Whether there is a time is what matters here; which one is the reader's business.
        for name in self.times().chain(["occurtime"]) {
            sheet.insert(name.to_owned(), "见表".into());
        }
        if let Some(lists) =
            sheet.get("lists").and_then(Value::as_str).and_then(|lists| serde_json::from_str(lists).ok())
        {
            sheet.insert("lists".to_owned(), lists);
        }
        Ok(sheet)
    }
}

/// Makes the tables, where they are not there.
pub(super) fn statements(backend: DbBackend) -> Vec<String> {
    let (time, bytes) = match backend {
        DbBackend::Postgres => ("timestamp", "bytea"),
        DbBackend::MySql => ("datetime", "longblob"),
        _ => ("text", "blob"),
    };
    let texts =
        |names: &str| names.split_ascii_whitespace().map(|name| format!("{name} text")).collect::<Vec<_>>().join(", ");
    let mut statements = vec![
        format!(
            "CREATE TABLE IF NOT EXISTS PRE_APASINFO (projid varchar(64), dataver integer, {}, receivetime {time}, \
             create_time {time}, maketime {time}, signstate varchar(8) DEFAULT '0', PRIMARY KEY (projid, dataver))",
            texts(
                "projpwd itemcode implementcode itemno itemversion itemname projectname projectstate infotype acceptlist \
                 applyname apply_cardtype apply_cardtypenumber contactman telphone postcode address legalman deptid \
                 deptname applyfrom datastate sysmark ext1 ext2 ext3 ext4"
            )
        ),
        format!(
            "CREATE TABLE IF NOT EXISTS PRE_FILE (unid varchar(64) PRIMARY KEY, projid varchar(64), dataver integer, \
             sortid integer, amount integer, {}, entity {bytes}, createtime {time}, maketime {time})",
            texts("attrname attrid taketype istake filename memo sysmark")
        ),
    ];
    for step in &STEPS {
        let times = step.times().chain(["occurtime", "maketime"]).map(|name| format!("{name} {time}"));
        let times = times.collect::<Vec<_>>().join(", ");
        let number = if step.number == "sn" { "sn integer" } else { "sourceid varchar(64)" };
        statements.push(format!(
            "CREATE TABLE IF NOT EXISTS {} (orgbusno varchar(64), projid varchar(64), dataver integer, {number}, {}, \
             sysmark varchar(64), {times}, PRIMARY KEY ({}))",
            step.table,
            texts(step.texts),
            step.key
        ));
    }
    statements
}

/// How a column's value stands in a statement.
pub(super) fn place(name: &str) -> &'static str {
    match name {
        "dataver" | "sn" => "{int}",
        "occurtime" | "maketime" => "{time}",
        _ => "{}",
    }
}

/// Where a report stands, and its fields; nothing for what needs no row.
pub(super) fn row_of(report: &Value, index: usize) -> Option<(&'static str, Vec<(&'static str, String)>)> {
    let text = |field: &str| report.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let number = (index + 1).to_string();
    let dataver = report.get("dataver").and_then(Value::as_u64).unwrap_or(1).to_string();
    let (call, mut fields) = match text("state").as_str() {
        // SIGNSTATE says it.
        "02" => return None,
        "05" => ("accept", vec![("sourceid", number)]),
        "06" => {
            let lists = report.get("lists").map(ToString::to_string).unwrap_or_default();
            (
                "specials",
                vec![
                    ("sn", number),
                    ("noderesult", "1".to_owned()),
                    ("nodeprocadv", text("nodeadv")),
                    ("lists", lists),
                ],
            )
        }
        "07" => ("done", vec![("sourceid", number), ("doneresult", "6".to_owned()), ("exitres", text("exitres"))]),
        "10" => {
            let names = ["doneresult", "exitres", "certificatenam", "certificateno", "certificatelimit", "publisher"];
            let said = names.into_iter().map(|name| (name, text(name)));
            ("done", std::iter::once(("sourceid", number)).chain(said).collect())
        }
        "12" => {
            let fields = [
                ("sn", number),
                ("nodestate", "02".to_owned()),
                ("noderesult", "1".to_owned()),
                ("nodeadv", text("nodeadv")),
            ];
            ("steps", fields.to_vec())
        }
        raw => {
            let fields = [
                ("sn", number),
                ("nodestate", "02".to_owned()),
                ("noderesult", raw.to_owned()),
                ("nodeadv", text("nodeadv")),
            ];
            ("steps", fields.to_vec())
        }
    };
    if call == "steps" {
        fields.push(("signstate", "0".to_owned()));
    }
    fields.push(("dataver", dataver));
    Some((call, fields))
}
