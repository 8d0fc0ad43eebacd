//! Where each limit lies: what was measured for one case, times the cases of a county, a province and the country.

use std::thread::available_parallelism;

use crate::parts::Seconds;
use crate::profile;

/// Cases a year of a county, a province and the country.
const SIZES: [f64; 3] = [1e5, 1e7, 1e9];

/// What one case takes.
pub struct Case {
    /// Processor seconds of each part.
    pub seconds: Seconds,
    /// Bytes of its rows.
    pub row_bytes: f64,
    /// Bytes of its photos, original and result.
    pub photo_bytes: f64,
    /// Transactions.
    pub commits: f64,
    /// Bytes of PostgreSQL's log.
    pub log_bytes: f64,
}

impl Case {
    /// Prints what was measured for one case, and what follows from it.
    pub fn print(&self) {
        let Seconds { server, relays, database, outside } = self.seconds;
        let ms = 1e3;
        println!("\none case, measured:");
        println!(
            "  processor ms: server {:.0}, relays {:.0}, PostgreSQL {:.0}",
            server * ms,
            relays * ms,
            database * ms
        );
        println!("  (applicants, province, WeChat and S3 on the same machine: {:.0})", outside * ms);
        println!(
            "  {:.0} transactions, {:.0} kB of log, {:.1} kB of rows, {:.0} kB of photos",
            self.commits,
            self.log_bytes / 1e3,
            self.row_bytes / 1e3,
            self.photo_bytes / 1e3
        );
        self.print_first();
        println!("\n{:<36}{:>14}{:>14}{:>14}", "reckoned from it", "county", "province", "country");
        line("cases a year", |cases| cases);
        line("cases a second, mean", profile::mean);
        line("cases a second, busiest hour", profile::peak);
        line("processors, server", |cases| profile::peak(cases) * server);
        line("processors, relays", |cases| profile::peak(cases) * relays);
        line("processors, PostgreSQL", |cases| profile::peak(cases) * database);
        line("transactions a second", |cases| profile::peak(cases) * self.commits);
        line("log, MB a second", |cases| profile::peak(cases) * self.log_bytes / 1e6);
        line("rows, GB a year", |cases| cases * self.row_bytes / 1e9);
        line("photos, GB a year", |cases| cases * self.photo_bytes / 1e9);
    }

    /// Which part gives out first, when each has as many processors as this machine.
    fn print_first(&self) {
        let processors = processors();
        let Seconds { server, relays, database, .. } = self.seconds;
        let a_year = |seconds: f64| processors / seconds / profile::peak(1.0);
        println!(
            "\nas many processors as here ({processors:.0}), busy at the busiest hour, are enough for, cases a year:"
        );
        let mut parts = [
            ("server", server),
            ("relays", relays),
            ("PostgreSQL", database),
            ("all three on one machine", server + relays + database),
        ];
        parts.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        for (part, seconds) in parts {
            println!("  {part:<34}{:>14}", number(a_year(seconds)));
        }
    }
}

/// How many this machine has.
pub fn processors() -> f64 {
    f64::from(u32::try_from(available_parallelism().map_or(1, usize::from)).unwrap())
}

fn line(what: &str, of: impl Fn(f64) -> f64) {
    let [small, middle, large] = SIZES.map(|cases| number(of(cases)));
    println!("{what:<36}{small:>14}{middle:>14}{large:>14}");
}

/// Three figures, thousands apart.
fn number(value: f64) -> String {
    if value >= 1e6 {
        return format!("{value:.2e}");
    }
    let digits = if value >= 100.0 {
        0
    } else if value >= 1.0 {
        1
    } else {
        3
    };
    format!("{value:.digits$}")
}
