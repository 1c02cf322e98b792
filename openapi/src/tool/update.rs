//! `cargo spec update FILE`: puts a new upstream document in the place of the old one, with all that follows from it, or leaves
//! everything as it was.
//!
//! The plan is made of texts; then the tree is tried out as it is, the originals are kept aside, the files written, the code rebuilt
//! and the snapshots rewritten. What goes wrong after the first write puts the originals back, unless somebody wants to repair it by hand:
//! then the originals wait until the update goes on or is taken back.

mod changelog;
mod day;
mod errors;
mod hints;
mod lock;
mod plan;
mod process;
mod rebuild;
mod report;
mod repository;
mod values;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use crate::tool::check::Texts;
use crate::tool::counted;
use crate::tool::journal::{Entry, Journal, Restored};
use crate::tool::provenance;
use crate::{APIS, Api};
use lock::Lock;
use plan::{Plan, Rules};

pub use rebuild::{Cargo, Rebuild, Work};

const CHANGELOG: &str = "CHANGELOG.md";

/// How an update is made.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What the file of the document is called, for what is told of it before it is in its place.
    pub file: Option<String>,
    /// Where the document was taken from.
    pub source: Option<String>,
    /// The day it was taken, as 2026-01-31; today where it is not given.
    pub date: Option<String>,
    /// Drop corrections and patterns whose place is gone, instead of stopping.
    pub drop_stale: bool,
    /// Only tell what would happen.
    pub dry_run: bool,
    /// Leave the tree as it is when something fails, for somebody to repair.
    pub keep: bool,
}

/// What an update came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The document is the one that is there.
    Unchanged,
    /// All is written, or would be; the report in Markdown.
    Updated(String),
}

/// Why an update was not made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// In a sentence or several lines, with what to do.
    pub reason: String,
    /// The report as far as it goes.
    pub report: Option<String>,
}

impl From<String> for Refused {
    fn from(reason: String) -> Self {
        Self {
            reason,
            report: None,
        }
    }
}

/// What an update works on, and with.
#[derive(Debug)]
pub struct Update<'a, R> {
    /// The root of the workspace.
    pub root: &'a Path,
    /// How the code is rebuilt.
    pub rebuild: R,
    /// Set from elsewhere when the person wants it to stop.
    pub interrupted: &'a AtomicBool,
}

impl<R: Rebuild> Update<'_, R> {
    /// Puts `document` in the place of the one of `api`.
    ///
    /// # Errors
    ///
    /// Why it was not done. Nothing has changed then, unless the options say to keep what was done.
    pub fn run(&self, api: &Api, document: &str, options: &Options) -> Result<Outcome, Refused> {
        // A look changes nothing, and needs nobody to wait.
        let lock = match options.dry_run {
            true => None,
            false => Some(Lock::take(self.root)?),
        };
        if Journal::left_behind(self.root)?.is_some() {
            return Err(Refused::from(
                "an earlier update has not come to its end: --continue finishes it, --restore takes it back".to_owned(),
            ));
        }
        let files = files(api);
        let changed = repository::changed(self.root, &files)?;
        if !changed.is_empty() && !options.dry_run {
            return Err(Refused::from(format!(
                "these differ from the last commit, and an update may overwrite them; commit them or put them aside first:\n{}",
                indented(&changed)
            )));
        }
        let old = Texts::read(self.root, api).map_err(|finding| finding.to_string())?;
        if old.document == document {
            return Ok(Outcome::Unchanged);
        }
        let date = date_of(options.date.as_deref())?;
        let rules = Rules {
            drop_stale: options.drop_stale,
            keep: options.keep,
            date: &date,
            source: options.source.as_deref(),
        };
        let mut plan = Plan::make(api, &old, document, &rules);
        plan.hints.extend(hints::hints(self.root, api, &plan));
        let stops = !plan.stops.is_empty();
        let (Some(lock), true) = (&lock, !stops || options.keep) else {
            if let Some(file) = &options.file {
                plan.call(api, file);
            }
            let entry = entry_of(api, &plan);
            let report = report::markdown(api, &plan, &entry, None);
            return if stops {
                Err(Refused {
                    reason: format!("{}\n{} Nothing was changed.", stopped(&plan), advice(&plan)),
                    report: Some(report),
                })
            } else {
                Ok(Outcome::Updated(report))
            };
        };
        entry_of(api, &plan).insert(&self.changelog()?)?;
        self.try_out(lock)?;
        let note = json!({"date": date, "source": options.source});
        let entry = Entry::new(api.name, repository::commit(self.root), note);
        // The changelog is kept when it is written, at the end: until then it is the person's.
        let kept = files.iter().filter(|file| *file != CHANGELOG).cloned();
        let mut journal = Journal::open(self.root, entry, &kept.collect::<Vec<_>>())?;
        let outcome = self.complete(api, &plan, &mut journal, lock);
        self.close(journal, outcome, options.keep)
    }

    /// Goes on with an update that was left for somebody to repair.
    ///
    /// # Errors
    ///
    /// What is still wrong; the tree stays as it is.
    pub fn resume(&self) -> Result<Outcome, Refused> {
        let lock = Lock::take(self.root)?;
        let mut journal = self.left_behind()?;
        let api = api_of(&journal)?;
        let folder = format!("openapi/{}", api.name);
        let mut old = Texts::read(self.root, api).map_err(|finding| finding.to_string())?;
        let now = old.clone();
        for (file, text) in [
            (api.document, &mut old.document),
            ("overlay.yaml", &mut old.overlay),
            ("PROVENANCE.toml", &mut old.provenance),
        ] {
            *text = journal.original(&format!("{folder}/{file}"))?;
        }
        let note = &journal.entry.note;
        let rules = Rules {
            drop_stale: false,
            keep: true,
            date: note["date"].as_str().unwrap_or_default(),
            source: note["source"].as_str(),
        };
        let mut plan = Plan::resume(api, old, &now, &rules);
        plan.hints.extend(hints::hints(self.root, api, &plan));
        let outcome = self.complete(api, &plan, &mut journal, &lock);
        self.close(journal, outcome, true)
    }

    /// Takes back an update that was interrupted or left for repair; answers what that did, in words.
    ///
    /// # Errors
    ///
    /// Why it cannot be taken back.
    pub fn restore(&self) -> Result<String, Refused> {
        let _lock = Lock::take(self.root)?;
        let journal = self.left_behind()?;
        if journal.entry.commit != repository::commit(self.root) {
            return Err(Refused::from(
                "another commit is checked out than when the update began; the originals are in target/spec-update, take from there what you need and delete the folder".to_owned(),
            ));
        }
        Ok(taken_back(&journal.restore()?))
    }

    fn left_behind(&self) -> Result<Journal, Refused> {
        Journal::left_behind(self.root)?
            .ok_or_else(|| Refused::from("no update was left behind".to_owned()))
    }

    /// The tree is in order before it is changed: what fails now would be taken for a fault of the new document.
    fn try_out(&self, lock: &Lock) -> Result<(), Refused> {
        let tried = self.rebuild.try_out(self.root, &self.work(lock));
        self.stop_if_interrupted()?;
        tried.map_err(|reason| {
            Refused::from(format!(
                "{}\nMend that first: it would be taken for a fault of the new document. Nothing was changed.",
                reason.trim_end()
            ))
        })
    }

    fn work<'b>(&'b self, lock: &'b Lock) -> Work<'b> {
        Work {
            lock,
            interrupted: self.interrupted,
        }
    }

    fn changelog(&self) -> Result<String, Refused> {
        std::fs::read_to_string(self.root.join(CHANGELOG))
            .map_err(|error| Refused::from(format!("cannot read {CHANGELOG}: {error}")))
    }

    /// From the plan to the report.
    fn complete(
        &self,
        api: &Api,
        plan: &Plan,
        journal: &mut Journal,
        lock: &Lock,
    ) -> Result<String, Refused> {
        for (file, text) in [
            (api.document, &plan.new.document),
            ("overlay.yaml", &plan.new.overlay),
            ("PROVENANCE.toml", &plan.new.provenance),
        ] {
            journal.write(&format!("openapi/{}/{file}", api.name), text)?;
        }
        let entry = entry_of(api, plan);
        if !plan.stops.is_empty() {
            return Err(Refused {
                reason: stopped(plan),
                report: Some(report::markdown(api, plan, &entry, None)),
            });
        }
        self.stop_if_interrupted()?;
        journal.begin_snapshots()?;
        let rebuilt = self.rebuild.rebuild(self.root, &self.work(lock));
        journal.end_snapshots()?;
        self.stop_if_interrupted()?;
        rebuilt.map_err(|reason| Refused {
            reason,
            report: Some(report::markdown(api, plan, &entry, None)),
        })?;
        let changelog = entry.insert(&self.changelog()?)?;
        journal.write(CHANGELOG, &changelog)?;
        let snapshots = journal.snapshot_changes()?;
        self.stop_if_interrupted()?;
        Ok(report::markdown(api, plan, &entry, Some(&snapshots)))
    }

    fn stop_if_interrupted(&self) -> Result<(), Refused> {
        if self.interrupted.load(Ordering::SeqCst) {
            return Err(Refused::from("interrupted".to_owned()));
        }
        Ok(())
    }

    /// Forgets the originals when all is well, and puts them back when not, unless somebody wants to repair it.
    fn close(
        &self,
        journal: Journal,
        outcome: Result<String, Refused>,
        keep: bool,
    ) -> Result<Outcome, Refused> {
        match outcome {
            Ok(report) => {
                journal.close()?;
                Ok(Outcome::Updated(report))
            }
            Err(mut refused) => {
                let keep = keep && !self.interrupted.load(Ordering::SeqCst);
                let what = if keep {
                    "The tree is left for you to repair: then cargo spec update --continue, or --restore to take it back."
                        .to_owned()
                } else {
                    match journal.restore() {
                        Ok(restored) => {
                            format!("Everything is as it was: {}", taken_back(&restored))
                        }
                        Err(error) => format!(
                            "Not everything could be put back: {error}. cargo spec update --restore tries again."
                        ),
                    }
                };
                refused.reason = format!("{}\n{what}", refused.reason.trim_end());
                Err(refused)
            }
        }
    }
}

/// What an update writes besides snapshots.
fn files(api: &Api) -> Vec<String> {
    let own = [api.document, "overlay.yaml", "PROVENANCE.toml"];
    own.iter()
        .map(|file| format!("openapi/{}/{file}", api.name))
        .chain([CHANGELOG.to_owned()])
        .collect()
}

fn api_of(journal: &Journal) -> Result<&'static Api, Refused> {
    let name = &journal.entry.api;
    APIS.iter().find(|api| api.name == name).ok_or_else(|| {
        Refused::from(format!(
            "the update left behind is of {name}, which is no API"
        ))
    })
}

fn date_of(date: Option<&str>) -> Result<String, Refused> {
    match date {
        None => Ok(day::today()),
        Some(date) if provenance::is_date(date) => Ok(date.to_owned()),
        Some(date) => Err(Refused::from(format!(
            "{date} is no date such as 2026-01-31"
        ))),
    }
}

fn entry_of(api: &Api, plan: &Plan) -> changelog::Entry {
    let title = provenance::value(&plan.new.provenance, "title").unwrap_or(api.name);
    let date = provenance::value(&plan.new.provenance, "transcribed_on").unwrap_or_default();
    let heading = format!(
        "The document of the {title} is that of {date}: {} operations.",
        plan.new_facts.operations
    );
    changelog::Entry::propose(heading, plan.changes.as_ref())
}

fn stopped(plan: &Plan) -> String {
    let findings: Vec<String> = plan.stops.iter().map(ToString::to_string).collect();
    let number = findings.len();
    format!(
        "{} {} against the update:\n{}",
        counted(number, "thing"),
        if number == 1 { "stands" } else { "stand" },
        indented(&findings)
    )
}

/// What to do about an update that was not begun.
fn advice(plan: &Plan) -> &'static str {
    if !plan.is_document {
        "That is no document of an API: mend it, or fetch it once more."
    } else if plan.only_stale {
        "What these correct is gone from the document. Run it again with --drop-stale to drop them, or with --keep to mend overlay.yaml yourself."
    } else {
        "Run it again with --keep to mend overlay.yaml yourself; a document that is wrong is mended before."
    }
}

/// What a restore did.
fn taken_back(restored: &Restored) -> String {
    let files = counted(restored.put_back, "file");
    let were = if restored.put_back == 1 {
        "was"
    } else {
        "were"
    };
    let mut text = format!("{files} {were} put back.");
    if !restored.aside.is_empty() {
        text.push_str(&format!(
            " You had changed these in the meantime; what you wrote is in {}:\n{}",
            restored.folder,
            indented(&restored.aside)
        ));
    }
    text
}

fn indented(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}
