//! The generated client of Nexus: all its operations, in builder style, and the types they send and receive.
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
//! In an answer every field is optional, because MX leaves out and nulls what it likes; a request wants what it needs.

pub use generated::{ByteStream, Client, ResponseValue, builder, types};

crate::wire::generated_client!("/nexus_client.rs", crate::operations::operations);
