//! Every generated type with a secret or personal field, found in the documents that the types are made from.

use std::collections::BTreeSet;
use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use mx_nexus::api::types as nexus;
use mx_nexus::mdx::types as mdx;
use mx_nexus::sso::types as sso;

use crate::{MARK, assert_quiet};

/// The formats that the overlays mark such fields with.
const MARKED: [&str; 3] = ["x-secret", "x-personal", "x-digits"];

/// A schema, and what its type and the builder of its type print when they are read from a value.
type Shown = (&'static str, fn(&Value) -> String);

macro_rules! shown {
    ($api:ident: [$($request:ident),* $(,)?] [$($answer:ident),* $(,)?]) => {
        &[
            $((stringify!($request), |value| {
                let read: $api::$request = read(value);
                let printed = format!("{read:?} {read:#?}");
                let builder = $api::builder::$request::from(read);
                format!("{printed} {builder:?}")
            }),)*
            $((stringify!($answer), |value| {
                let read: $api::$answer = read(value);
                format!("{read:?} {read:#?}")
            }),)*
        ]
    };
}

/// Those of requests have a builder.
const NEXUS: &[Shown] = shown! { nexus:
    [
        AccountCreateRequest, AccountUpdateRequest, BudgetCreateRequest, BudgetUpdateRequest,
        DeliverableNotificationRequest, DeprecatedSplitTransactionCreateRequest, GoalCreateRequest,
        GoalUpdateRequest, HoldingUpdateRequest, MemberCreateRequest, MemberCredentialCreateRequest,
        MemberCredentialRequest, MemberUpdateRequest, MicrodepositCreateRequest,
        NotificationCreateRequest, ResumeRequest, ScheduledPaymentRequest,
        SplitTransactionCreateRequest, SubcategoryCreateRequest, SubcategoryUpdateRequest,
        TransactionCategorizeRequest, TransactionCreateRequest, TransactionRuleCreateRequest,
        TransactionRuleUpdateRequest, TransactionUpdateRequest,
    ]
    [
        AccountNumberResponse, AccountOwnerResponse, AccountResponse, BeatResponse, BudgetResponse,
        CategoryResponse, ChallengeImageOptionResponse, ChallengeOptionResponse, ChallengeResponse,
        CredentialOptionResponse, CredentialResponse, DeliverableNotificationResponse, GoalResponse,
        HoldingResponse, MemberCredentialResponse, MemberResponse, MicrodepositResponse,
        NotificationResponse, OAuthWindowResponse, ScheduledPaymentResponse, SessionResponse,
        TagResponse, TransactionResponse, TransactionRuleResponse, UserResponse,
    ]
};

const SSO: &[Shown] = shown! { sso:
    []
    [
        ApiTokenResponse, WidgetUrlResponse,
    ]
};

const MDX: &[Shown] = shown! { mdx:
    [
        UserCreateRequest, UserUpdateRequest,
    ]
    [
        UserResponse,
    ]
};

/// Reads a value, and checks that its secrets are kept.
fn read<T: DeserializeOwned + Serialize + Debug>(value: &Value) -> T {
    let read: T = serde_json::from_value(value.clone()).unwrap();
    let kept = serde_json::to_string(&read).unwrap();
    let marks = |text: &str| text.matches(MARK).count();
    assert_eq!(marks(&kept), marks(&value.to_string()), "{value}");
    read
}

fn document(name: &str) -> Value {
    let text = match name {
        "nexus" => include_str!(concat!(env!("OUT_DIR"), "/nexus_document.json")),
        "sso" => include_str!(concat!(env!("OUT_DIR"), "/sso_document.json")),
        _ => include_str!(concat!(env!("OUT_DIR"), "/mdx_document.json")),
    };
    serde_json::from_str(text).unwrap()
}

fn is_marked(schema: &Value) -> bool {
    let format = schema["format"].as_str().unwrap_or_default();
    MARKED.contains(&format) || schema["items"].is_object() && is_marked(&schema["items"])
}

/// A value of a schema: the marker in marked fields, and otherwise only the required fields.
fn example(document: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        let pointer = name.trim_start_matches('#');
        return example(document, document.pointer(pointer).unwrap());
    }
    match schema["type"].as_str().unwrap_or("object") {
        "string" if is_marked(schema) => json!(MARK),
        "array" => json!([example(document, &schema["items"])]),
        "string" => json!("1"),
        "integer" | "number" => json!(1),
        "boolean" => json!(true),
        _ => {
            let required: Vec<&str> = schema["required"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let properties = schema["properties"].as_object().into_iter().flatten();
            let wanted = properties
                .filter(|(name, value)| is_marked(value) || required.contains(&name.as_str()))
                .map(|(name, value)| (name.clone(), example(document, value)));
            Value::Object(wanted.collect::<Map<_, _>>())
        }
    }
}

#[test]
fn no_type_prints_a_marked_field() {
    for (api, list) in [("nexus", NEXUS), ("sso", SSO), ("mdx", MDX)] {
        let document = document(api);
        for (name, show) in list {
            let schema = &document["components"]["schemas"][name];
            let value = example(&document, schema);
            assert!(
                value.to_string().contains(MARK),
                "{name} has no marked field"
            );
            assert_quiet(&show(&value));
        }
    }
}

#[test]
fn every_schema_with_a_marked_field_is_listed() {
    for (api, list) in [("nexus", NEXUS), ("sso", SSO), ("mdx", MDX)] {
        let document = document(api);
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let marked: BTreeSet<&str> = schemas
            .iter()
            .filter(|(_, schema)| {
                let mut properties = schema["properties"].as_object().into_iter().flatten();
                properties.any(|(_, property)| is_marked(property))
            })
            .map(|(name, _)| name.as_str())
            .collect();
        let listed: BTreeSet<&str> = list.iter().map(|(name, _)| *name).collect();
        assert_eq!(listed, marked, "{api}");
    }
}

/// Every printed string is in the snapshot, so that a new one is reviewed. Identifiers, times and open values have types of their
/// own, which the registry decides on.
///
/// They are texts of MX or of an institution, codes, addresses of sites, or identifiers that a partner chose and needs in its
/// logs.
#[test]
fn strings_that_print_are_pinned() {
    let lines: Vec<String> = ["nexus", "sso", "mdx"]
        .into_iter()
        .flat_map(strings_that_print)
        .collect();
    insta::with_settings!({
        snapshot_path => "../snapshots",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!("strings_that_print", lines.join("\n"));
    });
}

fn strings_that_print(api: &str) -> Vec<String> {
    let document = document(api);
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut lines = Vec::new();
    for (name, schema) in schemas {
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            if is_free_text(property) {
                lines.push(format!("{api} {name}.{field}"));
            }
        }
    }
    lines.sort();
    lines
}

/// A string, or a list of strings, of no type of its own.
fn is_free_text(schema: &Value) -> bool {
    let format = schema["format"].as_str().unwrap_or_default();
    match schema["type"].as_str() {
        Some("string") => !format.starts_with("x-") || format == "x-text",
        Some("array") => is_free_text(&schema["items"]),
        Some(_) => false,
        None => schema["$ref"].is_null() && schema["properties"].is_null(),
    }
}

/// The tests above check properties of schemas only.
#[test]
fn every_mark_is_on_a_property_of_a_schema() {
    for api in ["nexus", "sso", "mdx"] {
        let document = document(api);
        let text = document.to_string();
        let everywhere: usize = MARKED
            .iter()
            .map(|mark| text.matches(&format!("\"format\":\"{mark}\"")).count())
            .sum();
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let on_properties = schemas
            .values()
            .flat_map(|schema| schema["properties"].as_object().into_iter().flatten())
            .filter(|(_, property)| is_marked(property))
            .count();
        assert_eq!(everywhere, on_properties, "{api}");
    }
}
