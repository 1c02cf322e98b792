//! The fields of a request that a user may set and MX shows: of accounts, transactions and everything in collections.

use serde_json::{Map, Value, json};

use crate::call::Call;
use crate::contract::{self, follow};
use mx_nexus::values::{
    AccountSubtype, AccountType, DeliverableChannel, PropertyType, RecurrenceType, SetBy,
    TransactionType,
};

/// The one object in a body of the document: its name in the body, and its schema. Some requests are that object, without a name.
pub(crate) fn object<'a>(
    document: &'a Value,
    body: Option<&'static str>,
) -> (Option<&'a str>, &'a Value) {
    let schema = &document["components"]["schemas"][body.unwrap_or_default()];
    let properties = schema["properties"].as_object().into_iter().flatten();
    let properties = properties.map(|(name, property)| (name.as_str(), follow(document, property)));
    let mut objects = properties.filter(|(_, property)| property["properties"].is_object());
    let named = objects.next();
    named.map_or((None, schema), |(name, property)| (Some(name), property))
}

/// The fields that a call sets of the object in its reply.
pub(crate) fn sent(call: &Call) -> Map<String, Value> {
    let document = contract::of(call.api).document();
    let (name, may_be_set) = object(document, call.operation.request_type);
    let (_, is_shown) = object(document, call.operation.answer_type);
    let request = name.map_or(&call.body, |name| &call.body[name]);
    set_by_user(request, &may_be_set["properties"], &is_shown["properties"])
}

/// The fields of a request that may be set and are shown, with the names of codes and who set them.
pub(crate) fn set_by_user(
    request: &Value,
    may_be_set: &Value,
    is_shown: &Value,
) -> Map<String, Value> {
    let mut changes = Map::new();
    for (field, value) in request.as_object().into_iter().flatten() {
        if !may_be_set[field].is_object() || !is_shown[field].is_object() {
            continue;
        }
        let mut set = |name: &str, value: Value| {
            let name = format!("{field}{name}");
            if is_shown[&name].is_object() {
                changes.insert(name, value);
            }
        };
        set("", value.clone());
        if let Some(name) = name_of(field, value) {
            set("_name", name);
        }
        set("_set_by", json!(SetBy::User.code()));
        set("_set_by_name", json!(SetBy::User.name()));
    }
    changes
}

/// Sets fields of an object.
pub(crate) fn set(object: &mut Value, fields: Map<String, Value>) {
    if let Some(object) = object.as_object_mut() {
        object.extend(fields);
    }
}

/// The name of a code; one that MX does not document is unknown.
fn name_of(field: &str, value: &Value) -> Option<Value> {
    let code = value.as_i64()?;
    let named = |name: Option<&str>| json!(name.unwrap_or("UNKNOWN"));
    Some(match field {
        "account_type" => named(AccountType::from(code).name()),
        "account_subtype" => named(AccountSubtype::from(code).name()),
        "channel" => named(DeliverableChannel::from(code).name()),
        "property_type" => named(PropertyType::from(code).name()),
        "recurrence_type" => named(RecurrenceType::from(code).name()),
        "transaction_type" => named(TransactionType::from(code).name()),
        _ => return None,
    })
}
