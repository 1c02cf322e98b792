//! The command line of `cargo spec`: the workspace it works on, and how it names the files it was given.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod upstream;

use upstream::{MDX, Root, document, stderr, stdout};

#[test]
fn a_command_reads_the_workspace_around_the_current_directory() {
    let root = Root::new("workspace");
    root.edit("openapi/mdx/v5.yaml", "operationId: readUser", "x-id: none");
    let within = root.0.join("openapi/sso");
    for arguments in [
        vec!["check"],
        vec!["show", "mdx", "report"],
        vec!["diff", "--api", "mdx", "HEAD", "openapi/mdx/v5.yaml"],
    ] {
        let mut command = root.command(&arguments);
        if arguments[0] != "diff" {
            command.current_dir(&within);
        }
        let output = command.output().unwrap();
        let text = stdout(&output) + &stderr(&output);
        assert!(text.contains("it has no operationId"), "{text}");
    }
    let outside = root.command(&["check"]).current_dir("/").output().unwrap();
    assert_eq!(outside.status.code(), Some(1));
    let text = stderr(&outside);
    assert!(text.starts_with("no workspace: neither / nor"), "{text}");
}

#[test]
fn a_file_is_named_as_in_the_command_line() {
    let root = Root::new("named");
    let old = root.put("old.yaml", document(MDX));
    let broken = document(MDX).replacen(
        "'#/components/schemas/UserResponseBody'",
        "'#/components/schemas/GoneResponseBody'",
        1,
    );
    let new = root.put("new.yaml", broken);
    let text = stdout(&root.spec(&["diff", "--api", "mdx", &old, &new]));
    assert!(text.contains(&format!(" {new}: ")), "{text}");
    assert!(!text.contains("v5.yaml"), "{text}");

    let bad = root.put("bad.yaml", "openapi: 3.0.0\npaths: [\n  a: b: c\n");
    for arguments in [
        vec!["diff", "--api", "mdx", &bad, &old],
        vec!["update", "--api", "mdx", &bad],
    ] {
        let output = root.spec(&arguments);
        assert_eq!(output.status.code(), Some(1));
        let text = stderr(&output);
        assert!(text.starts_with(&format!("{bad}: ")), "{text}");
        assert_eq!(text.matches("line 3").count(), 1, "{text}");
    }
}
