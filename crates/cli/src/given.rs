//! Values that are given as they are, as `@FILE`, or as `-` for stdin. Used for credentials, answers, bodies and handles.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, Read};
use std::path::Path;

use mx_nexus::Secret;

use crate::exit::Failure;

/// Larger than anything that is given so.
const LIMIT: u64 = 16 * 1024 * 1024;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The argument itself, which others can read.
    Plain,
    /// A file or stdin.
    Private,
}

/// A value, and where it came from.
pub(crate) struct Given {
    pub(crate) value: Secret,
    pub(crate) source: Source,
}

impl Given {
    /// A short value, such as a password: the first line of a file, or the next line of stdin.
    pub(crate) fn line(argument: &OsStr, what: &str) -> Result<Self, Failure> {
        match argument.to_str() {
            Some("-") => Ok(Self::private(next_line(what)?)),
            Some(text) => match text.strip_prefix('@') {
                Some(path) => Ok(Self::private(first_line(&read_file(path.as_ref(), what)?))),
                None => Ok(Self {
                    value: Secret::new(text),
                    source: Source::Plain,
                }),
            },
            None => Err(Failure::usage(format!("{what} is not UTF-8"))),
        }
    }

    fn private(text: String) -> Self {
        Self {
            value: Secret::new(text),
            source: Source::Private,
        }
    }
}

/// A long value, such as JSON: all of a file or of stdin.
pub(crate) fn whole(argument: &OsStr, what: &str) -> Result<String, Failure> {
    match argument.to_str() {
        Some("-") => read(std::io::stdin().lock(), what),
        Some(text) => match text.strip_prefix('@') {
            Some(path) => read_file(path.as_ref(), what),
            None => Ok(text.to_owned()),
        },
        None => Err(Failure::usage(format!("{what} is not UTF-8"))),
    }
}

/// The secret in a file, or on stdin when the file is `-`.
pub(crate) fn secret_in(path: &Path, what: &str) -> Result<Secret, Failure> {
    let text = match path.to_str() {
        Some("-") => next_line(what)?,
        _ => first_line(&read_file(path, what)?),
    };
    if text.trim().is_empty() {
        return Err(Failure::usage(format!("{what} is empty")));
    }
    Ok(Secret::new(text))
}

fn read_file(path: &Path, what: &str) -> Result<String, Failure> {
    let file = File::open(path).map_err(|error| unreadable(what, &path.display(), &error))?;
    read(file, what)
}

fn read(source: impl Read, what: &str) -> Result<String, Failure> {
    let mut text = String::new();
    let read = source.take(LIMIT).read_to_string(&mut text);
    read.map_err(|error| unreadable(what, &"it", &error))?;
    Ok(text)
}

fn next_line(what: &str) -> Result<String, Failure> {
    let mut line = String::new();
    let read = std::io::stdin().lock().take(LIMIT).read_line(&mut line);
    match read {
        Ok(0) => Err(Failure::usage(format!(
            "{what} is to come from stdin, which has ended"
        ))),
        Ok(_) => Ok(first_line(&line)),
        Err(error) => Err(unreadable(what, &"stdin", &error)),
    }
}

/// Editors and `echo` put a line break at the end, which is no part of a password.
fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

fn unreadable(what: &str, place: &dyn std::fmt::Display, error: &std::io::Error) -> Failure {
    Failure::usage(format!("{what} cannot be read: {place}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_value_is_told_from_one_of_a_file() {
        let path = std::env::temp_dir().join(format!("nexus-given-{}", std::process::id()));
        std::fs::write(&path, "hush\nmore\n").unwrap();
        let argument = format!("@{}", path.display());
        let given = Given::line(argument.as_ref(), "it").unwrap();
        assert_eq!(given.value.expose(), "hush");
        assert_eq!(given.source, Source::Private);
        assert_eq!(whole(argument.as_ref(), "it").unwrap(), "hush\nmore\n");
        assert_eq!(secret_in(&path, "it").unwrap().expose(), "hush");
        std::fs::remove_file(&path).unwrap();
        let given = Given::line("word".as_ref(), "it").unwrap();
        assert_eq!(
            (given.value.expose(), given.source),
            ("word", Source::Plain)
        );
    }

    #[test]
    fn a_file_that_is_not_there_is_a_matter_of_usage() {
        let failure = whole("@/nowhere/at/all".as_ref(), "the body").unwrap_err();
        assert_eq!(failure.exit, crate::exit::Exit::Usage);
        assert!(
            failure
                .message
                .contains("the body cannot be read: /nowhere/at/all")
        );
    }
}
