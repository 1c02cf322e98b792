//! What only Nexus has: sessions, manual members, and the address for OAuth in the member that is polled.

use serde_json::json;

use crate::nexus::{after_start, all_of, at_once, run, transcript};
use crate::script::{Server, member, member_with, owners, status};

#[tokio::test]
async fn a_manual_member() {
    let manual = member_with(200, "null", json!({"is_manual": true}));
    insta::assert_snapshot!(transcript([manual]).await);
}

#[tokio::test]
async fn pending_oauth_with_the_address_in_the_member() {
    let address = json!({"oauth_window_uri": "https://bank.example/S3CR3T"});
    let script = vec![member_with(200, "PENDING#2", address); 2];
    insta::assert_snapshot!(transcript(after_start(script)).await);
}

#[tokio::test]
async fn the_session_expires_again_and_again() {
    let script = [
        member("CONNECTED#1"),
        status(401),
        member("CREATED~#2"),
        status(401),
        member("CONNECTED#2"),
        status(401),
        owners(&["ACT-1"]),
    ];
    let server = Server::start(script);
    let user = server.nexus().user("U-1");
    run(&server, user.identify("MBR-1").with_polling(at_once())).await;
    insta::assert_snapshot!(all_of(&server));
}

#[tokio::test]
async fn a_session_that_cannot_be_renewed_ends_it() {
    insta::assert_snapshot!(transcript(after_start([status(401)])).await);
}
