//! Which requests a fault is for: its method, path or operation, held against a request, and against the documents before it is
//! taken, because a fault that no request can have would be waited for in vain. The board asks both.

use crate::call::Face;
use crate::nearest::did_you_mean;
use crate::route::face_of;
use mx_nexus::operations::Operation;

/// The longest path of a fault, in bytes: faults are kept in memory, and no path of MX comes near.
const LONGEST_PATH: usize = 1000;

/// One segment, whatever it is.
const ANY: &str = "*";
/// All that follows, nothing included.
const REST: &str = "**";

/// The requests that a fault is for.
pub(super) struct Aim<'a> {
    pub(super) method: Option<&'a str>,
    pub(super) path: Option<&'a str>,
    pub(super) operation: Option<&'a str>,
}

/// What a fault is told of a request.
pub(crate) struct Asked<'a> {
    pub(crate) face: Face,
    pub(crate) method: &'a str,
    /// The raw path below the face.
    pub(crate) path: &'a str,
    pub(crate) operation: &'a str,
}

impl Aim<'_> {
    /// Whether it is for this request.
    pub(super) fn meets(&self, asked: &Asked<'_>) -> bool {
        let Self {
            method,
            path,
            operation,
        } = self;
        method.is_none_or(|method| method.eq_ignore_ascii_case(asked.method))
            && operation.is_none_or(|id| id == asked.operation)
            && path.is_none_or(|pattern| {
                reaches(pattern, asked.face, asked.path, |wanted, found| {
                    wanted == found
                })
            })
    }

    /// Why there is no request that it could be for.
    pub(super) fn check(&self) -> Result<(), String> {
        if let Some(id) = self.operation {
            if self.method.is_some() || self.path.is_some() {
                return refuse("it is for an operation, or for a method and a path: leave one out");
            }
            return check_operation(id);
        }
        if let Some(method) = self.method {
            check_method(method)?;
        }
        match self.path {
            Some(path) => self.check_path(path),
            None => Ok(()),
        }
    }

    fn check_path(&self, pattern: &str) -> Result<(), String> {
        if !pattern.starts_with('/') {
            return refuse("its path has to begin with a slash, like /members/*/identify");
        }
        if pattern.len() > LONGEST_PATH {
            return refuse(&format!(
                "its path may be {LONGEST_PATH} bytes long at most"
            ));
        }
        if pattern.contains(['?', '#']) {
            return refuse("its path has to end before the query, which faults do not look at");
        }
        let mut segments = segments(pattern);
        if segments.any(|segment| segment == REST) && segments.next().is_some() {
            return refuse("** is all that follows, so it has to be the end of its path");
        }
        let is_part = |segment: &str| segment.contains('*') && ![ANY, REST].contains(&segment);
        if self::segments(pattern).any(is_part) {
            return refuse("* is a whole segment of its path, and not a part of one");
        }
        let there: Vec<&str> = everything()
            .filter(|(face, operation)| reaches(pattern, *face, operation.path, fits))
            .map(|(_, operation)| operation.method)
            .collect();
        if there.is_empty() {
            let near = did_you_mean(&general(pattern), paths().iter().map(String::as_str));
            return refuse(&format!(
                "no operation has its path, where * is what the documents have in braces{near}"
            ));
        }
        let is_there = |method: &str| there.iter().any(|one| one.eq_ignore_ascii_case(method));
        match self.method {
            Some(method) if !is_there(method) => {
                let there = listed(there);
                refuse(&format!("with its path there is only the method {there}"))
            }
            _ => Ok(()),
        }
    }
}

fn refuse(reason: &str) -> Result<(), String> {
    Err(reason.to_owned())
}

fn check_operation(id: &str) -> Result<(), String> {
    let ids = || everything().map(|(_, operation)| operation.id);
    if ids().any(|known| known == id) {
        return Ok(());
    }
    let near = did_you_mean(id, ids());
    refuse(&format!(
        "no operation has that id; ids read like identifyMember{near}"
    ))
}

fn check_method(method: &str) -> Result<(), String> {
    let methods = || everything().map(|(_, operation)| operation.method);
    if methods().any(|known| known.eq_ignore_ascii_case(method)) {
        return Ok(());
    }
    let methods = listed(methods().collect());
    refuse(&format!("no operation has its method; there are {methods}"))
}

fn listed(mut names: Vec<&str>) -> String {
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}

/// Every operation of every system.
fn everything() -> impl Iterator<Item = (Face, &'static Operation)> {
    let faces = Face::ALL.iter();
    faces.flat_map(|&face| face.operations().iter().map(move |one| (face, one)))
}

/// The paths of all operations, as a fault may have them.
fn paths() -> Vec<String> {
    let mut paths: Vec<String> = everything()
        .map(|(_, operation)| general(operation.path))
        .collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}

/// A path with `*` for every segment that looks like an identifier or the place of one. Without the name of its system.
fn general(path: &str) -> String {
    let below = face_of(path).map_or(path, |(_, below)| below);
    let is_one = |segment: &str| segment.contains(['{', '*']) || segment.contains("-");
    segments(below)
        .map(|segment| if is_one(segment) { ANY } else { segment })
        .collect::<Vec<_>>()
        .join("/")
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.trim_end_matches('/').split('/')
}

/// Whether a pattern is for a path below a system, said with the system or without it.
fn reaches(pattern: &str, face: Face, path: &str, same: fn(&str, &str) -> bool) -> bool {
    let whole = format!("/{}{path}", face.name());
    [path, &whole].into_iter().any(|path| {
        let mut found = segments(path);
        for wanted in segments(pattern) {
            if wanted == REST {
                return true;
            }
            match found.next() {
                Some(segment) if wanted == ANY || same(wanted, segment) => {}
                _ => return false,
            }
        }
        found.next().is_none()
    })
}

/// Whether a segment may stand where the document has this one.
fn fits(segment: &str, documented: &str) -> bool {
    let Some((before, rest)) = documented.split_once('{') else {
        return segment == documented;
    };
    let after = rest.split_once('}').map_or("", |(_, after)| after);
    let value = segment
        .strip_prefix(before)
        .and_then(|rest| rest.strip_suffix(after));
    // A name in braces was copied from a document, and no request has it.
    value.is_some_and(|value| !value.is_empty() && !value.contains(['{', '}']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(path: &'static str) -> Asked<'static> {
        Asked {
            face: Face::Nexus,
            method: "POST",
            path,
            operation: "identifyMember",
        }
    }

    fn on<'a>(method: &'a str, path: &'a str) -> Aim<'a> {
        Aim {
            method: Some(method),
            path: Some(path),
            operation: None,
        }
    }

    const IDENTIFY: &str = "/members/MBR-1/identify";

    #[test]
    fn a_pattern_is_matched_segment_by_segment() {
        for pattern in [
            IDENTIFY,
            "/members/*/identify",
            "/members/*/identify/**",
            "/members/**",
            "/**",
            "/nexus/members/*/identify",
            "/*/members/**",
        ] {
            assert!(on("post", pattern).meets(&asked(IDENTIFY)), "{pattern}");
        }
        for pattern in [
            "/members/*",
            "/members/*/identify/*",
            "/",
            "/sso/**",
            "/members/*/verify",
        ] {
            assert!(!on("POST", pattern).meets(&asked(IDENTIFY)), "{pattern}");
        }
        assert!(!on("GET", "/**").meets(&asked(IDENTIFY)));
    }

    #[test]
    fn every_operation_can_be_aimed_at_by_its_id_and_by_its_path() {
        for (face, operation) in everything() {
            let id = Aim {
                method: None,
                path: None,
                operation: Some(operation.id),
            };
            assert_eq!(id.check(), Ok(()), "{}", operation.id);
            let below = general(operation.path);
            let whole = format!("/{}{below}/", face.name());
            let one = operation.path.replace('{', "A").replace('}', "");
            for path in [below, whole, one] {
                assert_eq!(on(operation.method, &path).check(), Ok(()), "{path}");
            }
        }
    }

    #[test]
    fn what_no_request_can_be_is_refused_with_what_to_do() {
        for (method, path, reason) in [
            ("FETCH", "/members", "there are DELETE, GET"),
            ("", "/members", "no operation has its method"),
            ("GET", "members", "slash"),
            ("GET", "/members/**/identify", "end of its path"),
            ("GET", "/members/MBR-*", "whole segment"),
            ("GET", "/members?page=1", "query"),
            ("GET", "/nowhere", "no operation has its path"),
            (
                "POST",
                "/nexus/members/*/identfy",
                "did you mean /members/*/identify?",
            ),
            (
                "POST",
                "/members/MBR-1/identfy",
                "did you mean /members/*/identify?",
            ),
            (
                "POST",
                "/members/{member_guid}/identify",
                "did you mean /members/*/identify?",
            ),
            ("GET", "/sso/members", "no operation has its path"),
            ("GET", "/members//identify", "no operation has its path"),
            ("GET", "/members/*/identify", "only the method POST"),
        ] {
            let refusal = on(method, path).check().unwrap_err();
            assert!(refusal.contains(reason), "{method} {path}: {refusal}");
        }
        let long = format!("/members/{}", "x".repeat(LONGEST_PATH));
        assert!(on("GET", &long).check().unwrap_err().contains("long"));
    }

    #[test]
    fn an_operation_is_known_and_alone() {
        let mut aim = Aim {
            method: None,
            path: None,
            operation: Some("identifyMembr"),
        };
        let refusal = aim.check().unwrap_err();
        assert!(
            refusal.contains("did you mean identifyMember?"),
            "{refusal}"
        );
        aim.operation = Some("identifyMember");
        aim.method = Some("POST");
        assert!(aim.check().unwrap_err().contains("leave one out"));
        aim.method = None;
        aim.path = Some("/members/*/identify");
        assert!(aim.check().unwrap_err().contains("leave one out"));
    }
}
