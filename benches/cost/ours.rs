//! The measured work by this library.

use std::time::Duration;

use futures_util::future::join_all;
use mx_nexus::api::Client;
use mx_nexus::identity::Polling;
use mx_nexus::{Environment, Nexus};

use super::next_flow;
use super::server::RENEW;

/// A client, and the API of one user with a session.
pub(crate) struct Ours {
    nexus: Nexus,
    api: Client,
}

impl Ours {
    pub(crate) async fn at(address: &str) -> Self {
        let nexus = Nexus::builder(Environment::custom(address))
            .credentials("bench", "key")
            .build()
            .expect("a good configuration");
        let api = nexus.with_session_token("a-session").api().await;
        let api = api.expect("a session");
        Self { nexus, api }
    }

    pub(crate) async fn read_member(&self) -> Option<String> {
        let answer = self.api.read_member().member_guid("MBR-1").send().await;
        let member = answer.expect("an answer").into_inner().member;
        member.and_then(|member| member.guid).map(String::from)
    }

    /// The future of one call, for its size.
    pub(crate) fn size_of_send(&self) -> usize {
        size_of_val(&self.api.read_member().member_guid("MBR-1").send())
    }

    /// As many tasks read a member at once with a session that the server refuses. It grants every second session of such a user,
    /// so that a second exchange for the same refusal would make the calls fail.
    pub(crate) async fn renew(&self, tasks: usize) {
        let number = next_flow();
        let user = self.nexus.user(format!("{RENEW}-{number}"));
        let api = user.api().await.expect("a session");
        let calls = (0..tasks).map(|_| {
            let api = api.clone();
            tokio::spawn(async move {
                let answer = api.read_member().member_guid("MBR-1").send().await;
                answer.expect("an answer by the second session");
            })
        });
        for call in join_all(calls).await {
            call.expect("no panic");
        }
    }

    /// A whole identification of a new user, which opens a session first. Returns the number of owners.
    pub(crate) async fn identify(&self) -> usize {
        let number = next_flow();
        let user = self.nexus.user(format!("U-{number}"));
        let polling = Polling::between(Duration::from_millis(1), Duration::from_millis(1));
        let owners = user
            .identify(format!("MBR-ours-{number}"))
            .with_polling(polling)
            .run(Duration::from_secs(300), async |_| None)
            .await;
        owners.expect("owners").len()
    }
}
