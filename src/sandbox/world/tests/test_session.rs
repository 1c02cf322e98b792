//! The session `test_session` and the words that stand in the place of a member.

use super::*;

const STATUSES: &str = "CREATED PREVENTED DENIED CHALLENGED REJECTED LOCKED CONNECTED IMPEDED RECONNECTED DEGRADED \
                        DISCONNECTED DISCONTINUED CLOSED DELAYED FAILED UPDATED DISABLED IMPORTED RESUMED IMPAIRED";

fn desk() -> Desk {
    Desk {
        world: World::new(Settings::default()),
        session: String::from("test_session"),
    }
}

fn count(desk: &Desk, member: &str, operation: &str, key: &str) -> usize {
    let (status, body) = desk.send(desk.of(member, operation));
    assert_eq!(status, 200);
    body[key].as_array().unwrap().len()
}

#[tokio::test(start_paused = true)]
async fn a_status_word_is_a_member_with_that_status() {
    let desk = desk();
    for status in STATUSES.split_whitespace() {
        assert_eq!(desk.glance(status), (status.into(), false));
        assert_eq!(desk.start(status, "identifyMember").0, 200);
        let is_challenged = status == "CHALLENGED";
        let open = count(&desk, status, "listMemberChallenges", "challenges");
        assert_eq!(open, usize::from(is_challenged));
        let answered = desk.answer(status, "correct").0;
        assert_eq!(answered, if is_challenged { 200 } else { 405 });
    }
    for word in ["EXPIRED", "PENDING", "MBR-1", "connected"] {
        assert_eq!(desk.send(desk.of(word, "readMember")).0, 404, "{word}");
    }
    assert_eq!(desk.glance("test_member"), ("CONNECTED".into(), false));
}

#[tokio::test(start_paused = true)]
async fn the_words_for_identity_and_verification() {
    let desk = desk();
    let owners = |word| count(&desk, word, "listAccountOwners", "account_owners");
    let numbers = |word| count(&desk, word, "readAccountNumbers", "account_numbers");
    assert!(owners("test_nexus_member") > 0 && numbers("test_nexus_member") > 0);
    assert_eq!((owners("unidentified"), numbers("unverified")), (0, 0));
    assert!(owners("unverified") > 0 && numbers("unidentified") > 0);
    for operation in ["identifyMember", "verifyMember"] {
        assert_eq!(desk.start("test_nexus_member", operation).0, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn it_needs_no_user_and_changes_nothing() {
    let desk = desk();
    assert_eq!(desk.send(desk.of("test_member", "deleteMember")).0, 204);
    let (_, body) = desk.send(desk.nexus("listMembers"));
    assert_eq!(body["members"][0]["guid"], "test_member");
    assert_eq!(desk.world.jobs().len(), 0);
    let reading = desk.nexus("readInstitution");
    let reading = reading.at(
        "institution_guid",
        "INS-1572a04c-912b-59bf-5841-332c7dfafaef",
    );
    assert_eq!(desk.send(reading).0, 200);
    let call = desk.nexus("readUser");
    let principal = desk.world.authorise(&call).unwrap();
    assert!(desk.world.answer(&principal, &call).is_none());
}
