//! The same work by hand: reqwest and exact structs, no retries, no session renewal, no checks.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde::de::DeserializeOwned;
use serde_json::json;

use super::exact::{MemberBody, OwnersBody, SessionBody, TokenBody};
use super::next_flow;
use super::server::RENEW;

const NEXUS: &str = "application/vnd.mx.nexus.v1+json";
const SSO: &str = "application/vnd.moneydesktop.sso.v3+json";

/// A client with the settings that this library gives its own.
pub(crate) struct Bare {
    http: reqwest::Client,
    base: String,
}

impl Bare {
    pub(crate) fn at(address: &str) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .user_agent("bare")
            .timeout(Duration::from_secs(60))
            .connect_timeout(Duration::from_secs(10))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        Self {
            http,
            base: address.to_owned(),
        }
    }

    pub(crate) async fn read_member(&self) -> Option<String> {
        let answer = self.member("a-session", "MBR-1").await;
        answer.member.and_then(|member| member.guid)
    }

    /// The future of one call, for its size.
    pub(crate) fn size_of_send(&self) -> usize {
        size_of_val(&self.read_member())
    }

    /// A whole identification, which opens a session first: the seven requests that the library makes too.
    pub(crate) async fn identify(&self) -> usize {
        let number = next_flow();
        let (base, member) = (&self.base, format!("MBR-bare-{number}"));
        let session = self.session(&format!("U-{number}")).await;

        let before = self.member(&session, &member).await;
        let before = before.member.expect("a member").most_recent_job_guid;

        let request = self.http.post(format!("{base}/members/{member}/identify"));
        let request = request.header("MD-SESSION-TOKEN", &session);
        let body = json!({"include_transactions": false}).to_string();
        let request = request.header(ACCEPT, NEXUS).header(CONTENT_TYPE, NEXUS);
        let _: MemberBody = sent(request.body(body)).await;

        loop {
            tokio::time::sleep(Duration::from_millis(1)).await;
            let now = self.member(&session, &member).await.member;
            let now = now.expect("a member");
            if now.most_recent_job_guid != before && now.is_being_aggregated == Some(false) {
                break;
            }
        }

        let url = format!("{base}/members/{member}/account_owners");
        let request = self.http.get(url).header(ACCEPT, NEXUS);
        let owners: OwnersBody = sent(request.header("MD-SESSION-TOKEN", &session)).await;
        owners.account_owners.expect("owners").len()
    }

    /// As many tasks read a member at once, first with a session that is refused, then with another one.
    pub(crate) async fn renew(&self, tasks: usize) {
        for _ in 0..2 {
            let session: Arc<str> = self.session(RENEW).await.into();
            let calls = (0..tasks).map(|_| {
                let (http, base) = (self.http.clone(), self.base.clone());
                let session = Arc::clone(&session);
                tokio::spawn(async move {
                    let request = http.get(format!("{base}/members/MBR-1"));
                    let request = request.header(ACCEPT, NEXUS);
                    let request = request.header("MD-SESSION-TOKEN", &*session);
                    let answer = request.send().await.expect("an answer");
                    if answer.status().is_success() {
                        let _: MemberBody = answer.json().await.expect("it decodes");
                    }
                })
            });
            for call in join_all(calls).await {
                call.expect("no panic");
            }
        }
    }

    /// Opens a session: the token, and its exchange.
    async fn session(&self, user: &str) -> String {
        let base = &self.base;
        let url = format!("{base}/bench/users/{user}/api_token.json");
        let request = self.http.get(url).header(ACCEPT, SSO);
        let token: TokenBody = sent(request.header("MD-API-KEY", "key")).await;
        let token = token.api_token.token;

        let request = self.http.post(format!("{base}/sessions"));
        let request = request.header("MD-API-TOKEN", token).header(ACCEPT, NEXUS);
        let body = json!({"session": {"skip_aggregation": true}}).to_string();
        let request = request.header(CONTENT_TYPE, NEXUS).body(body);
        let session: SessionBody = sent(request).await;
        session.session.token
    }

    async fn member(&self, session: &str, guid: &str) -> MemberBody {
        let request = self.http.get(format!("{}/members/{guid}", self.base));
        let request = request.header(ACCEPT, NEXUS);
        sent(request.header("MD-SESSION-TOKEN", session)).await
    }
}

async fn sent<T: DeserializeOwned>(request: reqwest::RequestBuilder) -> T {
    let answer = request.send().await.expect("an answer");
    let answer = answer.error_for_status().expect("a success");
    answer.json().await.expect("it decodes")
}
