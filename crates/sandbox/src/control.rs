//! The control API below `/_sandbox/`: for tests in other languages, and for a browser.

use std::sync::{Arc, LazyLock};

use axum::body::{Body as ResponseBody, Bytes};
use axum::extract::Path;
use axum::middleware::{Next, from_fn};
use axum::routing::{get, post};
use axum::{Extension, Router};
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Body as _;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::api;
use crate::fault::Fault;
use crate::settings::Variation;
use crate::shared::Shared;
use crate::state::InvalidUser;
use crate::world::{Member, UserApi, World};
use mx_nexus::Secret;

mod oauth;
mod page;
mod webhooks;
mod worlds;

/// The sandbox, or the world that the path names. The router adds it to a request, and to those of no world also the `Worlds`.
type SharedState = Extension<Arc<Shared>>;

/// The routes below `/_sandbox/`, and the index.
pub(crate) fn router() -> Router {
    Router::new()
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
        .route("/_sandbox/members", get(list_members).post(add_member))
        .route("/_sandbox/partners", post(add_partner))
        .route("/_sandbox/reset", post(reset))
        .route("/_sandbox/world", get(read_world).put(set_world))
        .route("/_sandbox/world/schema", get(read_world_schema))
        .route("/_sandbox/webhooks", post(webhooks::send))
        .merge(worlds::router())
        .merge(oauth::requests())
        .route("/_sandbox/openapi/{document}", get(read_document))
        .route_layer(from_fn(require_json))
        .merge(oauth::page())
        .merge(page::router())
        .fallback(not_found)
}

/// Refuses a change whose body has another media type than JSON: a form of a web page has one.
async fn require_json(request: Request<ResponseBody>, next: Next) -> Response<ResponseBody> {
    let is_read = [Method::GET, Method::HEAD].contains(request.method());
    let media_type = request.headers().get(CONTENT_TYPE);
    let is_json = media_type.and_then(|one| one.to_str().ok()).map(|text| {
        let essence = text.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("application/json")
    });
    let has_body = !request.body().is_end_stream();
    if !is_read && !is_json.unwrap_or(!has_body) {
        let message = "Send the media type of the body: Content-Type: application/json";
        return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, message);
    }
    next.run(request).await
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

/// The document of these requests at this address.
fn document(shared: &Shared) -> Value {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
        // A test reads it.
        yaml_serde::from_str(include_str!("control/sandbox.yaml")).unwrap_or_default()
    });
    let mut document = DOCUMENT.clone();
    document["servers"] = json!([{"url": shared.address}]);
    let is_world = !shared.prefix.is_empty();
    if let Some(paths) = document["paths"].as_object_mut().filter(|_| is_world) {
        paths.retain(|path, _| !path.starts_with("/_sandbox/worlds"));
    }
    document
}

async fn index(Extension(shared): SharedState) -> Response<ResponseBody> {
    let document = document(&shared);
    let mut control = Map::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in ["get", "post", "put", "delete"] {
            if let Some(summary) = item[method].get("summary") {
                control.insert(format!("{} {path}", method.to_uppercase()), summary.clone());
            }
        }
    }
    let mut index = json!({
        "what": "a sandbox of MX with fictitious banks and users",
        "client_id": shared.client_id,
        "control": control,
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

async fn list_faults(Extension(shared): SharedState) -> Response<ResponseBody> {
    ok(&json!({"faults": shared.faults.list()}))
}

async fn add_fault(Extension(shared): SharedState, body: Bytes) -> Response<ResponseBody> {
    let read = serde_json::from_slice::<Fault>(&body)
        .map_err(|error| format!("The body has to be a fault as JSON: {error}."));
    let added = read.and_then(|fault| {
        let fault = fault.with_defaults();
        let added = shared.faults.add(fault.clone());
        added.map(|()| fault).map_err(|error| error.to_string())
    });
    match added {
        Ok(fault) => respond(StatusCode::CREATED, &fault),
        Err(reason) => refuse(StatusCode::BAD_REQUEST, &reason),
    }
}

async fn clear_faults(Extension(shared): SharedState) -> Response<ResponseBody> {
    ok(&json!({"cleared": shared.faults.clear()}))
}

async fn expire_sessions(Extension(shared): SharedState, body: Bytes) -> Response<ResponseBody> {
    if body.is_empty() {
        return ok(&json!({"expired": shared.store.expire_sessions()}));
    }
    match read::<OfUser>(&body, r#"nothing, or {"user_id": "…"}"#) {
        Ok(OfUser { user_id }) => {
            ok(&json!({"expired": shared.store.expire_sessions_of(&user_id)}))
        }
        Err(reason) => refuse(StatusCode::BAD_REQUEST, &reason),
    }
}

async fn list_requests(Extension(shared): SharedState) -> Response<ResponseBody> {
    ok(&json!({"requests": shared.requests.list()}))
}

async fn clear_requests(Extension(shared): SharedState) -> Response<ResponseBody> {
    ok(&json!({"cleared": shared.requests.clear()}))
}

async fn list_variations(Extension(shared): SharedState) -> Response<ResponseBody> {
    ok(&Variations {
        variations: shared.store.variations(),
    })
}

async fn set_variations(Extension(shared): SharedState, body: Bytes) -> Response<ResponseBody> {
    match serde_json::from_slice::<Variations>(&body) {
        Ok(wanted) => {
            let wanted = wanted.variations.into_iter();
            shared.store.set_variations(wanted.collect());
            list_variations(Extension(shared)).await
        }
        Err(error) => {
            let message = format!("Send {{\"variations\": [\"no_job_guid\"]}}: {error}.");
            refuse(StatusCode::BAD_REQUEST, &message)
        }
    }
}

async fn list_jobs(Extension(shared): SharedState) -> Response<ResponseBody> {
    ok(&json!({"jobs": shared.store.jobs()}))
}

async fn finish_jobs(Extension(shared): SharedState) -> Response<ResponseBody> {
    ok(&json!({"finished": shared.store.finish_jobs()}))
}

/// The body of a request. The error leaves out the value: it may be a password.
fn read<T: DeserializeOwned>(body: &[u8], form: &str) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|_| format!("Send {form}."))
}

/// The body of `/_sandbox/variations`.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Variations {
    variations: Vec<Variation>,
}

/// The body of `POST /_sandbox/sessions/expire`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfUser {
    user_id: String,
}

/// The body of `POST /_sandbox/members`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewMember {
    user_id: String,
    password: String,
    login: Option<String>,
    institution: Option<String>,
    #[serde(default)]
    api: UserApi,
}

/// The body of `POST /_sandbox/partners`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPartner {
    client_id: String,
    api_key: Secret,
}

async fn list_members(Extension(shared): SharedState) -> Response<ResponseBody> {
    ok(&json!({"members": shared.store.members()}))
}

async fn add_member(Extension(shared): SharedState, body: Bytes) -> Response<ResponseBody> {
    let form = r#"{"user_id": "…", "password": "…"}, also with "login", "institution", or "api": "atrium""#;
    let store = &shared.store;
    let message = |refusal: InvalidUser| refusal.to_string();
    let added = read::<NewMember>(&body, form).and_then(|new| -> Result<_, String> {
        let chosen = Member {
            login: new.login,
            password: Some(new.password),
            institution: new.institution,
            ..Member::default()
        };
        let member = match new.api {
            UserApi::Nexus => store.add_member(&new.user_id, &chosen).map_err(message)?,
            UserApi::Atrium => {
                let user = store.add_atrium_user(&new.user_id).map_err(message)?;
                store.add_atrium_member(&user, &chosen).map_err(message)?
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

async fn add_partner(Extension(shared): SharedState, body: Bytes) -> Response<ResponseBody> {
    let read = read::<NewPartner>(
        &body,
        r#"{"client_id": "…", "api_key": "…"}, neither empty"#,
    );
    match read {
        Ok(new) if !new.client_id.is_empty() && !new.api_key.expose().is_empty() => {
            shared.store.add_partner(&new.client_id, new.api_key);
            respond(StatusCode::CREATED, &json!({"client_id": new.client_id}))
        }
        Ok(_) => refuse(
            StatusCode::BAD_REQUEST,
            "Neither client_id nor api_key may be empty.",
        ),
        Err(reason) => refuse(StatusCode::BAD_REQUEST, &reason),
    }
}

async fn reset(Extension(shared): SharedState) -> Response<ResponseBody> {
    ok(&json!({"members": shared.reset(None)}))
}

async fn read_world(Extension(shared): SharedState) -> Response<ResponseBody> {
    ok(&*shared.store.world())
}

async fn set_world(Extension(shared): SharedState, body: Bytes) -> Response<ResponseBody> {
    let text = String::from_utf8_lossy(&body);
    let read = match text.trim_start().starts_with('{') {
        true => text.parse::<World>(),
        false => {
            return refuse(
                StatusCode::BAD_REQUEST,
                "The body has to be a world as a JSON object.",
            );
        }
    };
    match read {
        Ok(world) => ok(&json!({"members": shared.reset(Some(world))})),
        Err(reason) => {
            let message = format!("The body has to be a world as JSON: {reason}.");
            refuse(StatusCode::BAD_REQUEST, &message)
        }
    }
}

async fn read_world_schema() -> Response<ResponseBody> {
    ok(&World::schema())
}

async fn read_document(
    Extension(shared): SharedState,
    Path(name): Path<String>,
) -> Response<ResponseBody> {
    let name = name.strip_suffix(".json");
    if name == Some("sandbox") {
        return ok(&document(&shared));
    }
    let mut served = api::SERVED.into_iter();
    match served.find(|api| Some(api.name()) == name) {
        Some(api) => json_response(StatusCode::OK, shared.document(api)),
        None => not_found().await,
    }
}
