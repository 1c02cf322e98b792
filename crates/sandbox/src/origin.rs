//! Refuses requests that a page of another site sends through a browser: the sandbox has no other protection on its loopback port. The
//! router asks before anything else.

use std::net::IpAddr;

use http::header::{HOST, ORIGIN};
use http::uri::Authority;
use http::{HeaderMap, Method, request};

use crate::call::Reply;

/// The refusal of a request with a foreign host, or of a change from a page of another origin.
pub(crate) fn refusal(head: &request::Parts) -> Option<Reply> {
    let of_header = match head.headers.get(HOST) {
        None => None,
        Some(host) => match Authority::try_from(host.as_bytes()) {
            Ok(host) => Some(host),
            Err(_) => return Some(foreign_host()),
        },
    };
    let hosts = [of_header.as_ref(), head.uri.authority()];
    if !hosts.into_iter().flatten().all(is_loopback) {
        return Some(foreign_host());
    }
    let is_read = [Method::GET, Method::HEAD, Method::OPTIONS].contains(&head.method);
    (!is_read && is_of_other_origin(&head.headers, of_header.as_ref())).then(foreign_origin)
}

/// Whether it is a name of this machine. By DNS a page can give any other name to it, and read what it answers.
fn is_loopback(host: &Authority) -> bool {
    let name = host.host().trim_start_matches('[').trim_end_matches(']');
    let is_address = || {
        name.parse()
            .is_ok_and(|address: IpAddr| address.is_loopback())
    };
    let name = name.to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost") || is_address()
}

/// Whether a page of another origin, another port included, sent a change. Only browsers have these headers.
fn is_of_other_origin(headers: &HeaderMap, host: Option<&Authority>) -> bool {
    let site = headers.get("sec-fetch-site");
    let is_other_site = site.is_some_and(|site| site != "same-origin" && site != "none");
    let own = host.map(|host| format!("http://{host}"));
    let is_foreign = |origin: &http::HeaderValue| {
        let own = own.as_ref().map(String::as_bytes);
        Some(origin.as_bytes()) != own
    };
    is_other_site || headers.get(ORIGIN).is_some_and(is_foreign)
}

fn foreign_host() -> Reply {
    let message =
        "The header Host is not of this machine: send requests to the address of the sandbox.";
    Reply::problem(421, None, message)
}

fn foreign_origin() -> Reply {
    let message = "A page of another origin may not change anything here.";
    Reply::problem(403, None, message)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn status(method: &str, uri: &str, headers: &[(&str, &str)]) -> Option<u16> {
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        refusal(&head).map(|reply| reply.status.as_u16())
    }

    #[test]
    fn foreign_host_is_refused() {
        for host in [
            "127.0.0.1:49152",
            "127.1.2.3",
            "localhost:1",
            "LOCALHOST",
            "a.localhost",
            "[::1]:80",
        ] {
            assert_eq!(status("GET", "/", &[("host", host)]), None, "{host}");
        }
        for host in [
            "evil.example",
            "192.168.0.2:49152",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "[::2]",
            "",
            "a b",
        ] {
            assert_eq!(status("GET", "/", &[("host", host)]), Some(421), "{host}");
        }
        assert_eq!(status("GET", "/", &[]), None, "HTTP/1.0");
        let absolute = "http://evil.example/";
        assert_eq!(status("GET", absolute, &[("host", "localhost")]), Some(421));
    }

    #[test]
    fn change_from_another_origin_is_refused() {
        let host = ("host", "127.0.0.1:49152");
        for (name, value) in [
            ("origin", "http://127.0.0.1:49152"),
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-site", "none"),
            ("accept", "*/*"),
        ] {
            assert_eq!(status("POST", "/", &[host, (name, value)]), None, "{value}");
        }
        for (name, value) in [
            ("origin", "http://127.0.0.1:3000"),
            ("origin", "https://127.0.0.1:49152"),
            ("origin", "http://evil.example"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            for method in ["POST", "PUT", "DELETE"] {
                let answered = status(method, "/", &[host, (name, value)]);
                assert_eq!(answered, Some(403), "{value}");
            }
            assert_eq!(status("GET", "/", &[host, (name, value)]), None, "{value}");
        }
    }
}
