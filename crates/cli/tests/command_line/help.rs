//! What the program says of itself: help, completions, man pages.

use crate::running::nexus;

#[test]
fn help_says_all_there_is() {
    insta::assert_snapshot!("help", nexus(["--help"]).transcript());
    for command in ["identify", "resume", "sandbox", "call", "operations"] {
        let text = nexus([command, "--help"]).transcript();
        insta::with_settings!({snapshot_suffix => command}, {
            insta::assert_snapshot!("help", text);
        });
    }
}

#[test]
fn completions_are_there_for_every_shell() {
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
        assert!(text.contains("patience"), "{shell}");
    }
}

#[test]
fn man_pages_are_there_for_all_and_for_each() {
    let page = nexus(["man"]).transcript();
    for words in [".TH nexus 1", "Exit codes:", "MX_API_KEY", "identify"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let page = nexus(["man", "identify"]).transcript();
    assert!(page.contains(".TH nexus-identify 1"), "{page}");
    insta::assert_snapshot!("man_of_nothing", nexus(["man", "identity"]).transcript());
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = nexus(["operations"]).start();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
}
