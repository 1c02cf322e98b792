//! To the owners without a question, with readings that lag behind.

use super::*;

#[tokio::test]
async fn straight_through() {
    let script = [member("CREATED~#2"), member("CONNECTED~#2")];
    insta::assert_snapshot!(transcript(after_start(then(script, success()))).await);
}

#[tokio::test]
async fn a_job_so_quick_that_it_is_never_seen_running() {
    let script = [member("CONNECTED#1"), member("CONNECTED#2")];
    insta::assert_snapshot!(transcript(then(script, success())).await);
}

#[tokio::test]
async fn a_quick_job_without_any_stamp_is_settled_by_repetition() {
    let settling = vec![member("CONNECTED"); 60];
    let script = then([member("CONNECTED"), member("CONNECTED")], settling);
    insta::assert_snapshot!(transcript(then(script, [owners(&["ACT-1"])])).await);
}

#[tokio::test]
async fn stale_connected_after_the_post() {
    let stale = vec![member("CONNECTED#1"); 6];
    let script = then(stale, [member("CONNECTED~#2")]);
    insta::assert_snapshot!(transcript(after_start(then(script, success()))).await);
}

#[tokio::test]
async fn delayed_for_a_while() {
    let script = vec![member("DELAYED#2"); 5];
    insta::assert_snapshot!(transcript(after_start(then(script, success()))).await);
}

#[tokio::test]
async fn an_empty_list_of_owners_is_a_result() {
    let script = [member("CONNECTED#2"), owners(&[])];
    insta::assert_snapshot!(transcript(after_start(script)).await);
}
