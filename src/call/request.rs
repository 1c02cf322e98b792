//! The parameters of a call by name, checked against the operations table, and the request they make.

use http::{HeaderName, HeaderValue, Method};
use serde_json::{Value, json};

use crate::error::Error;
use crate::nearest::did_you_mean;
use crate::operations::{Operation, Parameter, ParameterKind, Place};
use crate::wire::{Connection, encode_path};

/// A call that fits its operation.
#[derive(Debug, PartialEq)]
pub(super) struct Parts {
    path: String,
    query: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
    body: Option<Value>,
}

impl Parts {
    /// Assigns parameters to path, query and headers, or returns what is wrong. Messages contain no value: it may be personal.
    pub(super) fn check(
        operation: &'static Operation,
        given: &[(String, String)],
        body: Option<Value>,
    ) -> Result<Self, String> {
        let mut parts = Self {
            path: operation.path.to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            body: check_body(operation, body)?,
        };
        let mut seen: Vec<&str> = Vec::new();
        for (name, value) in given {
            let parameter = find(operation, name)?;
            if seen.contains(&parameter.name) && parameter.kind != ParameterKind::TextList {
                return Err(format!("its parameter {name} is given twice"));
            }
            seen.push(parameter.name);
            check_value(parameter, value)?;
            parts.put(parameter, value)?;
        }
        let missing: Vec<&str> = operation
            .parameters
            .iter()
            .filter(|parameter| parameter.required && !seen.contains(&parameter.name))
            .map(|parameter| parameter.name)
            .collect();
        match missing.as_slice() {
            [] => Ok(parts),
            [one] => Err(format!("its parameter {one} is missing")),
            several => Err(format!("its parameters {} are missing", several.join(", "))),
        }
    }

    fn put(&mut self, parameter: &Parameter, value: &str) -> Result<(), String> {
        match parameter.place {
            Place::Path => {
                let hole = format!("{{{}}}", parameter.name);
                let value = encode_path(parameter.name, value)?.to_string();
                self.path = self.path.replace(&hole, &value);
            }
            Place::Query => self.query.push((parameter.name, value.to_owned())),
            Place::Header => self.headers.push((parameter.name, value.to_owned())),
        }
        Ok(())
    }

    /// The request, without its credential.
    pub(super) fn build(
        self,
        connection: &Connection,
        operation: &'static Operation,
    ) -> Result<reqwest::Request, Error> {
        let refuse = || Error::request(Some(operation), "the request cannot be built");
        let method = Method::from_bytes(operation.method.as_bytes()).map_err(|_| refuse())?;
        let url = connection.address.with(format_args!("{}", self.path));
        let mut request = connection.http.request(method, url);
        if !self.query.is_empty() {
            request = request.query(&self.query);
        }
        for (name, value) in self.headers {
            let name = HeaderName::try_from(name).map_err(|_| refuse())?;
            request = request.header(name, HeaderValue::try_from(value).map_err(|_| refuse())?);
        }
        if let Some(body) = self.body {
            request = request.json(&body);
        }
        request.build().map_err(|_| refuse())
    }
}

fn find(operation: &'static Operation, name: &str) -> Result<&'static Parameter, String> {
    let names = || operation.parameters.iter().map(|parameter| parameter.name);
    let mut found = operation.parameters.iter();
    found
        .find(|parameter| parameter.name == name)
        .ok_or_else(|| {
            let takes = match names().collect::<Vec<_>>() {
                none if none.is_empty() => "it takes none".to_owned(),
                all => format!("it takes {}", all.join(", ")),
            };
            let near = did_you_mean(name, names());
            format!("it has no parameter {name:?}; {takes}{near}")
        })
}

fn check_value(parameter: &Parameter, value: &str) -> Result<(), String> {
    let name = parameter.name;
    match parameter.kind {
        ParameterKind::Integer if value.parse::<i64>().is_err() => {
            Err(format!("its parameter {name} has to be a whole number"))
        }
        ParameterKind::Boolean if !["true", "false"].contains(&value) => {
            Err(format!("its parameter {name} has to be true or false"))
        }
        _ => Ok(()),
    }
}

fn check_body(operation: &Operation, body: Option<Value>) -> Result<Option<Value>, String> {
    match (operation.request_type, body) {
        (None, Some(_)) => Err("it takes no body".to_owned()),
        (None, None) => Ok(None),
        (Some(_), Some(body)) => Ok(Some(body)),
        (Some(_), None) if operation.request_may_be_empty => Ok(Some(json!({}))),
        (Some(name), None) => Err(format!("its body is missing, a {name}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::Api;

    #[test]
    fn braces_in_a_value_are_not_replaced_as_a_parameter() {
        let operation = crate::call::find(Api::Nexus, "updateSpendingPlanIterationItem").unwrap();
        let given = [
            ("spending_plan_guid", "{iteration_item_guid}"),
            ("iteration_item_guid", "a/b?c"),
        ];
        let given = given.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let parts = Parts::check(operation, &given, Some(json!({}))).unwrap();
        assert_eq!(
            parts.path,
            "/spending_plans/%7Biteration_item_guid%7D/iterations/current/iteration_items/a%2Fb%3Fc"
        );
    }
}
