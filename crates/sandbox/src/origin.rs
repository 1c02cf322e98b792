//! Which hosts a request may name, and which pages of other sites may use a sandbox: it has no other protection from a browser on
//! this machine. The router asks before anything else.

use std::net::IpAddr;

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD,
    HOST, ORIGIN, VARY,
};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, request};

use crate::call::Reply;

/// The sites that may use a sandbox.
#[derive(Clone, Debug, Default)]
pub(crate) struct AllowedSites {
    /// Its own host and port, which nearly every request names.
    pub(crate) own: String,
    /// Names of hosts besides those of this machine.
    pub(crate) hosts: Vec<String>,
    /// Whether other machines reach it, which name it by an address.
    pub(crate) is_public: bool,
    /// The origin whose pages may read and change everything.
    pub(crate) cors: Option<HeaderValue>,
}

impl AllowedSites {
    /// The refusal of a request with a foreign host, or of a change from a page of another origin.
    pub(crate) fn refusal(&self, head: &request::Parts) -> Option<Reply> {
        let host = head.headers.get(HOST);
        if !host.is_none_or(|host| self.is_allowed_host(host.as_bytes())) {
            return Some(foreign_host());
        }
        let authority = head.uri.authority();
        if !authority.is_none_or(|host| self.is_allowed_host(host.as_str().as_bytes())) {
            return Some(foreign_host());
        }
        let is_read = [Method::GET, Method::HEAD, Method::OPTIONS].contains(&head.method);
        (!is_read && self.is_of_other_origin(&head.headers)).then(foreign_origin)
    }

    /// The answer to a browser that asks whether the allowed origin may send a request.
    pub(crate) fn preflight(&self, head: &request::Parts) -> Option<Reply> {
        let is_asked = head.method == Method::OPTIONS
            && head.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
            && self.is_cors(&head.headers);
        is_asked.then(|| {
            let mut reply = Reply::empty(StatusCode::NO_CONTENT);
            let methods = HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE");
            reply.headers.push((ACCESS_CONTROL_ALLOW_METHODS, methods));
            let wanted = head.headers.get(ACCESS_CONTROL_REQUEST_HEADERS).cloned();
            let headers = wanted.map(|wanted| (ACCESS_CONTROL_ALLOW_HEADERS, wanted));
            reply.headers.extend(headers);
            reply
        })
    }

    /// Allows a page of the allowed origin to read the response to a request with these headers.
    pub(crate) fn is_cors(&self, headers: &HeaderMap) -> bool {
        self.cors.is_some() && headers.get(ORIGIN) == self.cors.as_ref()
    }

    /// Adds the headers with which a page of the allowed origin can read a response.
    pub(crate) fn share(&self, headers: &mut HeaderMap) {
        if let Some(origin) = &self.cors {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("*"));
            headers.append(VARY, HeaderValue::from_static("origin"));
        }
    }

    /// Whether it is a name of this machine, or an allowed one. By DNS a page can give any other name to it, and read what it answers.
    fn is_allowed_host(&self, host: &[u8]) -> bool {
        if host == self.own.as_bytes() {
            return true;
        }
        let Ok(host) = Authority::try_from(host) else {
            return false;
        };
        let name = host.host().trim_start_matches('[').trim_end_matches(']');
        let address: Option<IpAddr> = name.parse().ok();
        let name = name.to_ascii_lowercase();
        match address {
            Some(address) => self.is_public || address.is_loopback(),
            None => {
                let mut allowed = self.hosts.iter();
                name == "localhost"
                    || name.ends_with(".localhost")
                    || allowed.any(|host| host.eq_ignore_ascii_case(&name))
            }
        }
    }

    /// Whether a page of another origin, another port included, sent a change. Only browsers have these headers.
    fn is_of_other_origin(&self, headers: &HeaderMap) -> bool {
        if self.is_cors(headers) {
            return false;
        }
        let site = headers.get("sec-fetch-site");
        let is_other_site = site.is_some_and(|site| site != "same-origin" && site != "none");
        let host = headers.get(HOST).map(HeaderValue::as_bytes);
        let is_foreign = |origin: &HeaderValue| {
            let origin = origin.as_bytes().strip_prefix(b"http://");
            origin.is_none() || origin != host
        };
        is_other_site || headers.get(ORIGIN).is_some_and(is_foreign)
    }
}

/// Whether a text is an origin, such as `http://localhost:3000`.
pub(crate) fn is_origin(text: &str) -> bool {
    let uri: Result<Uri, _> = text.parse();
    uri.is_ok_and(|uri| {
        let rebuilt = uri.scheme_str().zip(uri.authority());
        let rebuilt = rebuilt.map(|(scheme, authority)| format!("{scheme}://{authority}"));
        rebuilt.as_deref() == Some(text) && !text.contains('@')
    })
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

    fn status_at(
        sites: &AllowedSites,
        method: &str,
        uri: &str,
        headers: &[(&str, &str)],
    ) -> Option<u16> {
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        sites.refusal(&head).map(|reply| reply.status.as_u16())
    }

    fn status(method: &str, uri: &str, headers: &[(&str, &str)]) -> Option<u16> {
        let sites = AllowedSites {
            own: String::from("127.0.0.1:49152"),
            ..AllowedSites::default()
        };
        status_at(&sites, method, uri, headers)
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

    #[test]
    fn public_sandbox_is_named_by_addresses_and_allowed_names() {
        let sites = AllowedSites {
            own: String::from("0.0.0.0:80"),
            hosts: vec![String::from("mx.internal")],
            is_public: true,
            cors: None,
        };
        let answered = |host| status_at(&sites, "GET", "/", &[("host", host)]);
        for host in [
            "192.168.0.2:80",
            "MX.internal:80",
            "localhost",
            "[2001:db8::1]",
        ] {
            assert_eq!(answered(host), None, "{host}");
        }
        for host in ["evil.example", "a.mx.internal", "mx.internal.evil.example"] {
            assert_eq!(answered(host), Some(421), "{host}");
        }
    }

    #[test]
    fn allowed_origin_may_change() {
        let sites = AllowedSites {
            cors: Some(HeaderValue::from_static("http://localhost:3000")),
            ..AllowedSites::default()
        };
        for (origin, wanted) in [
            ("http://localhost:3000", None),
            ("http://localhost:3001", Some(403)),
            ("https://localhost:3000", Some(403)),
        ] {
            let headers = [
                ("host", "127.0.0.1:1"),
                ("origin", origin),
                ("sec-fetch-site", "same-site"),
            ];
            assert_eq!(status_at(&sites, "POST", "/", &headers), wanted, "{origin}");
        }
    }

    #[test]
    fn origin_has_scheme_and_host_only() {
        for origin in [
            "http://localhost:3000",
            "https://app.example",
            "http://[::1]:80",
        ] {
            assert!(is_origin(origin), "{origin}");
        }
        for text in [
            "*",
            "",
            "localhost:3000",
            "http://localhost:3000/",
            "http://a/b",
            "http://u@a",
            "null",
        ] {
            assert!(!is_origin(text), "{text}");
        }
    }
}
