//! The way of one request: to its face and operation, past the faults, the document and the world, into the log. The server
//! sends every request here.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use axum::Router;
use http::header::{CONNECTION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Method, Response, StatusCode, request};
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use serde_json::Value;

use super::call::{Body, Call, Face, Reply};
use super::contract::{self, Contract, Documented, Match};
use super::fault::board::{Asked, FaultBoard};
use super::fault::{Fault, FaultBody, FaultKind};
use super::requests::{Received, RequestLog};
use super::server::{self, Incomplete, Limits, Line, Payload};
use super::world::World;

/// All that stands under one address.
pub(super) struct Premises {
    pub(super) address: String,
    pub(super) client_id: String,
    pub(super) world: World,
    pub(super) faults: FaultBoard,
    pub(super) requests: RequestLog,
}

/// Where requests go.
pub(super) struct Route {
    premises: Arc<Premises>,
    control: TowerToHyperService<Router>,
    limits: Limits,
}

/// The connection ends without an answer, because a fault says so.
#[derive(Debug)]
pub(super) struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the connection is cut on purpose")
    }
}

impl std::error::Error for Cut {}

/// A request that was for an operation of a face.
struct Arrived {
    face: Face,
    contract: &'static Contract,
    documented: &'static Documented,
    path: BTreeMap<String, String>,
    head: request::Parts,
    body: Vec<u8>,
}

impl Route {
    pub(super) fn new(premises: Arc<Premises>, limits: Limits) -> Self {
        let control = super::control::router(Arc::clone(&premises));
        Self {
            premises,
            control: TowerToHyperService::new(control),
            limits,
        }
    }

    /// Answers one request.
    pub(super) async fn receive(
        &self,
        request: http::Request<Incoming>,
        line: &Line,
    ) -> Result<Response<Payload>, Cut> {
        let (head, body) = request.into_parts();
        let body = server::read(body, self.limits).await;
        let path = head.uri.path();
        if path == "/" || path == "/_sandbox" || path.starts_with("/_sandbox/") {
            return Ok(self.control(head, body).await);
        }
        let method = known(&head.method);
        let unmatched = |reply: Reply, media_type: &str| {
            self.premises.requests.note(Received {
                time: SystemTime::now(),
                method,
                path: None,
                operation: None,
                member: None,
                status: Some(reply.status.as_u16()),
                fault: None,
            });
            Ok(respond(reply, media_type))
        };
        let Some((face, below)) = Face::of(path) else {
            let reply = contract::no_such_path();
            return unmatched(reply, "application/json");
        };
        let contract = contract::of(face);
        let body = match body {
            Ok(body) => body,
            Err(incomplete) => return unmatched(refusal(incomplete), contract.media_type()),
        };
        match contract.find(head.method.as_str(), below) {
            Match::Operation(documented, path) => {
                let below = below.to_owned();
                let arrived = Arrived {
                    face,
                    contract,
                    documented,
                    path,
                    head,
                    body,
                };
                self.operate(arrived, &below, line).await
            }
            Match::OtherMethods(methods) => {
                unmatched(contract::other_methods(&methods), contract.media_type())
            }
            Match::Nothing => unmatched(contract::no_such_path(), contract.media_type()),
        }
    }

    /// Answers a request for an operation, or lets its fault happen.
    async fn operate(
        &self,
        arrived: Arrived,
        below: &str,
        line: &Line,
    ) -> Result<Response<Payload>, Cut> {
        let documented = arrived.documented;
        let operation = documented.operation;
        let fault = self.premises.faults.take(&Asked {
            face: arrived.face,
            method: operation.method,
            path: below,
            operation: operation.id,
        });
        let mut received = Received {
            time: SystemTime::now(),
            method: operation.method,
            path: Some(format!("{}{}", arrived.face.prefix(), operation.path)),
            operation: Some(operation.id),
            member: member(&arrived.path),
            status: None,
            fault: fault.as_ref().map(|fault| fault.kind),
        };
        let contract = arrived.contract;
        let true_reply = match &fault {
            Some(fault) if !fault.is_processed() => None,
            fault => Some(self.process(arrived, fault.as_ref())),
        };
        if let Some(wait) = fault.as_ref().and_then(Fault::held_back) {
            tokio::time::sleep(wait).await;
        }
        let kind = fault.as_ref().map(|fault| fault.kind);
        if kind == Some(FaultKind::Reset) {
            self.premises.requests.note(received);
            line.reset();
            return Err(Cut);
        }
        let reply = match (fault.as_ref().and_then(instead), true_reply) {
            (Some(reply), _) | (None, Some(reply)) => reply,
            (None, None) => Reply::nothing(StatusCode::NO_CONTENT),
        };
        received.time = SystemTime::now();
        received.status = Some(reply.status.as_u16());
        self.premises.requests.note(received);
        let media_type = documented.answer_media_type(reply.status);
        let response = respond(reply, media_type.unwrap_or(contract.media_type()));
        match kind {
            Some(FaultKind::Truncate) => Ok(cut_off(response).await),
            _ => Ok(response),
        }
    }

    /// The true answer, after what a fault does to the world or to the call.
    fn process(&self, arrived: Arrived, fault: Option<&Fault>) -> Reply {
        let kind = fault.map(|fault| fault.kind);
        if kind == Some(FaultKind::ExpireSessions) {
            self.premises.world.expire_sessions();
        }
        let answered = self.judge(arrived, kind == Some(FaultKind::StaleEcho));
        answered.unwrap_or_else(|refusal| refusal)
    }

    fn judge(&self, arrived: Arrived, is_stale: bool) -> Result<Reply, Reply> {
        let Arrived {
            face,
            contract,
            documented,
            path,
            head,
            body,
        } = arrived;
        documented.check_media_types(&head.headers, !body.is_empty())?;
        let mut call = Call {
            face,
            operation: documented.operation,
            path,
            query: contract::query_pairs(head.uri.query().unwrap_or_default())?,
            headers: head.headers,
            body: Value::Null,
            is_stale,
        };
        let world = &self.premises.world;
        let principal = world.authorise(&call)?;
        call.body = documented.check(contract, &call, &body)?;
        let by_state = world.answer(&principal, &call);
        let user = principal.user();
        Ok(by_state.unwrap_or_else(|| documented.answer(contract, &call, user.as_deref())))
    }

    async fn control(
        &self,
        head: request::Parts,
        body: Result<Vec<u8>, Incomplete>,
    ) -> Response<Payload> {
        let body = match body {
            Ok(body) => body,
            Err(incomplete) => return respond(refusal(incomplete), "application/json"),
        };
        let request = http::Request::from_parts(head, Payload::from(body));
        match self.control.call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

impl Face {
    /// Where it stands under the address.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::Nexus => "/nexus",
            Self::Sso => "/sso",
            Self::Mdx => "/mdx",
        }
    }

    /// The face of a path, and the path below it.
    fn of(path: &str) -> Option<(Self, &str)> {
        let faces = [Self::Nexus, Self::Sso, Self::Mdx].into_iter();
        faces.into_iter().find_map(|face| {
            let below = path.strip_prefix(face.prefix())?;
            below.starts_with('/').then_some((face, below))
        })
    }
}

/// The member of a path. A path may be long and the log is kept in memory, so a guid or a test word, and nothing longer.
fn member(path: &BTreeMap<String, String>) -> Option<String> {
    let guid = path.get("member_guid")?;
    (guid.len() <= 64).then(|| guid.clone())
}

/// The methods of HTTP by name: what else a client makes up is not repeated anywhere.
fn known(method: &Method) -> &'static str {
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

fn refusal(incomplete: Incomplete) -> Reply {
    let (status, message) = match incomplete {
        Incomplete::TooLarge => (413, "The body is larger than the sandbox takes."),
        Incomplete::TooSlow => (408, "The body did not arrive in time."),
        Incomplete::Broken => (400, "The body did not arrive whole."),
    };
    let mut reply = Reply::problem(status, None, message);
    // What is left of the body is not read any more.
    reply
        .headers
        .push((CONNECTION, HeaderValue::from_static("close")));
    reply
}

/// What a fault answers instead of the truth.
fn instead(fault: &Fault) -> Option<Reply> {
    let status = StatusCode::from_u16(fault.status?).ok()?;
    let of = |media_type, text: &str| Body::Bytes {
        media_type,
        bytes: text.as_bytes().to_vec(),
    };
    let body = match fault.body.unwrap_or(FaultBody::Json) {
        FaultBody::Json => Reply::problem(status.as_u16(), None, "A fault was asked for.").body,
        FaultBody::Html => of(
            "text/html",
            "<html><body><h1>A fault was asked for</h1></body></html>",
        ),
        FaultBody::NotJson => of("application/vnd.mx.nexus.v1+json", "{\"error\": "),
        FaultBody::Empty => Body::Nothing,
    };
    let seconds = fault.retry_after_seconds().into_iter();
    let headers = seconds.map(|seconds| (RETRY_AFTER, HeaderValue::from(seconds)));
    Some(Reply {
        status,
        headers: headers.collect(),
        body,
    })
}

/// Writes a reply. JSON goes out in the media type that is given.
fn respond(reply: Reply, media_type: &str) -> Response<Payload> {
    let (media_type, bytes) = match reply.body {
        Body::Nothing => (None, Vec::new()),
        Body::Json(value) => (Some(media_type), value.to_string().into_bytes()),
        Body::Bytes { media_type, bytes } => (Some(media_type), bytes),
    };
    let mut response = Response::new(Payload::from(bytes));
    *response.status_mut() = reply.status;
    let headers = response.headers_mut();
    if let Some(value) = media_type.and_then(|text| HeaderValue::from_str(text).ok()) {
        headers.insert(CONTENT_TYPE, value);
    }
    headers.extend(reply.headers);
    response
}

/// The same answer, of which half arrives.
async fn cut_off(response: Response<Payload>) -> Response<Payload> {
    let (head, body) = response.into_parts();
    // It was made of bytes in memory, so there is no error to come.
    let bytes = axum::body::to_bytes(body, usize::MAX).await;
    Response::from_parts(head, server::truncated(bytes.unwrap_or_default().to_vec()))
}
