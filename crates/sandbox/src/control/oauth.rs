//! The page on which a user signs in by OAuth, and the same for programs, which need no address.

use axum::body::Body as ResponseBody;
use axum::extract::Path;
use axum::routing::{get, post};
use axum::{Extension, Router};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use serde_json::json;

use super::{SharedState, ok, refuse};
use crate::shared::Shared;
use crate::state::Consent;

/// The form value of the button "Decline".
const DECLINED: &str = "answer=decline";

/// The requests of programs.
pub(super) fn requests() -> Router {
    Router::new()
        .route("/_sandbox/oauth/{member}", post(sign_in))
        .route("/_sandbox/oauth/{member}/decline", post(decline))
}

/// The page, whose buttons send a form.
pub(super) fn page() -> Router {
    Router::new().route("/_sandbox/oauth/{member}/{page}", get(show).post(submit))
}

async fn sign_in(
    Extension(shared): SharedState,
    Path(member): Path<String>,
) -> Response<ResponseBody> {
    finish(&shared, &member, Consent::Given)
}

async fn decline(
    Extension(shared): SharedState,
    Path(member): Path<String>,
) -> Response<ResponseBody> {
    finish(&shared, &member, Consent::Declined)
}

fn finish(shared: &Shared, member: &str, consent: Consent) -> Response<ResponseBody> {
    match shared.store.finish_oauth(member, consent) {
        true => ok(&json!({"signed_in": consent == Consent::Given})),
        false => refuse(
            StatusCode::NOT_FOUND,
            "No OAuth page of such a member is open.",
        ),
    }
}

/// Reading the page changes nothing.
async fn show(
    Extension(shared): SharedState,
    Path((member, page)): Path<(String, String)>,
) -> Response<ResponseBody> {
    let Some(bank) = shared.store.oauth_page(&member, &page) else {
        return closed();
    };
    let name = escaped(&bank.name);
    let text = format!(
        "<p>Allow MX to read your accounts at {name}?</p>\n\
         <form method=\"post\"><button name=\"answer\" value=\"sign_in\">Sign in</button>\n\
         <button name=\"answer\" value=\"decline\">Decline</button></form>"
    );
    html(StatusCode::OK, &name, &text)
}

async fn submit(
    Extension(shared): SharedState,
    Path((member, page)): Path<(String, String)>,
    answer: String,
) -> Response<ResponseBody> {
    let (consent, text) = match answer == DECLINED {
        true => (Consent::Declined, "<p>You have declined.</p>"),
        false => (Consent::Given, "<p>You have signed in.</p>"),
    };
    match shared.store.finish_oauth_page(&member, &page, consent) {
        true => html(StatusCode::OK, "Done", text),
        false => closed(),
    }
}

fn closed() -> Response<ResponseBody> {
    let text = "<p>This address is not valid. It can be used once; request a new one.</p>";
    html(StatusCode::NOT_FOUND, "Not open", text)
}

/// A text for HTML: a world has names of its own.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

/// An HTML page of these texts in HTML.
fn html(status: StatusCode, title: &str, body: &str) -> Response<ResponseBody> {
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
         <body>\n<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    );
    let mut response = Response::new(ResponseBody::from(page));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    headers.insert(CONTENT_TYPE, kind);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
