//! Shapes that MX's pages print beside the ones of the document.

#![allow(clippy::unwrap_used, reason = "set-up fails by panicking")]

use mx_nexus::User;
use mx_nexus::pages::Paged;
use serde_json::json;

#[path = "support/recorder.rs"]
mod recorder;

use recorder::{Answer, Recorder};

fn user(server: &Recorder) -> User {
    server.nexus().with_session_token("s")
}

/// A server whose one member has its credentials at this path.
async fn with_credentials_at(path: &'static str) -> Recorder {
    Recorder::start(
        move |received, _| match received.line.split_once(' ').unwrap() {
            ("GET", "/members/MBR-1") => recorder::member("MBR-1"),
            ("GET", found) if found == path => {
                let field = json!({"guid": "CRD-1", "label": "Password", "field_type": 1});
                Answer::json(200, &json!({"credentials": [field]}).to_string())
            }
            _ => Answer::json(404, ""),
        },
    )
    .await
}

#[tokio::test]
async fn credentials_are_read_at_the_printed_path_when_the_usual_one_is_404() {
    let [usual, printed] = ["/members/MBR-1/credentials", "/member/MBR-1/credentials"];
    for (path, requests) in [(usual, vec![usual]), (printed, vec![usual, printed])] {
        let server = with_credentials_at(path).await;
        let form = user(&server).reconnect("MBR-1").await.unwrap();
        assert_eq!(form.fields().len(), 1);
        let requests: Vec<_> = requests.iter().map(|path| format!("GET {path}")).collect();
        assert_eq!(server.lines()[1..], requests);

        let call = user(&server).call("listMemberCredentials");
        let reply = call.parameter("member_guid", "MBR-1").send().await.unwrap();
        assert_eq!(reply.status, 200);
    }
}

#[tokio::test]
async fn credentials_of_an_unknown_member_are_404_at_both_paths() {
    let server = Recorder::answering([Answer::json(404, "")]).await;
    let api = user(&server).api().await.unwrap();
    let list = api.list_member_credentials().member_guid("MBR-1").send();
    assert!(list.await.unwrap_err().is_not_found());
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test]
async fn challenges_and_members_are_read_under_member_too() {
    let question = json!({"guid": "CRD-1", "type": "TEXT", "label": "Town?"});
    let member = json!({"guid": "MBR-1"});
    for [challenges, members] in [
        [
            json!({"challenges": [question]}),
            json!({"members": [member, member]}),
        ],
        [
            json!({"member": [question]}),
            json!({"member": [member, member]}),
        ],
    ] {
        let server = Recorder::start(move |received, _| {
            let body = match received.line.contains("challenges") {
                true => &challenges,
                false => &members,
            };
            Answer::json(200, &body.to_string())
        })
        .await;
        let api = user(&server).api().await.unwrap();
        let list = api.list_member_challenges().member_guid("MBR-1").send();
        assert_eq!(list.await.unwrap().challenges.as_ref().unwrap().len(), 1);
        let mut items = api.list_members().items();
        for _ in 0..2 {
            let member = items.next().await.unwrap().unwrap();
            assert_eq!(member.guid, Some("MBR-1".into()));
        }
    }
}
