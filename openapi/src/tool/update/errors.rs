//! What a person needs of what cargo said: the first error of the compiler, or why each test failed.

/// How many lines of the compiler are repeated, and of the panic of one test.
const OF_THE_COMPILER: usize = 40;
const OF_A_TEST: usize = 15;

/// How many tests are told of.
const TESTS: usize = 5;

/// Why cargo failed: the tests that did, each with its last panic, or the first error, or the last lines.
pub(crate) fn told(said: &str) -> String {
    let lines: Vec<&str> = said.lines().collect();
    let failures = failures(&lines);
    if !failures.is_empty() {
        let mut told: Vec<String> = failures.iter().take(TESTS).cloned().collect();
        if failures.len() > TESTS {
            told.push(format!("… and {} more tests", failures.len() - TESTS));
        }
        return told.join("\n");
    }
    let is_error = |line: &&str| line.starts_with("error");
    let start = lines
        .iter()
        .position(is_error)
        .unwrap_or_else(|| lines.len().saturating_sub(OF_THE_COMPILER));
    shortened(&lines[start..], OF_THE_COMPILER)
}

/// Every test that failed, with the panic that ended it. Those before may have been caught, as by a test that compares many
/// snapshots and says at its end which differ.
fn failures(lines: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let Some(name) = line
            .strip_prefix("---- ")
            .and_then(|rest| rest.strip_suffix(" stdout ----"))
        else {
            continue;
        };
        let own = section(&lines[number + 1..], |line| {
            line.starts_with("---- ") || line == "failures:"
        });
        let panicked = |line: &&str| line.contains(" panicked at ");
        // A test that answers with an error does not panic.
        let start = own.iter().rposition(panicked).unwrap_or(0);
        let block = section(&own[start..], |line| {
            line.starts_with("note: run with ") || line.starts_with("stack backtrace:")
        });
        found.push(format!("{name}:\n{}", shortened(block, OF_A_TEST)));
    }
    found
}

/// The lines up to the first that ends them, without what is empty at their end.
fn section<'a, 'b>(lines: &'a [&'b str], ends: impl Fn(&str) -> bool) -> &'a [&'b str] {
    let end = lines.iter().position(|line| ends(line));
    let lines = &lines[..end.unwrap_or(lines.len())];
    let last = lines.iter().rposition(|line| !line.trim().is_empty());
    &lines[..last.map_or(0, |last| last + 1)]
}

fn shortened(lines: &[&str], length: usize) -> String {
    let mut text = lines[..lines.len().min(length)].join("\n");
    if lines.len() > length {
        text.push_str(&format!("\n… {} more lines", lines.len() - length));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_error_of_the_compiler_is_told_and_not_all() {
        let said = format!(
            "   Compiling a\nwarning: x\nerror[E0599]: no method\n  --> src/a.rs:1\n{}",
            "more\n".repeat(100)
        );
        let told_of_it = told(&said);
        assert!(
            told_of_it.starts_with("error[E0599]: no method\n  --> src/a.rs:1\nmore"),
            "{told_of_it}"
        );
        assert_eq!(told_of_it.lines().count(), OF_THE_COMPILER + 1);
        assert!(told_of_it.ends_with("\n… 62 more lines"), "{told_of_it}");
        assert_eq!(told("one\ntwo\n"), "one\ntwo");
    }

    #[test]
    fn the_last_panic_of_every_test_is_told() {
        let said = "error: test failed, to rerun pass `--test contract`\n\
                    running 3 tests\ntest a ... FAILED\n\nfailures:\n\n\
                    ---- a stdout ----\n\nthread 'a' (7) panicked at insta.rs:1:\nsnapshot differs\n\
                    note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n\n\
                    thread 'a' (7) panicked at snapshots.rs:2:\nwire: [\"x\"] differ\n\ndecode: [\"y\"] differ\n\n\
                    ---- b stdout ----\nError: it went wrong\n\n\n\
                    failures:\n    a\n    b\n";
        assert_eq!(
            told(said),
            "a:\nthread 'a' (7) panicked at snapshots.rs:2:\nwire: [\"x\"] differ\n\ndecode: [\"y\"] differ\n\
             b:\nError: it went wrong"
        );
    }

    #[test]
    fn what_is_told_of_tests_has_an_end() {
        let one = |number: usize| {
            let lines = "line\n".repeat(50);
            format!("---- test_{number} stdout ----\nthread 't' panicked at a.rs:1:\n{lines}")
        };
        let told_of_it = told(&(0..9).map(one).collect::<String>());
        assert_eq!(told_of_it.lines().count(), TESTS * (OF_A_TEST + 2) + 1);
        assert!(told_of_it.ends_with("… and 4 more tests"), "{told_of_it}");
    }
}
