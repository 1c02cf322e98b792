//! Which requests a fault matches, and whether any request of the documents can match: a fault that cannot happen is refused.

use mx_nexus::operations::Operation;

use super::Fault;
use super::lag::can_change_members;
use crate::api::{self, Api};

/// The longest path of a fault, in bytes: faults are kept in memory.
const MAX_PATH: usize = 1000;
/// How many similar names a refusal suggests.
const SUGGESTIONS: usize = 3;

/// Matches one segment.
const ANY: &str = "*";
/// Matches all following segments, also none.
const REST: &str = "**";

/// A request that faults are matched against.
pub(crate) struct RequestInfo<'a> {
    pub(crate) api: Api,
    pub(crate) method: &'a str,
    /// The raw path below the prefix of the API.
    pub(crate) path: &'a str,
    pub(crate) operation: &'static Operation,
}

impl Fault {
    /// Whether it is for this request.
    pub(super) fn matches(&self, request: &RequestInfo<'_>) -> bool {
        let same = |wanted: &str, found: &str| wanted == found;
        let (method, path) = (self.method.as_deref(), self.path.as_deref());
        method.is_none_or(|method| method.eq_ignore_ascii_case(request.method))
            && self
                .operation
                .as_ref()
                .is_none_or(|id| id == request.operation.id)
            && (self.lag.is_none() || can_change_members(request.operation))
            && path.is_none_or(|pattern| path_matches(pattern, request.api, request.path, same))
    }

    /// Why no request can match.
    pub(super) fn check_filter(&self) -> Result<(), String> {
        if let Some(id) = &self.operation {
            if self.method.is_some() || self.path.is_some() {
                return refuse("it is for an operation, or for a method and a path: leave one out");
            }
            return self.check_operation(id);
        }
        if let Some(method) = &self.method {
            check_method(method)?;
        }
        match &self.path {
            Some(path) => self.check_path(path),
            None => Ok(()),
        }
    }

    fn check_operation(&self, id: &str) -> Result<(), String> {
        let all = || api::all_operations().map(|(_, operation)| operation);
        match all().find(|operation| operation.id == id) {
            Some(operation) if self.lag.is_some() && !can_change_members(operation) => refuse(
                "readings lag behind requests that change a member, and its operation does not",
            ),
            Some(_) => Ok(()),
            None => {
                let similar = did_you_mean(id, all().map(|operation| operation.id));
                refuse(&format!(
                    "no operation has that id; ids read like identifyMember{similar}"
                ))
            }
        }
    }

    fn check_path(&self, pattern: &str) -> Result<(), String> {
        if !pattern.starts_with('/') {
            return refuse("its path has to begin with a slash, like /members/*/identify");
        }
        if pattern.len() > MAX_PATH {
            return refuse(&format!("its path may be {MAX_PATH} bytes long at most"));
        }
        if pattern.contains(['?', '#']) {
            return refuse("its path has to end before the query, which faults do not look at");
        }
        let mut all = segments(pattern);
        if all.any(|segment| segment == REST) && all.next().is_some() {
            return refuse("** is all that follows, so it has to be the end of its path");
        }
        let is_part = |segment: &str| segment.contains('*') && ![ANY, REST].contains(&segment);
        if segments(pattern).any(is_part) {
            return refuse("* is a whole segment of its path, and not a part of one");
        }
        let matching: Vec<&str> = api::all_operations()
            .filter(|(api, operation)| path_matches(pattern, *api, operation.path, fits))
            .map(|(_, operation)| operation.method)
            .collect();
        if matching.is_empty() {
            let paths: Vec<String> = api::all_operations()
                .map(|(_, operation)| generalise(operation.path))
                .collect();
            let similar = did_you_mean(&generalise(pattern), paths.iter().map(String::as_str));
            return refuse(&format!(
                "no operation has its path, where * is what the documents have in braces{similar}"
            ));
        }
        let is_there = |method: &str| matching.iter().any(|one| one.eq_ignore_ascii_case(method));
        match &self.method {
            Some(method) if !is_there(method) => {
                let methods = sorted(matching).join(", ");
                refuse(&format!("with its path there is only the method {methods}"))
            }
            _ => Ok(()),
        }
    }
}

fn refuse(reason: &str) -> Result<(), String> {
    Err(reason.to_owned())
}

fn check_method(method: &str) -> Result<(), String> {
    let methods = || api::all_operations().map(|(_, operation)| operation.method);
    if methods().any(|known| known.eq_ignore_ascii_case(method)) {
        return Ok(());
    }
    let methods = sorted(methods().collect()).join(", ");
    refuse(&format!("no operation has its method; there are {methods}"))
}

fn sorted(mut names: Vec<&str>) -> Vec<&str> {
    names.sort_unstable();
    names.dedup();
    names
}

/// The end of a sentence that suggests similar names, the most similar first; empty when there is none.
fn did_you_mean<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let name: String = name.chars().take(100).collect();
    let allowed = (name.len() / 4).clamp(1, 3);
    let distance =
        |known: &str| strsim::damerau_levenshtein(&name.to_lowercase(), &known.to_lowercase());
    let mut similar = sorted(known.filter(|known| distance(known) <= allowed).collect());
    similar.sort_by_key(|known| distance(known));
    similar.truncate(SUGGESTIONS);
    match similar.is_empty() {
        true => String::new(),
        false => format!("; did you mean {}?", similar.join(" or ")),
    }
}

/// A path below its API, with `*` for parameters and for segments that look like an identifier.
fn generalise(path: &str) -> String {
    let below = api::of_path(path).map_or(path, |(_, below)| below);
    let is_parameter = |segment: &str| segment.contains(['{', '*', '-']);
    segments(below)
        .map(|segment| if is_parameter(segment) { ANY } else { segment })
        .collect::<Vec<_>>()
        .join("/")
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.trim_end_matches('/').split('/')
}

/// Whether a pattern matches a path below an API; the pattern may have the prefix of the API.
fn path_matches(pattern: &str, api: Api, path: &str, same: fn(&str, &str) -> bool) -> bool {
    let whole = format!("{}{path}", api::prefix(api));
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

/// Whether a segment of a request fits a segment of the document.
fn fits(segment: &str, documented: &str) -> bool {
    let Some((before, rest)) = documented.split_once('{') else {
        return segment == documented;
    };
    let after = rest.split_once('}').map_or("", |(_, after)| after);
    let value = segment
        .strip_prefix(before)
        .and_then(|rest| rest.strip_suffix(after));
    // Braces are copied from a document; no request has them.
    value.is_some_and(|value| !value.is_empty() && !value.contains(['{', '}']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &'static str) -> RequestInfo<'static> {
        RequestInfo {
            api: Api::Nexus,
            method: "POST",
            path,
            operation: mx_nexus::call::find(Api::Nexus, "identifyMember").unwrap(),
        }
    }

    const IDENTIFY: &str = "/members/MBR-1/identify";

    #[test]
    fn pattern_is_matched_by_segments() {
        for pattern in [
            IDENTIFY,
            "/members/*/identify",
            "/members/*/identify/**",
            "/members/**",
            "/**",
            "/nexus/members/*/identify",
            "/*/members/**",
        ] {
            assert!(
                Fault::reset()
                    .on("post", pattern)
                    .matches(&request(IDENTIFY)),
                "{pattern}"
            );
        }
        for pattern in [
            "/members/*",
            "/members/*/identify/*",
            "/",
            "/sso/**",
            "/members/*/verify",
        ] {
            assert!(
                !Fault::reset()
                    .on("POST", pattern)
                    .matches(&request(IDENTIFY)),
                "{pattern}"
            );
        }
        assert!(!Fault::reset().on("GET", "/**").matches(&request(IDENTIFY)));
    }

    #[test]
    fn every_operation_has_a_filter_by_id_and_by_path() {
        for (api, operation) in api::all_operations() {
            let by_id = Fault::reset().on_operation(operation.id);
            assert_eq!(by_id.check_filter(), Ok(()), "{}", operation.id);
            let below = generalise(operation.path);
            let whole = format!("{}{below}/", api::prefix(api));
            let one = operation.path.replace('{', "A").replace('}', "");
            for path in [below, whole, one] {
                let by_path = Fault::reset().on(operation.method, &path);
                assert_eq!(by_path.check_filter(), Ok(()), "{path}");
            }
        }
    }
}
