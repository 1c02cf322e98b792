//! The operations on collections: each is found by its path and method, so that [`COLLECTIONS`] is all there is of one.

use http::StatusCode;
use serde_json::{Value, json};

use crate::bank::categories::default_categories;
use crate::call::{Call, Reply};
use crate::contract;
use crate::handlers::pages::paged;
use crate::handlers::transactions::in_dates;
use crate::state::{COLLECTIONS, Collection, State, fields};

/// The reply to an operation on a collection or an item, or an unknown item above it.
pub(super) fn reply(state: &mut State, user: &str, call: &Call) -> Option<Result<Reply, Reply>> {
    match call.operation.id {
        "listDefaultCategories" => {
            let categories = default_categories(&state.settings.world);
            return Some(Ok(Reply::ok(json!({"categories": categories}))));
        }
        "repositionGoals" => return Some(reposition(state, user, call)),
        _ => {}
    }
    for collection in &COLLECTIONS {
        if collection.path == call.operation.path {
            return whole(state, user, collection, call).map(Ok);
        }
        let Some((parameter, below)) = collection.item_in(call.operation.path) else {
            continue;
        };
        let guid = call.path(parameter);
        if below.is_empty() {
            return item(state, user, collection, call, guid);
        }
        if let Err(unknown) = state.item(user, collection, &call.path, guid) {
            return Some(Err(unknown));
        }
    }
    None
}

/// The reply about a collection: its list, or its only item, which has no guid in the path.
fn whole(state: &mut State, user: &str, collection: &Collection, call: &Call) -> Option<Reply> {
    let document = contract::of(call.api).document();
    let answer = &document["components"]["schemas"][call.operation.answer_type?];
    let properties = answer["properties"].as_object().into_iter().flatten();
    let mut lists = properties.filter(|(_, property)| property["type"] == "array");
    Some(match (call.operation.method, lists.next()) {
        ("GET", Some((key, _))) => {
            let items = state.items(user, collection, &call.path).clone();
            let (from, to) = (call.query("from_date"), call.query("to_date"));
            let items = in_dates(items, "created_on", from, to);
            let mut parameters = call.operation.parameters.iter();
            match parameters.any(|parameter| parameter.name == "page") {
                true => paged(call, key, items),
                false => Reply::ok(json!({key: items})),
            }
        }
        ("POST", _) => one(call, state.create_item(user, collection, call)),
        (method, _) => {
            let only = state.items(user, collection, &call.path).first()?.clone();
            match method {
                "PUT" => {
                    let guid = only["guid"].as_str()?;
                    one(call, state.update_item(user, collection, call, guid).ok()?)
                }
                _ => one(call, only),
            }
        }
    })
}

/// The reply about an item.
fn item(
    state: &mut State,
    user: &str,
    collection: &Collection,
    call: &Call,
    guid: &str,
) -> Option<Result<Reply, Reply>> {
    Some(match call.operation.method {
        "GET" => state
            .item(user, collection, &call.path, guid)
            .map(|item| one(call, item.clone())),
        "PUT" => state
            .update_item(user, collection, call, guid)
            .map(|item| one(call, item)),
        "DELETE" => state
            .delete_item(user, collection, &call.path, guid)
            .map(|()| Reply::empty(StatusCode::NO_CONTENT)),
        _ => return None,
    })
}

fn one(call: &Call, item: Value) -> Reply {
    let document = contract::of(call.api).document();
    let (key, _) = fields::object(document, call.operation.answer_type);
    Reply::ok(json!({key.unwrap_or_default(): item}))
}

/// Sets the positions of goals.
fn reposition(state: &mut State, user: &str, call: &Call) -> Result<Reply, Reply> {
    let goals = Collection::at("/goals");
    let sent = call.body["goals"].as_array().into_iter().flatten();
    let sent: Vec<(&str, &Value)> = sent
        .map(|goal| (goal["guid"].as_str().unwrap_or_default(), &goal["position"]))
        .collect();
    for (guid, _) in &sent {
        state.item(user, goals, &call.path, guid)?;
    }
    let mut moved = Vec::new();
    for (guid, position) in sent {
        let goal = state.item(user, goals, &call.path, guid)?;
        goal["position"] = position.clone();
        moved.push(goal.clone());
    }
    Ok(Reply::ok(json!({"goals": moved})))
}
