//! Answers of other forms than the reference shows, seen or reported of MX, on the wire.

use httpmock::MockServer;
use mx_nexus::api;
use mx_nexus::operations::Api;
use serde_json::{Value, json};

use crate::exerciser::{self, Extent};
use crate::server::{self, Reply};

const DELETED: [Reply; 2] = [
    Reply {
        status: 200,
        media_type: server::VENDOR,
        body: String::new(),
    },
    Reply {
        status: 204,
        media_type: "",
        body: String::new(),
    },
];

async fn answer(id: &str, path: &str, reply: Reply) -> Value {
    let server = MockServer::start_async().await;
    let client = server::client(&server).await;
    let mut operations = Api::Nexus.operations().iter();
    let method = operations.find(|one| one.id == id).unwrap().method;
    let call = exerciser::of(id).call(Extent::Maximal, &client);
    let (_, outcome) = server::exchange(&server, (method, path), reply, call).await;
    let answered = outcome.unwrap_or_else(|error| panic!("{id}: {error}"));
    answered.value
}

#[tokio::test]
async fn every_delete_accepts_an_empty_object_and_nothing_at_all() {
    let deletes: Vec<_> = Api::Nexus
        .operations()
        .iter()
        .filter(|operation| operation.method == "DELETE")
        .collect();
    assert!(!deletes.is_empty());
    let replies = DELETED.into_iter().chain([Reply::json(&json!({}))]);
    for reply in replies {
        for operation in &deletes {
            let path = operation.path.replace('{', "").replace('}', "-value");
            assert_eq!(
                answer(operation.id, &path, reply.clone()).await,
                Value::Null
            );
        }
    }
}

#[tokio::test]
async fn a_member_without_challenges_gives_an_empty_answer() {
    let path = "/members/member_guid-value/challenges";
    for status in [200, 204] {
        let value = answer("listMemberChallenges", path, Reply::nothing(status)).await;
        assert_eq!(value, json!({}));
    }
}

#[tokio::test]
async fn merchants_in_a_list_of_one_read_like_the_object() {
    let object = json!({"merchants": [{"guid": "MCH-1", "name": "Target"}]});
    let plain = answer("listMerchants", "/merchants", Reply::json(&object)).await;
    let wrapped = Reply::json(&json!([object]));
    assert_eq!(plain["merchants"][0]["name"], "Target");
    assert_eq!(answer("listMerchants", "/merchants", wrapped).await, plain);
    let empty = Reply::json(&json!([]));
    assert_eq!(
        answer("listMerchants", "/merchants", empty).await,
        json!({})
    );
}

#[tokio::test]
async fn microdeposits_wrapped_one_by_one_read_like_plain_ones() {
    let deposit = json!({"guid": "MIC-1", "status": 3, "account_number": 4711});
    let plain = Reply::json(&json!({"micro_deposits": [deposit]}));
    let wrapped = Reply::json(&json!({"micro_deposits": [{"micro_deposit": deposit}]}));
    let plain = answer("listMicrodeposits", "/micro_deposits", plain).await;
    assert_eq!(plain["micro_deposits"][0]["guid"], "MIC-1");
    assert_eq!(
        answer("listMicrodeposits", "/micro_deposits", wrapped).await,
        plain
    );
}

#[test]
fn an_item_type_in_text_is_the_code() {
    let item = exerciser::of::<api::Client>("readSpendingPlanIterationItem");
    let rewrite = item.answer_type().unwrap().rewrite;
    let read = |item_type: Value| rewrite(&json!({"iteration_item": {"item_type": item_type}}));
    let text = read(json!("0")).unwrap();
    assert_eq!(text["iteration_item"]["item_type"], json!(0));
    assert_eq!(text, read(json!(0)).unwrap());
}

#[tokio::test]
async fn json_under_another_media_type_is_read_all_the_same() {
    for media_type in [
        "",
        "application/json",
        "application/json; charset=utf-8",
        "text/html",
    ] {
        let reply = Reply {
            media_type,
            ..Reply::json(&json!({"user": {"guid": "USR-1"}}))
        };
        let value = answer("readUser", "/user", reply).await;
        assert_eq!(value["user"]["guid"], "USR-1", "{media_type}");
    }
}
