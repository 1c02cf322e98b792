//! Reads a world from a file, and refuses it with line and reason.

use std::error::Error;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

use super::World;
use super::check::Problem;

/// Why a world is refused: the file, the line and the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidWorld(pub(super) String);

impl fmt::Display for InvalidWorld {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Error for InvalidWorld {}

impl World {
    /// Reads a file of YAML or JSON.
    ///
    /// ```
    /// use mx_nexus_sandbox::world::World;
    ///
    /// let error = World::from_file("no-such-file.yaml").unwrap_err();
    /// assert!(error.to_string().starts_with("no-such-file.yaml: "));
    /// ```
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or is no world: with the line and the reason.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, InvalidWorld> {
        let path = path.as_ref();
        let refuse =
            |reason: &dyn fmt::Display| InvalidWorld(format!("{}: {reason}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| refuse(&error))?;
        text.parse().map_err(|error: InvalidWorld| refuse(&error))
    }
}

impl FromStr for World {
    type Err = InvalidWorld;

    /// Reads YAML or JSON.
    fn from_str(text: &str) -> Result<Self, InvalidWorld> {
        let is_json = text.trim_start().starts_with('{');
        let read = match is_json {
            true => serde_json::from_str(text).map_err(|error| error.to_string()),
            false => yaml_serde::from_str(text).map_err(|error| error.to_string()),
        };
        let world: Self = read.map_err(InvalidWorld)?;
        match world.problem() {
            None => Ok(world),
            Some(problem) => Err(InvalidWorld(match line_of(text, &problem) {
                Some(line) => format!("{} at line {line}", problem.reason),
                None => problem.reason,
            })),
        }
    }
}

/// The first line with the value of a problem as a whole word, or the last one of a value that is repeated.
fn line_of(text: &str, problem: &Problem) -> Option<usize> {
    let value = problem.value.as_str();
    let is_of_word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-';
    let has = |line: &str| {
        line.match_indices(value).any(|(at, _)| {
            let before = line.get(..at).and_then(|before| before.chars().next_back());
            let after = line
                .get(at + value.len()..)
                .and_then(|after| after.chars().next());
            !before.is_some_and(is_of_word) && !after.is_some_and(is_of_word)
        })
    };
    let lines = text.lines().enumerate();
    let mut found = lines.filter(|(_, line)| !value.is_empty() && has(line));
    let (index, _) = match problem.is_repeated {
        true => found.last(),
        false => found.next(),
    }?;
    Some(index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str) -> String {
        let read: Result<World, _> = text.parse();
        read.unwrap_err().to_string()
    }

    #[test]
    fn example_is_a_world_in_yaml_and_in_json() {
        let world: World = include_str!("example.yaml").parse().unwrap();
        assert!(
            !world.institutions.is_empty() && !world.logins.is_empty() && !world.users.is_empty()
        );
        let json = serde_json::to_string_pretty(&world).unwrap();
        assert_eq!(json.parse::<World>().unwrap(), world);
    }

    #[test]
    fn example_fits_the_schema() {
        let example: serde_json::Value =
            yaml_serde::from_str(include_str!("example.yaml")).unwrap();
        let schema = jsonschema::validator_for(&World::schema()).unwrap();
        let errors: Vec<String> = schema
            .iter_errors(&example)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
        for wrong in [
            serde_json::json!({"people": []}),
            serde_json::json!({"users": [{}]}),
            serde_json::json!({"logins": [{"login": "a", "accounts": [{"name": "x", "type": "chequing"}]}]}),
        ] {
            assert!(!schema.is_valid(&wrong), "{wrong}");
        }
    }

    #[test]
    fn bad_file_is_refused_with_line_and_reason() {
        for (text, line, what) in [
            ("users:\n  - id: U-1\n    member: []\n", 3, "member"),
            ("users:\n  - api: nexus\n", 2, "id"),
            (
                "logins:\n  - login: ann\n    accounts:\n      - name: A\n        balance: 1.005\n",
                4,
                "decimals",
            ),
            (
                "logins:\n  - login: ann\n    accounts:\n      - name: A\n        transactions:\n          - {date: 2026-02-30, amount: 1, description: x}\n",
                6,
                "date",
            ),
            (
                "users:\n  - id: U-1\n  - id: U-2\n    members:\n      - institution: nowhere\n",
                5,
                "nowhere",
            ),
            ("users:\n  - id: U-1\n  - id: U-1\n", 3, "U-1"),
            ("users:\n  - id: no spaces\n", 2, "letters"),
            ("logins:\n  - login: ann\n  - login: ann\n", 3, "ann"),
            (
                "institutions:\n  - code: mxbank\n    name: Another\n",
                2,
                "mxbank",
            ),
            (
                "institutions:\n  - code: My Bank\n    name: My Bank\n",
                2,
                "code",
            ),
            ("{\n  \"users\": [\n    {\"id\": 7}\n  ]\n}", 3, "string"),
        ] {
            let reason = reason(text);
            assert!(
                reason.contains(&format!("line {line}")) && reason.contains(what),
                "{text}{reason}"
            );
        }
    }
}
