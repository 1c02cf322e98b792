//! Results, to stdout. A reader that goes away early is no error: nobody reads on.

use std::io::{ErrorKind, Write};

use crate::exit::{Exit, Failure};

/// Writes a result.
pub(crate) fn write(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    let written = stdout.write_all(bytes).and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::new(
            Exit::Failed,
            format!("the result cannot be written: {error}"),
        )),
        _ => Ok(()),
    }
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
