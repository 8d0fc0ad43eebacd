//! What each part has taken of the processors so far, as the operating system counts it.

use std::fs;

/// The processes of a run.
pub struct Parts {
    /// `serve`.
    pub server: u32,
    /// `relay`, each.
    pub relays: Vec<u32>,
    /// PostgreSQL's first process, whose children serve the connections.
    pub database: u32,
}

/// Processor seconds of each part.
#[derive(Clone, Copy)]
pub struct Seconds {
    pub server: f64,
    pub relays: f64,
    pub database: f64,
    /// This process: applicants, province, WeChat and the S3 server.
    pub outside: f64,
}

impl Parts {
    /// What they have taken until now.
    pub fn taken(&self) -> Seconds {
        let connections = children(self.database).into_iter().map(|child| seconds(child, false));
        Seconds {
            server: seconds(self.server, false),
            relays: self.relays.iter().map(|relay| seconds(*relay, false)).sum(),
            // Connections that ended are counted with the process that waited for them.
            database: seconds(self.database, true) + connections.sum::<f64>(),
            outside: seconds(std::process::id(), false),
        }
    }
}

impl Seconds {
    /// The share of each of so many cases.
    pub fn over(&self, cases: f64) -> Self {
        Self {
            server: self.server / cases,
            relays: self.relays / cases,
            database: self.database / cases,
            outside: self.outside / cases,
        }
    }

    /// What was taken since.
    pub fn since(&self, before: &Self) -> Self {
        Self {
            server: self.server - before.server,
            relays: self.relays - before.relays,
            database: self.database - before.database,
            outside: self.outside - before.outside,
        }
    }
}

/// Processor seconds of one process; with those of its children that ended, if wanted.
fn seconds(process: u32, with_ended: bool) -> f64 {
    // Ticks, a hundred a second on every Linux.
    let fields = stat(process);
    let ticks = fields.iter().skip(11).take(if with_ended { 4 } else { 2 });
    ticks.map(|field| field.parse::<f64>()).map(Result::unwrap_or_default).sum::<f64>() / 100.0
}

fn children(parent: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.filter(|id| stat(*id).get(1).is_some_and(|of| *of == parent.to_string())).collect()
}

/// What `/proc` says about a process behind its name: state, parent and so on; nothing when it is gone.
fn stat(process: u32) -> Vec<String> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    text.rsplit_once(") ").map_or_else(Vec::new, |(_, fields)| fields.split(' ').map(str::to_owned).collect())
}
