//! Every operation of the document.

use serde_json::{Value, json};

use super::Atrium;

/// The body of an operation that has no success without one.
fn body(id: &str, credentials: &Value, challenge: &Value) -> Option<Value> {
    Some(match id {
        "createUser" | "updateUser" => json!({"user": {"metadata": "{}"}}),
        "createMember" => json!({"member": {
            "institution_code": "sandbox_bank",
            "credentials": credentials,
        }}),
        "updateMember" => json!({"member": {"metadata": "{}"}}),
        "resumeMember" => {
            json!({"member": {"challenges": [{"guid": challenge, "value": "correct"}]}})
        }
        "cleanseAndCategorizeTransactions" => json!({"transactions": [{"description": "x"}]}),
        "getConnectWidget" => json!({"mode": "verification"}),
        _ => return None,
    })
}

#[tokio::test]
async fn every_operation_succeeds_as_documented() {
    let atrium = Atrium::open().await;
    let (gathered, asked) = (
        atrium.member("sandbox_bank", "any").await,
        atrium.member("mxbank", "challenge").await,
    );
    let oauth = json!({"institution_code": "mx_bank_oauth", "is_oauth": true});
    let oauth = Some(json!({"member": oauth}));
    let pending = atrium.ok("createMember", &[], oauth).await;
    let pending = pending["member"]["guid"].as_str().unwrap();
    for member in [&gathered, &asked] {
        let of_member = [("member_guid", member.as_str())];
        atrium.ok("aggregateMember", &of_member, None).await;
        atrium.settled(member).await;
    }
    let accounts = atrium.ok("listUserAccounts", &[], None).await;
    let transactions = atrium.ok("listUserTransactions", &[], None).await;
    let challenges = atrium.settled(&asked).await["challenges"].clone();
    let second = atrium.member_request("sandbox_bank", "second", "any").await;

    let mut operations: Vec<_> = atrium.operations.iter().collect();
    assert_eq!(operations.len(), 48);
    // What deletes comes last, and what answers the challenge after what lists it.
    operations.sort_by_key(|(id, _)| (*id == "deleteUser", id.starts_with("delete")));
    for (id, operation) in operations {
        let member = match id.as_str() {
            "listMemberMFAChallenges" | "resumeMember" => &asked,
            "readOauthWindowUri" => pending,
            _ => &gathered,
        };
        let parameters = [
            ("member_guid", member),
            ("account_guid", text(&accounts["accounts"][0]["guid"])),
            (
                "transaction_guid",
                text(&transactions["transactions"][0]["guid"]),
            ),
            ("institution_code", "mxbank"),
            ("merchant_guid", "MCH-1"),
            ("merchant_location_guid", "MCL-1"),
            ("holding_guid", "HOL-1"),
            ("statement_guid", "STA-1"),
        ];
        let parameters: Vec<_> = parameters
            .into_iter()
            .filter(|(name, _)| operation.path.contains(&format!("{{{name}}}")))
            .collect();
        let body = body(
            &id,
            &second["member"]["credentials"],
            &challenges[0]["guid"],
        );
        let (status, answered) = atrium.call(id, &parameters, body).await;
        let wanted = if id.starts_with("delete") { 204 } else { 200 };
        assert_eq!(status, wanted, "{id}: {answered}");
        atrium.sandbox.finish_jobs();
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
