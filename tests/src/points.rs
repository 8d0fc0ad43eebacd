//! The points at which a relay may die: before and after every call to the outside, and between its own steps.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use casework::witness::Moment;
use chrono::{DateTime, Utc};
use entity::outbox::Destination;
use entity::{EndpointId, OutboxId};
use portal::adapter::{
    Application, FilePlace, FileRule, Kind, MaterialFile, Province, Receipt, RegisterPage, Reply, Report, ReportFaults,
    ReportPage, Standing, Telling,
};
use portal::deliver::{Deliver, Delivery, Endpoints, Job};
use portal::wechat::{Identity, Phone, SubscribeMessage, WeChat, WeChatError};

use crate::gate::Gate;

tokio::task_local! {
    /// The promise that is being worked at, and the fence it is held with.
    static LEASE: (OutboxId, i64);
}

/// A call to the outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    /// A file is put at the province.
    File,
    /// A case is handed in.
    Case,
    /// The province is asked what became of a case.
    Ask,
    /// A step is told.
    Tell,
    /// The province is told that a case is given up.
    Withdraw,
    /// The province's reports are fetched.
    List,
    /// A message is sent through WeChat.
    Message,
}

/// A point between two steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Point {
    /// One that only the program itself knows.
    At(Moment),
    /// Everything is ready for a call.
    Before(Call),
    /// The answer is here.
    After(Call),
    /// A promise was worked at, and what became of it is not written down.
    Delivered,
}

impl Point {
    /// All of them.
    pub fn all() -> Vec<Self> {
        use Call::{Ask, Case, File, List, Message, Tell, Withdraw};
        let calls = [File, Case, Ask, Tell, Withdraw, List, Message];
        let around = calls.into_iter().flat_map(|call| [Self::Before(call), Self::After(call)]);
        Moment::ALL.into_iter().map(Self::At).chain(around).chain([Self::Delivered]).collect()
    }

    /// The point that is written like this.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|point| format!("{point:?}") == name)
    }
}

/// A deliverer, a province or WeChat, with a gate at each of its points.
pub(crate) struct Gated<T: ?Sized> {
    pub(crate) inner: Arc<T>,
    pub(crate) gate: Arc<Gate>,
}

impl<T: ?Sized> Gated<T> {
    async fn around<A>(&self, call: Call, work: impl Future<Output = A> + Send) -> A {
        if let Ok(lease) = LEASE.try_with(|lease| *lease) {
            self.gate.calls(lease, call);
        }
        self.gate.pass(Point::Before(call)).await;
        let answer = work.await;
        self.gate.pass(Point::After(call)).await;
        answer
    }
}

#[async_trait]
impl Deliver for Gated<dyn Deliver> {
    fn destination(&self) -> Destination {
        self.inner.destination()
    }

    async fn deliver(&self, job: &Job<'_>) -> casework::Result<Delivery> {
        let _at_work = self.gate.at_work(job.row());
        let lease = (job.row().id, job.row().fence);
        let delivery = LEASE.scope(lease, self.inner.deliver(job)).await;
        self.gate.pass(Point::Delivered).await;
        delivery
    }
}

#[async_trait]
impl Endpoints for Gated<dyn Endpoints> {
    async fn called(&self) -> casework::Result<Vec<EndpointId>> {
        self.inner.called().await
    }

    fn deliverer(&self, endpoint: EndpointId) -> Arc<dyn Deliver> {
        Arc::new(Gated { inner: self.inner.deliverer(endpoint), gate: Arc::clone(&self.gate) })
    }
}

#[async_trait]
impl Province for Gated<dyn Province> {
    fn kind(&self) -> Kind {
        self.inner.kind()
    }

    async fn rules(&self) -> Reply<Vec<FileRule>> {
        self.inner.rules().await
    }

    async fn put_file(&self, place: &FilePlace, file: &MaterialFile, bytes: Bytes) -> Reply<()> {
        self.around(Call::File, self.inner.put_file(place, file, bytes)).await
    }

    async fn post_case(&self, application: &Application) -> Reply<Receipt> {
        self.around(Call::Case, self.inner.post_case(application)).await
    }

    async fn withdraw_case(&self, orgbusno: &str, province_id: &str, at: DateTime<Utc>) -> Reply<()> {
        self.around(Call::Withdraw, self.inner.withdraw_case(orgbusno, province_id, at)).await
    }

    async fn tell(&self, telling: &Telling) -> Reply<()> {
        self.around(Call::Tell, self.inner.tell(telling)).await
    }

    async fn get_case(&self, orgbusno: &str) -> Reply<Standing> {
        self.around(Call::Ask, self.inner.get_case(orgbusno)).await
    }

    async fn list_cases(&self, cursor: Option<&str>) -> Reply<ReportPage> {
        self.around(Call::List, self.inner.list_cases(cursor)).await
    }

    fn read_report(&self, body: &[u8]) -> Result<Report, ReportFaults> {
        self.inner.read_report(body)
    }

    async fn list_register(&self, cursor: Option<&str>) -> Reply<RegisterPage> {
        self.inner.list_register(cursor).await
    }
}

#[async_trait]
impl WeChat for Gated<dyn WeChat> {
    async fn sign_in(&self, code: &str) -> Result<Identity, WeChatError> {
        self.inner.sign_in(code).await
    }

    async fn phone(&self, code: &str) -> Result<Phone, WeChatError> {
        self.inner.phone(code).await
    }

    async fn send_subscribe_message(&self, message: &SubscribeMessage) -> Result<(), WeChatError> {
        self.around(Call::Message, self.inner.send_subscribe_message(message)).await
    }
}
