//! The places that the target of an action matches, and the names in it that match nothing.
//!
//! JSONPath takes `$.a['x', 'y']` for whatever of the two is there. A correction means both, so a target with unions is also
//! looked up once for every choice among them.

use serde_json::Value;
use serde_json_path::{JsonPath, NormalizedPath, PathElement};

use crate::document::escape;

/// Why a target has no match.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Miss {
    /// It is no JSONPath.
    Malformed(String),
    /// Nothing matches it, but its parent exists: it has been removed already.
    Removed,
    /// Nothing matches it.
    Gone,
}

/// What a target matches.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Places {
    /// The JSON pointers of all matches, each once, parents before what is in them.
    pub(super) matched: Vec<String>,
    /// The choices among its unions that match nothing.
    pub(super) gone: Vec<String>,
}

/// What `target` matches, or why it matches nothing.
pub(super) fn places(document: &Value, target: &str) -> Result<Places, Miss> {
    let matched = locate(document, target)?;
    if matched.is_empty() {
        let holder = parent(target).and_then(|parent| self::places(document, parent).ok());
        let is_whole = holder.is_some_and(|holder| holder.gone.is_empty());
        return Err(if is_whole { Miss::Removed } else { Miss::Gone });
    }
    let mut gone = Vec::new();
    let choices = choices(target);
    if choices.len() > 1 {
        for choice in choices {
            if locate(document, &choice)?.is_empty() {
                gone.push(choice);
            }
        }
    }
    Ok(Places { matched, gone })
}

/// The target of what holds the last step of `target`.
fn parent(target: &str) -> Option<&str> {
    let mut begin = 0;
    let mut last_bracket = None;
    while let Some(start) = target[begin..].find('[') {
        let (_, length) = selectors(&target[begin + start..]);
        last_bracket = Some(begin + start);
        begin += start + length;
    }
    let end = match (last_bracket, &target[begin..]) {
        (Some(start), "") => start,
        (_, plain) => begin + plain.rfind('.')?,
    };
    Some(target[..end].trim_end_matches('.'))
}

fn locate(document: &Value, target: &str) -> Result<Vec<String>, Miss> {
    let path = JsonPath::parse(target).map_err(|error| Miss::Malformed(error.to_string()))?;
    let matches = path.query_located(document).dedup();
    Ok(matches.locations().map(pointer).collect())
}

fn pointer(path: &NormalizedPath<'_>) -> String {
    path.iter()
        .map(|element| match element {
            PathElement::Name(name) => format!("/{}", escape(name)),
            PathElement::Index(index) => format!("/{index}"),
        })
        .collect()
}

/// Every combination of one selector from each bracket.
fn choices(target: &str) -> Vec<String> {
    let mut choices = vec![String::new()];
    for part in parts(target) {
        choices = choices
            .iter()
            .flat_map(|choice| {
                part.iter()
                    .map(move |selector| format!("{choice}{selector}"))
            })
            .collect();
    }
    choices
}

/// A target cut into plain text, of which there is one form, and brackets, of which there is one for every selector.
fn parts(target: &str) -> Vec<Vec<String>> {
    let mut parts = Vec::new();
    let mut rest = target;
    while let Some(start) = rest.find('[') {
        let (plain, bracket) = rest.split_at(start);
        let (selectors, length) = selectors(bracket);
        parts.push(vec![plain.to_owned()]);
        parts.push(selectors);
        rest = &bracket[length..];
    }
    parts.push(vec![rest.to_owned()]);
    parts
}

/// The selectors of the bracket that `text` begins with, each in brackets of its own, and how long the bracket is.
fn selectors(text: &str) -> (Vec<String>, usize) {
    let mut selectors = Vec::new();
    let mut begin = 1;
    let mut depth = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    for (index, character) in text.char_indices() {
        match (quote, character) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if character == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, '[' | '(') => depth += 1,
            (None, ',') if depth == 1 => {
                selectors.push(format!("[{}]", text[begin..index].trim()));
                begin = index + 1;
            }
            (None, ']' | ')') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    selectors.push(format!("[{}]", text[begin..index].trim()));
                    return (selectors, index + 1);
                }
            }
            (None, _) => {}
        }
    }
    // A bracket that is never closed is no JSONPath: parsing the whole target has refused it.
    (vec![text.to_owned()], text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_selector_of_every_union_is_a_choice() {
        assert_eq!(
            choices("$.a['x', 'y'].b[\n0 , 1\n].c"),
            [
                "$.a['x'].b[0].c",
                "$.a['x'].b[1].c",
                "$.a['y'].b[0].c",
                "$.a['y'].b[1].c"
            ]
        );
    }

    #[test]
    fn commas_in_names_and_filters_part_nothing() {
        for target in [
            "$.paths['/a,b[]'].get",
            r#"$.paths["it's, so"]"#,
            r"$.paths['it\'s, so']",
            "$.list[?(@.name == 'a,b' && match(@.x, '[a,b]'))]",
            "$.list[?@['a', 'b']].x",
            "$..example.*",
        ] {
            assert_eq!(choices(target), [target]);
        }
    }

    #[test]
    fn a_name_that_is_not_there_is_named() {
        let document = json!({"a": {"x": 1}, "b": {"x": 1}});
        let found = places(&document, "$['a', 'b'].x").unwrap();
        assert_eq!(found.matched, ["/a/x", "/b/x"]);
        assert!(found.gone.is_empty());
        let found = places(&document, "$['a', 'gone'].x").unwrap();
        assert_eq!(found.matched, ["/a/x"]);
        assert_eq!(found.gone, ["$['gone'].x"]);
        assert_eq!(places(&document, "$.c.gone"), Err(Miss::Gone));
    }

    #[test]
    fn what_is_gone_alone_was_removed() {
        let document = json!({"a": {"x": 1}, "b": {"x": 1}, "list": [{"n": 1}]});
        for target in [
            "$.a.gone",
            "$['a', 'b'].gone",
            "$['a', 'b']['gone', 'too']",
            "$..a..gone",
            "$.list[?(@.n == 2)]",
        ] {
            assert_eq!(places(&document, target), Err(Miss::Removed), "{target}");
        }
        for target in ["$['a', 'c'].gone", "$.c['x'].y", "$.c..gone"] {
            assert_eq!(places(&document, target), Err(Miss::Gone), "{target}");
        }
    }
}
