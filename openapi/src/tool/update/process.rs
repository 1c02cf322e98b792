//! Whether a process is still at work. A number alone does not tell: the system gives it away again.

use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

/// A process by its number and the moment it began, in the words of this system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Process {
    pub number: u32,
    began: String,
}

impl Process {
    pub(crate) fn of(number: u32) -> Self {
        Self {
            number,
            began: began(number).unwrap_or_default(),
        }
    }

    pub(crate) fn is_at_work(&self) -> bool {
        began(self.number).is_some_and(|began| began == self.began)
    }
}

/// When a process began; nothing if it has come to its end, even where nobody has asked for its end yet.
fn began(number: u32) -> Option<String> {
    if Path::new("/proc/self/stat").exists() {
        let text = std::fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
        // The name before stands in brackets and may hold anything.
        let (_, rest) = text.rsplit_once(") ")?;
        let mut fields = rest.split(' ');
        let state = fields.next()?;
        let began = fields.nth(18)?;
        return (!matches!(state, "Z" | "X")).then(|| began.to_owned());
    }
    let number = number.to_string();
    if cfg!(windows) {
        let filter = format!("PID eq {number}");
        let said = said(Command::new("tasklist").args(["/NH", "/FO", "CSV", "/FI", &filter]))?;
        return said.contains(&format!("\"{number}\"")).then(String::new);
    }
    let mut ps = Command::new("ps");
    ps.env("LC_ALL", "C")
        .args(["-o", "stat=,lstart=", "-p", &number]);
    let said = said(&mut ps)?;
    let (state, began) = said.trim().split_once(' ')?;
    (!state.starts_with('Z')).then(|| began.trim().to_owned())
}

fn said(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    output.status.success().then_some(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_at_work_until_it_ends_and_is_no_other_of_its_number() {
        let this = Process::of(std::process::id());
        assert!(this.is_at_work());
        let earlier = Process {
            began: "long ago".to_owned(),
            ..this
        };
        assert!(!earlier.is_at_work());
        let mut child = Command::new("cargo")
            .arg("--version")
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let process = Process::of(child.id());
        child.wait().unwrap();
        assert!(!process.is_at_work());
    }
}
