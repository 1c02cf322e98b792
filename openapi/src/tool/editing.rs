//! Takes actions and patterns out of the text of an overlay, and leaves every other byte as it is.

use std::collections::BTreeSet;

use crate::tool::Lines;

/// Drops the actions with these indices, each with the blank line behind it. Comments between actions head what follows, so they
/// stay.
pub(crate) fn drop_actions(text: &str, indices: &BTreeSet<usize>) -> Result<String, String> {
    let lines = Lines::read(text).map_err(|(line, reason)| format!("line {line}: {reason}"))?;
    let all: Vec<&str> = text.split_inclusive('\n').collect();
    let starts: Vec<(usize, usize)> = (0..)
        .map_while(|index| lines.place(&format!("/actions/{index}")))
        .map(|place| (place.start.0 - 1, place.start.1))
        .collect();
    let mut dropped = BTreeSet::new();
    for index in indices {
        let Some((start, column)) = starts.get(*index).copied() else {
            return Err(format!("there is no action {}", index + 1));
        };
        if !all[start].trim_start().starts_with("- ") {
            return Err(format!(
                "line {}: an action begins with a dash on the line of its first key",
                start + 1
            ));
        }
        let next = starts.get(index + 1).map_or(all.len(), |(next, _)| *next);
        let mut end = start + 1;
        // What is indented as deep as the keys of the action belongs to it, and so do blank lines within.
        for (number, line) in all.iter().enumerate().take(next).skip(start + 1) {
            let content = line.trim_start();
            if !content.is_empty() && line.len() - content.len() >= column {
                end = number + 1;
            } else if !content.is_empty() {
                break;
            }
        }
        dropped.extend(start..end);
        let blank_before = start == 0 || all[start - 1].trim().is_empty();
        if blank_before && all.get(end).is_some_and(|line| line.trim().is_empty()) {
            dropped.insert(end);
        }
    }
    let kept = all
        .iter()
        .enumerate()
        .filter(|(number, _)| !dropped.contains(number))
        .map(|(_, line)| *line);
    let mut kept: String = kept.collect();
    if indices.len() == starts.len() {
        kept = kept.replacen("actions:", "actions: []", 1);
    }
    Ok(kept)
}

/// Drops the entry of a list at `pointer`: a line of its own, or one among others between brackets.
pub(crate) fn drop_item(text: &str, pointer: &str) -> Result<String, String> {
    let lines = Lines::read(text).map_err(|(line, reason)| format!("line {line}: {reason}"))?;
    let place = lines
        .place(pointer)
        .ok_or_else(|| format!("there is nothing at {pointer}"))?;
    let (list, index) = pointer
        .rsplit_once('/')
        .and_then(|(list, index)| Some((list, index.parse::<usize>().ok()?)))
        .ok_or_else(|| format!("{pointer} is no entry of a list"))?;
    let sibling = |index: usize| lines.place(&format!("{list}/{index}"));
    let alone = index == 0 && sibling(1).is_none();
    let mut all: Vec<String> = text.split_inclusive('\n').map(ToOwned::to_owned).collect();
    let row = place.start.0 - 1;
    let is_line = all[row].trim_start().starts_with("- ");
    if is_line && alone {
        // An empty list has brackets.
        let key = lines.line(list) - 1;
        all[key] = all[key].replacen(':', ": []", 1);
        all.remove(row);
    } else if is_line {
        all.remove(row);
    } else {
        let begin = if alone || index == 0 {
            place.start
        } else {
            sibling(index - 1).map_or(place.start, |before| before.end)
        };
        let end = match sibling(index + 1) {
            Some(after) if index == 0 => after.start,
            _ => place.end,
        };
        if begin.0 != end.0 {
            return Err(format!(
                "line {}: the list goes over several lines; take {pointer} out by hand",
                begin.0
            ));
        }
        let line = &all[row];
        all[row] = line
            .chars()
            .take(begin.1)
            .chain(line.chars().skip(end.1))
            .collect();
    }
    Ok(all.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
overlay: 1.0.0
actions:
  # The first subject.

  - target: $.a
    description: >-
      Why, with a # that is no comment

      and - dashes.
    update: {x: 1}

  # The second subject.

  - target: >-
      $.b
    # Within.
    remove: true

  - target: $.c
    remove: true
  # The end.
";

    fn dropped(indices: &[usize]) -> String {
        drop_actions(TEXT, &indices.iter().copied().collect()).unwrap()
    }

    #[test]
    fn an_action_goes_and_its_neighbours_stay() {
        assert_eq!(
            dropped(&[1]),
            TEXT.replace(
                "  - target: >-\n      $.b\n    # Within.\n    remove: true\n\n",
                ""
            )
        );
        assert_eq!(
            dropped(&[2]),
            TEXT.replace("  - target: $.c\n    remove: true\n", "")
        );
        let first =
            &TEXT[TEXT.find("  - target: $.a").unwrap()..TEXT.find("  # The second").unwrap()];
        assert_eq!(dropped(&[0]), TEXT.replace(first, ""));
        assert_eq!(dropped(&[]), TEXT);
    }

    #[test]
    fn several_actions_go_at_once() {
        let text = dropped(&[0, 1, 2]);
        assert_eq!(
            text,
            "overlay: 1.0.0\nactions: []\n  # The first subject.\n\n  # The second subject.\n\n  # The end.\n"
        );
        assert!(Lines::read(&text).is_ok());
        assert!(drop_actions(TEXT, &BTreeSet::from([3])).is_err());
    }

    #[test]
    fn an_entry_of_a_list_goes_in_either_style() {
        let text = "a:\n  fields:\n    - One.x\n    - '*.y' # why\n  more: [A.x, 'é.y', C.z] # why\n  alone: [A.x]\n  line:\n    - A.x\n";
        for (pointer, old, new) in [
            ("/a/fields/0", "    - One.x\n", ""),
            ("/a/fields/1", "    - '*.y' # why\n", ""),
            ("/a/more/0", "[A.x, 'é.y', C.z]", "['é.y', C.z]"),
            ("/a/more/1", "[A.x, 'é.y', C.z]", "[A.x, C.z]"),
            ("/a/more/2", "[A.x, 'é.y', C.z]", "[A.x, 'é.y']"),
            ("/a/alone/0", "alone: [A.x]", "alone: []"),
            ("/a/line/0", "line:\n    - A.x\n", "line: []\n"),
        ] {
            let edited = drop_item(text, pointer).unwrap();
            assert_eq!(edited, text.replace(old, new), "{pointer}");
            assert!(crate::document::parse(&edited).is_ok(), "{edited}");
        }
        assert!(
            drop_item("a: [b,\n  c]\n", "/a/1")
                .unwrap_err()
                .contains("by hand")
        );
        assert!(drop_item(text, "/a/gone/0").is_err());
    }
}
