//! A simulator, a gateway that talks to it, and pictures that pass.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use casework::world::World;
use chrono::DateTime;
use http::Method;
use image::codecs::jpeg::{JpegEncoder, PixelDensity};
use portal::adapter::gateway::Gateway;
use portal::adapter::{
    Applicant, ApplicantKind, Application, Contact, FilePlace, Item, Material, MaterialFile, Province as _, Verdict,
};
use portal::http::{Answer, Http};
use portal::signature::{self, Call, Key};
use portal::simulator::{self, Limits, Rule, Script, Simulator, SimulatorConfig};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

pub(crate) const APP: &str = "gaoxingban";
pub(crate) const SECRET: &str = "a secret for tests";
pub(crate) const ORGBUSNO: &str = "0198c0ffee0070008000000000000001";
/// Longer than anything here takes, shorter than anybody's patience.
pub(crate) const BOUND: Duration = Duration::from_secs(20);

pub(crate) struct Scene {
    pub(crate) simulator: Simulator,
    pub(crate) gateway: Gateway,
    pub(crate) world: World,
    pub(crate) http: Http,
}

pub(crate) fn key() -> Key {
    Key::hmac_sha256(APP, SECRET)
}

pub(crate) fn rule() -> Rule {
    Rule {
        name: "scene".into(),
        format: "jpeg".into(),
        max_bytes: Some(50_000),
        min_short_px: Some(40),
        min_long_px: Some(60),
        max_long_px: Some(200),
        dpi: Some(200),
        colour: Some("srgb".into()),
        ..Rule::default()
    }
}

pub(crate) fn config(script: Script) -> SimulatorConfig {
    SimulatorConfig {
        listen: ([127, 0, 0, 1], 0).into(),
        key: key(),
        trusted: vec![key().trusted()],
        rules: vec![rule(), Rule { name: "portrait".into(), exact_px: Some((80, 60)), ..rule() }],
        script,
        callback: None,
        limits: Limits { push_pause: Duration::from_millis(5), ..Limits::default() },
    }
}

impl Scene {
    pub(crate) async fn quiet() -> Self {
        Self::of(config(Script::nothing())).await
    }

    pub(crate) async fn of(config: SimulatorConfig) -> Self {
        Self::with_timeout(config, BOUND).await
    }

    pub(crate) async fn with_timeout(config: SimulatorConfig, timeout: Duration) -> Self {
        let world = World::real();
        let simulator = simulator::start(config, world.clone()).await.expect("starts");
        let http = Http::new(timeout).expect("a client");
        let gateway = Gateway::new(http.clone(), &simulator.url(), key(), world.clone()).expect("an address");
        Self { simulator, gateway, world, http }
    }

    /// Puts the picture of [`application`] there.
    pub(crate) async fn put(&self) -> Verdict {
        self.gateway.put_file(&place(), &file(&picture()), picture()).await.verdict
    }

    pub(crate) async fn post(&self) -> Verdict {
        self.gateway.post_case(&application()).await.verdict
    }

    /// A call signed by hand.
    pub(crate) async fn signed(&self, method: &str, path: &str, body: &[u8], key: &Key) -> Answer {
        let call = Call { method, path_and_query: path, body };
        let nonce = hex::encode(self.world.bytes::<16>().unwrap());
        let stamp = signature::sign(key, &call, self.world.now(), &nonce);
        self.raw(method, path, body, &stamp.headers()).await
    }

    pub(crate) async fn raw(&self, method: &str, path: &str, body: &[u8], headers: &[(&str, String)]) -> Answer {
        let url = format!("{}{path}", self.simulator.url());
        let mut request = self.http.request(method.parse::<Method>().unwrap(), &url).body(body.to_vec());
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        self.http.send(request, 1 << 20).await.expect("an answer")
    }

    pub(crate) async fn sim(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let answer = self.raw(method, path, body.to_string().as_bytes(), &[]).await;
        (answer.status, serde_json::from_slice(&answer.body).unwrap_or_default())
    }
}

pub(crate) fn picture_of(width: u32, height: u32) -> Bytes {
    let pixels =
        image::RgbImage::from_fn(width, height, |x, y| image::Rgb([x, y, 90].map(|n| (n % 256).try_into().unwrap())));
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 80);
    encoder.set_pixel_density(PixelDensity::dpi(200));
    encoder.encode_image(&pixels).unwrap();
    bytes.into()
}

pub(crate) fn picture() -> Bytes {
    picture_of(80, 60)
}

pub(crate) fn file(bytes: &[u8]) -> MaterialFile {
    MaterialFile {
        sha256: hex::encode(Sha256::digest(bytes)),
        rule: "scene".into(),
        file_name: "设置位置实景照片-1.jpg".into(),
        bytes: bytes.len() as u64,
        content_type: "image/jpeg".into(),
    }
}

/// Where the file of [`application`] belongs.
pub(crate) fn place() -> FilePlace {
    FilePlace {
        orgbusno: ORGBUSNO.into(),
        dataver: 1,
        material: "scene".into(),
        material_name: "设置位置实景照片".into(),
        position: 1,
    }
}

pub(crate) fn application() -> Application {
    let form = json!({"shop": "高唐 <b>好味道</b>", "width_mm": 3200}).as_object().cloned().unwrap();
    Application {
        orgbusno: ORGBUSNO.into(),
        number: "371526-20261122-0001".into(),
        dataver: 1,
        item: Item { code: "signboard".into(), name: "招牌设置明示".into(), version: "1".into() },
        applicant: Applicant {
            kind: ApplicantKind::Enterprise,
            name: "高唐县好味道餐馆".into(),
            id: "91110000101623741K".into(),
        },
        contact: Contact { name: "王芳".into(), phone: "13800000000".into(), address: None },
        form,
        materials: vec![Material {
            code: "scene".into(),
            name: "设置位置实景照片".into(),
            files: vec![file(&picture())],
        }],
        submitted_at: DateTime::from_timestamp(1_795_000_000, 0).unwrap(),
    }
}

pub(crate) fn rejected(verdict: &Verdict) -> (&'static str, &str) {
    match verdict {
        Verdict::Rejected { code, words } => (code, words),
        other => panic!("{other:?}"),
    }
}

/// Somebody who takes reports: checks them with the real check, answers what it is told, keeps what came.
pub(crate) struct Receiver {
    pub(crate) url: String,
    pub(crate) came: tokio::sync::mpsc::UnboundedReceiver<(u16, Value)>,
}

impl Receiver {
    /// Answers `failures` with 503 first.
    pub(crate) async fn start(failures: usize) -> Self {
        Self::believing(key().trusted(), failures).await
    }

    /// The same, for reports signed with another key.
    pub(crate) async fn believing(trusted: signature::TrustedKey, failures: usize) -> Self {
        use std::sync::atomic::Ordering::Relaxed;

        use poem::listener::TcpAcceptor;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (tell, came) = tokio::sync::mpsc::unbounded_channel();
        let left = Arc::new(std::sync::atomic::AtomicUsize::new(failures));
        let nonces = Arc::new(signature::MemoryNonces::new(1000));
        let trusted = Arc::new([trusted]);
        let endpoint = poem::endpoint::make(move |mut request: poem::Request| {
            let (tell, left, nonces) = (tell.clone(), Arc::clone(&left), Arc::clone(&nonces));
            let trusted = Arc::clone(&trusted);
            async move {
                let body = request.take_body().into_bytes().await.unwrap();
                let path = request.uri().path().to_owned();
                let call = Call { method: "POST", path_and_query: &path, body: &body };
                let now = World::real().now();
                let stamp = signature::Stamp::read(request.headers()).unwrap();
                let known = signature::admit(&*trusted, &stamp, &call, &*nonces, now).await.is_ok();
                let fails = left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok();
                let status = match (known && path == "/integration/v1/reports", fails) {
                    (false, _) => 401,
                    (true, true) => 503,
                    (true, false) => 202,
                };
                tell.send((status, serde_json::from_slice(&body).unwrap())).unwrap();
                poem::Response::builder().status(http::StatusCode::from_u16(status).unwrap()).finish()
            }
        });
        let acceptor = TcpAcceptor::from_tokio(listener).unwrap();
        tokio::spawn(poem::Server::new_with_acceptor(acceptor).run(endpoint));
        Self { url, came }
    }

    /// The next push: what it was answered, and `sn`/`state`.
    pub(crate) async fn next(&mut self) -> (u16, u64, String) {
        let (status, body) = tokio::time::timeout(BOUND, self.came.recv()).await.expect("in time").unwrap();
        (status, body["sn"].as_u64().unwrap(), body["state"].as_str().unwrap().to_owned())
    }
}
