//! To the owners without a question, and the echoes on the way.

use super::*;

#[tokio::test]
async fn straight_through() {
    let script = [member("CREATED~#2"), member("CONNECTED~#2")];
    insta::assert_snapshot!(transcript(after_start(then(script, well()))).await);
}

#[tokio::test]
async fn mx_so_fast_that_aggregating_is_never_seen() {
    let script = [member("CONNECTED#1"), member("CONNECTED#2")];
    insta::assert_snapshot!(transcript(then(script, well())).await);
}

#[tokio::test]
async fn mx_so_fast_and_without_guids_of_jobs() {
    let settling = vec![member("CONNECTED"); 4];
    let script = then([member("CONNECTED"), member("CONNECTED")], settling);
    insta::assert_snapshot!(transcript(then(script, [owners(&["ACT-1"])])).await);
}

#[tokio::test]
async fn stale_connected_after_the_post() {
    let stale = vec![member("CONNECTED#1"); 6];
    let script = then(stale, [member("CONNECTED~#2")]);
    insta::assert_snapshot!(transcript(after_start(then(script, well()))).await);
}

#[tokio::test]
async fn delayed_for_a_while() {
    let script = vec![member("DELAYED#2"); 5];
    insta::assert_snapshot!(transcript(after_start(then(script, well()))).await);
}

#[tokio::test]
async fn no_owners_are_an_answer_too() {
    let script = [member("CONNECTED#2"), owners(&[])];
    insta::assert_snapshot!(transcript(after_start(script)).await);
}
