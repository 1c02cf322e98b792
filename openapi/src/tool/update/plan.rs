//! What an update would write, and what stands against it: worked out from texts alone, before any file is touched.

use std::collections::BTreeSet;

use super::values::new_values;
use crate::Api;
use crate::document;
use crate::overlay::Misfit;
use crate::tool::check::Texts;
use crate::tool::diff::{self, Changes};
use crate::tool::editing;
use crate::tool::examined::{Correction, Examined, Pattern};
use crate::tool::provenance::{self, Facts};
use crate::tool::{Finding, Prepared};

/// An update, ready to be written.
#[derive(Debug)]
pub(crate) struct Plan {
    pub old: Texts,
    pub new: Texts,
    pub old_facts: Facts,
    pub new_facts: Facts,
    /// What the overlay loses.
    pub dropped: Dropped,
    /// The corrections that changed more than words of the old document, and change only words of the new one.
    pub only_words: Vec<Correction>,
    /// What a person has to look at, though it stops nothing.
    pub hints: Vec<Finding>,
    /// What stops the update.
    pub stops: Vec<Finding>,
    /// Whether all that stops it are corrections and patterns whose place is gone.
    pub only_stale: bool,
    /// Whether the new text is a document at all: of another there is nothing to tell but that.
    pub is_document: bool,
    pub changes: Option<Changes>,
}

/// What was taken out of the overlay. Lines are those of the overlay before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dropped {
    /// The new document says by itself what these made it say.
    pub unnecessary: Vec<Correction>,
    /// What these correct is gone.
    pub stale: Vec<Correction>,
    /// These went while somebody repaired what had stopped the update, and before that for one of the reasons above.
    pub gone: Vec<Correction>,
    /// The fields that these name are gone.
    pub patterns: Vec<Pattern>,
}

/// How an update is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rules<'a> {
    pub drop_stale: bool,
    /// Whether what stops the update is repaired in the files that it has written.
    pub keep: bool,
    pub date: &'a str,
    pub source: Option<&'a str>,
}

impl Plan {
    /// Plans to put `document` in the place of the one in `old`.
    pub(crate) fn make(api: &Api, old: &Texts, document: &str, rules: &Rules<'_>) -> Self {
        let mut new = old.clone();
        document.clone_into(&mut new.document);
        let mut dropped = Dropped::default();
        let mut stops = Vec::new();
        let mut only_stale = false;
        let mut passes = 0;
        // What is dropped may have been what others need, so look again until nothing is left to drop.
        loop {
            let (examined, checked) = new.renewed(rules).check(api);
            // Whoever repairs the old overlay looks up the lines of the old one.
            if passes == 0 || rules.keep {
                stops = remaining(&examined, checked.findings.clone(), rules.drop_stale);
                only_stale = is_only_stale(&examined, &stops);
            }
            passes += 1;
            match dropped.drop_from(&new.overlay, &examined, rules.drop_stale) {
                Ok(Some(overlay)) => new.overlay = overlay,
                Ok(None) if checked.findings.is_empty() || !stops.is_empty() => break,
                Ok(None) => {
                    only_stale = false;
                    stops = checked.findings;
                    break;
                }
                Err(finding) => {
                    stops.push(finding);
                    break;
                }
            }
        }
        let new = new.renewed(rules);
        let mut plan = Self::between(api, old.clone(), new);
        plan.dropped = dropped;
        plan.stops = stops;
        plan.only_stale = only_stale;
        plan
    }

    /// Plans to keep what somebody has completed by hand.
    pub(crate) fn resume(api: &Api, old: Texts, now: &Texts, rules: &Rules<'_>) -> Self {
        let new = now.renewed(rules);
        let (_, checked) = new.check(api);
        let (then, now) = (&old, &new);
        let corrections =
            |texts: &Texts| Examined::of(api, &texts.document, &texts.overlay).corrections();
        let left = corrections(now);
        let mut gone = corrections(then);
        gone.retain(|then| !left.iter().any(|now| now.is_the_same(then)));
        let mut plan = Self::between(api, old, new);
        plan.dropped.gone = gone;
        plan.stops = checked.findings;
        plan
    }

    /// Names the document as the person does who has it, as long as it is not in its place.
    pub(crate) fn call(&mut self, api: &Api, file: &str) {
        let place = format!("openapi/{}/{}", api.name, api.document);
        for finding in self.stops.iter_mut().chain(&mut self.hints) {
            if finding.file == place {
                file.clone_into(&mut finding.file);
            }
        }
    }

    fn between(api: &Api, old: Texts, new: Texts) -> Self {
        let value = |texts: &Texts| document::parse(&texts.document).unwrap_or_default();
        let (old_value, new_value) = (value(&old), value(&new));
        let words = |texts: &Texts| Examined::only_words(api, &texts.document, &texts.overlay);
        let before = words(&old);
        let mut only_words = words(&new);
        only_words.retain(|now| !before.iter().any(|then| then.is_the_same(now)));
        let prepare = |texts: &Texts| Prepared::from_text(api, &texts.document, &texts.overlay);
        let changes = match (prepare(&old), prepare(&new)) {
            (Ok(old), Ok(new)) => Some(diff::compare(&old, &new)),
            _ => None,
        };
        let new_facts = Facts::of(&new.document, &new_value);
        Self {
            old_facts: Facts::of(&old.document, &old_value),
            is_document: new_facts.operations > 0,
            new_facts,
            hints: new_values(api, &new, &old_value, &new_value),
            old,
            new,
            dropped: Dropped::default(),
            only_words,
            stops: Vec::new(),
            only_stale: false,
            changes,
        }
    }
}

impl Texts {
    /// The same with the provenance that its document needs.
    fn renewed(&self, rules: &Rules<'_>) -> Self {
        let mut renewed = self.clone();
        if let Ok(document) = document::parse(&self.document) {
            let facts = Facts::of(&self.document, &document);
            renewed.provenance =
                provenance::renew(&self.provenance, &facts, rules.date, rules.source);
        }
        renewed
    }
}

impl Dropped {
    /// Drops from the text of an overlay what may be dropped; answers nothing if that is nothing.
    fn drop_from(
        &mut self,
        overlay: &str,
        examined: &Examined,
        drop_stale: bool,
    ) -> Result<Option<String>, Finding> {
        let mut indices = BTreeSet::new();
        for correction in &examined.misfits {
            let list = match &correction.misfit {
                Some((Misfit::Unnecessary, _)) => &mut self.unnecessary,
                Some((Misfit::Stale, _)) if drop_stale => &mut self.stale,
                _ => continue,
            };
            if indices.insert(correction.index) {
                list.push(correction.clone());
            }
        }
        let refuse = |line: usize, reason: String| {
            let (file, _) = examined.locate("/overlay");
            Finding::new(&file, line, reason)
        };
        let patterns = if drop_stale {
            examined.unused.as_slice()
        } else {
            &[]
        };
        if indices.is_empty() && patterns.is_empty() {
            return Ok(None);
        }
        let mut text = overlay.to_owned();
        // Backwards, so that the pointers before stay true.
        for pattern in patterns.iter().rev() {
            text = editing::drop_item(&text, &pattern.pointer)
                .map_err(|reason| refuse(pattern.line, reason))?;
        }
        self.patterns.extend(patterns.iter().cloned());
        editing::drop_actions(&text, &indices)
            .map(Some)
            .map_err(|reason| refuse(1, reason))
    }
}

/// What is left of the findings when what may be dropped is.
fn remaining(examined: &Examined, findings: Vec<Finding>, drop_stale: bool) -> Vec<Finding> {
    let misfits = examined
        .misfits
        .iter()
        .filter_map(|one| one.misfit.as_ref());
    let goes =
        |misfit: Misfit| misfit == Misfit::Unnecessary || (drop_stale && misfit == Misfit::Stale);
    let dropped = misfits
        .filter(|(misfit, _)| goes(*misfit))
        .map(|(_, finding)| finding);
    let patterns = examined.unused.iter().map(|pattern| &pattern.finding);
    let dropped: BTreeSet<&Finding> = dropped.chain(patterns.filter(|_| drop_stale)).collect();
    let findings = findings.into_iter();
    findings
        .filter(|finding| !dropped.contains(finding))
        .collect()
}

/// Whether all these are corrections and patterns whose place is gone.
fn is_only_stale(examined: &Examined, findings: &[Finding]) -> bool {
    let stale = examined.misfits.iter().filter_map(|one| match &one.misfit {
        Some((Misfit::Stale, finding)) => Some(finding),
        _ => None,
    });
    let patterns = examined.unused.iter().map(|pattern| &pattern.finding);
    let stale: BTreeSet<&Finding> = stale.chain(patterns).collect();
    findings.iter().all(|finding| stale.contains(finding))
}
