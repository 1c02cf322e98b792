//! Invalid configuration is refused when the client is built, with a message that says what to change.

#![allow(clippy::unwrap_used, reason = "set-up fails by panicking")]

use std::fmt::Write as _;

use mx_nexus::{Environment, ErrorKind, Nexus, NexusBuilder};
use mx_nexus_sandbox::Sandbox;

#[path = "support/recorder.rs"]
mod recorder;

use recorder::{Recorder, builder_at, member};

const HOST: &str = "https://data.example.com";

fn with(client_id: &str, api_key: &str) -> NexusBuilder {
    Nexus::builder(Environment::custom(HOST)).credentials(client_id, api_key)
}

fn at(address: &str) -> NexusBuilder {
    Nexus::builder(Environment::custom(HOST).with_sso(address)).credentials("client", "key")
}

#[test]
fn invalid_configuration_is_refused_with_a_reason() {
    let mut text = String::new();
    for (name, builder) in [
        ("an empty client id", with("", "key")),
        ("a blank client id", with("  ", "key")),
        ("a client id of dots", with("..", "key")),
        ("a client id with a backslash", with(r"a\b", "key")),
        ("an empty key", with("client", "")),
        ("a blank key", with("client", " \t")),
        ("a key with a line break", with("client", "key\n")),
        ("a key with a null", with("client", "k\0ey")),
        ("http to a foreign host", at("http://data.example.com")),
        ("http to a private host", at("http://10.0.0.1")),
        (
            "http to a name like this machine's",
            at("http://localhost.example.com"),
        ),
        ("no scheme", at("data.example.com")),
        ("another scheme", at("ftp://data.example.com")),
        ("no host", at("https://")),
        ("nothing", at("")),
        (
            "a user and a password",
            at("https://user:hidden@data.example.com"),
        ),
        ("a query", at("https://data.example.com?key=hidden")),
        ("a fragment", at("https://data.example.com#hidden")),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{name}");
        assert!(error.was_never_sent() && !error.is_transient(), "{name}");
        writeln!(text, "{name}:\n  {error}").unwrap();
    }
    insta::assert_snapshot!(text);
}

#[test]
fn every_address_is_checked() {
    for (name, environment) in [
        ("Nexus", Environment::custom(HOST).with_nexus("x")),
        ("SSO", Environment::custom(HOST).with_sso("x")),
        ("MDX", Environment::custom(HOST).with_mdx("x")),
    ] {
        let error = Nexus::builder(environment).build().unwrap_err();
        assert!(
            error.to_string().contains(&format!("the {name} address")),
            "{error}"
        );
    }
}

#[test]
fn integration_and_production_environments_build() {
    for environment in [Environment::integration(), Environment::production()] {
        let built = Nexus::builder(environment)
            .credentials("client", "key")
            .build();
        insta::assert_debug_snapshot!(built.unwrap());
    }
}

#[tokio::test]
async fn client_without_credentials_accepts_only_given_sessions() {
    let server = Recorder::answering([member("MBR-1")]).await;
    let nexus = Nexus::builder(Environment::custom(&server.address))
        .build()
        .unwrap();
    let errors = [
        nexus.sso().unwrap_err(),
        nexus.users().unwrap_err(),
        nexus.user("U-1").api().await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains("credentials(…)"), "{error}");
    }
    assert!(server.received().is_empty());
    let api = nexus.with_session_token("s").api().await.unwrap();
    api.read_member().member_guid("MBR-1").send().await.unwrap();
}

#[tokio::test]
async fn base_address_may_have_a_path_and_a_trailing_slash() {
    for (path, prefix) in [
        ("", ""),
        ("/", ""),
        ("/gate/mx-data", "/gate/mx-data"),
        ("/gate/", "/gate"),
        ("/a%20b", "/a%20b"),
        ("/a b", "/a%20b"),
    ] {
        let server = Recorder::mx(|_, _| member("MBR-1")).await;
        let address = format!("{}{path}", server.address);
        let environment = Environment::custom(&server.address).with_nexus(address);
        let builder = Nexus::builder(environment).credentials("client", "key");
        let nexus = builder.build().unwrap();
        let api = nexus.with_session_token("s").api().await.unwrap();
        api.read_member().member_guid("MBR-1").send().await.unwrap();
        assert_eq!(server.lines(), [format!("GET {prefix}/members/MBR-1")]);
    }
}

#[tokio::test]
async fn each_api_uses_its_own_address() {
    let [nexus, sso, mdx] = [
        Recorder::mx(|_, _| member("M")).await,
        Recorder::mx(|_, _| member("M")).await,
        Recorder::mx(|_, _| recorder::Answer::json(200, r#"{"user":{}}"#)).await,
    ];
    let environment = Environment::custom(&nexus.address)
        .with_sso(&sso.address)
        .with_mdx(&mdx.address);
    let builder = Nexus::builder(environment).credentials("client", "key");
    let built = builder.build().unwrap();
    built.users().unwrap().read("U-1").await.unwrap();
    built.user("U-1").api().await.unwrap();
    assert_eq!(mdx.lines(), ["GET /client/users/U-1.json"]);
    assert_eq!(sso.lines(), ["GET /client/users/U-1/api_token.json"]);
    assert_eq!(nexus.lines(), ["POST /sessions"]);
}

#[tokio::test]
async fn token_invalid_in_a_header_is_refused_before_sending() {
    let server = Recorder::answering([member("MBR-1")]).await;
    let nexus = builder_at(&server.address).build().unwrap();
    let api = nexus.with_session_token("line\nbreak").api().await.unwrap();
    let error = api.read_member().member_guid("MBR-1").send().await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert!(!error.to_string().contains("line\n"), "{error}");
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn address_of_a_sandbox_given_as_custom_is_refused_with_what_to_use() {
    let sandbox = Sandbox::start().await.unwrap();
    let builder = Nexus::builder(Environment::custom(sandbox.address()));
    let nexus = builder.credentials(sandbox.client_id(), sandbox.api_key());
    let user = nexus.build().unwrap().user("U-1");
    let error = user.api().await.unwrap_err();
    assert!(
        error.to_string().contains("Environment::sandbox"),
        "{error}"
    );
}
