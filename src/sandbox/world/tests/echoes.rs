//! The fault that lets a reading show the state before the latest job.

use super::*;

#[tokio::test(start_paused = true)]
async fn the_next_readings_show_the_state_before_the_latest_job() {
    let desk = Desk::new();
    let member = desk.member("mxbank", "x");
    desk.identify(&member).await;
    let before = desk.read(&member);
    desk.start(&member, "identifyMember");
    desk.world.echo_previous_job(2);
    assert_eq!(desk.read(&member), before);
    assert_eq!(desk.read(&member), before);
    let after = desk.read(&member);
    assert_eq!(after["is_being_aggregated"], true);
    assert_ne!(
        after["most_recent_job_guid"],
        before["most_recent_job_guid"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_member_without_a_job_has_nothing_to_echo() {
    let desk = Desk::new();
    let quiet = desk.member("mxbank", "x");
    desk.world.echo_previous_job(1);
    desk.read(&quiet);
    let (_, started) = desk.start(&quiet, "identifyMember");
    assert_eq!(started["is_being_aggregated"], true, "only readings echo");
    assert_eq!(
        desk.glance(&quiet),
        ("CREATED".into(), false),
        "the echo was kept"
    );
    assert_eq!(desk.glance(&quiet), ("CREATED".into(), true));
}
