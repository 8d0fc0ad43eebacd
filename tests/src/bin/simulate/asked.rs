//! What somebody wants to see played.

use casework::world::World;

/// What is played. Each is an argument `name=value`.
pub struct Asked {
    /// Cases a year.
    pub cases: f64,
    /// The hours of a Monday that are played: from …
    pub from: f64,
    /// … to.
    pub to: f64,
    /// In how many seconds.
    pub seconds: f64,
    /// Photos a case: two at least, one for each material that must be there.
    pub photos: usize,
    /// How often an applicant looks at least.
    pub reads: usize,
    /// Relay processes.
    pub relays: usize,
    /// Cases that are over when it begins.
    pub history: u32,
    /// What the arrivals are drawn from.
    pub seed: u64,
}

impl Asked {
    /// Reads the arguments.
    pub fn read(arguments: impl Iterator<Item = String>) -> Self {
        let mut asked = Self {
            cases: 1e5,
            from: 8.0,
            to: 18.0,
            seconds: 120.0,
            photos: 3,
            reads: 6,
            relays: 2,
            history: 20_000,
            seed: u64::from(u32::from_be_bytes(World::real().bytes().unwrap())),
        };
        for argument in arguments {
            let (name, value) = argument.split_once('=').unwrap_or_else(|| panic!("{argument}: not name=value"));
            asked.set(name, value).unwrap_or_else(|| panic!("{argument} means nothing here"));
        }
        assert!((0.0..asked.to).contains(&asked.from) && asked.to <= 24.0, "from 0 to 24 hours, the first one first");
        assert!(asked.photos >= 2, "a signboard needs two photos");
        asked
    }

    fn set(&mut self, name: &str, value: &str) -> Option<()> {
        match name {
            "cases" => self.cases = value.parse().ok()?,
            "from" => self.from = value.parse().ok()?,
            "to" => self.to = value.parse().ok()?,
            "seconds" => self.seconds = value.parse().ok()?,
            "photos" => self.photos = value.parse().ok()?,
            "reads" => self.reads = value.parse().ok()?,
            "relays" => self.relays = value.parse().ok()?,
            "history" => self.history = value.parse().ok()?,
            "seed" => self.seed = value.parse().ok()?,
            _ => return None,
        }
        Some(())
    }

    /// Says what is played, so that it can be played again.
    pub fn print(&self) {
        println!(
            "cases={} from={} to={} seconds={} photos={} reads={} relays={} history={} seed={}",
            self.cases, self.from, self.to, self.seconds, self.photos, self.reads, self.relays, self.history, self.seed
        );
        println!(
            "{} a year, a Monday from {} to {} o'clock, {:.0} times as fast as life",
            self.cases,
            self.from,
            self.to,
            (self.to - self.from) * 3600.0 / self.seconds
        );
    }
}
