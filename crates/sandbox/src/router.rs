//! Routes one request: to the control API, or through fault, contract, authorisation and state to its operation, and into the
//! request log. The server calls it.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::body::Body as ResponseBody;
use http::{Method, Request, Response, Uri, request};
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use serde_json::Value;

use crate::api::{self, Api};
use crate::body::{self, BodyError};
use crate::call::{Body, Call, PathParameters, Reply};
use crate::contract::{self, Contract, Documented, Match};
use crate::control;
use crate::fault::{Answer, Ending, Fault, Lag, RequestInfo};
use crate::handlers;
use crate::origin::AllowedSites;
use crate::requests::{Received, member};
use crate::settings::Limits;
use crate::shared::Shared;
use crate::socket::ResetFlag;
use crate::worlds::Worlds;

mod replies;

use replies::{no_such_api, respond, truncate, unread_body};

/// MX's guide reads this for the test session. There is no such operation, so it is probably a slip for [`IDENTIFY`].
const SLIP: (&str, &str) = ("GET", "/members/test_nexus_member/identity");
const IDENTIFY: (&str, &str) = ("POST", "/members/test_nexus_member/identify");

/// Routes all requests of a sandbox and its worlds.
pub(crate) struct RequestRouter {
    sandbox: Arc<Shared>,
    worlds: Arc<Worlds>,
    control: TowerToHyperService<Router>,
    sites: AllowedSites,
    limits: Limits,
}

/// A request that matched an operation.
struct Matched {
    shared: Arc<Shared>,
    /// The address as it was sent, with the path of a world.
    address: Uri,
    api: Api,
    contract: &'static Contract,
    documented: &'static Documented,
    path: PathParameters,
    head: request::Parts,
    body: Vec<u8>,
}

impl RequestRouter {
    pub(crate) fn new(
        sandbox: Arc<Shared>,
        worlds: Worlds,
        sites: AllowedSites,
        limits: Limits,
    ) -> Self {
        Self {
            sandbox,
            worlds: Arc::new(worlds),
            control: TowerToHyperService::new(control::router()),
            sites,
            limits,
        }
    }

    /// Responds to one request. An error closes the connection: a fault resets it.
    pub(crate) async fn respond(
        &self,
        request: Request<Incoming>,
        reset: &ResetFlag,
    ) -> io::Result<Response<ResponseBody>> {
        let (head, body) = request.into_parts();
        let is_shared = self.sites.is_cors(&head.headers);
        let mut response = self.route(head, body, reset).await?;
        if is_shared {
            self.sites.share(response.headers_mut());
        }
        Ok(response)
    }

    async fn route(
        &self,
        mut head: request::Parts,
        body: Incoming,
        reset: &ResetFlag,
    ) -> io::Result<Response<ResponseBody>> {
        let body = body::read(&head, body, self.limits).await;
        let mut refusal = self.sites.refusal(&head);
        let address = head.uri.clone();
        let shared = self.worlds.enter(&mut head.uri).unwrap_or_else(|unknown| {
            refusal.get_or_insert(unknown);
            Arc::clone(&self.sandbox)
        });
        let path = head.uri.path();
        let is_control = path == "/" || path == "/_sandbox" || path.starts_with("/_sandbox/");
        match refusal {
            Some(refusal) if is_control => return Ok(respond(refusal, "application/json")),
            Some(refusal) => return Ok(refuse(&shared, &head, refusal, "application/json")),
            None => {}
        }
        if let Some(allowed) = self.sites.preflight(&head) {
            return Ok(respond(allowed, "application/json"));
        }
        if is_control {
            return Ok(self.control(shared, head, body).await);
        }
        let Some((api, below)) = api::of_path(path) else {
            return Ok(refuse(&shared, &head, no_such_api(), "application/json"));
        };
        let contract = contract::of(api);
        let refuse = |reply| Ok(refuse(&shared, &head, reply, contract.media_type()));
        let body = match body {
            Ok(body) => body,
            Err(error) => return refuse(unread_body(error)),
        };
        let (method, below) = match (head.method.as_str(), below) {
            SLIP => IDENTIFY,
            sent => sent,
        };
        match contract.find(method, below) {
            Match::Operation(documented, path) => {
                let matched = Matched {
                    shared,
                    address,
                    api,
                    contract,
                    documented,
                    path,
                    head,
                    body,
                };
                operate(matched, reset).await
            }
            Match::MethodNotAllowed(methods) => refuse(contract::method_not_allowed(&methods)),
            Match::NotFound => refuse(contract::no_such_path()),
        }
    }

    async fn control(
        &self,
        shared: Arc<Shared>,
        mut head: request::Parts,
        body: Result<Vec<u8>, BodyError>,
    ) -> Response<ResponseBody> {
        let body = match body {
            Ok(body) => body,
            Err(error) => return respond(unread_body(error), "application/json"),
        };
        if shared.prefix.is_empty() {
            head.extensions.insert(Arc::clone(&self.worlds));
        }
        head.extensions.insert(shared);
        let request = Request::from_parts(head, ResponseBody::from(body));
        match self.control.call(request).await {
            Ok(response) => control::json_refusal(response),
            Err(never) => match never {},
        }
    }
}

/// Logs and refuses a request that matched no operation.
fn refuse(
    shared: &Shared,
    head: &request::Parts,
    reply: Reply,
    media_type: &'static str,
) -> Response<ResponseBody> {
    shared.requests.add(Received {
        method: known_method(&head.method),
        operation: None,
        member: None,
        status: Some(reply.status.as_u16()),
        fault: None,
    });
    respond(reply, media_type)
}

/// Replies to an operation, or applies the fault that matches it.
async fn operate(mut matched: Matched, reset: &ResetFlag) -> io::Result<Response<ResponseBody>> {
    let Matched {
        api,
        contract,
        documented,
        ..
    } = matched;
    let address = std::mem::take(&mut matched.address);
    let shared = Arc::clone(&matched.shared);
    let operation = documented.operation;
    let fault = shared.faults.take(&RequestInfo {
        api,
        method: operation.method,
        path: api::of_path(matched.head.uri.path()).map_or("", |(_, below)| below),
        operation,
    });
    let fault = fault.as_ref();
    let member = member(&matched.path);
    let reply = match fault {
        Some(fault) if !fault.is_processed() => None,
        _ => Some(process(matched, fault)),
    };
    if let Some(delay) = fault.and_then(Fault::delay_time) {
        tokio::time::sleep(delay).await;
    }
    let media_type = |status| {
        let media_type = documented.response_media_type(status);
        media_type.unwrap_or(contract.media_type())
    };
    let answer = fault.map_or_else(Answer::default, |fault| fault.answer.clone());
    let reply = answer.applied(reply, &address, media_type);
    let ending = match answer.connection {
        // Half of nothing would be a whole answer.
        Some(Ending::Truncated) if matches!(reply.body, Body::Empty) => Some(Ending::Reset),
        ending => ending,
    };
    let has_no_answer = matches!(ending, Some(Ending::Reset | Ending::Closed));
    shared.requests.add(Received {
        method: operation.method,
        operation: Some((api, operation)),
        member,
        status: (!has_no_answer).then(|| reply.status.as_u16()),
        fault: fault.map(Fault::kind),
    });
    if ending == Some(Ending::Reset) {
        reset.set();
    }
    if has_no_answer {
        return Err(io::Error::other("a fault closes the connection"));
    }
    let media_type = media_type(reply.status);
    let response = respond(reply, media_type);
    match ending {
        Some(Ending::Truncated) => Ok(truncate(response).await),
        _ => Ok(response),
    }
}

/// The reply of the operation, after the effects of a fault on the state and the call.
fn process(matched: Matched, fault: Option<&Fault>) -> Reply {
    if fault.is_some_and(Fault::expires_sessions) {
        matched.shared.store.expire_sessions();
    }
    let reply = call(matched, fault.and_then(|fault| fault.lag));
    reply.unwrap_or_else(|refusal| refusal)
}

fn call(matched: Matched, lag: Option<Lag>) -> Result<Reply, Reply> {
    let Matched {
        shared,
        contract,
        documented,
        head,
        body,
        ..
    } = matched;
    documented.check_media_types(&head.headers, !body.is_empty())?;
    let query = head.uri.query().unwrap_or_default();
    let mut call = Call {
        api: matched.api,
        operation: documented.operation,
        path: matched.path,
        query: form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect(),
        headers: head.headers,
        body: Value::Null,
        has_pages: true,
        lag,
    };
    let store = &shared.store;
    let principal = store.authorise(&mut call)?;
    call.body = documented.check(contract, &call, &body)?;
    let of_path = || call.path.get("user_guid").cloned();
    let user = principal.user().or_else(of_path);
    let handled = store.handle(user.as_deref(), call.lag, |state| {
        handlers::reply(state, &principal, &call)
    });
    Ok(handled.unwrap_or_else(|| documented.sample_reply(contract, &call, user.as_deref())))
}

/// The name of a method of HTTP; a client's own is not repeated.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}
