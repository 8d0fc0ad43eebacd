//! The province as the rest of the project sees it: one trait, and shapes that know no provincial field name.
//!
//! An adapter turns these shapes into one platform's words and its replies into a [`Verdict`]. How to write one is in
//! `docs/PORTAL.md`.

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};

mod application;
mod codes;
pub mod drop;
mod exchange;
pub mod gateway;
mod open;
pub mod reference;
mod register;
pub(crate) mod reply;
mod report;
pub mod tables;
pub mod told;

pub use application::{Applicant, ApplicantKind, Application, Contact, FilePlace, Item, Material, MaterialFile};
pub use codes::{CodeTable, Kind};
pub use open::{OpenError, Settings, Way, open};
pub use register::{Entry, Files, RegisterPage, Stands};
pub use reply::{EXCERPT_CHARS, Reply, Verdict, WORDS_CHARS};
pub use report::{CorrectionItem, Licence, Report, ReportFault, ReportFaults, ReportedStatus, Wanted};
pub use told::Telling;

/// A provincial platform that cases are relayed to.
///
/// Nothing here fails: a call that did not come through is a [`Reply`] whose verdict says what to do about it.
#[async_trait]
pub trait Province: Send + Sync {
    /// Which way this is.
    fn kind(&self) -> Kind;

    /// The photo rules the platform names today. A platform that cannot be asked is [`NOT_OFFERED`].
    async fn rules(&self) -> Reply<Vec<FileRule>> {
        Reply::rejected(NOT_OFFERED, "")
    }

    /// Puts one file of an application there, under the rule it was made to fit. Safe to repeat.
    async fn put_file(&self, place: &FilePlace, file: &MaterialFile, bytes: Bytes) -> Reply<()>;

    /// Hands in an application whose files are all there. Safe to repeat: the platform knows it by its `orgbusno`.
    async fn post_case(&self, application: &Application) -> Reply<Receipt>;

    /// Tells the platform that the applicant gave the case up at `at`. Safe to repeat.
    async fn withdraw_case(&self, orgbusno: &str, province_id: &str, at: DateTime<Utc>) -> Reply<()>;

    /// Tells one step of a case the county decides. What the platform needs and the step lacks is a
    /// [`Verdict::Rejected`] before anything is sent, with every fault in the excerpt. Safe to repeat: the platform knows
    /// the step by its `sn`.
    async fn tell(&self, telling: &Telling) -> Reply<()>;

    /// Asks what became of a case: how an unknown outcome is settled.
    async fn get_case(&self, orgbusno: &str) -> Reply<Standing>;

    /// The reports that came after `cursor`; all that are kept when there is none.
    async fn list_cases(&self, cursor: Option<&str>) -> Reply<ReportPage>;

    /// Reads a report the platform pushed to us.
    ///
    /// # Errors
    /// [`ReportFaults`] with every field that is missing or cannot be read.
    fn read_report(&self, body: &[u8]) -> Result<Report, ReportFaults>;

    /// All cases the platform has from us, after `cursor`: what the two books are compared by. A platform that offers no such
    /// list is [`NOT_OFFERED`]; each case is then asked for on its own.
    async fn list_register(&self, _cursor: Option<&str>) -> Reply<RegisterPage> {
        Reply::rejected(NOT_OFFERED, "")
    }
}

/// The code of a call that a platform does not offer.
pub const NOT_OFFERED: &str = "province.not_offered";

/// The code of a rejection because files are not there, though they were put there: they are to be put again.
pub const FILE_ABSENT: &str = "province.file_absent";

/// What the platform gives for an application it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The platform's own number of the case.
    pub province_id: String,
}

/// What the platform knows of a case.
#[derive(Clone, Debug)]
pub enum Standing {
    /// It never heard of it.
    Absent,
    /// It has it.
    Present {
        /// The platform's own number of the case.
        province_id: String,
        /// The version of the application it has.
        dataver: u32,
        /// Where it stands there.
        state: Stands,
        /// Everything it reported so far, oldest first.
        history: Vec<Received>,
    },
}

/// One page of reports.
#[derive(Clone, Debug)]
pub struct ReportPage {
    /// In the order in which they happened, oldest first.
    pub reports: Vec<Received>,
    /// Where the next page begins. Keep it; there may be nothing after it yet.
    pub cursor: String,
    /// Whether there is more already.
    pub more: bool,
}

/// A report as it came and as it was understood.
#[derive(Clone)]
pub struct Received {
    /// The JSON, to be kept as it came.
    pub raw: String,
    /// What it says; one that cannot be read holds up no other.
    pub report: Result<Report, ReportFaults>,
}

/// Without the raw text, which may hold personal data.
impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.report.fmt(f)
    }
}

/// A photo rule as the platform states it. Absent means no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileRule {
    /// Its unique name.
    pub name: String,
    /// `jpeg`, `png` or `pdf`.
    pub format: String,
    /// The most pages of a PDF.
    pub max_pages: Option<u32>,
    /// The most bytes a file may have.
    pub max_bytes: Option<u64>,
    /// The fewest bytes a file must have.
    pub min_bytes: Option<u64>,
    /// The shorter side's least pixels.
    pub min_short_px: Option<u32>,
    /// The longer side's least pixels.
    pub min_long_px: Option<u32>,
    /// The longer side's most pixels.
    pub max_long_px: Option<u32>,
    /// Exactly this width and height.
    pub exact_px: Option<(u32, u32)>,
    /// The density the file must state, in dots per inch.
    pub dpi: Option<u16>,
    /// `srgb` or `grey`.
    pub colour: Option<String>,
}
