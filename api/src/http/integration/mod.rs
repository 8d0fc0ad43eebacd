//! What machines do: `/integration/v1`.

pub mod cases;
pub mod deliveries;
pub mod destinations;
pub mod files;
pub mod reports;
mod rule_view;
pub mod rules;
pub mod watch;
mod webhook_view;
pub mod webhooks;

use poem_openapi::Tags;

pub use cases::FeedApi;
pub use deliveries::StuckApi;
pub use destinations::DestinationsApi;
pub use files::FilesApi;
pub use reports::ReportsApi;
pub use rules::RulesApi;
pub use watch::LookApi;
pub use webhooks::WebhooksApi;

/// How the operations are grouped.
#[derive(Debug, Tags)]
pub enum Tag {
    /// 状态回传。What the province tells of a case.
    Reports,
    /// 办件：变更、完整内容、文件。Cases: what changed, one whole, its files.
    Cases,
    /// 回调：办件变化时通知对方系统。Webhooks: being called when cases change.
    Webhooks,
    /// 上传规格：同步、版本。Photo rules: taking the portal's in, and what changed.
    Rules,
    /// 转办：挂起、不明、重办、取消。What is stuck: why, with its history; driving it again, ending it.
    Deliveries,
    /// 去向：积压、中断、暂停。Whom things are delivered to: what waits, what is down, pausing.
    Destinations,
}
