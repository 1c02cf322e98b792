//! A stale echo affects the request that it matched, and no other member or user.

use mx_nexus::api;
use mx_nexus_sandbox::{Fault, Sandbox};

use crate::{ADA, known_user, quick};

async fn status(api: &api::Client, member: &str) -> Option<bool> {
    let read = api.read_member().member_guid(member).send().await.unwrap();
    read.into_inner().member.unwrap().is_being_aggregated
}

/// A client of a user, and a member with a job that runs longer than the test.
async fn busy(sandbox: &Sandbox, user: &str) -> (api::Client, String) {
    let nexus = sandbox.nexus().build().unwrap();
    let api = known_user(&nexus, user).await.api().await.unwrap();
    let member = sandbox.add_member(user, "challenge").unwrap();
    let member = member.as_str().to_owned();
    api.identify_member()
        .member_guid(&*member)
        .send()
        .await
        .unwrap();
    (api, member)
}

#[tokio::test]
async fn unused_echo_is_not_kept_for_another_member() {
    let sandbox = quick().start().await.unwrap();
    let (ada, of_ada) = busy(&sandbox, ADA).await;
    let nexus = sandbox.nexus().build().unwrap();
    let bruno = known_user(&nexus, "U-bruno").await.api().await.unwrap();
    let of_bruno = sandbox.add_member("U-bruno", "any").unwrap();

    sandbox.fault(Fault::stale_echo().times(2)).unwrap();
    assert_eq!(status(&bruno, of_bruno.as_str()).await, Some(false));
    let refused = bruno.read_member().member_guid("MBR-0").send().await;
    assert_eq!(refused.unwrap_err().status(), Some(404));
    assert!(sandbox.faults().is_empty());
    assert_eq!(status(&ada, &of_ada).await, Some(true));
}

#[tokio::test]
async fn echo_of_a_start_is_in_its_response() {
    let sandbox = quick().start().await.unwrap();
    let (ada, of_ada) = busy(&sandbox, ADA).await;
    let fault = Fault::stale_echo().on_operation("identifyMember");
    sandbox.fault(fault).unwrap();
    let again = ada.identify_member().member_guid(&*of_ada).send();
    let shown = again.await.unwrap().into_inner().member.unwrap();
    assert_eq!(shown.is_being_aggregated, Some(false));
    assert_eq!(status(&ada, &of_ada).await, Some(true));
}
