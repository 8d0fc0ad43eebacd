//! The three documents: one for the app, one for staff, one for machines.
//!
//! They are made from types alone, so `gaoxingban openapi` needs neither database nor configuration.

mod plain;

use super::app::{
    AccountApi, CasesApi, DraftsApi, ItemsApi, NoticesApi, PhotosApi, RatingsApi, SessionApi, UploadsApi,
};
use super::integration::{DestinationsApi, FeedApi, FilesApi, LookApi, ReportsApi, RulesApi, StuckApi, WebhooksApi};
use super::staff::{DecideApi, DeliveriesApi, DeskApi, MachinesApi, ReviewApi, StaffSessionApi, WatchApi, WindowApi};
use poem_openapi::{ContactObject, LicenseObject, OpenApi, OpenApiService};

/// Which document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Document {
    /// Applicants and helpers: `/v1`.
    App,
    /// The bureau's staff: `/staff/v1`.
    Staff,
    /// The province and other machines: `/integration/v1`.
    Integration,
}

/// The operations of the app's document.
pub type App = (SessionApi, ItemsApi, PhotosApi, UploadsApi, DraftsApi, CasesApi, RatingsApi, NoticesApi, AccountApi);
/// The operations of the staff's document.
pub type Staff = (StaffSessionApi, DeskApi, WindowApi, ReviewApi, DecideApi, DeliveriesApi, WatchApi, MachinesApi);
/// The operations of the machines' document.
pub type Integration = (ReportsApi, FeedApi, FilesApi, WebhooksApi, StuckApi, DestinationsApi, LookApi, RulesApi);

/// The app's document and its routes.
pub fn app(public_url: &str) -> OpenApiService<App, ()> {
    describe(
        (
            SessionApi,
            ItemsApi::default(),
            PhotosApi,
            UploadsApi,
            DraftsApi,
            CasesApi,
            RatingsApi,
            NoticesApi,
            AccountApi,
        ),
        public_url,
        "高兴办 · 办事人接口 App",
        APP,
    )
}

/// The staff's document and its routes.
pub fn staff(public_url: &str) -> OpenApiService<Staff, ()> {
    describe(
        (StaffSessionApi, DeskApi, WindowApi, ReviewApi, DecideApi, DeliveriesApi, WatchApi, MachinesApi),
        public_url,
        "高兴办 · 工作人员接口 Staff",
        STAFF,
    )
}

/// The machines' document and its routes.
pub fn integration(public_url: &str) -> OpenApiService<Integration, ()> {
    describe(
        (ReportsApi, FeedApi, FilesApi, WebhooksApi, StuckApi, DestinationsApi, LookApi, RulesApi),
        public_url,
        "高兴办 · 系统对接接口 Integration",
        INTEGRATION,
    )
}

/// The document as it is kept in `openapi/`.
pub fn yaml(document: Document) -> String {
    let url = "http://127.0.0.1:8080";
    let spec = match document {
        Document::App => app(url).spec_yaml(),
        Document::Staff => staff(url).spec_yaml(),
        Document::Integration => integration(url).spec_yaml(),
    };
    plain::yaml(&plain::plain(&spec))
}

/// A document as it is served.
pub fn json<T: OpenApi>(service: &OpenApiService<T, ()>) -> String {
    serde_json::to_string(&plain::plain(&service.spec_yaml())).unwrap_or_default()
}

fn describe<T: OpenApi>(api: T, public_url: &str, title: &str, description: &str) -> OpenApiService<T, ()> {
    OpenApiService::new(api, title, env!("CARGO_PKG_VERSION"))
        .server(public_url)
        .description(format!("{description}\n\n{COMMON}"))
        .license(LicenseObject::new("Apache-2.0").url("https://www.apache.org/licenses/LICENSE-2.0"))
        .contact(ContactObject::new().name("高兴办 Gaoxingban"))
}

const APP: &str = "\
小程序的后台：登录、看办事指南、拍照上传、填表、提交、看进度和通知。\n\n\
The backend of the mini-program: sign in, read a guide, send photos, fill in the form, submit, follow the case.\n\n\
A first visit: `sign_in_wechat` → `list_items` → `get_item` → `upload_photo` for every material → `create_case` → \
`set_material` → `check_case` → `submit_case` → `get_case` until it is decided.\n\n\
A large photo over a weak network comes in parts: `begin_upload` → `put_part` for every part, in any order, again as often as \
need be → `complete_upload`, which answers what `upload_photo` answers. After an interruption `begin_upload` or `get_upload` \
says which parts are there.\n\n\
**Writing once**: a POST that creates something takes an `Idempotency-Key`; the same key and body give the first answer \
again, for 24 hours.";

const STAFF: &str = "\
窗口、审批和监督人员使用的接口。\n\nFor window clerks, approvers, issuers and supervisors of the bureau.\n\n\
A case the county decides: `list_desk` → `get_desk_case` → `accept_case` (or `correct_case`, once) → `begin_step`, `end_step` → \
`approve_case` or `deny_case` → `issue_case`. A case the province decides is not on the desk.\n\n\
Whoever watches over deliveries: `get_digest` says what there is to do → `list_deliveries` → `redrive_delivery`.";

const INTEGRATION: &str = "\
省政务服务平台和其他系统使用的接口，每次调用都要签名。\n\n\
For the provincial portal and other machines. A machine has an account with scopes, made by the operator (`gaoxingban admin \
add-machine`); each operation names the scope it needs. Every call is signed with `X-Gxb-App`, `X-Gxb-Timestamp`, `X-Gxb-Nonce` \
and `X-Gxb-Signature` (`alg=hmac-sha256`, `hmac-sm3` or `sm2`) over method, path with query, timestamp, nonce and the hash of \
the body (SHA-256 with the first, SM3 with the others); the clock may be five minutes off, and a nonce works once.\n\n\
A copy of the cases: `list_changes` → keep the page → `acknowledge_changes` → `list_changes` …; for each change `get_whole_case`, \
and for each file `link_file`. To be called instead of asking: `put_webhook`. What there is to do: `read_digest`. What is stuck: `list_stuck` → `get_stuck` → \
`redrive_one` or `redrive_many`, or `cancel_delivery`. Maintenance: `pause_destination` → `resume_destination`.\n\n\
**Writing twice** does no harm: no operation takes an `Idempotency-Key`.\n\n\
**Limits**: a body holds at most 1 MiB. How often a machine calls is not limited. Fields and parameters nobody knows are \
refused (but in `receive_report`), so that what is mistyped is not lost. No answer has an `ETag`: compare `revision`.";

const COMMON: &str = "\
**Errors** are `application/problem+json` (RFC 9457) whatever went wrong: look at `code`, show `advice`. All faults of a \
request are listed at once in `errors`. The codes are listed at `/docs/problems`, those in `errors` at `/docs/faults`.\n\n\
**Language**: `Accept-Language` chooses between Chinese (default) and English.\n\n\
**Times** are UTC (RFC 3339); days are days in China. **Lists** go on with `cursor`. **Every answer** has an \
`X-Request-Id`: quote it when asking for help; send your own (8 to 64 letters, digits, `.`, `_`, `-`) to find your \
requests again.";
