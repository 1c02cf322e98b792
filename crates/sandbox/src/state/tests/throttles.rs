//! The throttles of MX, with the variation.

use super::*;
use crate::settings::Variation;

const HOUR: Duration = Duration::from_secs(60 * 60);

fn throttled() -> TestClient {
    TestClient::with(Settings {
        variations: [Variation::Throttled].into(),
        ..Settings::default()
    })
}

#[tokio::test(start_paused = true)]
async fn member_is_aggregated_once_within_three_hours() {
    let client = throttled();
    let member = client.member("sandbox_bank", "quick");
    let aggregate = || client.start(&member, "aggregateMember").0;
    assert_eq!(aggregate(), 200);
    assert_eq!(aggregate(), 429);
    assert_eq!(client.start(&member, "identifyMember").0, 200);
    advance(3 * HOUR - SECOND).await;
    let jobs = client.store.jobs().len();
    let client = TestClient {
        session: client.open_session("ada"),
        ..client
    };
    let aggregate = || client.start(&member, "aggregateMember").0;
    assert_eq!(aggregate(), 429);
    let (status, _) = client.send(client.nexus("aggregateAllMembers"));
    assert_eq!((status, client.store.jobs().len()), (200, jobs), "skipped");
    advance(SECOND).await;
    assert_eq!(aggregate(), 200);
}

#[tokio::test(start_paused = true)]
async fn balance_is_checked_five_times_within_two_hours() {
    let client = throttled();
    let member = client.member("sandbox_bank", "quick");
    let check = || client.start(&member, "checkMemberBalance").0;
    assert_eq!([(); 6].map(|()| check()), [200, 200, 200, 200, 200, 429]);
    let unthrottled = TestClient::new();
    let member = unthrottled.member("sandbox_bank", "quick");
    let check = || unthrottled.start(&member, "checkMemberBalance").0;
    assert_eq!([(); 6].map(|()| check()), [200; 6]);
}

#[tokio::test(start_paused = true)]
async fn aggregations_at_mx_bank_are_not_throttled() {
    let client = throttled();
    let member = client.member("mxbank", "x");
    for _ in 0..2 {
        assert_eq!(client.start(&member, "aggregateMember").0, 200);
        client.store.finish_jobs();
    }
}
