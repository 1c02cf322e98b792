//! The session `test_session` and its names of members.

use super::*;

const STATUSES: &str = "CREATED PREVENTED DENIED CHALLENGED REJECTED LOCKED CONNECTED IMPEDED RECONNECTED DEGRADED \
                        DISCONNECTED DISCONTINUED CLOSED DELAYED FAILED UPDATED DISABLED IMPORTED RESUMED IMPAIRED";

fn client() -> TestClient {
    TestClient {
        store: Store::new(Settings::default()),
        session: String::from("test_session"),
    }
}

fn count(client: &TestClient, member: &str, operation: &str, key: &str) -> usize {
    let (status, body) = client.send(client.of(member, operation));
    assert_eq!(status, 200);
    body[key].as_array().unwrap().len()
}

#[tokio::test(start_paused = true)]
async fn status_name_is_a_member_with_that_status() {
    let client = client();
    for status in STATUSES.split_whitespace() {
        assert_eq!(client.status(status), (status.into(), false));
        assert_eq!(client.start(status, "identifyMember").0, 200);
        let is_challenged = status == "CHALLENGED";
        let open = count(&client, status, "listMemberChallenges", "challenges");
        assert_eq!(open, usize::from(is_challenged));
        let answered = client.answer(status, "correct").0;
        assert_eq!(answered, if is_challenged { 200 } else { 405 });
    }
    for word in ["EXPIRED", "PENDING", "MBR-1", "connected"] {
        assert_eq!(client.send(client.of(word, "readMember")).0, 404, "{word}");
    }
    assert_eq!(client.status("test_member"), ("CONNECTED".into(), false));
}

#[tokio::test(start_paused = true)]
async fn names_without_owners_or_numbers() {
    let client = client();
    let owners = |word| count(&client, word, "listAccountOwners", "account_owners");
    let numbers = |word| count(&client, word, "readAccountNumbers", "account_numbers");
    assert!(owners("test_nexus_member") > 0 && numbers("test_nexus_member") > 0);
    assert_eq!((owners("unidentified"), numbers("unverified")), (0, 0));
    assert!(owners("unverified") > 0 && numbers("unidentified") > 0);
    for operation in ["identifyMember", "verifyMember"] {
        assert_eq!(client.start("test_nexus_member", operation).0, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn test_session_needs_no_user_and_changes_nothing() {
    let client = client();
    assert_eq!(client.send(client.of("test_member", "deleteMember")).0, 204);
    let (_, body) = client.send(client.nexus("listMembers"));
    assert_eq!(body["members"][0]["guid"], "test_member");
    assert_eq!(client.store.jobs().len(), 0);
    let reading = client.nexus("readInstitution");
    let reading = reading.at(
        "institution_guid",
        "INS-1572a04c-912b-59bf-5841-332c7dfafaef",
    );
    assert_eq!(client.send(reading).0, 200);
    let mut call = client.nexus("readUser");
    let principal = client.store.authorise(&mut call).unwrap();
    assert!(client.reply(&principal, &call).is_none());
}

#[tokio::test(start_paused = true)]
async fn accounts_owners_and_numbers_match() {
    let client = client();
    let get = |word: &str, operation: &str, key: &str| {
        let (status, body) = client.send(client.of(word, operation));
        assert_eq!(status, 200);
        body[key].as_array().unwrap().clone()
    };
    let member = &client.read("test_nexus_member");
    let (_, all) = client.send(client.nexus("listAccounts"));
    for word in ["test_member", "test_nexus_member"] {
        let accounts = get(word, "listMemberAccounts", "accounts");
        let owners = get(word, "listAccountOwners", "account_owners");
        let numbers = get(word, "readAccountNumbers", "account_numbers");
        assert_eq!((accounts.len(), numbers.len()), (3, 2));
        for account in &accounts {
            let guid = &account["guid"];
            assert_eq!(account["member_guid"], word);
            assert_eq!(account["user_guid"], member["user_guid"]);
            assert_eq!(account["institution_guid"], member["institution_guid"]);
            assert!(all["accounts"].as_array().unwrap().contains(account));
            let about = |operation: &str| {
                client
                    .nexus(operation)
                    .at("account_guid", guid.as_str().unwrap())
            };
            assert_eq!(client.send(about("readAccount")).1["account"], *account);
            let (_, theirs) = client.send(about("readAccountNumbersByAccount"));
            let of_it = |one: &&Value| one["account_guid"] == *guid;
            let expected: Vec<&Value> = numbers.iter().filter(of_it).collect();
            assert_eq!(theirs["account_numbers"], json!(expected));
            assert!(owners.iter().any(|owner| owner["account_guid"] == *guid));
            for number in expected {
                let end = account["account_number"]
                    .as_str()
                    .unwrap()
                    .trim_matches('*');
                assert!(number["account_number"].as_str().unwrap().ends_with(end));
            }
        }
        for one in owners.iter().chain(&numbers) {
            assert_eq!(one["member_guid"], word);
            assert_eq!(one["user_guid"], member["user_guid"]);
        }
    }
    assert_eq!(all["accounts"].as_array().unwrap().len(), 12);
}

#[tokio::test(start_paused = true)]
async fn account_update_is_not_stored() {
    let client = client();
    let (_, body) = client.send(client.of("test_member", "listMemberAccounts"));
    let account = body["accounts"][0]["guid"].as_str().unwrap();
    let about = |operation: &str| client.nexus(operation).at("account_guid", account);
    let update = json!({"account": {"nickname": "Rainy days"}});
    let (_, changed) = client.send(about("updateAccount").body(update));
    assert_eq!(changed["account"]["nickname"], "Rainy days");
    assert_eq!(
        client.send(about("readAccount")).1["account"]["nickname"],
        Value::Null
    );
    assert_eq!(client.send(about("deleteManualAccount")).0, 400);
}
