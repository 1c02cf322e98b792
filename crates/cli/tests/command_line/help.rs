//! Help, completions and man pages.

use crate::running::nexus;

#[test]
fn help_of_every_command() {
    insta::assert_snapshot!("help", nexus(["--help"]).transcript());
    for command in [
        "identify",
        "resume",
        "status",
        "sandbox",
        "call",
        "operations",
    ] {
        let text = nexus([command, "--help"]).transcript();
        insta::with_settings!({snapshot_suffix => command}, {
            insta::assert_snapshot!("help", text);
        });
    }
}

#[test]
fn help_of_every_kind_of_job_leads_with_the_job_file() {
    for (command, gathers) in [
        ("identify", true),
        ("verify", true),
        ("aggregate", true),
        ("balance", false),
        ("history", false),
    ] {
        let text = nexus([command, "--help"]).transcript();
        let paragraphs: Vec<&str> = text.split("\n\n").collect();
        assert!(paragraphs[1].starts_with("With --job-file PATH"), "{text}");
        let (_, options) = text.split_once("\nOptions:\n").unwrap();
        assert!(options.trim_start().starts_with("--job-file"), "{text}");
        assert_eq!(text.contains("--include-transactions"), gathers, "{text}");
    }
}

#[test]
fn completions_exist_for_every_shell() {
    for (shell, words) in [
        ("bash", "_nexus()"),
        ("zsh", "#compdef nexus"),
        ("fish", "complete -c nexus"),
        ("powershell", "Register-ArgumentCompleter"),
        ("elvish", "set edit:completion"),
    ] {
        let text = nexus(["completions", shell]).transcript();
        assert!(text.contains("exit 0"), "{text}");
        assert!(text.contains(words), "{shell}: {text}");
        assert!(text.contains("timeout"), "{shell}");
    }
}

#[test]
fn man_pages_exist_for_the_program_and_each_command() {
    let page = nexus(["man"]).transcript();
    for words in [".TH nexus 1", "Exit codes:", "MX_API_KEY", "identify"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let page = nexus(["man", "identify"]).transcript();
    assert!(page.contains(".TH nexus-identify 1"), "{page}");
    insta::assert_snapshot!(
        "man_of_unknown_command",
        nexus(["man", "identity"]).transcript()
    );
}

#[test]
fn closed_stdout_is_no_error() {
    let mut child = nexus(["operations"]).start();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
}
