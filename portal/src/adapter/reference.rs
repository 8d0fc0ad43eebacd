//! The page docs/exchange.md: tables and codes as this project has them, for whoever builds the other end and has no sources.

use std::fmt::Write as _;

use super::{CodeTable, Kind, tables};

/// Our words, and what they are called at a bureau.
const WORDS: [(&str, &str); 23] = [
    ("received", "收件"),
    ("accepted", "受理"),
    ("correction", "补齐补正"),
    ("not_accepted", "不予受理"),
    ("reviewing", "在办"),
    ("done", "办结，见 doneresult"),
    ("granted", "准予许可"),
    ("denied", "不予许可"),
    ("lapsed", "长期不补正"),
    ("given_up", "主动放弃"),
    ("agreed", "同意"),
    ("not_agreed", "不同意"),
    ("hearing", "听证"),
    ("public_notice", "公示"),
    ("verification", "核实"),
    ("suspension", "挂起"),
    ("tender", "招标"),
    ("auction", "拍卖"),
    ("inspection", "检验"),
    ("testing", "检测"),
    ("quarantine", "检疫"),
    ("appraisal", "鉴定"),
    ("expert_review", "专家评审"),
];

/// The page.
pub fn page() -> String {
    let mut page = "# Tables and codes of the exchange\n\n\
        Made by `scripts/docs`; `gaoxingban exchange` prints it. What the fields mean, and how the sheets travel: [PORTAL.md](PORTAL.md).\n\n\
        A platform speaks one of these versions, and a deployment names it (`GXB_PORTAL_CODES`). A code that a version does not have is not told\n\
        to it: the delivery is parked before it is sent. A code that comes in and is not here is kept as it came and shown as unknown.\n\n\
        ## Codes\n"
        .to_owned();
    for name in CodeTable::names(Kind::Gateway) {
        // By files as by calls, unless a platform is found to differ.
        for (kind, title) in [(Kind::Gateway, "by calls"), (Kind::Drop, "by files"), (Kind::Tables, "by rows")] {
            if let Some(table) = CodeTable::named(kind, name) {
                let _ = write!(
                    page,
                    "\n### `{name}`, {title} (`GXB_PORTAL_ADAPTER={}`)\n\n{}\n",
                    kind.name(),
                    codes(kind, table)
                );
            }
        }
    }
    page += "\n## Tables\n\n\
        As this project reads and writes them: a platform's may have more columns. The types are PostgreSQL's; on MySQL and MariaDB `timestamp` is \
        `datetime` and\n`bytea` is `longblob`. Times are Beijing time. In backquotes is the field of the sheet.\n";
    let mut before = None;
    for name in CodeTable::names(Kind::Tables) {
        if let Some(ddl) = tables::ddl(name, before) {
            let _ = write!(page, "\n### `{name}`\n\n```sql\n{ddl}\n```\n");
        }
        before = Some(name);
    }
    page
}

fn codes(kind: Kind, table: &CodeTable) -> String {
    let says = if kind == Kind::Tables { "table, and its `noderesult`" } else { "`state`" };
    let mut text = format!("{}.\n\n| where | code | means |\n|---|---|---|\n", table.source);
    for (field, codes) in table.all() {
        for (code, word) in codes {
            let place = match field {
                "states" => format!("to us: {says}"),
                // What the platform itself can decide.
                "done_result" if ["granted", "denied", "not_accepted"].contains(&word) => {
                    "both ways: `doneresult`".to_owned()
                }
                "done_result" => "from us: `doneresult`".to_owned(),
                "step_result" => "from us: `noderesult` of `steps`".to_owned(),
                _ => "from us: `noderesult` of `specials`".to_owned(),
            };
            let zh = WORDS.iter().find(|known| known.0 == word).map_or("", |known| known.1);
            let _ = writeln!(text, "| {place} | `{code}` | {} {zh} |", word.replace('_', " "));
        }
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_words() {
        for kind in Kind::ALL {
            for name in CodeTable::names(kind) {
                for (_, codes) in CodeTable::named(kind, name).unwrap().all() {
                    for (code, word) in codes {
                        assert!(WORDS.iter().any(|known| known.0 == word), "{kind:?} {name}: {code} is {word}");
                    }
                }
            }
        }
        let page = page();
        for line in [
            "| to us: `state` | `06` | correction 补齐补正 |",
            "| both ways: `doneresult` | `1` | denied 不予许可 |",
            "CREATE TABLE PRE_APASINFO (",
        ] {
            assert!(page.contains(line), "{line}\n{page}");
        }
    }
}
