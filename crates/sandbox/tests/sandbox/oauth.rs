//! The OAuth page, and the same for programs.

use mx_nexus::User;
use mx_nexus::connect::FormValues;
use mx_nexus::reqwest::{Client, Response};
use mx_nexus::values::ConnectionStatus;
use mx_nexus_sandbox::Sandbox;

use crate::{ADA, PATIENCE, find, known_user, open, polling};

/// A member that is PENDING, and the address of its page.
async fn waiting(user: &User) -> (String, String) {
    let bank = find(user, "MX Bank (OAuth)").await;
    let form = user.connect(bank.as_str()).await.unwrap();
    let connection = form.submit(FormValues::new()).await.unwrap();
    let window = connection.oauth_window().unwrap().expose().to_owned();
    (connection.member().as_str().to_owned(), window)
}

async fn get(address: &str) -> Response {
    mx_nexus::reqwest::get(address).await.unwrap()
}

async fn post(address: &str, body: &'static str) -> Response {
    let sending = Client::new().post(address).body(body).send();
    sending.await.unwrap()
}

async fn status(user: &User, member: &str) -> ConnectionStatus {
    let job = user.identify(member).with_polling(polling());
    match job.run(PATIENCE, async |_| None).await {
        Ok(_) => ConnectionStatus::Connected,
        Err(error) => error.status().cloned().unwrap(),
    }
}

async fn asked() -> (Sandbox, User, String, String) {
    let (sandbox, nexus) = open().await;
    let user = known_user(&nexus, ADA).await;
    let (member, window) = waiting(&user).await;
    (sandbox, user, member, window)
}

#[tokio::test]
async fn page_is_html_and_reading_it_changes_nothing() {
    let (_sandbox, user, member, window) = asked().await;
    for _ in 0..2 {
        let page = get(&window).await;
        assert_eq!(page.status().as_u16(), 200);
        assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
        let text = page.text().await.unwrap();
        assert!(
            text.contains("MX Bank (OAuth)") && text.contains("<form method=\"post\">"),
            "{text}"
        );
    }
    assert_eq!(status(&user, &member).await, ConnectionStatus::Pending);
    assert_eq!(post(&window, "answer=sign_in").await.status().as_u16(), 200);
    assert_eq!(status(&user, &member).await, ConnectionStatus::Connected);
}

#[tokio::test]
async fn guessed_or_used_address_is_refused() {
    let (sandbox, user, member, window) = asked().await;
    let (stem, _) = window.rsplit_once('/').unwrap();
    for guessed in [
        stem.to_owned(),
        format!("{stem}/"),
        format!("{stem}/guessed"),
    ] {
        let looked = get(&guessed).await.status().as_u16();
        assert!([404, 405].contains(&looked), "{guessed}: {looked}");
    }
    assert_eq!(
        post(&format!("{stem}/guessed"), "").await.status().as_u16(),
        404
    );
    assert_eq!(status(&user, &member).await, ConnectionStatus::Pending);

    let used = post(&window, "answer=decline").await;
    assert_eq!(used.status().as_u16(), 200);
    let again = post(&window, "answer=sign_in").await;
    assert_eq!(again.status().as_u16(), 404);
    assert_eq!(again.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(get(&window).await.status().as_u16(), 404);
    assert_eq!(status(&user, &member).await, ConnectionStatus::Denied);
    assert!(!sandbox.finish_oauth(&member));
}

#[tokio::test]
async fn programs_sign_in_and_decline_by_the_member() {
    let (sandbox, user, member, _) = asked().await;
    let control = format!("{}/_sandbox/oauth/{member}", sandbox.address());
    let declined = post(&format!("{control}/decline"), "").await;
    assert_eq!(declined.text().await.unwrap(), r#"{"signed_in":false}"#);
    assert_eq!(post(&control, "").await.status().as_u16(), 404);
    assert_eq!(status(&user, &member).await, ConnectionStatus::Denied);

    let (member, _) = waiting(&user).await;
    assert!(sandbox.decline_oauth(&member));
    assert!(!sandbox.decline_oauth(&member));
    let (member, _) = waiting(&user).await;
    let control = format!("{}/_sandbox/oauth/{member}", sandbox.address());
    let signed_in = post(&control, "").await;
    assert_eq!(signed_in.text().await.unwrap(), r#"{"signed_in":true}"#);
    assert_eq!(status(&user, &member).await, ConnectionStatus::Connected);
}
