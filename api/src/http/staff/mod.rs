//! What the bureau's staff do: `/staff/v1`.

pub mod decide;
pub mod deliveries;
pub mod desk;
pub mod machines;
pub mod review;
pub mod session;
pub(crate) mod view;
pub mod watch;
pub mod window;

use poem_openapi::Tags;

pub use decide::DecideApi;
pub use deliveries::DeliveriesApi;
pub use desk::DeskApi;
pub use machines::MachinesApi;
pub use review::ReviewApi;
pub use session::StaffSessionApi;
pub use watch::WatchApi;
pub use window::WindowApi;

/// How the operations are grouped.
#[derive(Debug, Tags)]
pub enum Tag {
    /// 登录。Signing in.
    Session,
    /// 办件：受理、补正、审查、决定、送达。Cases the county decides: taking up, correcting, examining, deciding, handing out.
    Desk,
    /// 转办。What is owed to the province and to people, and what became of it.
    Deliveries,
    /// 对接系统。The machines that call us, and what each may do.
    Machines,
}
