//! The cases of fields and of what they hold, on either side.

use serde_json::{Value, json};

use super::{ANSWER, ASK, Case, both, case, field, rename, replace, set};
use crate::tool::diff::Rule;

/// Fields of requests.
pub(super) fn request_fields() -> Vec<Case> {
    use Rule as R;
    let properties = format!("{ASK}/properties");
    let required = |names: Value| set(ASK, "required", names);
    let weight = || field(ASK, "weight_of_all");
    let name = || field(ASK, "name");
    let both_required = |new: &'static str| {
        both(
            rename(&properties, "name", new),
            required(json!([new, "tags"])),
        )
    };
    let respelled = replace("weight_of_all", "weightOfAll");
    let required_weight = || required(json!(["name", "tags", "weight_of_all"]));
    vec![
        case(
            [R::RequestFieldAddedOptional, R::RequestFieldRemoved],
            set(&properties, "extra", json!({"type": "string"})),
        ),
        case(
            [R::RequestFieldAddedRequired, R::RequestFieldRemoved],
            both(
                set(&properties, "extra", json!({"type": "string"})),
                required(json!(["name", "tags", "extra"])),
            ),
        ),
        case(
            [R::RequestFieldBecameRequired, R::RequestFieldBecameOptional],
            required(json!(["name", "tags", "is_open"])),
        ),
        case(
            [
                R::RequestSteadyFieldBecameRequired,
                R::RequestSteadyFieldBecameOptional,
            ],
            required(json!(["name", "tags", "words"])),
        ),
        case(
            [
                R::RequestRequiredFieldBecameNullable,
                R::RequestRequiredFieldBecameNotNullable,
            ],
            set(&name(), "nullable", json!(true)),
        ),
        case(
            [R::NullChanged, R::NullChanged],
            set(&weight(), "nullable", json!(true)),
        ),
        case(
            [R::RequestListNullChanged, R::RequestListNullChanged],
            set(&field(ASK, "words"), "nullable", json!(true)),
        ),
        case(
            [
                R::RequestFieldRenamedOptional,
                R::RequestFieldRenamedOptional,
            ],
            rename(&properties, "weight_of_all", "all_weight"),
        ),
        case(
            [
                R::RequestFieldRenamedRequired,
                R::RequestFieldRenamedRequired,
            ],
            both_required("name_of_it"),
        ),
        case(
            [
                R::RequestFieldRespelledOptional,
                R::RequestFieldRespelledOptional,
            ],
            respelled,
        ),
        Case {
            rules: [
                R::RequestFieldRespelledRequired,
                R::RequestFieldRespelledRequired,
            ],
            old: required_weight(),
            new: both(required_weight(), replace("weight_of_all", "weightOfAll")),
        },
        case(
            [R::DeprecationChanged, R::DeprecationChanged],
            set(&name(), "deprecated", json!(true)),
        ),
    ]
}

/// What the fields of requests hold.
pub(super) fn request_values() -> Vec<Case> {
    use Rule as R;
    let name = || field(ASK, "name");
    let open = || field(ASK, "is_open");
    let comment = || field(ASK, "comment");
    let words = || format!("{}/items", field(ASK, "words"));
    vec![
        case(
            [R::RequestTypeChanged, R::RequestTypeChanged],
            set(&open(), "type", json!("string")),
        ),
        case(
            [R::RequestTypeLoosened, R::RequestTypeTightened],
            set(&field(ASK, "weight_of_all"), "type", json!("number")),
        ),
        case(
            [R::RequestRustTypeChanged, R::RequestRustTypeChanged],
            replace("Ask.comment", "Ask.name"),
        ),
        case(
            [R::RequestDeclaredTypeChanged, R::RequestDeclaredTypeChanged],
            set(&comment(), "type", json!("integer")),
        ),
        case(
            [
                R::RequestItemsBecameNullable,
                R::RequestItemsBecameNotNullable,
            ],
            set(&words(), "nullable", json!(true)),
        ),
        case(
            [R::RequestValueAdded, R::RequestValueRemoved],
            set(&field(ASK, "mood"), "enum", json!(["GOOD", "BAD", "SO"])),
        ),
        Case {
            rules: [
                R::RequestDocumentedValueAdded,
                R::RequestDocumentedValueRemoved,
            ],
            old: set(&comment(), "enum", json!(["A"])),
            new: set(&comment(), "enum", json!(["A", "B"])),
        },
        case(
            [R::RequestConstraintTightened, R::RequestConstraintLoosened],
            set(&name(), "maxLength", json!(9)),
        ),
        case(
            [R::RequestLimitTightened, R::RequestLimitLoosened],
            set(&comment(), "maxLength", json!(9)),
        ),
        case(
            [
                R::RequestDefaultPresenceChanged,
                R::RequestDefaultPresenceChanged,
            ],
            set(&open(), "default", json!(true)),
        ),
        Case {
            rules: [R::RequestDefaultChanged, R::RequestDefaultChanged],
            old: set(&field(ASK, "weight_of_all"), "default", json!(3)),
            new: set(&field(ASK, "weight_of_all"), "default", json!(4)),
        },
    ]
}

/// Fields of answers, and what they hold.
pub(super) fn response_fields() -> Vec<Case> {
    use Rule as R;
    let properties = format!("{ANSWER}/properties");
    let weight = || field(ANSWER, "weight");
    let note = || field(ANSWER, "note");
    let name = || field(ANSWER, "name");
    let boxed = || field(ANSWER, "boxed");
    let tags = || format!("{}/items", field(ANSWER, "tags"));
    vec![
        case(
            [R::ResponseFieldAdded, R::ResponseFieldRemoved],
            set(&properties, "extra", json!({"type": "string"})),
        ),
        case(
            [R::ResponseFieldRenamed, R::ResponseFieldRenamed],
            replace("size_of", "size_in_all"),
        ),
        case(
            [R::ResponseFieldRespelled, R::ResponseFieldRespelled],
            replace("size_of", "sizeOf"),
        ),
        case(
            [R::ResponsePresenceChanged, R::ResponsePresenceChanged],
            set(ANSWER, "required", json!(["name"])),
        ),
        case(
            [R::ResponsePresenceChanged, R::ResponsePresenceChanged],
            set(&weight(), "nullable", json!(true)),
        ),
        case(
            [R::ResponseTypeChanged, R::ResponseTypeChanged],
            set(&weight(), "type", json!("boolean")),
        ),
        case(
            [R::ResponseTypeNarrowed, R::ResponseTypeWidened],
            set(&weight(), "type", json!("integer")),
        ),
        case(
            [R::ResponseRustTypeChanged, R::ResponseRustTypeChanged],
            replace("Ask.comment\"", "Ask.comment\",\"Answer.name\""),
        ),
        case(
            [
                R::ResponseDeclaredTypeChanged,
                R::ResponseDeclaredTypeChanged,
            ],
            set(&note(), "type", json!("number")),
        ),
        case(
            [
                R::ResponseItemsBecameNullable,
                R::ResponseItemsBecameNotNullable,
            ],
            set(&tags(), "nullable", json!(true)),
        ),
        case(
            [R::ResponseItemsWrapped, R::ResponseItemsUnwrapped],
            set(&boxed(), "x-unwrapped-items", json!(true)),
        ),
        Case {
            rules: [R::UnregisteredValueAdded, R::ResponseDocumentedValueChanged],
            old: set(&field(ANSWER, "status"), "enum", json!(["OPEN"])),
            new: set(&field(ANSWER, "status"), "enum", json!(["OPEN", "LOST"])),
        },
        Case {
            rules: [
                R::ResponseDocumentedValueChanged,
                R::ResponseDocumentedValueChanged,
            ],
            old: set(&note(), "enum", json!(["A"])),
            new: set(&note(), "enum", json!(["A", "B"])),
        },
        case(
            [
                R::ResponseDeclaredTypeWidened,
                R::ResponseDeclaredTypeChanged,
            ],
            set(&note(), "type", Value::Null),
        ),
        case(
            [R::ResponseLimitChanged, R::ResponseLimitChanged],
            set(&name(), "maxLength", json!(9)),
        ),
        case(
            [R::FurtherFieldsChanged, R::FurtherFieldsChanged],
            set(ANSWER, "additionalProperties", json!(false)),
        ),
        case(
            [R::ResponseDefaultChanged, R::ResponseDefaultChanged],
            set(&name(), "default", json!("none")),
        ),
        case(
            [R::DeprecationChanged, R::DeprecationChanged],
            set(&name(), "deprecated", json!(true)),
        ),
    ]
}
