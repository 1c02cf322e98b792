//! Typed mocks of every operation, for the tests of your own code. Feature `mock`.
//!
//! They are made from the same document as the client, so a test cannot mock an answer that the client does not know, and
//! they answer with the vendor's media type.
//!
//! ```
//! use mx_nexus::api::types;
//! use mx_nexus::mock::nexus::MockServerExt;
//! use mx_nexus::{Environment, Nexus};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = mx_nexus::httpmock::MockServer::start_async().await;
//! let mock = server.read_member(|when, then| {
//!     when.member_guid(&"MBR-1".into());
//!     let mut body = types::MemberResponseBody::default();
//!     let mut member = types::MemberResponse::default();
//!     member.name = Some("MX Bank".into());
//!     body.member = Some(member);
//!     then.success(200, &body);
//! });
//!
//! let nexus = Nexus::builder(Environment::custom(server.base_url())).build()?;
//! let api = nexus.with_session_token("test_session").api().await?;
//! let answer = api.read_member().member_guid("MBR-1").send().await?;
//! assert_eq!(answer.into_inner().member.and_then(|member| member.name).as_deref(), Some("MX Bank"));
//! mock.assert();
//! # Ok(())
//! # }
//! ```

/// Includes the generated mocks of every API.
macro_rules! mocks {
    ($($name:ident, $variant:ident, $title:literal, $client:path, $values:path;)*) => {$(
        #[doc = concat!("Mocks of ", $title, ".")]
        #[allow(
            missing_docs,
            missing_debug_implementations,
            unreachable_pub,
            unused_imports,
            rustdoc::all,
            clippy::all,
            clippy::pedantic,
            clippy::unwrap_used,
            reason = "generated"
        )]
        pub mod $name {
            include!(concat!(env!("OUT_DIR"), "/", stringify!($name), "_mock.rs"));
        }
    )*};
}

crate::operations::each_api!(mocks);
