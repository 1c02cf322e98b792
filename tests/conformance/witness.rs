//! A judge of requests and answers that shares no code with the sandbox: the document that the sandbox hands out, and a validator.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// The document, with its schemas as JSON Schema.
pub(crate) struct Witness {
    document: Value,
}

/// One operation of the document.
#[derive(Clone)]
pub(crate) struct Promise {
    pub(crate) id: String,
    pub(crate) method: String,
    pub(crate) path: String,
    value: Value,
}

impl Witness {
    pub(crate) fn new(mut document: Value) -> Self {
        for schema in document["components"]["schemas"]
            .as_object_mut()
            .unwrap()
            .values_mut()
        {
            take_null(schema);
        }
        Self { document }
    }

    pub(crate) fn promises(&self) -> BTreeMap<String, Promise> {
        let mut promises = BTreeMap::new();
        for (path, item) in self.document["paths"].as_object().unwrap() {
            for (method, value) in item.as_object().unwrap() {
                let Some(id) = value["operationId"].as_str() else {
                    continue;
                };
                let promise = Promise {
                    id: id.to_owned(),
                    method: method.to_uppercase(),
                    path: path.clone(),
                    value: value.clone(),
                };
                promises.insert(id.to_owned(), promise);
            }
        }
        promises
    }

    /// The media type and the example of the body that an operation takes, and whether it needs one.
    pub(crate) fn body(&self, promise: &Promise) -> Option<(String, Option<Value>, bool)> {
        let body = &promise.value["requestBody"];
        let (media_type, media) = body["content"].as_object()?.iter().next()?;
        Some((
            media_type.clone(),
            media.get("example").cloned(),
            body["required"] == true,
        ))
    }

    /// What is wrong with a request body.
    pub(crate) fn judge_request(&self, promise: &Promise, body: &Value) -> Result<(), String> {
        let (media_type, _, _) = self.body(promise).ok_or("no body belongs here")?;
        let schema = &promise.value["requestBody"]["content"][media_type.as_str()]["schema"];
        self.judge(schema, body)
    }

    /// What is wrong with an answer: its status, its media type, its body.
    pub(crate) fn judge_answer(
        &self,
        promise: &Promise,
        status: u16,
        media_type: Option<&str>,
        body: &str,
    ) -> Result<(), String> {
        let responses = &promise.value["responses"];
        let response = &responses[status.to_string().as_str()];
        if status >= 400 {
            // The document has no body of an error; this is the one shape that the sandbox gives.
            let schema = json!({
                "type": "object",
                "required": ["error"],
                "additionalProperties": false,
                "properties": {"error": {
                    "type": "object",
                    "required": ["message"],
                    "additionalProperties": false,
                    "properties": {"message": {"type": "string"}, "code": {"type": "integer"}}
                }}
            });
            let body = serde_json::from_str(body).map_err(|error| error.to_string())?;
            return self.judge(&schema, &body);
        }
        if response.is_null() {
            return Err(format!("{status} is not in the document"));
        }
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
        self.judge(&promised["schema"], &body)
    }

    fn judge(&self, schema: &Value, value: &Value) -> Result<(), String> {
        let mut schema = schema.clone();
        take_null(&mut schema);
        schema["components"] = self.document["components"].clone();
        let validator = jsonschema::validator_for(&schema).map_err(|error| error.to_string())?;
        let errors: Vec<String> = validator
            .iter_errors(value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        match errors.is_empty() {
            true => Ok(()),
            false => Err(errors.join("; ")),
        }
    }
}

/// What the document calls nullable takes null.
fn take_null(schema: &mut Value) {
    let Some(keywords) = schema.as_object_mut() else {
        return;
    };
    for name in ["items", "not", "additionalProperties"] {
        if let Some(part) = keywords.get_mut(name) {
            take_null(part);
        }
    }
    for property in keywords
        .get_mut("properties")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
    {
        take_null(property.1);
    }
    if keywords.remove("nullable") == Some(Value::Bool(true)) {
        let inner = Value::Object(std::mem::take(keywords));
        *schema = json!({"anyOf": [inner, {"type": "null"}]});
    }
}
