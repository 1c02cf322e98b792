//! The page in the browser. All of it is in this crate: nothing comes from the network.

use axum::Router;
use axum::body::Body as ResponseBody;
use axum::routing::get;
use http::header::{ACCEPT, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY};
use http::{HeaderMap, HeaderValue, Response};

use super::{SharedState, index};

const HTML: &str = include_str!("../page/index.html");
const STYLE: &str = include_str!("../page/style.css");
const SCRIPT: &str = include_str!("../page/page.js");

/// Only what the sandbox itself serves, and in no frame of another page, which could guide clicks.
const POLICY: &str =
    "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

pub(super) fn router() -> Router {
    Router::new()
        .route("/", get(page_or_index))
        .route(
            "/_sandbox/page/style.css",
            get(async || file("text/css; charset=utf-8", STYLE)),
        )
        .route(
            "/_sandbox/page/page.js",
            get(async || file("text/javascript; charset=utf-8", SCRIPT)),
        )
}

/// The page for a browser, the index for a program.
async fn page_or_index(shared: SharedState, headers: HeaderMap) -> Response<ResponseBody> {
    let accepted = headers
        .get(ACCEPT)
        .and_then(|accepted| accepted.to_str().ok());
    let mut response = match accepted.is_some_and(|accepted| accepted.contains("text/html")) {
        true => {
            // Its links are below the path of its world.
            let page = HTML.replace("\"/_sandbox", &format!("\"{}/_sandbox", shared.prefix));
            file("text/html; charset=utf-8", page)
        }
        false => index(shared).await,
    };
    let headers = response.headers_mut();
    headers.insert(VARY, HeaderValue::from_static("accept"));
    response
}

fn file(media_type: &'static str, text: impl Into<ResponseBody>) -> Response<ResponseBody> {
    let mut response = Response::new(text.into());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}
