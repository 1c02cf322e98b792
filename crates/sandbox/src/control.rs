//! The control API below `/_sandbox/`: for tests in other languages, and for a browser.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body as ResponseBody, Bytes};
use axum::extract::{Path, State};
use axum::routing::{get, post};
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::api;
use crate::fault::Fault;
use crate::settings::Variation;
use crate::shared::Shared;

mod oauth;

type SharedState = State<Arc<Shared>>;

/// The routes below `/_sandbox/`, and the index.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(index))
        .route("/_sandbox", get(index))
        .route("/_sandbox/", get(index))
        .route(
            "/_sandbox/faults",
            get(list_faults).post(add_fault).delete(clear_faults),
        )
        .route("/_sandbox/sessions/expire", post(expire_sessions))
        .route(
            "/_sandbox/requests",
            get(list_requests).delete(clear_requests),
        )
        .route(
            "/_sandbox/variations",
            get(list_variations).put(set_variations),
        )
        .route("/_sandbox/jobs", get(list_jobs))
        .route("/_sandbox/jobs/finish", post(finish_jobs))
        .route("/_sandbox/members", post(add_member))
        .merge(oauth::router())
        .route("/_sandbox/openapi/{document}", get(read_document))
        .fallback(not_found)
        .with_state(shared)
}

fn respond(status: StatusCode, value: &impl Serialize) -> Response<ResponseBody> {
    // Lists and objects of texts and numbers always serialise.
    let bytes = serde_json::to_vec(value).unwrap_or_default();
    json_response(status, bytes.into())
}

fn json_response(status: StatusCode, bytes: Bytes) -> Response<ResponseBody> {
    let mut response = Response::new(ResponseBody::from(bytes));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

fn ok(value: &impl Serialize) -> Response<ResponseBody> {
    respond(StatusCode::OK, value)
}

fn refuse(status: StatusCode, message: &str) -> Response<ResponseBody> {
    respond(status, &json!({"error": {"message": message}}))
}

/// The same response, in JSON when it is a plain-text refusal of axum's router.
pub(crate) fn json_refusal(response: Response<ResponseBody>) -> Response<ResponseBody> {
    let status = response.status();
    let media_type = response.headers().get(CONTENT_TYPE);
    let media_type = media_type.map_or(Ok("text/plain"), |one| one.to_str());
    let is_plain = media_type.is_ok_and(|text| text.starts_with("text/plain"));
    if !is_plain || !status.is_client_error() {
        return response;
    }
    let allowed = response.headers().get(ALLOW).cloned();
    let Some(allowed) = allowed.filter(|_| status == StatusCode::METHOD_NOT_ALLOWED) else {
        let message = "The request is malformed; GET /_sandbox lists the requests.";
        return refuse(status, message);
    };
    let methods = allowed.to_str().unwrap_or_default().replace(',', ", ");
    let message = format!("This path takes {methods} only; GET /_sandbox lists the requests.");
    let mut refusal = refuse(status, &message);
    refusal.headers_mut().insert(ALLOW, allowed);
    refusal
}

async fn index(State(shared): SharedState) -> Response<ResponseBody> {
    let mut index = json!({
        "what": "a sandbox of MX with fictitious banks and users",
        "client_id": shared.client_id,
        "control": {
            "POST /_sandbox/faults": "adds a fault",
            "GET /_sandbox/faults": "the faults that have not all happened",
            "DELETE /_sandbox/faults": "removes them",
            "POST /_sandbox/sessions/expire": "ends all sessions",
            "GET /_sandbox/requests": "the last requests, without secrets",
            "DELETE /_sandbox/requests": "removes them",
            "GET /_sandbox/variations": "the ways in which answers are not the usual ones",
            "PUT /_sandbox/variations": "sets them",
            "GET /_sandbox/jobs": "the jobs of all members",
            "POST /_sandbox/jobs/finish": "finishes all running jobs, or plays them to their challenges",
            "POST /_sandbox/members": "adds a member to the user with this user_id, of Atrium with the api atrium, at a bank that knows all passwords",
            "POST /_sandbox/oauth/{member}": "signs in on the OAuth page of the member",
            "POST /_sandbox/oauth/{member}/decline": "declines on the OAuth page of the member",
            "GET /_sandbox/openapi/nexus.json": "the document; also sso.json, mdx.json and atrium.json",
        },
    });
    for api in api::SERVED {
        index[api.name()] = format!("{}{}", shared.address, api::prefix(api)).into();
    }
    ok(&index)
}

async fn not_found() -> Response<ResponseBody> {
    refuse(
        StatusCode::NOT_FOUND,
        "There is nothing at this path; GET /_sandbox lists the requests.",
    )
}

async fn list_faults(State(shared): SharedState) -> Response<ResponseBody> {
    ok(&json!({"faults": shared.faults.list()}))
}

async fn add_fault(State(shared): SharedState, body: Bytes) -> Response<ResponseBody> {
    let read = serde_json::from_slice::<Fault>(&body)
        .map_err(|error| format!("The body has to be a fault as JSON: {error}."));
    let added = read.and_then(|fault| {
        let added = shared.faults.add(fault.clone());
        added.map(|()| fault).map_err(|error| error.to_string())
    });
    match added {
        Ok(fault) => respond(StatusCode::CREATED, &fault),
        Err(reason) => refuse(StatusCode::BAD_REQUEST, &reason),
    }
}

async fn clear_faults(State(shared): SharedState) -> Response<ResponseBody> {
    ok(&json!({"cleared": shared.faults.clear()}))
}

async fn expire_sessions(State(shared): SharedState) -> Response<ResponseBody> {
    ok(&json!({"expired": shared.store.expire_sessions()}))
}

async fn list_requests(State(shared): SharedState) -> Response<ResponseBody> {
    ok(&json!({"requests": shared.requests.list()}))
}

async fn clear_requests(State(shared): SharedState) -> Response<ResponseBody> {
    ok(&json!({"cleared": shared.requests.clear()}))
}

async fn list_variations(State(shared): SharedState) -> Response<ResponseBody> {
    ok(&Variations {
        variations: shared.store.variations(),
    })
}

async fn set_variations(State(shared): SharedState, body: Bytes) -> Response<ResponseBody> {
    match serde_json::from_slice::<Variations>(&body) {
        Ok(wanted) => {
            let wanted = wanted.variations.into_iter();
            shared.store.set_variations(wanted.collect());
            list_variations(State(shared)).await
        }
        Err(error) => {
            let message = format!("Send {{\"variations\": [\"no_job_guid\"]}}: {error}.");
            refuse(StatusCode::BAD_REQUEST, &message)
        }
    }
}

async fn list_jobs(State(shared): SharedState) -> Response<ResponseBody> {
    ok(&json!({"jobs": shared.store.jobs()}))
}

async fn finish_jobs(State(shared): SharedState) -> Response<ResponseBody> {
    ok(&json!({"finished": shared.store.finish_jobs()}))
}

/// The body of `/_sandbox/variations`.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Variations {
    variations: Vec<Variation>,
}

/// The body of `POST /_sandbox/members`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewMember {
    user_id: String,
    password: String,
    #[serde(default)]
    api: UserApi,
}

/// Whose user it is.
#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum UserApi {
    #[default]
    Nexus,
    Atrium,
}

async fn add_member(State(shared): SharedState, body: Bytes) -> Response<ResponseBody> {
    // The message leaves out the value: it may be a password.
    let read = serde_json::from_slice::<NewMember>(&body);
    let read = read.map_err(|_| {
        String::from(
            "Send {\"user_id\": \"…\", \"password\": \"…\"}, for Atrium also \"api\": \"atrium\".",
        )
    });
    let store = &shared.store;
    let added = read.and_then(|new| {
        let NewMember {
            user_id,
            password,
            api,
        } = new;
        let member = match api {
            UserApi::Nexus => store.add_member(&user_id, &password)?,
            UserApi::Atrium => {
                let user = store.add_atrium_user(&user_id)?;
                store.add_atrium_member(&user, &password)?
            }
        };
        let user = store.user_of_member(&member);
        Ok(json!({"member": member, "user": user}))
    });
    match added {
        Ok(added) => respond(StatusCode::CREATED, &added),
        Err(reason) => refuse(StatusCode::BAD_REQUEST, &reason),
    }
}

async fn read_document(
    State(shared): SharedState,
    Path(name): Path<String>,
) -> Response<ResponseBody> {
    let name = name.strip_suffix(".json");
    let mut served = api::SERVED.into_iter();
    match served.find(|api| Some(api.name()) == name) {
        Some(api) => json_response(StatusCode::OK, shared.document(api)),
        None => not_found().await,
    }
}
