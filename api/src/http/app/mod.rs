//! What applicants and helpers do: `/v1`.

pub mod account;
pub mod cases;
pub mod drafts;
mod example;
pub mod items;
pub mod notices;
pub mod photos;
pub mod ratings;
pub mod session;
pub mod shown;
pub mod uploads;
pub(crate) mod view;

use poem_openapi::Tags;

pub use account::AccountApi;
pub use cases::CasesApi;
pub use drafts::DraftsApi;
pub use items::ItemsApi;
pub use notices::NoticesApi;
pub use photos::PhotosApi;
pub use ratings::RatingsApi;
pub use session::SessionApi;
pub use uploads::UploadsApi;

/// How the operations are grouped.
#[derive(Debug, Tags)]
pub enum Tag {
    /// 登录。Signing in and out.
    Session,
    /// 账号：手机号、订阅消息。The account: phone number, subscribe messages.
    Account,
    /// 事项和办事指南。What can be applied for.
    Items,
    /// 照片。Photos and what became of them.
    Photos,
    /// 办件。Cases, from draft to decision.
    Cases,
    /// 通知。What applicants are told.
    Notices,
}
