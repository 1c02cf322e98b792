//! The OpenAPI documents at run time: finds the operation of a request, checks the request, and builds responses for operations
//! that have no state. One [`Contract`] per API, used by the router.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use jsonschema::Registry;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::api::{self, Api};
use crate::call::PathParameters;
use mx_nexus::operations::Operation;

mod request;
mod response;
pub(crate) mod schema;
mod served;

pub(crate) use request::{method_not_allowed, no_such_path};
pub(crate) use response::sample_of;
pub(crate) use served::served_document;

use request::RequestBody;
use response::ResponseTemplate;

/// The contract of an API.
pub(crate) fn of(api: Api) -> &'static Contract {
    static CONTRACTS: [OnceLock<Contract>; Api::ALL.len()] =
        [const { OnceLock::new() }; Api::ALL.len()];
    CONTRACTS[api as usize].get_or_init(|| Contract::read(api))
}

/// The document of one API, with its routes and schemas.
pub(crate) struct Contract {
    document: Value,
    media_type: String,
    schemas: Option<Registry<'static>>,
    /// By the part before the suffix; the longest suffix first.
    routes: matchit::Router<Vec<Route>>,
}

/// A path of the document.
struct Route {
    /// What follows the last parameter, such as `.json`: a route of matchit cannot have it.
    suffix: String,
    operations: Vec<Documented>,
}

/// An operation with its part of the document.
pub(crate) struct Documented {
    pub(crate) operation: &'static Operation,
    request: Option<RequestBody>,
    response: ResponseTemplate,
}

/// What a method and a path match.
pub(crate) enum Match {
    /// An operation, with its decoded path parameters.
    Operation(&'static Documented, PathParameters),
    /// A path with other methods.
    MethodNotAllowed(Vec<&'static str>),
    /// No path of the document.
    NotFound,
}

impl Contract {
    /// Reads the document of the build script. What it does not understand has no operation, which a test would show.
    fn read(api: Api) -> Self {
        let mut document: Value = serde_json::from_str(api::document(api)).unwrap_or_default();
        schema::limit_integers(&mut document);
        let media_type = document["info"]["x-media-type"].as_str();
        let mut paths: BTreeMap<&str, Vec<Route>> = BTreeMap::new();
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            let entries = item.as_object().into_iter().flatten();
            let operations =
                entries.filter_map(|(_, entry)| Documented::read(api, &document, entry));
            let (route, suffix) = match path.rfind('}') {
                Some(end) if !path[end..].contains('/') => path.split_at(end + 1),
                _ => (path.as_str(), ""),
            };
            paths.entry(route).or_default().push(Route {
                suffix: suffix.to_owned(),
                operations: operations.collect(),
            });
        }
        let mut routes = matchit::Router::new();
        for (path, mut of_path) in paths {
            of_path.sort_by_key(|route| Reverse(route.suffix.len()));
            let _ = routes.insert(path, of_path);
        }
        Self {
            media_type: media_type.unwrap_or("application/json").to_owned(),
            schemas: schema::registry(&document),
            document,
            routes,
        }
    }

    /// The media type of the API.
    pub(crate) fn media_type(&self) -> &str {
        &self.media_type
    }

    /// The document.
    pub(crate) fn document(&self) -> &Value {
        &self.document
    }

    /// The operation of a method and a raw path below the prefix. One slash at the end is allowed: MX's guides write it.
    pub(crate) fn find(&'static self, method: &str, path: &str) -> Match {
        let path = path.strip_suffix('/').unwrap_or(path);
        let Some((operations, parameters)) = self.route(path) else {
            return Match::NotFound;
        };
        let mut matching = operations.iter();
        match matching.find(|documented| documented.operation.method == method) {
            Some(documented) => Match::Operation(documented, parameters),
            None => {
                let methods = operations.iter().map(|one| one.operation.method);
                Match::MethodNotAllowed(methods.collect())
            }
        }
    }

    /// Decodes after matching, so that an encoded slash stays inside its parameter.
    fn route(&'static self, path: &str) -> Option<(&'static [Documented], PathParameters)> {
        let found = self.routes.at(path).ok()?;
        let last = found.params.iter().last().map_or("", |(_, value)| value);
        let mut routes = found.value.iter();
        let route = routes.find(|route| last.ends_with(&route.suffix))?;
        let mut parameters = PathParameters::new();
        let mut raw = found.params.iter().peekable();
        while let Some((name, mut value)) = raw.next() {
            if raw.peek().is_none() {
                value = value.strip_suffix(route.suffix.as_str())?;
            }
            let value = percent_decode_str(value).decode_utf8().ok()?;
            if value.is_empty() {
                return None;
            }
            parameters.insert(name, value.into_owned());
        }
        Some((&route.operations, parameters))
    }
}

impl Documented {
    fn read(api: Api, document: &Value, entry: &Value) -> Option<Self> {
        let id = entry["operationId"].as_str()?;
        let mut operations = api.operations().iter();
        Some(Self {
            operation: operations.find(|operation| operation.id == id)?,
            request: RequestBody::read(document, entry),
            response: ResponseTemplate::read(document, entry),
        })
    }
}

/// Resolves a reference of the document.
pub(crate) fn follow<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let mut value = value;
    // Bounded, for references that form a circle.
    for _ in 0..16 {
        let Some(target) = value["$ref"].as_str() else {
            break;
        };
        let pointer = target.trim_start_matches('#');
        value = document.pointer(pointer).unwrap_or(&Value::Null);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(method: &str, path: &str) -> Option<(&'static str, PathParameters)> {
        match of(Api::Nexus).find(method, path) {
            Match::Operation(documented, parameters) => Some((documented.operation.id, parameters)),
            _ => None,
        }
    }

    #[test]
    fn every_operation_is_found_at_its_path() {
        for (api, operation) in api::all_operations() {
            let path = operation.path.replace('{', "one-").replace('}', "");
            match of(api).find(operation.method, &path) {
                Match::Operation(documented, _) => assert_eq!(documented.operation, operation),
                _ => panic!("{} {path} is not found", operation.method),
            }
        }
    }

    #[test]
    fn one_trailing_slash_is_allowed() {
        let (id, _) = found("GET", "/members/m/account_owners/").unwrap();
        assert_eq!(id, "listAccountOwners");
        for path in [
            "/members/m/account_owners//",
            "/members//account_owners",
            "members",
            "",
            "/",
        ] {
            assert!(found("GET", path).is_none(), "{path}");
        }
    }

    #[test]
    fn parameters_are_decoded_after_matching() {
        let (_, parameters) = found("GET", "/members/a%2Fb%20c").unwrap();
        assert_eq!(parameters["member_guid"], "a/b c");
        assert!(found("GET", "/members/%FF").is_none());
    }

    #[test]
    fn other_method_gives_the_allowed_ones() {
        match of(Api::Nexus).find("PATCH", "/members/MBR-1") {
            Match::MethodNotAllowed(mut methods) => {
                methods.sort_unstable();
                assert_eq!(methods, ["DELETE", "GET", "PUT"]);
            }
            _ => panic!("the path exists"),
        }
    }

    #[test]
    fn suffix_is_not_part_of_the_parameter() {
        match of(Api::Mdx).find("GET", "/my-client/users/U-1.json") {
            Match::Operation(documented, parameters) => {
                assert_eq!(documented.operation.id, "readUser");
                assert_eq!(parameters["user_id"], "U-1");
            }
            _ => panic!("the path exists"),
        }
    }

    #[test]
    fn suffix_selects_among_paths_that_are_the_same_before_it() {
        for (statement, wanted) in [
            ("STA-1", "readMemberStatement"),
            ("STA-1.pdf", "downloadStatementPdf"),
        ] {
            let path = format!("/users/U-1/members/M-1/statements/{statement}");
            match of(Api::Atrium).find("GET", &path) {
                Match::Operation(documented, parameters) => {
                    assert_eq!(documented.operation.id, wanted);
                    assert_eq!(parameters["statement_guid"], "STA-1");
                }
                _ => panic!("the path exists"),
            }
        }
    }
}
