//! The users of the MDX Real Time API: a user has to exist there before Nexus knows it.
//!
//! A [`Users`] comes from [`Nexus::users`](crate::Nexus::users).

use std::sync::Arc;
use std::time::Duration;

use crate::environment::Environment;
use crate::error::Error;
use crate::operations::{Api, Operation};

pub use generated::types;

crate::wire::generated_client!(mdx);

/// The values that fields of users can have.
pub mod values {
    include!(concat!(env!("OUT_DIR"), "/mdx_values.rs"));
}

impl Environment {
    /// The same, with the MDX Real Time API at another address.
    pub fn with_mdx(self, address: impl Into<String>) -> Self {
        self.with(Api::Mdx, address.into())
    }
}

/// The users of one partner.
///
/// Where a method gives a user, an answer that holds none is an error of kind [`Decode`](crate::ErrorKind::Decode).
#[derive(Clone, Debug)]
pub struct Users {
    client: generated::Client,
    client_id: Arc<str>,
}

impl Users {
    pub(crate) fn new(client: generated::Client, client_id: Arc<str>) -> Self {
        Self { client, client_id }
    }

    /// The same with a timeout for each call, with its retries, in place of the timeout of one request.
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        Self {
            client: self.client.with_timeout(timeout),
            ..self.clone()
        }
    }

    /// The same with a header for each call, as that of [`Client::with_header`](crate::api::Client::with_header).
    #[must_use]
    pub fn with_header(&self, name: &str, value: &str) -> Self {
        Self {
            client: self.client.with_header(name, value),
            ..self.clone()
        }
    }

    /// Makes a user. Only its id is needed, the partner's own.
    ///
    /// When the answer is lost, the user is read by its id, and returned as it is; where there is none, the request is sent once
    /// more.
    ///
    /// # Errors
    ///
    /// Status 409 when the id is taken (not documented by MX; a public connector of theirs reads it so). The message says so when
    /// the user may have been created.
    pub async fn create(
        &self,
        user: types::UserCreateRequest,
    ) -> Result<types::UserResponse, Error> {
        let lost = match self.post(&user).await {
            Err(error) if error.is_answer_lost() => error,
            outcome => return outcome,
        };
        let error = match self.read(&user.id).await {
            Err(error) if error.is_not_found() => match self.post(&user).await {
                Err(error) if error.is_answer_lost() => error,
                outcome => return outcome,
            },
            Err(_) => lost,
            found => return found,
        };
        Err(error.with_summary(
            "the answer was lost and the user may have been created; read it by its id to find out",
        ))
    }

    async fn post(&self, user: &types::UserCreateRequest) -> Result<types::UserResponse, Error> {
        let user = user.clone();
        let answer = self
            .client
            .create_user()
            .client_id(&*self.client_id)
            .body(types::UserCreateRequestBody { user })
            .send()
            .await;
        user_in("createUser", answer)
    }

    /// Reads a user.
    ///
    /// # Errors
    ///
    /// Status 404 when there is no such user.
    pub async fn read(&self, user_id: &str) -> Result<types::UserResponse, Error> {
        let answer = self
            .client
            .read_user()
            .client_id(&*self.client_id)
            .user_id(user_id)
            .send()
            .await;
        user_in("readUser", answer)
    }

    /// Changes what the request holds, and nothing else.
    ///
    /// # Errors
    ///
    /// Status 404 when there is no such user.
    pub async fn update(
        &self,
        user_id: &str,
        changes: types::UserUpdateRequest,
    ) -> Result<types::UserResponse, Error> {
        let answer = self
            .client
            .update_user()
            .client_id(&*self.client_id)
            .user_id(user_id)
            .body(types::UserUpdateRequestBody { user: changes })
            .send()
            .await;
        user_in("updateUser", answer)
    }

    /// Deletes a user, with all its members.
    ///
    /// # Errors
    ///
    /// Status 404 when there is no such user.
    pub async fn delete(&self, user_id: &str) -> Result<(), Error> {
        self.client
            .delete_user()
            .client_id(&*self.client_id)
            .user_id(user_id)
            .send()
            .await
            .map(|_| ())
            .map_err(with_meaning)
    }

    /// Gives a user another id of the partner's.
    ///
    /// # Errors
    ///
    /// Status 404 when there is no such user.
    pub async fn remap_id(
        &self,
        user_id: &str,
        new_id: &str,
    ) -> Result<types::UserResponse, Error> {
        let user = types::UserRemapRequest {
            id: new_id.to_owned(),
        };
        let answer = self
            .client
            .remap_user_id()
            .client_id(&*self.client_id)
            .user_id(user_id)
            .body(types::UserRemapRequestBody { user })
            .send()
            .await;
        user_in("remapUserId", answer)
    }

    /// Reads the user with this id of yours, or creates it if it does not exist.
    ///
    /// ```no_run
    /// # async fn example(nexus: mx_nexus::Nexus) -> Result<(), mx_nexus::Error> {
    /// nexus.users()?.ensure("U-39XBF7").await?;
    /// let user = nexus.user("U-39XBF7");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Users::read`] and [`Users::create`], but for the one that says it exists.
    pub async fn ensure(&self, user_id: impl Into<String>) -> Result<types::UserResponse, Error> {
        let user = types::UserCreateRequest::builder().id(user_id.into());
        self.ensure_with(user.try_into()?).await
    }

    /// Reads the user, or creates it with what the request holds. Changes nothing of an existing one.
    ///
    /// # Errors
    ///
    /// Those of [`Users::read`] and [`Users::create`], but for the one that says it exists.
    pub async fn ensure_with(
        &self,
        user: types::UserCreateRequest,
    ) -> Result<types::UserResponse, Error> {
        let id = user.id.clone();
        match self.read(&id).await {
            Err(error) if error.is_not_found() => {}
            found => return found,
        }
        match self.create(user).await {
            // It was created in between.
            Err(error) if error.is_conflict() => self.read(&id).await,
            made => made,
        }
    }
}

/// The user of an answer; an error when it has none.
fn user_in(
    operation: &str,
    answer: Result<generated::ResponseValue<types::UserResponseBody>, Error>,
) -> Result<types::UserResponse, Error> {
    let operation = crate::operations::by_id("mdx", operation);
    let answer = answer.map_err(with_meaning)?.into_inner();
    answer
        .user
        .ok_or_else(|| Error::incomplete(operation, "the answer has no user"))
}

/// The error in words of MDX.
fn with_meaning(error: Error) -> Error {
    let is_of_one_user = |operation: &Operation| operation.path.contains("{user_id}");
    match error.answered() {
        Some(401) => {
            error.with_summary("MDX did not accept the API key; there is one for each environment")
        }
        Some(404) if error.operation().is_some_and(is_of_one_user) => {
            error.with_summary("there is no such user")
        }
        _ => error,
    }
}
