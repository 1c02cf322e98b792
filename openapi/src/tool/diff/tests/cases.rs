//! The cases: for each rule, two documents that differ by it. The way back is the case of its mirror.

mod fields;
mod whole;

use serde_json::{Value, json};

use crate::tool::diff::Rule;

/// What a case does to the sample to get the old and the new document.
pub(super) type Edit = Box<dyn Fn(&mut Value)>;

pub(super) struct Case {
    /// Forward and backward.
    pub(super) rules: [Rule; 2],
    pub(super) old: Edit,
    pub(super) new: Edit,
}

const LIST: &str = "/paths/~1things/get";
const CREATE: &str = "/paths/~1things/post";
const READ: &str = "/paths/~1things~1{guid}/get";
const DELETE: &str = "/paths/~1things~1{guid}/delete";
const POKE: &str = "/paths/~1things~1{guid}/post";
const FILE: &str = "/paths/~1file/get";
const ASK: &str = "/components/schemas/Ask";
const ANSWER: &str = "/components/schemas/Answer";
const TYPES: &str = "/components/x-types";

/// Sets `at/key`; null removes it.
fn set(at: &str, key: &str, value: Value) -> Edit {
    let (at, key) = (at.to_owned(), key.to_owned());
    Box::new(move |document| {
        let place = document.pointer_mut(&at).unwrap_or_else(|| panic!("{at}"));
        let members = place.as_object_mut().unwrap();
        if value.is_null() {
            members.remove(&key);
        } else {
            members.insert(key.clone(), value.clone());
        }
    })
}

fn as_it_is() -> Edit {
    Box::new(|_| {})
}

/// Renames a key of the object at `at`.
fn rename(at: &str, old: &str, new: &str) -> Edit {
    let [at, old, new] = [at, old, new].map(str::to_owned);
    Box::new(move |document| {
        let members = document.pointer_mut(&at).unwrap().as_object_mut().unwrap();
        let value = members.remove(&old).unwrap();
        members.insert(new.clone(), value);
    })
}

/// Replaces texts in the whole document.
fn replace(old: &'static str, new: &'static str) -> Edit {
    Box::new(move |document| {
        let text = document.to_string();
        assert!(text.contains(old), "{old}");
        *document = serde_json::from_str(&text.replace(old, new)).unwrap();
    })
}

fn both(one: Edit, other: Edit) -> Edit {
    Box::new(move |document| {
        one(document);
        other(document);
    })
}

fn case(rules: [Rule; 2], new: Edit) -> Case {
    Case {
        rules,
        old: as_it_is(),
        new,
    }
}

fn parameter(index: usize) -> String {
    format!("{LIST}/parameters/{index}")
}

fn field(schema: &str, name: &str) -> String {
    format!("{schema}/properties/{name}")
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = operations();
    cases.extend(parameters());
    cases.extend(bodies());
    cases.extend(fields::request_fields());
    cases.extend(fields::request_values());
    cases.extend(fields::response_fields());
    cases.extend(whole::types());
    cases.extend(whole::whole());
    cases
}

fn operations() -> Vec<Case> {
    use Rule as R;
    let poked = json!({"post": {"operationId": "pokeThings", "responses": {"202": {"description": "Done."}}}});
    vec![
        case(
            [R::OperationAdded, R::OperationRemoved],
            set("/paths", "/poke", poked),
        ),
        case(
            [R::OperationRenamed, R::OperationRenamed],
            set(FILE, "operationId", json!("getFile")),
        ),
        case(
            [R::OperationPathChanged, R::OperationPathChanged],
            rename("/paths", "/file", "/files"),
        ),
        case(
            [R::OperationMethodChanged, R::OperationMethodChanged],
            rename("/paths/~1file", "get", "post"),
        ),
        case(
            [R::DeprecationChanged, R::DeprecationChanged],
            set(READ, "deprecated", json!(true)),
        ),
        case(
            [R::OperationStartsWork, R::OperationStartsNoWork],
            set(READ, "x-starts-work", json!(true)),
        ),
        case(
            [R::OperationReplayable, R::OperationNotReplayable],
            set(POKE, "x-reads-only", json!(true)),
        ),
        case(
            [R::OperationCredentialChanged, R::OperationCredentialChanged],
            replace("X-KEY", "X-OTHER-KEY"),
        ),
        case(
            [R::OperationSecurityChanged, R::OperationSecurityChanged],
            set(READ, "security", json!([{"other": []}])),
        ),
        case(
            [R::OperationSecurityWithdrawn, R::OperationSecurityChanged],
            set(READ, "security", json!([])),
        ),
        case(
            [R::OperationTagChanged, R::OperationTagChanged],
            set(READ, "tags", json!(["others"])),
        ),
        case(
            [R::ListStopsPaging, R::ListStartsPaging],
            set(LIST, "parameters", json!([])),
        ),
        case(
            [R::OneElementArrayAnnounced, R::OneElementArrayWithdrawn],
            set(ANSWER, "x-one-element-array", json!(true)),
        ),
    ]
}

/// Calls the parameter in the paths otherwise.
fn in_path(name: &'static str) -> Edit {
    both(
        rename("/paths", "/things/{guid}", &format!("/things/{{{name}}}")),
        Box::new(move |document| {
            let item = document["paths"][format!("/things/{{{name}}}")].as_object_mut();
            for operation in item.unwrap().values_mut() {
                operation["parameters"][0]["name"] = json!(name);
            }
        }),
    )
}

fn parameters() -> Vec<Case> {
    use Rule as R;
    let more = |required: bool| {
        let parameters = json!([
            {"name": "guid", "in": "path", "required": true, "schema": {"type": "string"}},
            {"name": "deep", "in": "query", "required": required, "schema": {"type": "boolean"}}
        ]);
        set(POKE, "parameters", parameters)
    };
    let double = json!([
        {"name": "kind", "in": "query", "schema": {"type": "string"}},
        {"name": "kind[]", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}}
    ]);
    let mut doubled = double.clone();
    doubled[0]["schema"]["type"] = json!("integer");
    vec![
        case(
            [R::ParameterAddedOptional, R::ParameterRemoved],
            more(false),
        ),
        case([R::ParameterAddedRequired, R::ParameterRemoved], more(true)),
        case(
            [R::ParameterBecameRequired, R::ParameterBecameOptional],
            set(&parameter(2), "required", json!(true)),
        ),
        case(
            [R::ParameterRenamedOptional, R::ParameterRenamedOptional],
            set(&parameter(2), "name", json!("after")),
        ),
        case(
            [R::ParameterRenamedRequired, R::ParameterRenamedRequired],
            set(&parameter(3), "name", json!("sign")),
        ),
        case(
            [R::ParameterRespelledOptional, R::ParameterRespelledOptional],
            set(&parameter(2), "name", json!("sinceDay")),
        ),
        case(
            [R::ParameterRespelledRequired, R::ParameterRespelledRequired],
            set(&parameter(3), "name", json!("Mark")),
        ),
        case(
            [R::ParameterMovedOptional, R::ParameterMovedOptional],
            set(&parameter(2), "in", json!("header")),
        ),
        case(
            [R::ParameterMovedRequired, R::ParameterMovedRequired],
            set(&parameter(3), "in", json!("header")),
        ),
        case(
            [R::NullChanged, R::NullChanged],
            set(&format!("{}/schema", parameter(2)), "nullable", json!(true)),
        ),
        case(
            [R::PathParameterRenamed, R::PathParameterRenamed],
            in_path("id"),
        ),
        Case {
            rules: [R::PathParameterRespelled, R::PathParameterRespelled],
            old: in_path("thing_mark"),
            new: in_path("thingMark"),
        },
        Case {
            rules: [R::UnusedParameterChanged, R::UnusedParameterChanged],
            old: set(FILE, "parameters", double),
            new: set(FILE, "parameters", doubled),
        },
    ]
}

fn bodies() -> Vec<Case> {
    use Rule as R;
    let content =
        |media_type: &str, schema: Value| json!({"content": {media_type: {"schema": schema}}});
    let object = |required: Value| json!({"type": "object", "required": required, "properties": {"deep": {"type": "boolean"}}});
    let body = |required: Value| {
        set(
            POKE,
            "requestBody",
            content("application/json", object(required)),
        )
    };
    let bytes = || content("text/csv", json!({"type": "string"}));
    let media = |name: &str| {
        rename(
            &format!("{CREATE}/requestBody/content"),
            "application/vnd.x+json",
            name,
        )
    };
    let answer = |name: &str| {
        rename(
            &format!("{READ}/responses/200/content"),
            "application/vnd.x+json",
            name,
        )
    };
    let answers = |status: &str, value: Value| set(&format!("{POKE}/responses"), status, value);
    vec![
        case(
            [R::RequestBodyAddedRequired, R::RequestBodyRemoved],
            body(json!(["deep"])),
        ),
        case(
            [R::RequestBodyAddedOptional, R::RequestBodyRemoved],
            body(json!([])),
        ),
        case(
            [R::RequestBodyPresenceChanged, R::RequestBodyPresenceChanged],
            set(&format!("{CREATE}/requestBody"), "required", json!(false)),
        ),
        case(
            [R::RequestMediaTypeChanged, R::RequestMediaTypeChanged],
            media("application/vnd.y+json"),
        ),
        Case {
            rules: [R::RequestBecameJson, R::RequestBecameBytes],
            old: set(POKE, "requestBody", bytes()),
            new: body(json!([])),
        },
        case(
            [R::ResponseBodyAdded, R::ResponseBodyRemoved],
            answers("202", content("application/json", object(json!([])))),
        ),
        Case {
            rules: [R::ResponseBecameBytes, R::ResponseBecameJson],
            old: answers("202", content("application/json", object(json!([])))),
            new: answers("202", bytes()),
        },
        case(
            [R::ResponseMediaTypeChanged, R::ResponseMediaTypeChanged],
            answer("application/vnd.y+json"),
        ),
        case(
            [R::ResponseBytesTypeChanged, R::ResponseBytesTypeChanged],
            rename(
                &format!("{FILE}/responses/200/content"),
                "text/csv",
                "text/plain",
            ),
        ),
        case(
            [R::SuccessStatusChanged, R::SuccessStatusChanged],
            answers("200", json!({"description": "Done."})),
        ),
        case(
            [R::ErrorResponseChanged, R::ErrorResponseChanged],
            answers("409", json!({"description": "Busy."})),
        ),
        case(
            [R::IgnoredAnswerChanged, R::IgnoredAnswerChanged],
            set(
                &format!("{DELETE}/responses/204"),
                "headers",
                json!({"X": {}}),
            ),
        ),
    ]
}
