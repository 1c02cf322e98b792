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
    let mut atrium = Atrium::open().await;
    let operations = atrium.document.operations();
    assert_eq!(operations.len(), 48);
    let user = atrium.user.clone();
    for id in operations.keys() {
        // Of another user, so that every operation can change all.
        atrium.user = user.clone();
        let made = json!({"user": {"identifier": id}});
        let made = atrium.ok("createUser", &[], Some(made)).await;
        atrium.user = made["user"]["guid"].as_str().unwrap().to_owned();
        let is_asked = ["resumeMember", "listMemberMFAChallenges"].contains(&id.as_str());
        let password = if is_asked { "challenge" } else { "any" };
        let member = match id.as_str() {
            "readOauthWindowUri" => {
                let oauth = json!({"institution_code": "mx_bank_oauth", "is_oauth": true});
                let oauth = Some(json!({"member": oauth}));
                let made = atrium.ok("createMember", &[], oauth).await;
                made["member"]["guid"].as_str().unwrap().to_owned()
            }
            _ => {
                let member = atrium.member("sandbox_bank", password).await;
                let of_member = [("member_guid", member.as_str())];
                atrium.ok("aggregateMember", &of_member, None).await;
                member
            }
        };
        let settled = atrium.settled(&member).await;
        let accounts = atrium.ok("listUserAccounts", &[], None).await;
        let transactions = atrium.ok("listUserTransactions", &[], None).await;
        let guid = |list: &Value| list[0]["guid"].as_str().unwrap_or("none").to_owned();
        let account = guid(&accounts["accounts"]);
        let transaction = guid(&transactions["transactions"]);
        let parameters = [
            ("member_guid", member.as_str()),
            ("account_guid", &account),
            ("transaction_guid", &transaction),
            ("institution_code", "mxbank"),
            ("merchant_guid", "MCH-1"),
            ("merchant_location_guid", "MCL-1"),
            ("holding_guid", "HOL-1"),
            ("statement_guid", "STA-1"),
        ];
        let path = &operations[id].path;
        let parameters: Vec<_> = parameters
            .into_iter()
            .filter(|(name, _)| path.contains(&format!("{{{name}}}")))
            .collect();
        let second = atrium.member_request("sandbox_bank", "second", "any").await;
        let credentials = &second["member"]["credentials"];
        let body = body(id, credentials, &settled["challenges"][0]["guid"]);
        let (status, answered) = atrium.call(id, &parameters, body).await;
        let wanted = if id.starts_with("delete") { 204 } else { 200 };
        assert_eq!(status, wanted, "{id}: {answered}");
    }
}
