//! The users of Atrium.

use serde_json::{Value, json};

use super::Atrium;

#[tokio::test]
async fn user_is_read_changed_and_deleted() {
    let atrium = Atrium::open().await;
    let read = atrium.ok("readUser", &[], None).await;
    let guid = atrium.user.as_str();
    let wanted =
        json!({"guid": guid, "identifier": crate::ADA, "is_disabled": false, "metadata": null});
    assert_eq!(read["user"], wanted);
    let update = json!({"user": {"metadata": "{}", "identifier": "U-new"}});
    let updated = atrium.ok("updateUser", &[], Some(update)).await;
    let wanted =
        json!({"guid": guid, "identifier": "U-new", "is_disabled": false, "metadata": "{}"});
    assert_eq!(updated["user"], wanted);
    // The old identifier is free.
    let again = json!({"user": {"identifier": crate::ADA}});
    atrium.ok("createUser", &[], Some(again)).await;
    let member = atrium.member("mxbank", "any").await;
    assert_eq!(atrium.status("deleteUser", &[], None).await, 204);
    assert_eq!(atrium.status("readUser", &[], None).await, 404);
    let of_member = [("member_guid", member.as_str())];
    assert_eq!(atrium.status("readMember", &of_member, None).await, 404);
}

#[tokio::test]
async fn clash_is_409_and_an_empty_user_400() {
    let atrium = Atrium::open().await;
    let taken = json!({"user": {"identifier": crate::ADA}});
    let status = atrium.status("createUser", &[], Some(taken.clone())).await;
    assert_eq!(status, 409);
    let status = atrium.status("createUser", &[], Some(json!({"user": {}})));
    assert_eq!(status.await, 400);
    let another = json!({"user": {"metadata": "{}"}});
    let made = atrium.ok("createUser", &[], Some(another)).await;
    assert_eq!(made["user"]["identifier"], Value::Null);
}

#[tokio::test]
async fn disabled_user_has_no_data_until_it_is_enabled() {
    let atrium = Atrium::open().await;
    let member = atrium.member("mxbank", "any").await;
    let of_member = [("member_guid", member.as_str())];
    let disabled = |is_disabled: bool| Some(json!({"user": {"is_disabled": is_disabled}}));
    atrium.ok("updateUser", &[], disabled(true)).await;
    assert_eq!(atrium.status("readMember", &of_member, None).await, 403);
    atrium.ok("updateUser", &[], disabled(false)).await;
    assert_eq!(atrium.status("readMember", &of_member, None).await, 200);
}

#[tokio::test]
async fn users_are_listed_in_pages_and_the_101st_is_405() {
    let atrium = Atrium::open().await;
    for number in 2..=101 {
        let user = json!({"user": {"identifier": format!("U-{number}")}});
        let status = atrium.status("createUser", &[], Some(user)).await;
        assert_eq!(status, if number == 101 { 405 } else { 200 }, "{number}");
    }
    let first = atrium.ok("listUsers", &[], None).await;
    assert_eq!(first["users"][0]["guid"], atrium.user.as_str());
    assert_eq!(first["users"].as_array().unwrap().len(), 25);
    let paging = json!({"current_page": 1, "per_page": 25, "total_entries": 100, "total_pages": 4});
    assert_eq!(first["pagination"], paging);
    let last = [("page", "2"), ("records_per_page", "60")];
    let last = atrium.ok("listUsers", &last, None).await;
    assert_eq!(last["users"].as_array().unwrap().len(), 40);
    assert_eq!(last["users"][39]["identifier"], "U-100");
}
