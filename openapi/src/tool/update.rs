//! The steps of `cargo spec update`: a new upstream document takes the place of the old one. The undo is `git restore`.

use std::path::Path;

use crate::Api;
use crate::document;
use crate::tool::check::Texts;
use crate::tool::diff::{self, Changes};
use crate::tool::examined::{Correction, Examined};
use crate::tool::provenance::{self, Facts};
use crate::tool::workspace::git;
use crate::tool::{Prepared, editing, revision};

/// A document that MX has published.
#[derive(Clone, Debug)]
pub struct Upstream {
    /// The document.
    pub text: String,
    /// Where it was taken from.
    pub source: Option<String>,
    /// The day it was taken, as 2026-01-31; today if not given.
    pub date: Option<String>,
}

/// Refuses a workspace whose tracked files have changes that no commit holds.
///
/// # Errors
///
/// The changed files, or why git cannot list them.
pub fn require_clean(root: &Path) -> Result<(), String> {
    let changed = git(root, &["status", "--porcelain", "--untracked-files=no"])?;
    if changed.is_empty() {
        return Ok(());
    }
    Err(format!(
        "commit these changes first, so that git restore can undo the update:\n{}",
        changed.trim_end()
    ))
}

/// Writes the new document and its `PROVENANCE.toml`. Returns false if the workspace has this document already.
///
/// # Errors
///
/// Why the text is no document of an API, or a file that cannot be written. Nothing is written if the text is refused.
pub fn replace(root: &Path, api: &Api, upstream: &Upstream) -> Result<bool, String> {
    let date = upstream.date.clone().unwrap_or_else(provenance::today);
    if !provenance::is_date(&date) {
        return Err(format!("{date} is no date such as 2026-01-31"));
    }
    let texts = read(root, api)?;
    if texts.document == upstream.text {
        return Ok(false);
    }
    let document = document::parse(&upstream.text)
        .map_err(|failure| format!("no YAML: {}: {}", failure.place(), failure.reason()))?;
    let facts = Facts::of(&upstream.text, &document);
    if facts.operations == 0 {
        return Err("no OpenAPI document: it has no operations".to_owned());
    }
    let source = upstream.source.as_deref();
    let provenance = provenance::renew(&texts.provenance, &facts, &date, source);
    write(root, api, api.document, &upstream.text)?;
    write(root, api, "PROVENANCE.toml", &provenance)?;
    Ok(true)
}

/// Drops the corrections whose change the document already has.
///
/// # Errors
///
/// Why the overlay cannot be edited or written.
pub fn drop_taken_over(root: &Path, api: &Api) -> Result<Vec<Correction>, String> {
    let Texts {
        document,
        mut overlay,
        ..
    } = read(root, api)?;
    let mut dropped = Vec::new();
    // One correction may be what made another necessary.
    loop {
        let examined = Examined::of(api, &document, &overlay);
        if examined.taken_over.is_empty() {
            break;
        }
        overlay = editing::drop_actions(&overlay, &examined.taken_over)
            .map_err(|reason| format!("openapi/{}/overlay.yaml: {reason}", api.name))?;
        let mut corrections = examined.corrections();
        corrections.retain(|correction| examined.taken_over.contains(&correction.index));
        dropped.extend(corrections);
    }
    if !dropped.is_empty() {
        write(root, api, "overlay.yaml", &overlay)?;
    }
    Ok(dropped)
}

/// What the documents in the working tree change, compared with the last commit.
///
/// # Errors
///
/// Which of the two cannot be read, and why.
pub fn changes(root: &Path, api: &Api) -> Result<Changes, String> {
    let old = revision::prepare(root, api, "HEAD")?;
    let texts = read(root, api)?;
    let new = Prepared::from_text(api, &texts.document, &texts.overlay)
        .map_err(|failure| failure.to_string())?;
    Ok(diff::compare(&old, &new))
}

fn read(root: &Path, api: &Api) -> Result<Texts, String> {
    Texts::read(root, api).map_err(|finding| finding.to_string())
}

fn write(root: &Path, api: &Api, file: &str, text: &str) -> Result<(), String> {
    let file = format!("openapi/{}/{file}", api.name);
    std::fs::write(root.join(&file), text).map_err(|error| format!("cannot write {file}: {error}"))
}
