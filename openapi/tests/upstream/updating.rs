//! An update of a workspace without code: what it is called with, and what stands for the rebuild.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use mx_nexus_openapi::tool::update::{Options, Outcome, Rebuild, Refused, Update, Work};
use mx_nexus_openapi::{APIS, Api};

use super::{Root, document, edit};

pub(crate) const NEXUS: &Api = &APIS[0];

/// The smallest of the documents, for what does not depend on the document.
pub(crate) const MDX: &Api = &APIS[2];

pub(crate) static NEVER: AtomicBool = AtomicBool::new(false);

pub(crate) const ONE: &str = "tests/snapshots/wire/one.snap";
pub(crate) const NEW: &str = "tests/snapshots/wire/new.snap";
pub(crate) const GONE: &str = "tests/snapshots/wire/listDefaultCategories.snap";

/// Rebuilds by a function, and compiles nothing. The tree is in order before.
pub(crate) struct Does<F>(pub(crate) F);

impl<F: Fn(&Path) -> Result<(), String>> Rebuild for Does<F> {
    fn try_out(&self, _: &Path, _: &Work<'_>) -> Result<(), String> {
        Ok(())
    }

    fn rebuild(&self, root: &Path, _: &Work<'_>) -> Result<(), String> {
        (self.0)(root)
    }
}

/// Writes snapshots as the tests would.
pub(crate) fn snapshots(root: &Path) -> Result<(), String> {
    fs::write(root.join(ONE), "changed").unwrap();
    fs::write(root.join(NEW), "new").unwrap();
    fs::remove_file(root.join(GONE)).unwrap();
    Ok(())
}

/// Writes snapshots, and then the code does not compile.
pub(crate) fn broken(root: &Path) -> Result<(), String> {
    snapshots(root)?;
    Err("the code no longer compiles with the new document:\nerror[E0599]: no method".to_owned())
}

pub(crate) fn root(name: &str) -> Root {
    let root = Root::of_documents(name);
    root.put(ONE, "one");
    root.put(GONE, "gone");
    root
}

pub(crate) fn options() -> Options {
    Options {
        date: Some("2027-01-15".to_owned()),
        ..Options::default()
    }
}

pub(crate) fn run<R: Rebuild>(
    root: &Root,
    rebuild: R,
    document: &str,
    options: &Options,
) -> Result<Outcome, Refused> {
    let api = if document.contains("title: Nexus API") {
        NEXUS
    } else {
        MDX
    };
    update(root, rebuild).run(api, document, options)
}

/// The document of MDX with one more field.
pub(crate) fn grown() -> String {
    let mut text = document(MDX);
    let field = "        logged_in_at:\n";
    let more = format!("        mood:\n          type: string\n{field}");
    edit(&mut text, "\n    UserResponse:\n", field, &more);
    text
}

pub(crate) fn update<R: Rebuild>(root: &Root, rebuild: R) -> Update<'_, R> {
    Update {
        root: &root.0,
        rebuild,
        interrupted: &NEVER,
    }
}

pub(crate) fn report(outcome: Result<Outcome, Refused>) -> String {
    match outcome {
        Ok(Outcome::Updated(report)) => report,
        other => panic!("not updated: {other:?}"),
    }
}
