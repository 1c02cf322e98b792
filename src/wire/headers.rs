//! Headers of the caller: those of one call, and those that a hook sets for every request.
//!
//! Neither may set a credential, nor what this client sets itself.

use std::sync::{Arc, LazyLock};

use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use crate::error::Error;
use crate::operations::{Api, Operation};

/// Sets headers of a request, before each attempt.
pub(crate) type HeaderHook = dyn Fn(&'static Operation, &mut HeaderMap) + Send + Sync;

/// The headers of one call, or what is wrong with them: the builders of headers cannot fail, so the call does.
pub(crate) type CallHeaders = Arc<Result<HeaderMap, String>>;

/// Names of headers that carry credentials.
static CREDENTIALS: LazyLock<Vec<&'static HeaderName>> = LazyLock::new(|| {
    let operations = Api::ALL.iter().flat_map(|api| api.operations());
    let names = operations.flat_map(|it| [Some(it.credential_name), it.client_id_name]);
    let mut names: Vec<_> = names.flatten().collect();
    names.sort_by_key(|name| name.as_str());
    names.dedup();
    names
});

/// Names of headers that this client or HTTP itself sets.
const OURS: [HeaderName; 6] = [
    header::ACCEPT,
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::HOST,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
];

/// The same headers with one more.
pub(crate) fn with_header(headers: Option<&CallHeaders>, name: &str, value: &str) -> CallHeaders {
    let before = headers.map_or_else(|| Ok(HeaderMap::new()), |headers| (**headers).clone());
    Arc::new(before.and_then(|mut headers| {
        let (name, value) = parse(name, value)?;
        headers.insert(name, value);
        Ok(headers)
    }))
}

/// Messages contain no value.
fn parse(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), String> {
    let name = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| format!("{name:?} is not the name of a header"))?;
    check(&name)?;
    let mut value = HeaderValue::from_str(value).map_err(|_| {
        format!("the value of the header {name} holds a character that no header can carry")
    })?;
    value.set_sensitive(true);
    Ok((name, value))
}

fn check(name: &HeaderName) -> Result<(), String> {
    if CREDENTIALS.contains(&name) {
        return Err(format!(
            "the header {name} carries a credential, and is set by this client only; set credentials where the client is built"
        ));
    }
    if OURS.contains(name) {
        return Err(format!("the header {name} is set by this client only"));
    }
    Ok(())
}

/// Sets the headers of the hook, then those of the call.
pub(super) fn set(
    operation: &'static Operation,
    headers: &mut HeaderMap,
    hook: Option<&HeaderHook>,
    of_call: Option<&CallHeaders>,
) -> Result<(), Error> {
    let refuse = |reason: String| Error::request(Some(operation), reason);
    if let Some(hook) = hook {
        let mut added = HeaderMap::new();
        hook(operation, &mut added);
        for name in added.keys() {
            check(name).map_err(refuse)?;
        }
        headers.extend(added);
    }
    if let Some(of_call) = of_call {
        let of_call = of_call.as_ref().as_ref();
        let of_call = of_call.map_err(|reason| refuse(reason.clone()))?;
        for (name, value) in of_call {
            headers.insert(name, value.clone());
        }
    }
    Ok(())
}
