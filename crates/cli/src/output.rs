//! Results, to stdout. A reader that goes away early is no error: nobody reads on.

use std::io::{ErrorKind, Write};

use crate::exit::{Exit, Failure};

/// Writes a result.
pub(crate) fn write(bytes: &[u8]) -> Result<(), Failure> {
    match write_all(bytes) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::new(
            Exit::Failed,
            format!("the result cannot be written: {error}"),
        )),
        _ => Ok(()),
    }
}

/// Writes a line that has to reach somebody: a reader that went away early is an error too.
pub(crate) fn line_taken(text: &str) -> std::io::Result<()> {
    write_all(format!("{text}\n").as_bytes())
}

fn write_all(bytes: &[u8]) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()
}

/// How many cells a line of the terminal holds, where stdout is one.
pub(crate) fn width() -> Option<usize> {
    let (width, _) = terminal_size::terminal_size_of(std::io::stdout())?;
    Some(width.0.into()).filter(|width| *width > 0)
}

/// Writes a line of a result.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    write(format!("{text}\n").as_bytes())
}

/// Writes JSON as people read it.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::new(Exit::Failed, format!("the result is no JSON: {error}")))?;
    line(&text)
}
