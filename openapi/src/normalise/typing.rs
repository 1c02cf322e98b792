//! Gives fields the types that the registry knows, by a private format that the generator turns into a Rust type. It reaches
//! every field: of the schemas, of objects within them, and of bodies without a name; and the parameters.

use serde_json::{Map, Value, json};

use crate::document::{change_operations, escape};
use crate::failure::Failure;
use crate::normalise::CHOICES;
use crate::normalise::parameters::{id_of, name_of};
use crate::registry::{Entry, Kind, Registry};

const PASS: &str = "give types";

/// What the pass did.
#[derive(Default)]
pub(crate) struct Given {
    /// The fields that have a registered type now.
    pub(crate) places: Vec<String>,
    /// The fields of text and of numbers that no pattern matches.
    pub(crate) untyped: Vec<Failure>,
}

/// Tags every field that has a registered type.
pub(crate) fn apply(document: &mut Value, registry: &Registry) -> Result<Given, Failure> {
    let mut typing = Typing {
        registry,
        given: Given::default(),
        failures: Vec::new(),
    };
    let schemas = document.pointer_mut("/components/schemas");
    for (name, schema) in schemas.and_then(Value::as_object_mut).into_iter().flatten() {
        let pointer = format!("/components/schemas/{}", escape(name));
        typing.whole(name, &pointer, schema);
    }
    change_operations(document, |path, method, operation| {
        let id = id_of(operation);
        let pointer = format!("/paths/{}/{method}", escape(path));
        let parameters = operation.get_mut("parameters");
        let parameters = parameters.and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten() {
            let name = name_of(parameter).to_owned();
            typing.field(&id, &name, &pointer, &mut parameter["schema"]);
        }
        for (key, side) in [("requestBody", "body"), ("responses", "answer")] {
            for schema in operation.get_mut(key).into_iter().flat_map(schemas_of) {
                typing.whole(&format!("{id}.{side}"), &pointer, schema);
            }
        }
    });
    Failure::several(typing.failures)?;
    Ok(typing.given)
}

/// The schemas of a request body, or of all responses.
fn schemas_of(body: &mut Value) -> Vec<&mut Value> {
    let Value::Object(members) = body else {
        return Vec::new();
    };
    if !members.contains_key("content") {
        return members.values_mut().flat_map(schemas_of).collect();
    }
    let content = members.get_mut("content").and_then(Value::as_object_mut);
    let media = content.into_iter().flat_map(Map::values_mut);
    media.filter_map(|media| media.get_mut("schema")).collect()
}

/// The pass at work.
struct Typing<'a> {
    registry: &'a Registry,
    given: Given,
    failures: Vec<Failure>,
}

impl Typing<'_> {
    /// A schema with a name, or the whole of a body.
    fn whole(&mut self, place: &str, pointer: &str, schema: &mut Value) {
        let inner = innermost_mut(schema);
        if is_text(inner) {
            let reason = "it is text without a field, so x-types cannot give it a type; give it the shape of an object by overlay";
            let failure = Failure::new(PASS, place, reason);
            self.failures.push(failure.at(pointer));
        } else {
            self.fields(place, pointer, inner);
        }
    }

    /// The fields of an object, if the schema is one, or one of several shapes.
    fn fields(&mut self, owner: &str, pointer: &str, schema: &mut Value) {
        let Value::Object(members) = schema else {
            return;
        };
        for key in CHOICES {
            let shapes = members.get_mut(key).and_then(Value::as_array_mut);
            for shape in shapes.into_iter().flatten() {
                self.fields(owner, pointer, innermost_mut(shape));
            }
        }
        let properties = members.get_mut("properties");
        let properties = properties.and_then(Value::as_object_mut);
        for (field, property) in properties.into_iter().flatten() {
            let pointer = format!("{pointer}/properties/{}", escape(field));
            self.field(owner, field, &pointer, property);
        }
    }

    fn field(&mut self, owner: &str, field: &str, pointer: &str, schema: &mut Value) {
        let inner = innermost_mut(schema);
        if let Err(failure) = self.tag(owner, field, pointer, inner) {
            self.failures.push(failure.at(pointer));
        }
        self.fields(&format!("{owner}.{field}"), pointer, inner);
    }

    fn tag(
        &mut self,
        owner: &str,
        field: &str,
        pointer: &str,
        schema: &mut Value,
    ) -> Result<(), Failure> {
        let place = format!("{owner}.{field}");
        let found = match self.registry.find(owner, field)? {
            Some(found) if fits(found.entry, schema) => found,
            Some(found) if found.is_exact() => {
                return Err(Failure::new(
                    PASS,
                    place,
                    format!(
                        "it is no {} and cannot become {}",
                        found.entry.json_type(),
                        found.entry.name
                    ),
                ));
            }
            _ if is_identifier(field) && schema["type"] == "string" => {
                return Err(Failure::new(
                    PASS,
                    place,
                    "it looks like an identifier of no known type; add it to a type in x-types, or to a plain one",
                ));
            }
            _ => {
                let question = question(schema);
                let untyped =
                    question.map(|question| Failure::new(PASS, place, question).at(pointer));
                self.given.untyped.extend(untyped);
                return Ok(());
            }
        };
        self.registry.mark_used(&found);
        if found.entry.kind != Kind::Plain {
            replace(schema, found.entry);
            let given = format!("{place}: {}", found.entry.name);
            self.given.places.push(given);
        }
        Ok(())
    }
}

/// The schema of the items of a list, or of the values of a map; of what they hold in turn, at any depth.
pub(crate) fn innermost(schema: &Value) -> &Value {
    match held(schema) {
        Some(key) => innermost(&schema[key]),
        None => schema,
    }
}

fn innermost_mut(schema: &mut Value) -> &mut Value {
    match held(schema) {
        Some(key) => innermost_mut(&mut schema[key]),
        None => schema,
    }
}

/// The keyword that holds what a list or a map is made of.
fn held(schema: &Value) -> Option<&'static str> {
    if schema["type"] == "array" && schema["items"].is_object() {
        return Some("items");
    }
    let is_map = schema["additionalProperties"].is_object() && schema["properties"].is_null();
    is_map.then_some("additionalProperties")
}

/// What the overlay has to decide on a field that no pattern matches.
fn question(schema: &Value) -> Option<&'static str> {
    if schema["type"] == "number" {
        return Some(NUMBER_QUESTION);
    }
    (is_text(schema) && schema.get("enum").is_none()).then_some(
        "this text has no type: is it personal or secret? Add it to Personal or Secret in x-types, \
         or to a type of kind plain if it may be printed",
    )
}

/// What is asked of numbers.
pub(crate) const NUMBER_QUESTION: &str = "this number has no type: is it money? Add it to Amount in x-types, \
     or to a type of kind plain if it is a rate, a share or a quantity";

/// Whether a schema lets any text through: a string, an object of any fields, or a value of any kind.
fn is_text(schema: &Value) -> bool {
    if !schema.is_object() || SHAPES.iter().any(|key| schema.get(key).is_some()) {
        return false;
    }
    match schema["type"].as_str() {
        None | Some("object") => true,
        Some("string") => schema["format"] != "binary",
        Some(_) => false,
    }
}

/// Keywords that make a schema something else than a scalar.
const SHAPES: [&str; 6] = ["$ref", "allOf", "anyOf", "oneOf", "properties", "items"];

/// The type that a field is given, for those who compare documents. Nothing where a build would refuse it.
#[cfg(feature = "tool")]
pub(crate) fn given<'a>(
    registry: &'a Registry,
    owner: &str,
    field: &str,
    schema: &Value,
) -> Option<&'a Entry> {
    let found = registry.find(owner, field).ok()??;
    let replaces = fits(found.entry, innermost(schema)) && found.entry.kind != Kind::Plain;
    replaces.then_some(found.entry)
}

/// Whether a field as declared can hold the type. Only what MX sends both as a string and as a number may change its type.
fn fits(entry: &Entry, schema: &Value) -> bool {
    if SHAPES.iter().any(|key| schema.get(key).is_some()) {
        return false;
    }
    let declared = schema.get("type");
    match declared.map(|declared| declared.as_str().unwrap_or_default()) {
        None => !matches!(entry.kind, Kind::OpenCode | Kind::Amount),
        Some("string") => entry.kind != Kind::Amount,
        Some("integer") => matches!(entry.kind, Kind::OpenCode | Kind::Text | Kind::Personal),
        Some("number") => matches!(
            entry.kind,
            Kind::Amount | Kind::Plain | Kind::Text | Kind::Personal
        ),
        Some("boolean") => entry.kind == Kind::Text,
        Some("object") => entry.kind == Kind::Plain,
        Some(_) => false,
    }
}

fn is_identifier(field: &str) -> bool {
    let name = field.trim_end_matches("[]");
    name == "guid" || name.ends_with("_guid") || name.ends_with("_guids")
}

/// Keeps what documents the field, and leaves nothing that would keep the generator from recognising it.
fn replace(schema: &mut Value, entry: &Entry) {
    let mut tagged = Map::new();
    tagged.insert("type".to_owned(), json!(entry.json_type()));
    tagged.insert("format".to_owned(), json!(entry.format()));
    for kept in ["description", "nullable", "deprecated"] {
        if let Some(value) = schema.get(kept) {
            tagged.insert(kept.to_owned(), value.clone());
        }
    }
    *schema = Value::Object(tagged);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registry(types: &Value) -> Registry {
        Registry::from_value(types).unwrap()
    }

    fn run(types: &Value, properties: &Value) -> Result<Value, Failure> {
        let mut document =
            json!({"components": {"schemas": {"Member": {"properties": properties}}}, "paths": {}});
        let registry = registry(types);
        apply(&mut document, &registry)?;
        registry.check_all_used()?;
        Ok(document["components"]["schemas"]["Member"]["properties"].take())
    }

    #[test]
    fn a_field_is_tagged_and_keeps_its_description() {
        let types = json!({"MemberGuid": {"kind": "identifier", "fields": ["Member.guid"]}});
        let properties = json!({"guid": {"type": "string", "description": "d", "example": "MBR-1", "x-evidence": "table"}});
        let tagged = run(&types, &properties).unwrap();
        let expected =
            json!({"guid": {"type": "string", "format": "x-member-guid", "description": "d"}});
        assert_eq!(tagged, expected);
    }

    #[test]
    fn a_list_is_tagged_by_its_items() {
        let types = json!({"AccountGuid": {"kind": "identifier", "fields": ["*.account_guids"]}});
        let properties = json!({"account_guids": {"type": "array", "items": {"type": "string"}}});
        let tagged = run(&types, &properties).unwrap();
        assert_eq!(tagged["account_guids"]["items"]["format"], "x-account-guid");
    }

    #[test]
    fn a_glob_passes_over_other_types_but_a_name_does_not() {
        let glob = json!({"SetBy": {"kind": "open-code", "values": [{"name": "FEED", "code": 1}], "fields": ["*.*_by"]}});
        let properties = json!({"made_by": {"type": "integer"}, "known_by": {"type": "object"}});
        let tagged = run(&glob, &properties).unwrap();
        assert_eq!(tagged["known_by"], json!({"type": "object"}));
        let name = json!({"SetBy": {"kind": "open-code", "values": [{"name": "FEED", "code": 1}], "fields": ["Member.known_by"]}});
        assert!(run(&name, &properties).is_err());
    }

    #[test]
    fn what_has_several_shapes_is_no_scalar() {
        let several = json!({"oneOf": [{"type": "string"}, {"type": "object"}]});
        let glob = json!({"Text": {"kind": "text", "fields": ["*.*_by"]}});
        let properties = json!({"made_by": {"type": "string"}, "known_by": several});
        let tagged = run(&glob, &properties).unwrap();
        assert_eq!(tagged["known_by"], several);
        let name = json!({"Text": {"kind": "text", "fields": ["Member.known_by"]}});
        assert!(run(&name, &properties).is_err());
    }

    #[test]
    fn fields_within_fields_lists_and_maps_are_tagged() {
        let types = json!({"Secret": {"kind": "secret", "fields": ["Member.login.token", "*.keys", "Member.rows.note"]}});
        let text = json!({"type": "string"});
        let properties = json!({
            "login": {"type": "object", "properties": {"token": text}},
            "keys": {"type": "object", "additionalProperties": {"type": "array", "items": text}},
            "rows": {"type": "array", "items": {"oneOf": [{"properties": {"note": text}}]}}
        });
        let tagged = run(&types, &properties).unwrap();
        for pointer in [
            "/login/properties/token",
            "/keys/additionalProperties/items",
            "/rows/items/oneOf/0/properties/note",
        ] {
            let field = tagged.pointer(pointer).unwrap();
            assert_eq!(field["format"], "x-secret", "{pointer}");
        }
    }

    fn with_answer(schema: &Value) -> Value {
        let content = json!({"application/json": {"schema": schema}});
        json!({"paths": {"/a": {"get": {
            "operationId": "readIt",
            "parameters": [{"name": "search", "in": "query", "schema": {"type": "string"}}],
            "responses": {"2XX": {"content": content}}
        }}}})
    }

    #[test]
    fn an_answer_without_a_name_is_tagged_and_its_other_text_is_listed_with_its_place() {
        let fields = json!({
            "email": {"type": "string"}, "account_number": {"type": "string"}, "token": {"type": "string"},
            "any": {"type": "object"}, "count": {"type": "integer"}
        });
        let mut document = with_answer(&json!({"properties": fields}));
        let types = json!({
            "Personal": {"kind": "personal", "fields": ["*.email"]},
            "Secret": {"kind": "secret", "fields": ["readIt.answer.token"]}
        });
        let given = apply(&mut document, &registry(&types)).unwrap();
        let expected = [
            "readIt.answer.email: Personal",
            "readIt.answer.token: Secret",
        ];
        assert_eq!(given.places, expected);
        let untyped: Vec<&str> = given.untyped.iter().map(Failure::place).collect();
        let expected = [
            "readIt.search",
            "readIt.answer.account_number",
            "readIt.answer.any",
        ];
        assert_eq!(untyped, expected);
    }

    #[test]
    fn text_of_kind_plain_is_not_listed() {
        let mut document = with_answer(&json!({"properties": {"symbol": {"type": "string"}}}));
        let types =
            json!({"PlainText": {"kind": "plain", "fields": ["*.symbol", "readIt.search"]}});
        let registry = registry(&types);
        assert!(apply(&mut document, &registry).unwrap().untyped.is_empty());
        registry.check_all_used().unwrap();
    }

    #[test]
    fn an_amount_stays_a_number_and_a_number_of_no_type_is_listed() {
        let fields = json!({
            "balance": {"type": "number"}, "end_balance": {"type": "string"}, "apr": {"type": "number"}, "size": {"type": "number"}
        });
        let mut document = with_answer(&json!({"properties": fields}));
        let types = json!({
            "Amount": {"kind": "amount", "fields": ["*.*balance"]},
            "PlainNumber": {"kind": "plain", "fields": ["*.apr"]},
            "PlainText": {"kind": "plain", "fields": ["readIt.search"]}
        });
        let given = apply(&mut document, &registry(&types)).unwrap();
        assert_eq!(given.places, ["readIt.answer.balance: Amount"]);
        let untyped: Vec<&str> = given.untyped.iter().map(Failure::place).collect();
        assert_eq!(untyped, ["readIt.answer.end_balance", "readIt.answer.size"]);
        let balance = document.pointer(
            "/paths/~1a/get/responses/2XX/content/application~1json/schema/properties/balance",
        );
        assert_eq!(
            balance,
            Some(&json!({"type": "number", "format": "x-amount"}))
        );
    }

    #[test]
    fn a_body_that_is_text_itself_is_refused() {
        for schema in [
            json!({"type": "string"}),
            json!({"type": "array", "items": {"type": "string"}}),
            json!({"type": "object"}),
            json!({}),
        ] {
            let failure = apply(&mut with_answer(&schema), &Registry::default()).err();
            assert_eq!(failure.unwrap().place(), "readIt.answer", "{schema}");
        }
        let bytes = json!({"type": "string", "format": "binary"});
        assert!(apply(&mut with_answer(&bytes), &Registry::default()).is_ok());
    }
}
