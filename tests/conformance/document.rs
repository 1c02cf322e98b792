//! Checks requests and responses against the document that the sandbox serves, without the sandbox's code.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use jsonschema::Validator;
use serde_json::{Value, json};

/// The document, with its schemas as JSON Schema.
pub(crate) struct Document {
    document: Value,
    /// By the text of the schema: compiling one takes longer than a call.
    validators: RefCell<HashMap<String, Rc<Validator>>>,
}

#[derive(Clone)]
pub(crate) struct DocumentedOperation {
    pub(crate) id: String,
    pub(crate) method: String,
    pub(crate) path: String,
    value: Value,
}

impl Document {
    pub(crate) fn new(mut document: Value) -> Self {
        for schema in document["components"]["schemas"]
            .as_object_mut()
            .unwrap()
            .values_mut()
        {
            to_json_schema(schema);
        }
        Self {
            document,
            validators: RefCell::default(),
        }
    }

    pub(crate) fn operations(&self) -> BTreeMap<String, DocumentedOperation> {
        let mut operations = BTreeMap::new();
        for (path, item) in self.document["paths"].as_object().unwrap() {
            for (method, value) in item.as_object().unwrap() {
                let Some(id) = value["operationId"].as_str() else {
                    continue;
                };
                let operation = DocumentedOperation {
                    id: id.to_owned(),
                    method: method.to_uppercase(),
                    path: path.clone(),
                    value: value.clone(),
                };
                operations.insert(id.to_owned(), operation);
            }
        }
        operations
    }

    /// The media type and the example of the request body, and whether it is required.
    pub(crate) fn body(
        &self,
        operation: &DocumentedOperation,
    ) -> Option<(String, Option<Value>, bool)> {
        let body = &operation.value["requestBody"];
        let (media_type, media) = body["content"].as_object()?.iter().next()?;
        Some((
            media_type.clone(),
            media.get("example").cloned(),
            body["required"] == true,
        ))
    }

    /// Why a request body does not fit.
    pub(crate) fn check_request(
        &self,
        operation: &DocumentedOperation,
        body: &Value,
    ) -> Result<(), String> {
        let (media_type, _, _) = self.body(operation).ok_or("no body belongs here")?;
        let schema = &operation.value["requestBody"]["content"][media_type.as_str()]["schema"];
        self.check(schema, body)
    }

    /// Why a response does not fit: its status, its media type, its body.
    pub(crate) fn check_response(
        &self,
        operation: &DocumentedOperation,
        status: u16,
        media_type: Option<&str>,
        body: &str,
    ) -> Result<(), String> {
        let responses = &operation.value["responses"];
        let response = responses.get(status.to_string());
        let response = response.or_else(|| responses.get("4XX").filter(|_| status / 100 == 4));
        let response = response.ok_or_else(|| format!("{status} is not in the document"))?;
        let Some(content) = response["content"].as_object() else {
            return match (body.is_empty(), media_type) {
                (true, None) => Ok(()),
                _ => Err("there is a body and none is in the document".to_owned()),
            };
        };
        let media_type = media_type.ok_or("there is no media type")?;
        let promised = content.get(media_type);
        let promised = promised.ok_or_else(|| format!("{media_type} is not in the document"))?;
        let body = match media_type.ends_with("json") {
            true => serde_json::from_str(body).map_err(|error| error.to_string())?,
            false => Value::String(body.to_owned()),
        };
        self.check(&promised["schema"], &body)
    }

    fn check(&self, schema: &Value, value: &Value) -> Result<(), String> {
        let validator = self.validator(schema)?;
        let errors: Vec<String> = validator
            .iter_errors(value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        match errors.is_empty() {
            true => Ok(()),
            false => Err(errors.join("; ")),
        }
    }

    fn validator(&self, schema: &Value) -> Result<Rc<Validator>, String> {
        let text = schema.to_string();
        if let Some(compiled) = self.validators.borrow().get(&text) {
            return Ok(Rc::clone(compiled));
        }
        let mut schema = schema.clone();
        to_json_schema(&mut schema);
        schema["components"] = self.document["components"].clone();
        let compiled = jsonschema::validator_for(&schema).map_err(|error| error.to_string())?;
        let compiled = Rc::new(compiled);
        let mut validators = self.validators.borrow_mut();
        validators.insert(text, Rc::clone(&compiled));
        Ok(compiled)
    }
}

/// Turns `nullable` into the type null.
fn to_json_schema(schema: &mut Value) {
    let Some(keywords) = schema.as_object_mut() else {
        return;
    };
    for name in ["items", "not", "additionalProperties"] {
        if let Some(part) = keywords.get_mut(name) {
            to_json_schema(part);
        }
    }
    for property in keywords
        .get_mut("properties")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
    {
        to_json_schema(property.1);
    }
    if keywords.remove("nullable") == Some(Value::Bool(true)) {
        let inner = Value::Object(std::mem::take(keywords));
        *schema = json!({"anyOf": [inner, {"type": "null"}]});
    }
}
