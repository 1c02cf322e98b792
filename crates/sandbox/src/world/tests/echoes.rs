//! The fault that lets a call show members as they were before their latest job.

use super::*;

fn reading(desk: &Desk, member: &str) -> Value {
    let (status, body) = desk.send(desk.of(member, "readMember").stale());
    assert_eq!(status, 200, "{body}");
    body["member"].clone()
}

#[tokio::test(start_paused = true)]
async fn a_stale_call_shows_the_state_before_the_latest_job() {
    let desk = Desk::new();
    let member = desk.member("mxbank", "x");
    desk.identify(&member).await;
    let before = desk.read(&member);
    desk.start(&member, "identifyMember");
    assert_eq!(reading(&desk, &member), before);
    let (_, listed) = desk.send(desk.nexus("listMembers").stale());
    assert_eq!(listed["members"][0], before);
    let after = desk.read(&member);
    assert_eq!(after["is_being_aggregated"], true, "only that call");
    assert_ne!(
        after["most_recent_job_guid"],
        before["most_recent_job_guid"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_stale_start_is_answered_as_if_it_had_not_been() {
    let desk = Desk::new();
    let member = desk.member("mxbank", "x");
    let (_, started) = desk.send(desk.of(&member, "identifyMember").stale());
    assert_eq!(started["member"]["is_being_aggregated"], false);
    assert_eq!(desk.glance(&member), ("CREATED".into(), true));
}

#[tokio::test(start_paused = true)]
async fn a_stale_call_about_one_member_changes_nothing_about_others() {
    let desk = Desk::new();
    let idle = desk.member("mxbank", "x");
    assert_eq!(reading(&desk, &idle)["connection_status"], "CREATED");
    assert_eq!(desk.send(desk.of("MBR-0", "readMember").stale()).0, 404);

    let neighbour = desk.neighbour();
    let busy = neighbour.member("mxbank", "x");
    neighbour.start(&busy, "identifyMember");
    assert_eq!(neighbour.glance(&busy), ("CREATED".into(), true));
}
