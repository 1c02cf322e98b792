//! Drops actions from the text of an overlay, and leaves every other byte as it is.

use std::collections::BTreeSet;

use crate::tool::lines::Lines;

/// Drops the actions with these indices, each with the blank line behind it. Comments between actions head what follows, so they
/// stay.
pub(crate) fn drop_actions(text: &str, indices: &BTreeSet<usize>) -> Result<String, String> {
    let lines = Lines::read(text);
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
        let first = TEXT.find("  - target: $.a").unwrap()..TEXT.find("  # The second").unwrap();
        for (index, gone) in [
            (0, &TEXT[first]),
            (
                1,
                "  - target: >-\n      $.b\n    # Within.\n    remove: true\n\n",
            ),
            (2, "  - target: $.c\n    remove: true\n"),
        ] {
            assert_eq!(dropped(&[index]), TEXT.replace(gone, ""), "{index}");
        }
        assert_eq!(dropped(&[]), TEXT);
    }

    #[test]
    fn all_actions_dropped_leave_an_empty_list() {
        let text = dropped(&[0, 1, 2]);
        assert_eq!(
            text,
            "overlay: 1.0.0\nactions: []\n  # The first subject.\n\n  # The second subject.\n\n  # The end.\n"
        );
        assert!(crate::document::parse(&text).is_ok());
        assert!(drop_actions(TEXT, &BTreeSet::from([3])).is_err());
    }
}
