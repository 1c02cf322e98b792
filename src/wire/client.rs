//! The HTTP client and its options, the same for [`Nexus`](crate::Nexus) and Atrium.

use std::sync::Arc;
use std::time::Duration;

use super::Rules;
use crate::environment::Environment;
use crate::error::Error;
use crate::retry::{RetryBudget, RetryPolicy};

/// The options that every builder takes.
pub(crate) struct HttpOptions {
    pub(crate) retry: RetryPolicy,
    pub(crate) timeouts: Timeouts,
    pub(crate) answer_limit: usize,
    pub(crate) client: reqwest::ClientBuilder,
}

/// The timeouts of one request and of connecting.
pub(crate) struct Timeouts {
    pub(crate) request: Duration,
    pub(crate) connect: Duration,
}

impl HttpOptions {
    /// The defaults for an environment.
    pub(crate) fn new(environment: &Environment) -> Self {
        let client = reqwest::Client::builder();
        // Before the user's changes, so that a proxy of theirs is used.
        let client = match environment.is_on_this_machine() {
            true => client.no_proxy(),
            false => client,
        };
        Self {
            retry: RetryPolicy::default(),
            timeouts: Timeouts {
                request: Duration::from_secs(60),
                connect: Duration::from_secs(10),
            },
            answer_limit: 32 * 1024 * 1024,
            client,
        }
    }

    /// The rules of requests under a retry policy. All rules of one client share the budget.
    pub(crate) fn rules(&self, retry: RetryPolicy, budget: &Arc<RetryBudget>) -> Arc<Rules> {
        Arc::new(Rules {
            retry,
            budget: Arc::clone(budget),
            answer_limit: self.answer_limit,
        })
    }

    /// Makes the HTTP client.
    pub(crate) fn build(self) -> Result<reqwest::Client, Error> {
        http_client(self.client, &self.timeouts)
    }
}

/// The HTTP client. It follows no redirect: credentials must not go to another host, and a start that is sent again costs again.
fn http_client(
    builder: reqwest::ClientBuilder,
    timeouts: &Timeouts,
) -> Result<reqwest::Client, Error> {
    let agent = concat!("mx-nexus/", env!("CARGO_PKG_VERSION"));
    builder
        .user_agent(agent)
        .timeout(timeouts.request)
        .connect_timeout(timeouts.connect)
        .redirect(reqwest::redirect::Policy::none())
        // It logs whole requests, with keys and passwords.
        .connection_verbose(false)
        .build()
        .map_err(|error| Error::configuration(format!("the HTTP client cannot be built: {error}")))
}
