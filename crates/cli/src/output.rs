//! Results on stdout: text, JSON, and tables of results of jobs and of operations.

use std::io::{ErrorKind, Write};

use mx_nexus::aggregation::Account;
use mx_nexus::history::HistoryJob;
use mx_nexus::identity::{Owner, Owners};
use mx_nexus::verification::AccountNumbers;
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
pub(crate) fn table<const N: usize>(head: [&'static str; N], rows: &[[String; N]]) -> String {
    let rows = rows.iter().map(|row| row.to_vec()).collect();
    Rows {
        head: head.to_vec(),
        rows,
    }
    .table()
}

/// The rows of a table, each as long as its head.
pub(crate) struct Rows {
    head: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Rows {
    /// Whether no cell has a text.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.iter().flatten().all(String::is_empty)
    }

    /// A table if it fits into the width, else a block of lines for each row.
    pub(crate) fn text(&self, width: Option<usize>) -> String {
        let table = self.table();
        let needed = table.lines().map(UnicodeWidthStr::width).max();
        match width {
            Some(_) if needed > width => self.blocks(),
            _ => table,
        }
    }

    fn table(&self) -> String {
        let width = |column: usize| {
            let cells = self.rows.iter().map(|row| one_line(&row[column]).width());
            match cells.max().unwrap_or_default() {
                0 => 0,
                widest => widest.max(self.head[column].width()),
            }
        };
        let widths: Vec<usize> = (0..self.head.len()).map(width).collect();
        let head = self.head.iter().map(|&name| name.to_owned()).collect();
        let mut text = String::new();
        for row in std::iter::once(&head).chain(&self.rows) {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths).filter(|(_, width)| **width > 0) {
                let cell = one_line(cell);
                let padding = width.saturating_sub(cell.width());
                line.push_str(&cell);
                line.push_str(&" ".repeat(padding + 2));
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    fn blocks(&self) -> String {
        let widest = self.head.iter().map(|name| name.width()).max();
        let width = widest.unwrap_or_default();
        let block = |row: &Vec<String>| {
            let lines = self.head.iter().zip(row);
            let lines = lines.filter(|(_, cell)| !cell.is_empty());
            let lines = lines.map(|(name, cell)| {
                let padding = " ".repeat(width - name.width());
                format!("{name}{padding}  {}\n", one_line(cell))
            });
            lines.collect::<String>()
        };
        let blocks: Vec<String> = self.rows.iter().map(block).collect();
        blocks.join("\n")
    }
}

/// The owners by account.
pub(crate) fn owners(owners: &Owners) -> Rows {
    let accounts = owners.by_account().into_iter();
    let rows = accounts.flat_map(|(account, owners)| {
        owners.into_iter().map(move |owner| {
            vec![
                shown(account),
                name(owner),
                address(owner),
                shown(owner.phone.as_deref()),
                shown(owner.email.as_deref()),
            ]
        })
    });
    Rows {
        head: vec!["ACCOUNT", "OWNER", "ADDRESS", "PHONE", "EMAIL"],
        rows: rows.collect(),
    }
}

/// The numbers of accounts.
pub(crate) fn numbers(numbers: &[AccountNumbers]) -> Rows {
    let rows = numbers.iter().map(|numbers| {
        vec![
            shown(numbers.account_guid.as_ref()),
            shown(numbers.account_number.as_deref()),
            shown(numbers.routing_number.as_deref()),
            shown(numbers.institution_number.as_deref()),
            shown(numbers.transit_number.as_deref()),
        ]
    });
    Rows {
        head: vec!["ACCOUNT", "NUMBER", "ROUTING", "INSTITUTION", "TRANSIT"],
        rows: rows.collect(),
    }
}

/// Accounts with their balances.
pub(crate) fn accounts(accounts: &[Account]) -> Rows {
    let rows = accounts.iter().map(|account| {
        vec![
            shown(account.guid.as_ref()),
            shown(account.name.as_deref()),
            shown(account.account_type_name.as_deref()),
            shown(account.balance.map(|balance| format!("{balance:.2}"))),
            shown(account.currency_code.as_deref()),
        ]
    });
    Rows {
        head: vec!["ACCOUNT", "NAME", "TYPE", "BALANCE", "CURRENCY"],
        rows: rows.collect(),
    }
}

/// What MX reports of an extension of the history.
pub(crate) fn history(job: &HistoryJob) -> Rows {
    Rows {
        head: vec!["JOB", "STATUS", "STARTED", "FINISHED"],
        rows: vec![vec![
            shown(job.guid.as_ref()),
            shown(job.status_name.as_ref()),
            shown(job.started_at.as_ref()),
            shown(job.finished_at.as_ref()),
        ]],
    }
}

fn shown(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
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
        let rows = owners(&found);
        assert_eq!(rows.text(None), expected);
        assert_eq!(rows.text(Some(32)), expected);
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
        assert_eq!(rows.text(Some(31)), expected);
    }
}
