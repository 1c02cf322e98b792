//! What the overlay does to a comparison: changes of the published document that it hides, and actions that miss.

use serde_json::{Value, json};

use super::change::Change;
use super::comparison::Comparison;
use super::rules::Rule;
use crate::document::{escape, unescape};
use crate::overlay;
use crate::tool::Prepared;
use crate::tool::prepared::View;

/// The old document, overlaid without what misses in the new one, so that no change is reported that only a missed action
/// would have prevented. Nothing where no action misses.
pub(super) fn without_missed(old: &Prepared, new: &Prepared) -> Option<View> {
    let actions = old.overlay["actions"].as_array()?;
    let missed: Vec<&Value> = new
        .missed_actions()
        .map(|index| &new.overlay["actions"][index])
        .collect();
    if missed.is_empty() {
        return None;
    }
    let is_missed = |action: &Value| {
        let mut missed = missed.iter();
        missed.any(|one| {
            one["target"] == action["target"] && one["description"] == action["description"]
        })
    };
    let mut kept = Vec::new();
    for (index, action) in actions.iter().enumerate() {
        if !is_missed(action) {
            kept.push(action.clone());
            continue;
        }
        let applied = old
            .outcome
            .applied
            .iter()
            .filter(|applied| applied.index == index);
        let places = applied.flat_map(|applied| &applied.places);
        // Backwards, so that removing an item of a list leaves the earlier positions right.
        let places = places
            .rev()
            .filter(|place| exists(&new.overlaid, place, action));
        kept.extend(places.map(|place| {
            let mut action = action.clone();
            action["target"] = json!(path(place, &old.published, &old.overlaid));
            action
        }));
    }
    let mut overlay = old.overlay.clone();
    overlay["actions"] = Value::Array(kept);
    let mut overlaid = old.published.clone();
    let extends = overlay["extends"].as_str()?.to_owned();
    overlay::apply_where_possible(&mut overlaid, &extends, &overlay).ok()?;
    View::of(overlaid).ok().map(|(view, _)| view)
}

/// Whether the place of an action is still there; that of a removal is where what holds it is.
fn exists(document: &Value, place: &str, action: &Value) -> bool {
    let holder = place.rsplit_once('/').map_or("", |(holder, _)| holder);
    let place = if action["remove"] == true {
        holder
    } else {
        place
    };
    document.pointer(place).is_some()
}

/// A JSON pointer as the target of an action.
fn path(pointer: &str, published: &Value, overlaid: &Value) -> String {
    let mut path = "$".to_owned();
    let mut walked = String::new();
    for step in pointer.split('/').skip(1) {
        let holder = published
            .pointer(&walked)
            .or_else(|| overlaid.pointer(&walked));
        let name = unescape(step);
        if holder.is_some_and(Value::is_array) {
            path.push_str(&format!("[{name}]"));
        } else {
            path.push_str(&format!(
                "['{}']",
                name.replace('\\', "\\\\").replace('\'', "\\'")
            ));
        }
        walked = format!("{walked}/{}", escape(&name));
    }
    path
}

/// The changes of the published document that are not among `seen`, because the overlay sets what is there.
pub(super) fn hidden(old: &Prepared, new: &Prepared, seen: &[Change]) -> Vec<Change> {
    if old.published == new.published {
        return Vec::new();
    }
    let [Some(before), Some(after)] = [old, new].map(Prepared::published_view) else {
        return Vec::new();
    };
    let compare = |old: &View, new: &View| {
        let mut comparison = Comparison::new(old, new);
        comparison.operations();
        comparison.changes
    };
    // What a correction sets that is still needed. One that the document has taken over hides nothing.
    let corrections = compare(after, &new.view);
    let is_corrected = |place: &str| {
        let mut corrections = corrections
            .iter()
            .filter(|correction| !is_text(correction.rule));
        corrections.any(|correction| {
            is_within(place, &correction.place) || is_within(&correction.place, place)
        })
    };
    let is_seen = |change: &Change| {
        let mut seen = seen.iter();
        seen.any(|one| {
            one.place == change.place
                && (one.rule == change.rule
                    || !is_text(one.rule) && one.released >= change.released)
        })
    };
    let mut hidden = compare(before, after);
    hidden.retain(|change| {
        !is_text(change.rule) && !is_seen(change) && is_corrected(&before_rename(change))
    });
    for change in &mut hidden {
        change.hidden = true;
    }
    hidden
}

/// Where a change is, by the old name of what was renamed: that is what an overlay sets.
fn before_rename(change: &Change) -> String {
    let old = change
        .what
        .strip_prefix("name: ")
        .and_then(|what| what.split_once(" became "));
    match (old, change.place.rsplit_once('.')) {
        (Some((old, _)), Some((holder, _))) => format!("{holder}.{old}"),
        _ => change.place.clone(),
    }
}

/// Whether a place is another one or below it.
fn is_within(place: &str, holder: &str) -> bool {
    let rest = place.strip_prefix(holder);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[', '{']))
}

/// Whether a change is one of texts and examples only.
pub(super) fn is_text(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::DocumentationChanged | Rule::EvidenceChanged | Rule::ExampleChanged
    )
}
