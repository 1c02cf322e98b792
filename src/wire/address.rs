//! The address of an API.

use std::fmt;
use std::sync::Arc;

use reqwest::Url;

/// The address of an API, below which its paths are. Shared by all clients of it, and parsed once: reqwest would parse the text of
/// every call.
#[derive(Clone)]
pub(crate) struct Address(Arc<Url>);

impl Address {
    pub(crate) fn new(url: Url) -> Self {
        Self(Arc::new(url))
    }

    /// Without a slash at the end.
    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// The URL of a path below it.
    pub(crate) fn with(&self, path: fmt::Arguments<'_>) -> Url {
        let mut url = Url::clone(&self.0);
        let above = self.0.path().trim_end_matches('/');
        url.set_path(&format!("{above}{path}"));
        url
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_below_the_address() {
        for (address, expected) in [
            ("https://a.example", "https://a.example/members/MBR-1"),
            ("https://a.example/", "https://a.example/members/MBR-1"),
            ("http://[::1]:9/gate/", "http://[::1]:9/gate/members/MBR-1"),
        ] {
            let address = Address::new(Url::parse(address).unwrap());
            let url = address.with(format_args!("/members/{}", "MBR-1"));
            assert_eq!(url.as_str(), expected);
            assert!(!address.as_str().ends_with('/'));
        }
    }
}
