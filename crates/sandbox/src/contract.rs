//! What the documents promise, asked at run time: which operation a request is for, whether it keeps to the document, and what
//! an answer looks like that no state stands behind. Built once a face, from the strict document. The route of every request
//! goes through it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

use crate::call::Face;
use mx_nexus::operations::Operation;

mod checking;
mod making;
mod path;
mod schema;

pub(crate) use checking::{no_such_path, other_methods, query_pairs};

use checking::Checks;
use making::Answers;
use path::Template;

/// The document of every face, by its name.
const DOCUMENTS: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/contracts.rs"));

static CONTRACTS: LazyLock<Vec<Contract>> =
    LazyLock::new(|| Face::ALL.iter().copied().map(Contract::read).collect());

/// The contract of a face.
pub(crate) fn of(face: Face) -> &'static Contract {
    &CONTRACTS[face as usize]
}

/// The document of one face, ready to be asked.
pub(crate) struct Contract {
    document: Value,
    /// The media type that the face speaks, whatever is said.
    media_type: String,
    places: Vec<Place>,
}

/// A path of the document, with what may be done there.
struct Place {
    template: Template,
    operations: Vec<Documented>,
}

/// An operation with its part of the document.
pub(crate) struct Documented {
    pub(crate) operation: &'static Operation,
    checks: Checks,
    answers: Answers,
}

/// What a method and a path are.
pub(crate) enum Match {
    /// An operation, with its decoded path parameters.
    Operation(&'static Documented, BTreeMap<String, String>),
    /// A path where something else may be done.
    OtherMethods(Vec<&'static str>),
    /// No path of the document.
    Nothing,
}

impl Contract {
    fn read(face: Face) -> Self {
        let mut documents = DOCUMENTS.iter();
        let text = documents.find_map(|(name, text)| (*name == face.name()).then_some(*text));
        let text = text.unwrap_or_default();
        // The build wrote it, and a test counts what is in it: no document would be no operation.
        let document: Value = serde_json::from_str(text).unwrap_or_default();
        let media_type = document["info"]["x-media-type"].as_str();
        let media_type = media_type.unwrap_or("application/json").to_owned();
        let paths = document["paths"].as_object().into_iter().flatten();
        let places = paths
            .map(|(path, item)| {
                let entries = item.as_object().into_iter().flatten();
                let operations = entries
                    .filter_map(|(_, entry)| Documented::read(face, &document, entry))
                    .collect();
                Place {
                    template: Template::new(path),
                    operations,
                }
            })
            .collect();
        Self {
            document,
            media_type,
            places,
        }
    }

    /// The media type that the face speaks.
    pub(crate) fn media_type(&self) -> &str {
        &self.media_type
    }

    /// The document, as promised.
    pub(crate) fn document(&self) -> &Value {
        &self.document
    }

    /// What a method and a raw path below the face ask for. One slash at the end is let pass: MX's guides write it.
    pub(crate) fn find(&'static self, method: &str, path: &str) -> Match {
        let Some(segments) = path::segments(path) else {
            return Match::Nothing;
        };
        let matching = self.places.iter().filter_map(|place| {
            let parameters = place.template.read(&segments)?;
            Some((place, parameters))
        });
        // `/members/aggregate` is itself, not the member `aggregate`.
        let Some((place, parameters)) = matching.max_by_key(|(place, _)| place.template.literals())
        else {
            return Match::Nothing;
        };
        let mut operations = place.operations.iter();
        match operations.find(|one| one.operation.method == method) {
            Some(documented) => Match::Operation(documented, parameters),
            None => {
                let methods = place.operations.iter().map(|one| one.operation.method);
                Match::OtherMethods(methods.collect())
            }
        }
    }
}

impl Documented {
    fn read(face: Face, document: &Value, entry: &Value) -> Option<Self> {
        let id = entry["operationId"].as_str()?;
        let mut table = face.operations().iter();
        let operation = table.find(|operation| operation.id == id)?;
        Some(Self {
            operation,
            checks: Checks::read(document, entry),
            answers: Answers::read(document, entry),
        })
    }
}

/// Follows a reference of the document, if it is one.
fn follow<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let mut value = value;
    // Bounded, for a document that refers in a circle.
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

    fn found(method: &str, path: &str) -> Option<(&'static str, BTreeMap<String, String>)> {
        match of(Face::Nexus).find(method, path) {
            Match::Operation(documented, parameters) => Some((documented.operation.id, parameters)),
            _ => None,
        }
    }

    #[test]
    fn every_operation_of_every_table_is_found_at_its_own_path() {
        for &face in Face::ALL {
            assert!(!face.operations().is_empty());
            for operation in face.operations() {
                let path = operation.path.replace('{', "one-").replace('}', "");
                match of(face).find(operation.method, &path) {
                    Match::Operation(documented, _) => assert_eq!(documented.operation, operation),
                    _ => panic!("{} {path} is not found", operation.method),
                }
            }
        }
    }

    #[test]
    fn a_path_with_a_word_is_not_the_one_with_a_parameter() {
        assert_eq!(
            found("GET", "/members/aggregate").unwrap().0,
            "aggregateAllMembers"
        );
        let (id, parameters) = found("GET", "/members/MBR-1").unwrap();
        assert_eq!(
            (id, parameters["member_guid"].as_str()),
            ("readMember", "MBR-1")
        );
        let current = found("GET", "/spending_plans/SPL-1/iterations/current").unwrap();
        assert_eq!(current.0, "readCurrentSpendingPlanIteration");
    }

    #[test]
    fn one_slash_at_the_end_is_let_pass_and_no_more() {
        assert_eq!(
            found("GET", "/members/m/account_owners/").unwrap().0,
            "listAccountOwners"
        );
        assert!(found("GET", "/members/m/account_owners//").is_none());
        assert!(found("GET", "/members//account_owners").is_none());
        assert!(found("GET", "members").is_none());
        assert!(found("GET", "").is_none());
        assert!(found("GET", "/").is_none());
    }

    #[test]
    fn parameters_are_decoded_and_an_encoded_slash_stays_inside() {
        let (_, parameters) = found("GET", "/members/a%2Fb%20c").unwrap();
        assert_eq!(parameters["member_guid"], "a/b c");
        assert!(found("GET", "/members/%FF").is_none());
        assert!(found("GET", "/members/%2").is_none());
    }

    #[test]
    fn another_method_names_the_ones_that_are_there() {
        match of(Face::Nexus).find("PATCH", "/members/MBR-1") {
            Match::OtherMethods(mut methods) => {
                methods.sort_unstable();
                assert_eq!(methods, ["DELETE", "GET", "PUT"]);
            }
            _ => panic!("the path is there"),
        }
        assert!(matches!(
            of(Face::Nexus).find("GET", "/nowhere"),
            Match::Nothing
        ));
    }

    #[test]
    fn a_suffix_is_not_part_of_a_parameter() {
        match of(Face::Mdx).find("GET", "/my-client/users/U-1.json") {
            Match::Operation(documented, parameters) => {
                assert_eq!(documented.operation.id, "readUser");
                assert_eq!(parameters["user_id"], "U-1");
            }
            _ => panic!("the path is there"),
        }
    }
}
