//! Values of arguments: given as they are, as `@FILE`, or as `-` for stdin. Used for credentials, answers, bodies and handles.

use std::fs::File;
use std::io::{BufRead, Read};
use std::path::PathBuf;

use mx_nexus::Secret;

use crate::exit::Failure;

/// Bytes that are read at most.
const LIMIT: u64 = 16 * 1024 * 1024;

/// Where a value comes from. Read when it is needed, because stdin may hold several.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    /// The argument itself, which other users of the machine can read.
    Argument(Secret),
    File(PathBuf),
    Stdin,
}

impl From<&str> for Input {
    fn from(argument: &str) -> Self {
        match (argument, argument.strip_prefix('@')) {
            ("-", _) => Self::Stdin,
            (_, Some(path)) => Self::File(path.into()),
            _ => Self::Argument(argument.into()),
        }
    }
}

/// For clap.
impl From<String> for Input {
    fn from(argument: String) -> Self {
        argument.as_str().into()
    }
}

impl Input {
    /// A short value, such as a password: the argument, the first line of the file, or the next line of stdin.
    pub(crate) fn line(&self, what: &str) -> Result<Secret, Failure> {
        let text = match self {
            Self::Argument(value) => return Ok(value.clone()),
            Self::File(_) => self.text(what)?,
            Self::Stdin => {
                let mut line = String::new();
                let mut stdin = std::io::stdin().lock().take(LIMIT);
                match stdin.read_line(&mut line) {
                    Ok(0) => {
                        let message = format!("stdin has ended before {what}");
                        return Err(Failure::usage(message));
                    }
                    Ok(_) => line,
                    Err(error) => return Err(self.unreadable(what, &error)),
                }
            }
        };
        // Without the line break that editors and `echo` append.
        Ok(Secret::new(text.lines().next().unwrap_or_default()))
    }

    /// A line that is not blank.
    pub(crate) fn secret(&self, what: &str) -> Result<Secret, Failure> {
        let secret = self.line(what)?;
        match secret.expose().trim().is_empty() {
            true => Err(Failure::usage(format!("{what} is empty"))),
            false => Ok(secret),
        }
    }

    /// A long value, such as JSON: the argument, or all of the file or of stdin.
    pub(crate) fn text(&self, what: &str) -> Result<String, Failure> {
        let mut text = String::new();
        let read = match self {
            Self::Argument(value) => return Ok(value.expose().to_owned()),
            Self::File(path) => {
                File::open(path).and_then(|file| file.take(LIMIT).read_to_string(&mut text))
            }
            Self::Stdin => std::io::stdin()
                .lock()
                .take(LIMIT)
                .read_to_string(&mut text),
        };
        read.map_err(|error| self.unreadable(what, &error))?;
        Ok(text)
    }

    fn unreadable(&self, what: &str, error: &std::io::Error) -> Failure {
        let from = match self {
            Self::File(path) => path.display().to_string(),
            _ => "stdin".to_owned(),
        };
        Failure::usage(format!("cannot read {what} from {from}: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn value_comes_from_the_argument_or_from_a_file() {
        let path = std::env::temp_dir().join(format!("nexus-input-{}", std::process::id()));
        std::fs::write(&path, "hush\nmore\n").unwrap();
        let file = Input::from(format!("@{}", path.display()));
        assert!(matches!(file, Input::File(_)), "{file:?}");
        assert_eq!(file.line("it").unwrap().expose(), "hush");
        assert_eq!(file.secret("it").unwrap().expose(), "hush");
        assert_eq!(file.text("it").unwrap(), "hush\nmore\n");
        std::fs::remove_file(&path).unwrap();
        let argument = Input::from("word");
        assert!(matches!(argument, Input::Argument(_)), "{argument:?}");
        assert_eq!(argument.line("it").unwrap().expose(), "word");
        assert!(Input::from("").secret("it").is_err());
    }
}
