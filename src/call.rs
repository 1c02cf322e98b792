//! Any operation by its name, with parameters and a body as MX's own documents write them: for a field that the document
//! lacks, and for tools that learn at run time what to call.
//!
//! ```no_run
//! # async fn example(user: mx_nexus::User) -> Result<(), mx_nexus::Error> {
//! use serde_json::json;
//!
//! let reply = user
//!     .call("updateMember")
//!     .parameter("member_guid", "MBR-1")
//!     .body(json!({"member": {"metadata": "ours", "a_field_of_tomorrow": true}}))
//!     .send()
//!     .await?;
//! let member = reply.json().map(|body| &body["member"]);
//! # Ok(())
//! # }
//! ```
//!
//! `Atrium::call` calls the operations of Atrium.
//!
//! Media types, session, retries and errors are those of every other call. The parameters are checked before anything is sent; the
//! body is checked by MX only. Prefer the typed client of [`User::api`] where it has the field.

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use tokio::time::Instant;

#[cfg(feature = "atrium")]
use crate::atrium::Atrium;
use crate::error::Error;
use crate::nearest::did_you_mean;
use crate::nexus::User;
use crate::operations::{Api, Operation};
use crate::wire::{self, CallHeaders, within};

mod reply;
mod request;

pub use reply::{Content, Reply};

/// A call of one operation, to be completed and sent. From [`User::call`], or `Atrium::call`.
#[derive(Clone)]
#[must_use = "a call does nothing until it is sent"]
pub struct Call {
    caller: Caller,
    operation: Result<&'static Operation, Error>,
    parameters: Vec<(String, String)>,
    body: Option<Result<Value, String>>,
    timeout: Option<Duration>,
    headers: Option<CallHeaders>,
}

/// Where the credentials of a call come from.
#[derive(Clone)]
enum Caller {
    Nexus(User),
    #[cfg(feature = "atrium")]
    Atrium(Atrium),
}

impl fmt::Debug for Call {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operation = self.operation.as_ref().map(|operation| operation.id);
        formatter
            .debug_struct("Call")
            .field("operation", &operation.ok())
            .finish_non_exhaustive()
    }
}

impl User {
    /// Begins a call of any operation of Nexus, by its id in the document, such as `readMember`, or by the name of its method, such
    /// as `read_member`. See [`call`](crate::call) for an example.
    ///
    /// A name that is not there is an error of [`Call::send`], which names the nearest ones.
    pub fn call(&self, operation: &str) -> Call {
        Call::new(Caller::Nexus(self.clone()), find(Api::Nexus, operation))
    }
}

#[cfg(feature = "atrium")]
impl Atrium {
    /// Begins a call of any operation of Atrium, as [`User::call`] does of Nexus. The guid of the user is a parameter like any
    /// other, `user_guid`.
    ///
    /// ```no_run
    /// # async fn example(atrium: mx_nexus::Atrium) -> Result<(), mx_nexus::Error> {
    /// let call = atrium.call("readMember").parameter("user_guid", "USR-1").parameter("member_guid", "MBR-1");
    /// println!("{:?}", call.send().await?.json());
    /// # Ok(())
    /// # }
    /// ```
    pub fn call(&self, operation: &str) -> Call {
        Call::new(Caller::Atrium(self.clone()), find(Api::Atrium, operation))
    }
}

/// The operation of an API with this id of the document, such as `readMember`, or this name of its method, such as `read_member`.
///
/// ```
/// use mx_nexus::operations::Api;
///
/// let operation = mx_nexus::call::find(Api::Nexus, "readMember")?;
/// assert_eq!(operation.path, "/members/{member_guid}");
///
/// let error = mx_nexus::call::find(Api::Nexus, "raedMember").unwrap_err();
/// assert!(error.to_string().contains("did you mean readMember"));
/// # Ok::<(), mx_nexus::Error>(())
/// ```
///
/// # Errors
///
/// Of kind [`Request`](crate::ErrorKind::Request) when there is none, with the nearest names.
pub fn find(api: Api, name: &str) -> Result<&'static Operation, Error> {
    let operations = api.operations().iter();
    let mut found = operations.clone();
    found
        .find(|operation| operation.id == name || operation.name == name)
        .ok_or_else(|| {
            let near = did_you_mean(name, operations.map(|operation| operation.id));
            let api = api.title();
            let partial = if cfg!(feature = "full") {
                ""
            } else {
                "; features of mx-nexus add operations, `full` adds all"
            };
            let reason = format!("there is no operation {name:?} in {api}{near}{partial}");
            Error::request(None, reason)
        })
}

impl Call {
    fn new(caller: Caller, operation: Result<&'static Operation, Error>) -> Self {
        Self {
            caller,
            operation,
            parameters: Vec::new(),
            body: None,
            timeout: None,
            headers: None,
        }
    }

    /// Gives a parameter by MX's own name, such as `member_guid`, `page` or `MX-Skip-Webhook`. A list is given one by one.
    ///
    /// ```no_run
    /// # async fn example(user: mx_nexus::User) -> Result<(), mx_nexus::Error> {
    /// let reply = user
    ///     .call("listTransactions")
    ///     .parameter("page", 2)
    ///     .parameter("account_guids[]", "ACT-1")
    ///     .parameter("account_guids[]", "ACT-2")
    ///     .send()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn parameter(mut self, name: impl Into<String>, value: impl fmt::Display) -> Self {
        self.parameters.push((name.into(), value.to_string()));
        self
    }

    /// Gives the body, sent as JSON just as it is.
    pub fn body(mut self, body: impl Serialize) -> Self {
        // serde's message may quote what could not be written.
        let written =
            serde_json::to_value(body).map_err(|_| "its body cannot be written as JSON".to_owned());
        self.body = Some(written);
        self
    }

    /// Sets a timeout of the call with its retries, and with a session that has to be opened for it; it takes the place of the
    /// timeout of one request.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets a header of each attempt, as [`Client::with_header`](crate::api::Client::with_header) does.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers = Some(wire::with_header(self.headers.as_ref(), name, value));
        self
    }

    /// Sends it, and reads the whole answer.
    ///
    /// `createSession` is the one operation that takes an API token in place of a session: for it a token is fetched from where
    /// this user's sessions come from, and spent.
    ///
    /// # Errors
    ///
    /// Of kind [`Request`](crate::ErrorKind::Request), with nothing sent, when there is no such operation, when a parameter is
    /// unknown, missing or not of its kind, or when there is a body too many or too few. Else those of any call.
    pub async fn send(self) -> Result<Reply, Error> {
        let operation = self.operation?;
        let body = self
            .body
            .transpose()
            .map_err(|reason| Error::request(Some(operation), reason))?;
        let parts = request::Parts::check(operation, &self.parameters, body)
            .map_err(|reason| Error::request(Some(operation), reason))?;
        let begun = Instant::now();
        let mut connection = match &self.caller {
            Caller::Nexus(user) => within(self.timeout, user.connection_for(operation)).await?,
            #[cfg(feature = "atrium")]
            Caller::Atrium(atrium) => atrium.api().inner.clone(),
        };
        let left = |timeout: Duration| timeout.saturating_sub(begun.elapsed());
        connection.timeout = self.timeout.map(left);
        connection.headers = self.headers;
        let request = parts.build(&connection, operation)?;
        let answer = connection.exchange(operation, request).await?;
        Reply::read(operation, answer, connection.rules.answer_limit).await
    }
}
