//! Webhooks that a test asks for, and what they wake.

use std::time::Duration;

use mx_nexus::fleet::{Fleet, Outcome};
use mx_nexus::identity::Polling;
use mx_nexus::values::MemberGuid;
use mx_nexus_sandbox::Sandbox;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::http::{Answered, ask};
use crate::{ADA, PATIENCE, open};

async fn send(sandbox: &Sandbox, url: &str, member: &str) -> Answered {
    let body = json!({"url": url, "member": member}).to_string();
    ask(sandbox, "POST /_sandbox/webhooks", &body).await
}

/// Answers one request with this status, and returns its head and its body.
async fn receive(listener: &TcpListener, status: u16) -> (String, Value) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut received = Vec::new();
    loop {
        stream.read_buf(&mut received).await.unwrap();
        let text = String::from_utf8_lossy(&received);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        if let Ok(body) = serde_json::from_str(body) {
            let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
            return (head.to_lowercase(), body);
        }
    }
}

async fn listen(path: &str) -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!(
        "http://localhost:{}{path}",
        listener.local_addr().unwrap().port()
    );
    (listener, url)
}

#[tokio::test]
async fn webhook_of_a_challenged_member_is_that_of_its_status() {
    let (sandbox, nexus) = open().await;
    let member = sandbox.add_member(ADA, "challenge").unwrap();
    let api = nexus.user(ADA).api().await.unwrap();
    api.identify_member()
        .member_guid(&member)
        .send()
        .await
        .unwrap();
    sandbox.finish_jobs();
    let (listener, url) = listen("/hook?from=mx").await;
    let (answered, (head, received)) = tokio::join!(
        send(&sandbox, &url, member.as_str()),
        receive(&listener, 204)
    );
    assert!(head.starts_with("post /hook?from=mx http/1.1"), "{head}");
    assert!(head.contains("content-type: application/json"), "{head}");
    assert_eq!(answered.body, json!({"status": 204, "sent": received}));
    let read = api.read_member().member_guid(&member).send().await.unwrap();
    let read = serde_json::to_value(read.into_inner()).unwrap()["member"].clone();
    let wanted = json!({
        "action": "CHANGED",
        "connection_status": "CHALLENGED",
        "connection_status_id": 3,
        "connection_status_message": read["connection_status_message"],
        "member_guid": member,
        "type": "CONNECTION_STATUS",
        "user_guid": read["user_guid"],
    });
    assert_eq!(received, wanted);
}

#[tokio::test]
async fn webhook_of_a_connected_member_is_that_of_members_with_times_in_seconds() {
    let (sandbox, _) = open().await;
    let added = r#"{"users": [{"id": "U-1", "members": [{"jobs": ["aggregation"]}]}]}"#;
    ask(&sandbox, "PUT /_sandbox/world", added).await;
    sandbox.finish_jobs();
    let member = ask(&sandbox, "GET /_sandbox/members", "").await.body["members"][0].clone();
    let (listener, url) = listen("").await;
    let guid = member["guid"].as_str().unwrap();
    let (answered, (head, received)) =
        tokio::join!(send(&sandbox, &url, guid), receive(&listener, 500));
    assert!(head.starts_with("post / "), "{head}");
    assert_eq!(answered.body["status"], 500);
    assert_eq!(received["action"], "updated");
    let shown = &received["member"];
    assert_eq!(shown["connection_status"], "CONNECTED");
    assert_eq!(
        (&shown["guid"], &shown["user_guid"]),
        (&member["guid"], &member["user"])
    );
    assert!(
        shown["aggregated_at"]
            .as_u64()
            .is_some_and(|at| at > 1_700_000_000)
    );
}

#[tokio::test]
async fn webhook_wakes_the_job_of_its_member() {
    // Neither the job nor the poll is due before an hour has passed.
    let hour = Duration::from_secs(3600);
    let sandbox = Sandbox::builder().job_time(hour).start().await.unwrap();
    let member = sandbox.add_member(ADA, "challenge").unwrap();
    let mut fleet = Fleet::new(hour * 5).with_polling(Polling::between(hour, hour));
    let user = sandbox.nexus().build().unwrap().user(ADA);
    fleet.start(user.identify(member.clone()));
    let (listener, url) = listen("/hook").await;
    let (sender, mut woken) = tokio::sync::mpsc::channel(1);
    let webhook = async {
        while sandbox.finish_jobs() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let (_, (_, webhook)) = tokio::join!(
            send(&sandbox, &url, member.as_str()),
            receive(&listener, 204)
        );
        let guid = webhook["member_guid"].as_str().unwrap();
        sender.send(MemberGuid::from(guid)).await.unwrap();
    };
    let challenged = async {
        loop {
            tokio::select! {
                Some(member) = woken.recv() => fleet.wake(&member),
                event = fleet.next() => {
                    if let Outcome::Challenged(challenges) = event.unwrap().outcome {
                        return challenges.iter().count();
                    }
                }
            }
        }
    };
    let both = async { tokio::join!(webhook, challenged) };
    let ((), asked) = tokio::time::timeout(PATIENCE, both)
        .await
        .expect("the webhook wakes the job");
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn webhook_is_sent_to_this_machine_only() {
    let (sandbox, _) = open().await;
    let member = sandbox.add_member(ADA, "any").unwrap();
    for url in [
        "http://192.0.2.1/hook",
        "http://receiver.example/hook",
        "http://localhost.example/hook",
        "https://127.0.0.1:1/hook",
        "http://user:secret@127.0.0.1:1/hook",
        "http://127.0.0.1@192.0.2.1/",
        "/hook",
        "127.0.0.1:1",
        "",
    ] {
        let refused = send(&sandbox, url, member.as_str()).await;
        assert_eq!(refused.status, 400, "{url}");
        let message = refused.body["error"]["message"].as_str().unwrap();
        assert!(message.contains("of this machine"), "{url}: {message}");
    }
    let (closed, url) = listen("").await;
    drop(closed);
    let refused = send(&sandbox, &url, member.as_str()).await;
    let message = refused.body["error"]["message"].as_str().unwrap();
    assert!(message.contains("does not answer"), "{message}");
    assert_eq!(refused.status, 400);
    assert_eq!(send(&sandbox, &url, "MBR-1").await.status, 404);
}
