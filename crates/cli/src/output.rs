//! Results on stdout: text, JSON, and tables of owners and operations.

use std::io::{ErrorKind, Write};

use mx_nexus::identity::{Owner, Owners};
use unicode_width::UnicodeWidthStr;

use crate::exit::Failure;
use crate::terminal::one_line;

/// Writes a result. A reader that closed the pipe is no error.
pub(crate) fn write(bytes: &[u8]) -> Result<(), Failure> {
    match try_write(bytes) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::failed("cannot write the result", &error))
        }
        _ => Ok(()),
    }
}

/// Writes what must not get lost: a reader that closed the pipe is an error.
pub(crate) fn try_write(bytes: &[u8]) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()
}

/// Writes indented JSON.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::failed("cannot write the result as JSON", &error))?;
    write(format!("{text}\n").as_bytes())
}

/// The width of the terminal in cells, if stdout is one.
pub(crate) fn width() -> Option<usize> {
    let (width, _) = terminal_size::terminal_size_of(std::io::stdout())?;
    Some(width.0.into()).filter(|width| *width > 0)
}

/// A table, aligned by the widths of its cells on a terminal. Empty columns are left out.
pub(crate) fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let rows: Vec<[String; N]> = rows
        .iter()
        .map(|row| row.each_ref().map(|cell| one_line(cell)))
        .collect();
    let width = |column: usize| {
        let widest = rows.iter().map(|row| row[column].width()).max();
        match widest.unwrap_or_default() {
            0 => 0,
            cells => cells.max(head[column].width()),
        }
    };
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut text = String::new();
    let head = head.map(str::to_owned);
    for row in std::iter::once(&head).chain(&rows) {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths).filter(|(_, width)| **width > 0) {
            let padding = width.saturating_sub(cell.width());
            line.push_str(cell);
            line.push_str(&" ".repeat(padding + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The rows as blocks of lines, for a terminal that is too narrow for the table.
fn blocks<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let widest = head.iter().map(|name| name.width()).max();
    let width = widest.unwrap_or_default();
    let mut blocks = Vec::new();
    for row in rows {
        let lines = head.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
        let lines = lines.map(|(name, cell)| {
            let padding = " ".repeat(width - name.width());
            format!("{name}{padding}  {}\n", one_line(cell))
        });
        blocks.push(lines.collect::<String>());
    }
    blocks.join("\n")
}

/// The owners by account: a table if it fits into the width.
pub(crate) fn owners(owners: &Owners, width: Option<usize>) -> String {
    if owners.is_empty() {
        return "the institution returned no owners\n".to_owned();
    }
    let accounts = owners.by_account();
    let rows: Vec<[String; 5]> = accounts
        .into_iter()
        .flat_map(|(account, owners)| {
            owners.into_iter().map(move |owner| {
                [
                    account.map_or_else(String::new, ToString::to_string),
                    name(owner),
                    address(owner),
                    owner.phone.as_deref().unwrap_or_default().to_owned(),
                    owner.email.as_deref().unwrap_or_default().to_owned(),
                ]
            })
        })
        .collect();
    let head = ["ACCOUNT", "OWNER", "ADDRESS", "PHONE", "EMAIL"];
    let table = table(head, &rows);
    let needed = table.lines().map(UnicodeWidthStr::width).max();
    match width {
        Some(_) if needed > width => blocks(head, &rows),
        _ => table,
    }
}

fn name(owner: &Owner) -> String {
    match &owner.owner_name {
        Some(name) => name.to_string(),
        None => joined(
            " ",
            [owner.first_name.as_deref(), owner.last_name.as_deref()],
        ),
    }
}

fn address(owner: &Owner) -> String {
    let region = joined(" ", [owner.state.as_deref(), owner.postal_code.as_deref()]);
    let parts = [
        owner.address.as_deref(),
        owner.city.as_deref(),
        Some(region.as_str()),
        owner.country.as_deref(),
    ];
    joined(", ", parts)
}

fn joined<const N: usize>(separator: &str, parts: [Option<&str>; N]) -> String {
    let present: Vec<&str> = parts
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    present.join(separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(fields: serde_json::Value) -> Owner {
        serde_json::from_value(fields).unwrap()
    }

    #[test]
    fn owners_are_listed_by_account_without_empty_columns() {
        let found = Owners::from(vec![
            owner(
                serde_json::json!({"account_guid": "ACT-2", "owner_name": "Ada Example", "state": "Utah", "postal_code": "84034"}),
            ),
            owner(
                serde_json::json!({"account_guid": "ACT-1", "first_name": "東京", "last_name": "B", "city": "Lehi"}),
            ),
            owner(serde_json::json!({"account_guid": "ACT-1", "owner_name": "E\u{1b}[2J\nve"})),
        ]);
        let expected = "\
ACCOUNT  OWNER        ADDRESS
ACT-1    東京 B       Lehi
ACT-1    E\u{fffd}[2J ve
ACT-2    Ada Example  Utah 84034
";
        assert_eq!(owners(&found, None), expected);
        assert_eq!(owners(&found, Some(32)), expected);
        let expected = "\
ACCOUNT  ACT-1
OWNER    東京 B
ADDRESS  Lehi

ACCOUNT  ACT-1
OWNER    E\u{fffd}[2J ve

ACCOUNT  ACT-2
OWNER    Ada Example
ADDRESS  Utah 84034
";
        assert_eq!(owners(&found, Some(31)), expected);
    }

    #[test]
    fn no_owners_are_a_message() {
        assert!(owners(&Owners::default(), None).contains("no owners"));
    }
}
