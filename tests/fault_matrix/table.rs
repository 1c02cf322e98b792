//! Outcomes as a table for a reader: one block a call, and one line for all faults with the same outcomes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use mx_nexus::jobs::KindName;

/// The outcomes of one line of a block: a column each, by kind.
type Line = Vec<Vec<(KindName, String)>>;

/// Blocks of lines, in the order in which they were added.
#[derive(Debug)]
pub(crate) struct Table {
    heading: &'static str,
    blocks: Vec<(&'static str, Vec<(String, Line)>)>,
}

impl Table {
    pub(crate) fn new(heading: &'static str) -> Self {
        let blocks = Vec::new();
        Self { heading, blocks }
    }

    /// Adds an outcome in this block, line and column.
    pub(crate) fn add(
        &mut self,
        block: &'static str,
        line: &str,
        column: usize,
        (kind, outcome): (KindName, String),
    ) {
        let at = self.blocks.iter().position(|(name, _)| *name == block);
        let at = at.unwrap_or_else(|| {
            self.blocks.push((block, vec![]));
            self.blocks.len() - 1
        });
        let lines = &mut self.blocks[at].1;
        let at = lines.iter().position(|(name, _)| name == line);
        let at = at.unwrap_or_else(|| {
            lines.push((line.to_owned(), vec![]));
            lines.len() - 1
        });
        let columns = &mut lines[at].1;
        columns.resize(columns.len().max(column + 1), vec![]);
        columns[column].push((kind, outcome));
    }

    pub(crate) fn text(&self) -> String {
        let mut text = format!("{}\n", self.heading);
        for (block, lines) in &self.blocks {
            writeln!(text, "\n{block}").unwrap();
            let mut groups: Vec<(Vec<String>, Vec<&str>)> = vec![];
            for (name, line) in lines {
                let columns: Vec<String> = line.iter().map(|column| of_kinds(column)).collect();
                match groups.iter_mut().find(|(same, _)| *same == columns) {
                    Some((_, names)) => names.push(name),
                    None => groups.push((columns, vec![name])),
                }
            }
            for (columns, names) in groups {
                writeln!(text, "  {}", columns.join(" | ")).unwrap();
                writeln!(text, "      {}", names.join(", ")).unwrap();
            }
        }
        text
    }
}

/// The one outcome of all kinds, or each with its kinds.
fn of_kinds(column: &[(KindName, String)]) -> String {
    let mut outcomes = BTreeMap::<&str, Vec<String>>::new();
    for (kind, outcome) in column {
        outcomes
            .entry(outcome)
            .or_default()
            .push(format!("{kind:?}"));
    }
    if let (1, Some((outcome, _))) = (outcomes.len(), outcomes.first_key_value()) {
        return (*outcome).to_owned();
    }
    let each = outcomes.into_iter();
    let each = each.map(|(outcome, kinds)| format!("{outcome} ({})", kinds.join(", ")));
    each.collect::<Vec<_>>().join(", ")
}
