//! Pages for people: the documents, readable without the internet, and the lists of problems and reasons.

use std::sync::{Arc, OnceLock};

use poem::endpoint::make_sync;
use poem::web::Html;
use poem::{Response, Route, get};
use poem_openapi::{OpenApi, OpenApiService};

use super::{documents, problem};

/// Adds the pages and the machine-readable documents.
pub(super) fn add(routes: Route, public_url: &str) -> Route {
    let routes = one(routes, "app", documents::app(public_url));
    let routes = one(routes, "staff", documents::staff(public_url));
    let routes = one(routes, "integration", documents::integration(public_url));
    routes
        .at("/docs", get(make_sync(|_| Html(INDEX))))
        .at("/docs/problems", get(make_sync(|_| Html(problem::page()))))
        .at("/docs/faults", get(make_sync(|_| Html(problem::fault_page()))))
        .at("/docs/reasons", get(make_sync(|_| Html(problem::reasons()))))
}

/// One document: `/openapi/NAME.json`, and the page `/docs/NAME`, which is made when it is first asked for.
fn one<T: OpenApi + Send + Sync + 'static>(routes: Route, name: &str, service: OpenApiService<T, ()>) -> Route {
    let spec: Arc<str> = documents::json(&service).into();
    let shown = Arc::clone(&spec);
    let page: OnceLock<bytes::Bytes> = OnceLock::new();
    routes
        .at(
            format!("/openapi/{name}.json"),
            get(make_sync(move |_| {
                let document = Response::builder().content_type("application/json");
                document.header("cache-control", "public, max-age=300").body(spec.to_string())
            })),
        )
        .at(
            format!("/docs/{name}"),
            get(make_sync(move |_| {
                let html = page.get_or_init(|| {
                    let page = service.rapidoc_html().replace(&service.spec(), &shown);
                    without_internet(&page).into()
                });
                Response::builder().content_type("text/html; charset=utf-8").body(html.clone())
            })),
        )
}

/// The page as the framework makes it asks elsewhere for a typeface: the device's own serves as well.
fn without_internet(page: &str) -> String {
    let lines = page.split_inclusive('\n').filter(|line| !line.trim_start().starts_with("<link href=\"https://"));
    lines.collect::<String>().replace(r#"regular-font="Open Sans""#, r#"regular-font="system-ui, sans-serif""#)
}

const INDEX: &str = r#"<!doctype html><html lang="zh-CN"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>高兴办 · 接口文档 Documents</title>
<style>body{font:18px/1.7 system-ui,sans-serif;max-width:46rem;margin:3rem auto;padding:0 1rem}
li{margin:1rem 0}small{color:#555}</style>
<h1>高兴办 · 接口文档</h1>
<p>在家点点手机就能办事：门牌匾设置从拍照到省平台办结。<br>
<small>Do the thing from home with a few taps. These pages need nothing from the internet.</small>
<ul>
<li><a href="/docs/app">办事人接口 App</a> · <a href="/openapi/app.json">openapi.json</a><br>
小程序调用：登录、指南、照片、办件、通知。<br><small>For the mini-program: sessions, guides, photos, cases, notices.</small>
<li><a href="/docs/staff">工作人员接口 Staff</a> · <a href="/openapi/staff.json">openapi.json</a><br>
窗口、审批、监督人员使用。<br><small>For clerks, approvers and supervisors.</small>
<li><a href="/docs/integration">系统对接接口 Integration</a> · <a href="/openapi/integration.json">openapi.json</a><br>
省平台和其他系统使用，每次调用都要签名。<br><small>For the province and other machines; every call is signed.</small>
<li><a href="/docs/problems">问题代码 Problems</a><br>
每个错误是什么、怎么办。<br><small>What every error means and what to do.</small>
<li><a href="/docs/faults">逐项错误 Faults</a><br>
请求里每一处不对的是什么、怎么办。<br><small>What each fault that an error lists means and what to do.</small>
<li><a href="/docs/reasons">转办原因 Reasons</a><br>
为什么没有送达、怎么办。<br><small>Why something was not delivered, and what to do.</small>
</ul></html>
"#;
