//! The typed mocks of feature `mock`, used as another crate's tests would: one identification, from the member to its owners.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use httpmock::MockServer;
use mx_nexus::api::{Client, types};
use mx_nexus::mock::nexus::MockServerExt;
use mx_nexus::values::{ChallengeType, ConnectionStatus, MemberGuid};
use mx_nexus::{Environment, Nexus};

const VENDOR: &str = "application/vnd.mx.nexus.v1+json";

async fn client(server: &MockServer) -> Client {
    let nexus = Nexus::builder(Environment::custom(server.base_url()));
    let user = nexus.build().unwrap().with_session_token("test_session");
    user.api().await.unwrap()
}

/// The guid that every mock of the flow expects.
fn member_guid() -> MemberGuid {
    "MBR-1".into()
}

fn member(status: ConnectionStatus) -> types::MemberResponseBody {
    let mut member = types::MemberResponse::default();
    member.guid = Some(member_guid());
    member.connection_status = Some(status);
    let mut body = types::MemberResponseBody::default();
    body.member = Some(member);
    body
}

fn challenges() -> types::ChallengesResponseBody {
    let mut challenge = types::ChallengeResponse::default();
    challenge.guid = Some("CRD-1".into());
    challenge.type_ = Some(ChallengeType::Text);
    let mut body = types::ChallengesResponseBody::default();
    body.challenges = Some(vec![challenge]);
    body
}

fn answer() -> types::MemberResumeRequestBody {
    let resume = types::ResumeRequest::builder()
        .guid("CRD-1")
        .value("correct");
    answers(vec![resume.try_into().unwrap()])
}

fn answers(challenges: Vec<types::ResumeRequest>) -> types::MemberResumeRequestBody {
    let member = types::MemberResumeRequest::builder().challenges(challenges);
    let body = types::MemberResumeRequestBody::builder().member(member);
    body.try_into().unwrap()
}

fn owners() -> types::AccountOwnersResponseBody {
    let mut owner = types::AccountOwnerResponse::default();
    owner.owner_name = Some("Ada Example".into());
    let mut body = types::AccountOwnersResponseBody::default();
    body.account_owners = Some(vec![owner]);
    body
}

#[tokio::test]
async fn identification_runs_against_typed_mocks() {
    let server = MockServer::start_async().await;
    let read = server.read_member(|when, then| {
        when.member_guid(&member_guid());
        then.success(200, &member(ConnectionStatus::Challenged));
    });
    let listed = server.list_member_challenges(|when, then| {
        when.member_guid(&member_guid());
        then.success(200, &challenges());
    });
    let resumed = server.resume_aggregation(|when, then| {
        when.member_guid(&member_guid()).body(&answer());
        then.success(202, &member(ConnectionStatus::Resumed));
    });
    let owned = server.list_account_owners(|when, then| {
        when.member_guid(&member_guid());
        then.success(200, &owners());
    });

    let api = client(&server).await;
    let call = api.read_member().member_guid(member_guid()).send();
    assert_eq!(
        call.await.unwrap().into_inner(),
        member(ConnectionStatus::Challenged)
    );
    let call = api
        .list_member_challenges()
        .member_guid(member_guid())
        .send();
    assert_eq!(call.await.unwrap().into_inner(), challenges());
    let call = api
        .resume_aggregation()
        .member_guid(member_guid())
        .body(answer())
        .send();
    let answered = call.await.unwrap();
    assert_eq!(answered.status().as_u16(), 202);
    assert_eq!(answered.headers()["content-type"], VENDOR);
    assert_eq!(answered.into_inner(), member(ConnectionStatus::Resumed));
    let call = api.list_account_owners().member_guid(member_guid()).send();
    assert_eq!(call.await.unwrap().into_inner(), owners());
    for mock in [read, listed, resumed, owned] {
        mock.assert();
    }
}

#[tokio::test]
async fn mock_of_another_member_or_answer_does_not_match() {
    let server = MockServer::start_async().await;
    let other = server.resume_aggregation(|when, then| {
        when.member_guid(&"MBR-2".into()).body(&answer());
        then.success(200, &member(ConnectionStatus::Resumed));
    });
    let empty = server.resume_aggregation(|when, then| {
        when.member_guid(&member_guid()).body(&answers(vec![]));
        then.success(200, &self::member(ConnectionStatus::Resumed));
    });
    let api = client(&server).await;
    let call = api
        .resume_aggregation()
        .member_guid(member_guid())
        .body(answer())
        .send();
    assert_eq!(call.await.unwrap_err().status(), Some(404));
    assert_eq!((other.calls(), empty.calls()), (0, 0));
}

#[tokio::test]
async fn list_of_institutions_is_mocked_as_csv() {
    const CSV: &str = "guid,name\nINS-1,MX Bank\n";
    let server = MockServer::start_async().await;
    let mock = server.download_institutions_csv(|_, then| {
        then.success(200, CSV);
    });
    let answered = client(&server)
        .await
        .download_institutions_csv()
        .send()
        .await
        .unwrap();
    assert_eq!(answered.headers()["content-type"], "text/csv");
    let mut stream = answered.into_inner().into_inner();
    let mut text = Vec::new();
    while let Some(chunk) = std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await
    {
        text.extend_from_slice(&chunk.unwrap());
    }
    assert_eq!(String::from_utf8(text).unwrap(), CSV);
    mock.assert();
}

#[cfg(feature = "atrium")]
#[tokio::test]
async fn atrium_has_mocks_too() {
    use mx_nexus::mock::atrium::MockServerExt;

    let server = MockServer::start_async().await;
    let mock = server.read_member_status(|when, then| {
        let mut member = mx_nexus::atrium::types::MemberStatusResponse::default();
        member.connection_status = Some(ConnectionStatus::Challenged);
        let mut body = mx_nexus::atrium::types::MemberStatusResponseBody::default();
        body.member = Some(member);
        when.user_guid(&"USR-1".into()).member_guid(&member_guid());
        then.success(200, &body);
    });
    let atrium = mx_nexus::Atrium::builder(Environment::custom(server.base_url()));
    let atrium = atrium.credentials("client", "key").build().unwrap();
    let call = atrium.api().read_member_status().user_guid("USR-1");
    let answer = call.member_guid(member_guid()).send().await.unwrap();
    let member = answer.into_inner().member.unwrap();
    assert_eq!(member.connection_status, Some(ConnectionStatus::Challenged));
    mock.assert();
}
