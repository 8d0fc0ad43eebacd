//! A server with every default in a folder of its own, for tests of what stands around the handlers.

use std::sync::Arc;
use std::time::Duration;

use api::app::{App, Builder};
use api::config::Config;
use portal::http::{Answer, Http};
use reqwest::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

/// A running server; stops when dropped.
pub struct Shell {
    pub app: Arc<App>,
    pub url: String,
    address: String,
    http: Http,
    stop: CancellationToken,
    _folder: tempfile::TempDir,
}

impl Shell {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With these settings beside the ones every test has.
    pub async fn start_with(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = api::server::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let url = format!("http://{address}");
        let own = [
            ("GXB_DATA_DIR", folder.path().to_str().unwrap()),
            ("GXB_PUBLIC_URL", url.as_str()),
            ("GXB_PORTAL_SIM_LISTEN", "127.0.0.1:0"),
        ];
        let all = own.iter().chain(settings).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let stop = CancellationToken::new();
        let app = Builder::new(Config::read(all, None).unwrap()).stop(stop.clone()).build().await.unwrap();
        tokio::spawn(api::server::run(Arc::clone(&app), listener));
        Self { app, url, address, http: Http::new(Duration::from_secs(20)).unwrap(), stop, _folder: folder }
    }

    /// One request with these headers and this body.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Answer {
        let mut request = self.http.request(method, &format!("{}{path}", self.url)).body(body.into());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.http.send(request, 64 << 20).await.unwrap()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], "").await
    }

    /// Signs somebody in and answers the `Authorization` header.
    pub async fn sign_in(&self, name: &str) -> String {
        let body = format!(r#"{{"code":"dev-{name}"}}"#);
        let json = [("content-type", "application/json")];
        let answer = self.send(Method::POST, "/v1/session/wechat", &json, body).await;
        format!("Bearer {}", json_of(&answer)["access_token"].as_str().unwrap())
    }

    /// Writes these bytes to a connection of its own, closes its sending half when `finish`, and answers everything that
    /// comes back.
    pub async fn raw(&self, bytes: &[u8], finish: bool) -> String {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        // A server that refuses early may close before everything is written.
        drop(stream.write_all(bytes).await);
        if finish {
            drop(stream.shutdown().await);
        }
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer);
        tokio::time::timeout(Duration::from_secs(20), read).await.expect("an answer in time").ok();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

pub fn json_of(answer: &Answer) -> serde_json::Value {
    serde_json::from_slice(&answer.body)
        .unwrap_or_else(|_| panic!("{}: {}", answer.status, String::from_utf8_lossy(&answer.body)))
}

/// A header as text; empty when it is missing.
pub fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |value| value.to_str().unwrap())
}
