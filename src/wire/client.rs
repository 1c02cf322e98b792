//! The HTTP client and its options, the same for [`Nexus`](crate::Nexus) and Atrium.

use std::sync::Arc;
use std::time::Duration;

use super::{HeaderHook, Rules};
use crate::environment::Environment;
use crate::error::Error;
use crate::retry::{RetryBudget, RetryPolicy};

/// The options that every builder takes.
pub(crate) struct HttpOptions {
    pub(crate) retry: RetryPolicy,
    pub(crate) timeouts: Timeouts,
    pub(crate) answer_limit: usize,
    pub(crate) client: reqwest::ClientBuilder,
    pub(crate) hook: Option<Arc<HeaderHook>>,
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
            hook: None,
        }
    }

    /// The rules of requests under a retry policy. All rules of one client share the budget.
    pub(crate) fn rules(&self, retry: RetryPolicy, budget: &Arc<RetryBudget>) -> Arc<Rules> {
        Arc::new(Rules {
            retry,
            budget: Arc::clone(budget),
            answer_limit: self.answer_limit,
            hook: self.hook.clone(),
        })
    }

    /// Makes the HTTP client. It follows no redirect: credentials must not go to another host, and a start that is sent again
    /// costs again.
    pub(crate) fn build(self) -> Result<reqwest::Client, Error> {
        Self::check_tls()?;
        let agent = concat!("mx-nexus/", env!("CARGO_PKG_VERSION"));
        self.client
            .user_agent(agent)
            .timeout(self.timeouts.request)
            .connect_timeout(self.timeouts.connect)
            .redirect(reqwest::redirect::Policy::none())
            // It logs whole requests, with keys and passwords.
            .connection_verbose(false)
            .build()
            .map_err(|error| {
                Error::configuration(format!("the HTTP client cannot be built: {error}"))
            })
    }

    /// Refuses a program that has not installed the cryptography of TLS; reqwest would panic.
    fn check_tls() -> Result<(), Error> {
        #[cfg(all(
            feature = "rustls-no-provider",
            not(any(feature = "rustls", feature = "native-tls"))
        ))]
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            return Err(Error::configuration(
                "TLS has no cryptography; call `install_default` of a provider of rustls first, or turn on the feature rustls",
            ));
        }
        Ok(())
    }
}

/// Writes the setters of [`HttpOptions`] for a builder that has them as `options`.
macro_rules! http_setters {
    ($builder:ident) => {
        impl $builder {
            /// How calls with transient failures are retried.
            pub fn retry(mut self, policy: $crate::RetryPolicy) -> Self {
                self.options.retry = policy;
                self
            }

            /// The timeout of one request with its answer. Default one minute.
            pub fn timeout(mut self, timeout: std::time::Duration) -> Self {
                self.options.timeouts.request = timeout;
                self
            }

            /// The timeout of connecting. Default ten seconds.
            pub fn connect_timeout(mut self, timeout: std::time::Duration) -> Self {
                self.options.timeouts.connect = timeout;
                self
            }

            /// The largest answer that is read, in bytes. Default 32 MiB.
            pub fn answer_limit(mut self, bytes: usize) -> Self {
                self.options.answer_limit = bytes;
                self
            }

            /// Sets headers of every request, such as `traceparent`. Called before each attempt, in its span.
            ///
            /// A header that carries a credential, or that this client sets, is an error of the call, of kind
            /// [`Request`](crate::ErrorKind::Request).
            ///
            /// ```
            /// use mx_nexus::reqwest::header::HeaderValue;
            /// use mx_nexus::{Environment, Nexus};
            ///
            /// # fn example() -> Result<(), Box<dyn std::error::Error>> {
            /// let builder = Nexus::builder(Environment::integration()).request_headers(|operation, headers| {
            ///     if let Ok(name) = HeaderValue::from_str(operation.id) {
            ///         headers.insert("x-operation", name);
            ///     }
            /// });
            /// # builder.build()?;
            /// # Ok(())
            /// # }
            /// # example().unwrap();
            /// ```
            pub fn request_headers(
                mut self,
                set: impl Fn(&'static $crate::operations::Operation, &mut http::HeaderMap)
                + Send
                + Sync
                + 'static,
            ) -> Self {
                self.options.hook = Some(std::sync::Arc::new(set));
                self
            }

            /// Changes the HTTP client: proxies, certificates, pools, a name resolver.
            ///
            /// Timeouts, the user agent, the redirect policy and the logging of requests are set afterwards, and cannot be changed.
            ///
            /// ```
            /// use mx_nexus::{Environment, Nexus, reqwest};
            ///
            /// # fn example() -> Result<(), Box<dyn std::error::Error>> {
            /// let proxy = reqwest::Proxy::https("http://egress.example.com:3128")?;
            /// let nexus = Nexus::builder(Environment::integration()).http(|http| http.proxy(proxy)).build()?;
            /// # Ok(())
            /// # }
            /// # example().unwrap();
            /// ```
            pub fn http(
                mut self,
                change: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
            ) -> Self {
                self.options.client = change(self.options.client);
                self
            }
        }
    };
}
pub(crate) use http_setters;
