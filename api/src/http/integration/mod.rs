//! What machines do: `/integration/v1`.

pub mod reports;

use poem_openapi::Tags;

pub use reports::ReportsApi;

/// How the operations are grouped.
#[derive(Debug, Tags)]
pub enum Tag {
    /// 状态回传。What the province tells of a case.
    Reports,
}
