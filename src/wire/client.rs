//! Builds the HTTP client of a [`Nexus`](crate::Nexus).

use std::time::Duration;

use crate::error::Error;

/// The timeouts of one request and of connecting.
pub(crate) struct Timeouts {
    pub(crate) request: Duration,
    pub(crate) connect: Duration,
}

/// The HTTP client, with our redirect policy: credentials must not go to another host.
pub(crate) fn http_client(
    builder: reqwest::ClientBuilder,
    timeouts: &Timeouts,
) -> Result<reqwest::Client, Error> {
    let agent = concat!("mx-nexus/", env!("CARGO_PKG_VERSION"));
    let redirects = reqwest::redirect::Policy::custom(|attempt| {
        let same_origin = attempt
            .previous()
            .last()
            .is_some_and(|previous| previous.origin() == attempt.url().origin());
        // Other statuses turn a POST into a GET, whose answer would be taken for that of the POST.
        let same_request = matches!(attempt.status().as_u16(), 307 | 308);
        if same_origin && same_request && attempt.previous().len() <= 3 {
            attempt.follow()
        } else {
            attempt.stop()
        }
    });
    builder
        .user_agent(agent)
        .timeout(timeouts.request)
        .connect_timeout(timeouts.connect)
        .redirect(redirects)
        // It logs whole requests, with keys and passwords.
        .connection_verbose(false)
        .build()
        .map_err(|error| Error::configuration(format!("the HTTP client cannot be built: {error}")))
}
