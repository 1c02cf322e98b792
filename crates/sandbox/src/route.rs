//! The way of one request: to its face and operation, past the faults, the document and the world, into the log. The server
//! sends every request here.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use axum::Router;
use http::{Method, Response, StatusCode, request};
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use serde_json::Value;

use super::call::{Body, Call, Face, Reply};
use super::contract::{self, Contract, Documented, Match};
use super::faces;
use super::fault::{Asked, Fault, FaultKind};
use super::premises::Premises;
use super::requests::{Received, member};
use super::server::{self, Incomplete, Limits, Line, Payload};

mod answers;

use answers::{cut_off, instead, nowhere, refusal, respond};

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
        let body = server::read(&head, body, self.limits).await;
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
        let Some((face, below)) = face_of(path) else {
            return unmatched(nowhere(), "application/json");
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
            path: Some(format!("/{}{}", arrived.face.name(), operation.path)),
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
        let media_type = |status| {
            let media_type = documented.answer_media_type(status);
            media_type.unwrap_or(contract.media_type())
        };
        let instead = fault.as_ref().and_then(|fault| instead(fault, media_type));
        let reply = match (instead, true_reply) {
            (Some(reply), _) | (None, Some(reply)) => reply,
            (None, None) => Reply::nothing(StatusCode::NO_CONTENT),
        };
        let kind = fault.as_ref().map(|fault| fault.kind);
        let is_reset = match kind {
            Some(FaultKind::Reset) => true,
            // There is no middle in which it could end.
            Some(FaultKind::Truncate) => matches!(reply.body, Body::Nothing),
            _ => false,
        };
        received.time = SystemTime::now();
        received.status = (!is_reset).then(|| reply.status.as_u16());
        self.premises.requests.note(received);
        if is_reset {
            line.reset();
            return Err(Cut);
        }
        let media_type = media_type(reply.status);
        let response = respond(reply, media_type);
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
        let by_state = world.read(call.is_stale, |state| {
            faces::answer(state, &principal, &call)
        });
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
            Ok(response) => super::control::told(response),
            Err(never) => match never {},
        }
    }
}

/// The face of a path, and the path below it.
pub(crate) fn face_of(path: &str) -> Option<(Face, &str)> {
    let (name, _) = path.strip_prefix('/')?.split_once('/')?;
    let face = Face::ALL.iter().find(|face| face.name() == name)?;
    Some((*face, &path[1 + name.len()..]))
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
