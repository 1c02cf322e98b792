//! What a user has in collections: budgets, categories, goals and more.

use super::*;

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

impl TestClient {
    /// Sends a call, and returns the object or the list with this key.
    fn get(&self, call: Call, key: &str) -> Value {
        let id = call.operation.id;
        let (status, mut body) = self.send(call);
        assert_eq!(status, 200, "{id}: {body}");
        body[key].take()
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_created_changed_or_deleted_is_listed_and_read() {
    for (kind, key, list, parameter, body, change) in [
        (
            "Budget",
            "budget",
            "listBudgets",
            "budget_guid",
            json!({"category_guid": "CAT-1", "amount": 150.5}),
            json!({"amount": 70}),
        ),
        (
            "Goal",
            "goal",
            "listGoals",
            "goal_guid",
            json!({"account_guid": "ACT-1", "amount": 4500, "goal_type_name": "PAYOFF", "meta_type_name": "OTHER", "name": "Boat"}),
            json!({"name": "Train"}),
        ),
        (
            "ScheduledPayment",
            "scheduled_payment",
            "listScheduledPayments",
            "guid",
            json!({"amount": 10.97, "description": "Power", "occurs_on": "2026-12-13", "transaction_type": 2}),
            json!({"description": "Water", "transaction_type": 1}),
        ),
        (
            "TransactionRule",
            "transaction_rule",
            "listTransactionRules",
            "transaction_rule_guid",
            json!({"category_guid": "CAT-1", "description": "Shop", "match_description": "SHOP"}),
            json!({"description": "Market"}),
        ),
        (
            "Subcategory",
            "category",
            "listCategories",
            "category_guid",
            json!({"name": "Boats", "parent_guid": "CAT-1"}),
            json!({"name": "Ships"}),
        ),
    ] {
        let client = TestClient::new();
        let other = client.other();
        let plural = |client: &TestClient| {
            let (_, listed) = client.send(client.nexus(list));
            let mut lists = listed.as_object().unwrap().values();
            let items = lists.find_map(Value::as_array).unwrap().iter();
            let own = items.filter(|item| item["is_default"] != true);
            own.cloned().collect::<Vec<_>>()
        };
        assert_eq!(plural(&client), Vec::<Value>::new(), "{kind}");
        let create = format!("create{kind}");
        let made = client.get(client.nexus(&create).body(json!({key: body})), key);
        for (field, value) in body.as_object().unwrap() {
            assert_eq!(made[field], *value, "{kind} {field}");
        }
        let guid = text(&made["guid"]);
        let about = |client: &TestClient, operation: &str| {
            let call = client.nexus(operation).at(parameter, guid);
            client.send(call.body(json!({key: change})))
        };
        let read = format!("read{}", kind.replace("Subc", "C"));
        let (update, delete) = (format!("update{kind}"), format!("delete{kind}"));
        for operation in [&read, &update, &delete] {
            assert_eq!(about(&other, operation).0, 404, "{operation}");
        }
        assert_eq!(plural(&other), Vec::<Value>::new(), "{kind}");
        assert_eq!(about(&client, &read).1[key], made);
        advance(SECOND).await;
        let (_, changed) = about(&client, &update);
        for (field, value) in change.as_object().unwrap() {
            assert_eq!(changed[key][field], *value, "{kind} {field}");
        }
        assert_eq!(changed[key]["created_at"], made["created_at"], "{kind}");
        assert_eq!(about(&client, &read).1, changed);
        assert_eq!(plural(&client), [changed[key].clone()]);
        assert_eq!(about(&client, &delete).0, 204);
        assert_eq!(plural(&client), Vec::<Value>::new(), "{kind}");
        for operation in [&read, &update, &delete] {
            assert_eq!(about(&client, operation).0, 404, "{operation}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn default_categories_are_there_and_do_not_change() {
    let client = TestClient::new();
    let defaults = client.get(client.nexus("listDefaultCategories"), "categories");
    assert_eq!(
        client.get(client.nexus("listCategories"), "categories"),
        defaults
    );
    let defaults = defaults.as_array().unwrap();
    let of_name = |name: &str| defaults.iter().find(|one| one["name"] == name).unwrap();
    let (food, groceries) = (of_name("Food & Dining"), of_name("Groceries"));
    assert_eq!(groceries["parent_guid"], food["guid"]);
    assert_eq!(of_name("Paycheck")["is_income"], true);
    let about = |operation: &str| {
        let call = client
            .nexus(operation)
            .at("category_guid", text(&groceries["guid"]));
        client.send(call.body(json!({"category": {"name": "Mine"}})))
    };
    assert_eq!(about("readCategory").1["category"], *groceries);
    assert_eq!(about("updateSubcategory").0, 400);
    assert_eq!(about("deleteSubcategory").0, 400);
    let body = json!({"budget": {"category_guid": groceries["guid"]}});
    let budget = client.get(client.nexus("createBudget").body(body), "budget");
    assert_eq!(budget["name"], "Groceries");
    let of_income = json!({"category": {"name": "Tips", "parent_guid": of_name("Income")["guid"]}});
    let made = client.get(
        client.nexus("createSubcategory").body(of_income),
        "category",
    );
    assert_eq!(
        (&made["is_income"], &made["is_default"]),
        (&json!(true), &json!(false))
    );
    let all = client.get(client.nexus("listCategories"), "categories");
    assert_eq!(all.as_array().unwrap().len(), defaults.len() + 1);
}

#[tokio::test(start_paused = true)]
async fn items_inside_another_go_with_it() {
    let client = TestClient::new();
    let plan = client.get(client.nexus("createSpendingPlan"), "spending_plan");
    let plan = text(&plan["guid"]);
    let of_plan = |operation: &str| client.nexus(operation).at("spending_plan_guid", plan);
    let body = json!({"planned_amount": 345, "item_type": 1});
    let made = client.get(
        of_plan("createSpendingPlanIterationItem").body(body),
        "iteration_item",
    );
    let item = text(&made["guid"]);
    let of_item = |operation: &str| of_plan(operation).at("iteration_item_guid", item);
    let change = json!({"planned_amount": 346, "item_type": 1});
    let changed = client.get(
        of_item("updateSpendingPlanIterationItem").body(change),
        "iteration_item",
    );
    assert_eq!(
        (&changed["planned_amount"], &changed["guid"]),
        (&json!(346), &made["guid"])
    );
    let listed = client.get(of_plan("listSpendingPlanIterationItems"), "iteration_items");
    assert_eq!(listed, json!([changed]));
    let accounts = client.get(
        of_plan("listSpendingPlanAccounts"),
        "spending_plan_accounts",
    );
    assert_eq!(accounts[0]["spending_plan_guid"], plan);
    assert_eq!(client.send(of_plan("deleteSpendingPlan")).0, 204);
    for call in [
        of_item("readSpendingPlanIterationItem"),
        of_plan("listSpendingPlanIterationItems"),
        of_plan("createSpendingPlanIterationItem").body(json!({"planned_amount": 1})),
        of_plan("listSpendingPlanAccounts"),
    ] {
        assert_eq!(client.send(call).0, 404);
    }
}

#[tokio::test(start_paused = true)]
async fn what_no_call_creates_starts_with_the_example_and_changes() {
    let client = TestClient::new();
    let other = client.other();
    let beats = |client: &TestClient| client.get(client.nexus("listBeats"), "beats");
    let before = beats(&client);
    assert_ne!(before[0]["guid"], beats(&other)[0]["guid"]);
    let about = client
        .nexus("updateBeat")
        .at("beat_guid", text(&before[0]["guid"]));
    let changed = client.get(about.body(json!({"beat": {"is_dismissed": true}})), "beat");
    assert_eq!(changed["is_dismissed"], true);
    assert_eq!(beats(&client)[0], changed);
    assert_eq!(beats(&other)[0]["is_dismissed"], false);
    let key = "monthly_cash_flow_profile";
    let body = json!({key: {"goals_contribution": 7}});
    let changed = client.get(client.nexus("updateMonthlyCashFlowProfile").body(body), key);
    assert_eq!(changed["goals_contribution"], 7);
    assert_eq!(
        client.get(client.nexus("readMonthlyCashFlowProfile"), key),
        changed
    );
}

#[tokio::test(start_paused = true)]
async fn lists_have_pages_and_goals_positions() {
    let client = TestClient::new();
    let goal = |number: usize| {
        let goal = json!({"account_guid": "ACT-1", "amount": number, "goal_type_name": "PAYOFF", "meta_type_name": "OTHER", "name": "x"});
        client.get(
            client.nexus("createGoal").body(json!({"goal": goal})),
            "goal",
        )
    };
    let made: Vec<Value> = (0..12).map(goal).collect();
    let second = client.nexus("listGoals").asking("page", "2");
    let second = second.asking("records_per_page", "10");
    assert_eq!(client.get(second, "goals"), json!(made[10..]));
    let moved = json!([{"guid": made[0]["guid"], "position": 2}, {"guid": "GOL-0", "position": 1}]);
    let call = client
        .nexus("repositionGoals")
        .body(json!({"goals": moved}));
    assert_eq!(client.send(call).0, 404);
    let moved = json!([{"guid": made[0]["guid"], "position": 2}]);
    let call = client
        .nexus("repositionGoals")
        .body(json!({"goals": moved}));
    let moved = client.get(call, "goals");
    assert_eq!(moved[0]["position"], 2);
    let read = client
        .nexus("readGoal")
        .at("goal_guid", text(&made[0]["guid"]));
    assert_eq!(client.get(read, "goal"), moved[0]);
}

#[tokio::test(start_paused = true)]
async fn microdeposit_and_notification_have_their_codes() {
    let client = TestClient::new();
    let body = json!({"micro_deposit": {"account_number": "333312345", "account_type": 1}});
    let made = client.get(
        client.nexus("createMicrodeposit").body(body),
        "micro_deposit",
    );
    assert_eq!(
        (&made["status_name"], &made["account_type_name"]),
        (&json!("REQUESTED"), &json!("CHECKING"))
    );
    let verify = client
        .nexus("verifyMicrodeposit")
        .at("micro_deposit_guid", text(&made["guid"]));
    let body = json!({"deposit_amount_1": 9, "deposit_amount_2": 8});
    let verified = client.get(verify.body(body), "micro_deposit");
    assert_eq!(verified["status_name"], "VERIFIED");
    let body = json!({"notification": {"subject": "Hello"}});
    let made = client.get(
        client.nexus("createNotification").body(body),
        "notification",
    );
    let of_notification = |operation: &str| {
        client
            .nexus(operation)
            .at("notification_guid", text(&made["guid"]))
    };
    let body = json!({"deliverable": {"channel": 1, "content": "x"}});
    let key = "deliverable_notification";
    let deliverable = client.get(of_notification("createDeliverable").body(body), key);
    assert_eq!(
        (&deliverable["channel_name"], &deliverable["content"]),
        (&json!("EMAIL"), &json!("x"))
    );
    let listed = client.get(
        of_notification("listDeliverables"),
        "deliverable_notifications",
    );
    assert_eq!(listed, json!([deliverable]));
    let later = client
        .nexus("listNotifications")
        .asking("from_date", "2999-01-01");
    assert_eq!(client.get(later, "notifications"), json!([]));
}

#[tokio::test(start_paused = true)]
async fn deleted_user_leaves_nothing() {
    let client = TestClient::new();
    let body = json!({"budget": {"category_guid": "CAT-1"}});
    client.get(client.nexus("createBudget").body(body), "budget");
    let call = client.partner(Api::Mdx, "deleteUser").at("user_id", "ada");
    assert_eq!(client.send(call).0, 204);
    let state = client.store.lock();
    assert!(state.collections.is_empty() && state.transactions.is_empty());
}
