use mx_nexus::{Environment, Nexus};
#[tokio::test]
async fn smoke() {
    let server = httpmock::MockServer::start_async().await;
    let mock = server.mock(|when, then| { when.method("GET").path("/members/test/account_owners").header("accept","application/vnd.mx.nexus.v1+json").header("md-session-token","test_session").header_missing("api-version"); then.status(200).body(r#"{"account_owners":[{"owner_name":"x","account_guid":7}]}"#);});
    let user = Nexus::builder(Environment::at(server.base_url())).build().unwrap().with_session_token("test_session");
    let r = user.api().await.unwrap().list_account_owners().member_guid("test").send().await;
    println!("{r:?}");
    let r = user.api().await.unwrap().list_account_owners().member_guid("..").send().await;
    println!("{r:?}");
    let r = user.api().await.unwrap().read_member().member_guid("zz").send().await;
    println!("{r:?} {}", r.as_ref().err().unwrap());
    mock.assert();
}
