//! What the bureau's staff do: `/staff/v1`.

pub mod deliveries;
pub mod session;

use poem_openapi::Tags;

pub use deliveries::DeliveriesApi;
pub use session::StaffSessionApi;

/// How the operations are grouped.
#[derive(Debug, Tags)]
pub enum Tag {
    /// 登录。Signing in.
    Session,
    /// 转办。What is owed to the province and to people, and what became of it.
    Deliveries,
}
