//! The generated client of Nexus: its operations, in builder style, and the types they send and receive.
//!
//! A build has the operations of the workflow: sessions, the user, institutions, members, jobs, identity, verification and
//! extended history. Each further group is a feature (`accounts`, `transactions`, `goals` …), and `full` has all 128 operations.
//! [`Client`] lists the operations by group.
//!
//! A [`Client`] comes from [`User::api`](crate::User::api), bound to the user's session. Every operation is a method that
//! gives a builder; `send()` answers with a [`ResponseValue`] that dereferences to the body, or with [`crate::Error`].
//!
//! ```no_run
//! # async fn example(user: mx_nexus::User) -> Result<(), mx_nexus::Error> {
//! let member = user.api().await?.read_member().member_guid("MBR-1").send().await?;
//! println!("{:?}", member.member.as_ref().and_then(|member| member.connection_status.as_ref()));
//! # Ok(())
//! # }
//! ```
//!
//! [`Client::with_timeout`] gives a call another timeout than the rest, and [`Client::with_header`] a header:
//!
//! ```no_run
//! # async fn example(user: mx_nexus::User) -> Result<(), mx_nexus::Error> {
//! let api = user.api().await?.with_timeout(std::time::Duration::from_secs(5)).with_header("x-tenant", "7");
//! let members = match api.list_members().send().await {
//!     Err(error) if error.is_timeout() => return Ok(()),
//!     answer => answer?,
//! };
//! # Ok(())
//! # }
//! ```
//!
//! In an answer every field is optional, because MX leaves out and nulls what it likes; a request wants what it needs.
//!
//! # Bodies
//!
//! What an operation sends as JSON is made in place by `body_map`, from the builder of the body:
//!
//! ```no_run
//! use mx_nexus::api::types;
//!
//! # async fn example(user: mx_nexus::User) -> Result<(), mx_nexus::Error> {
//! let api = user.api().await?;
//! let changes = types::MemberUpdateRequest::builder().metadata("ours");
//! let update = api.update_member().member_guid("MBR-1");
//! let updated = update.body_map(|body| body.member(changes)).send().await?;
//! # Ok(())
//! # }
//! ```
//!
//! The guide has a chapter of [calls](crate::guide::calls): create something and use its guid, lists, dates, what setters take, errors.
//!
//! # Requests by hand
//!
//! Every type that is sent has a builder, since no type may be written as a literal: a new optional field is then no breaking
//! change. A type that is received implements `Default`. A setter takes what converts into its type, and the setter of an optional
//! field also an `Option` of that ([`Input`](crate::input::Input)). A builder may be handed on as it is; in a list `try_into` makes
//! an item of it. `send()` refuses a request in which something is missing, before anything is sent:
//!
//! ```no_run
//! use mx_nexus::api::types;
//!
//! # async fn example(user: mx_nexus::User) -> Result<(), mx_nexus::Error> {
//! let password = types::MemberCredentialRequest::builder()
//!     .credential_guid("CRD-1")
//!     .value("what the user entered")
//!     .try_into()?;
//! let member = types::MemberCreateRequest::builder()
//!     .institution_guid("INS-1")
//!     .credentials(vec![password]);
//! let body = types::MemberCreateRequestBody::builder().member(member);
//! user.api().await?.create_member().body(body).send().await?;
//! # Ok(())
//! # }
//! ```
//!
//! Where a request is made in one place and sent in another, `try_into` refuses it at once, with an error of kind
//! [`Request`](crate::ErrorKind::Request):
//!
//! ```
//! use mx_nexus::api::types;
//!
//! fn member(institution: &str) -> Result<types::MemberCreateRequest, mx_nexus::Error> {
//!     Ok(types::MemberCreateRequest::builder().institution_guid(institution).try_into()?)
//! }
//!
//! fn nowhere() -> Result<types::MemberCreateRequest, mx_nexus::Error> {
//!     Ok(types::MemberCreateRequest::builder().try_into()?)
//! }
//!
//! assert!(member("INS-1").is_ok());
//! assert_eq!(nowhere().unwrap_err().kind(), mx_nexus::ErrorKind::Request);
//! ```

pub use generated::{ByteStream, Client, ResponseValue, builder, types};

crate::wire::generated_client!(nexus);
