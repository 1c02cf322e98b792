//! The documents of MX's APIs, and the code that turns them into Rust. Used by build scripts, never at run time.
//!
//! ```text
//! document -> overlay -> checks -> operations table -> normalise -> groups -> progenitor -> finish
//! ```
//!
//! Every fact about an API is in a document or its overlay, in the folder of that API. The code makes response schemas
//! lenient, names types as the overlay's registry does, and refuses what it cannot do, with the place. It knows three
//! conventions that the APIs share, and no more: an identifier is called `guid`, the name of a list in a query ends with `[]`,
//! and the answer to a delete has no body.
//!
//! `cargo spec`, for updates of a document, is in `tool`, behind the feature of that name. No build needs it.

mod access;
mod build_script;
mod client;
mod conversions;
mod document;
mod examples;
mod exerciser;
mod failure;
mod finish;
mod generated;
mod groups;
mod normalise;
mod operations;
mod overlay;
mod paging;
mod registry;
mod report;
mod surface;
#[cfg(feature = "tool")]
pub mod tool;
mod values;

use std::path::{Path, PathBuf};

use heck::{ToKebabCase, ToUpperCamelCase};
use serde_json::Value;

use crate::groups::Wanted;

pub use build_script::build_script;
pub use failure::Failure;
pub use generated::{Generated, Part};
pub use report::Report;

#[cfg(feature = "tool")]
pub(crate) use generated::Normalised;

/// One of the APIs whose documents are in this package.
#[derive(Clone, Copy, Debug)]
pub struct Api {
    /// The name of its folder, and of the files made from it.
    pub name: &'static str,
    /// Its name in messages and documentation.
    pub title: &'static str,
    /// The feature of `mx-nexus` that adds it. Without one it is in every build.
    pub feature: Option<&'static str>,
    /// The tags whose operations are in every build; those of any other tag are behind a feature of its name. Empty: all
    /// operations are in every build that has the API.
    core: &'static [&'static str],
    document: &'static str,
    /// The module of `mx-nexus` that holds its client.
    module: &'static str,
    /// The module of `mx-nexus` that holds its registered types.
    values: &'static str,
}

/// Every API that `mx-nexus` has a client of. A further one is a folder, a row here, and a module there.
pub const APIS: [Api; 4] = [
    Api {
        name: "nexus",
        title: "Nexus",
        feature: None,
        core: &[
            "extended transaction history",
            "identity",
            "institutions",
            "jobs",
            "member credentials",
            "members",
            "sessions",
            "user",
            "verification",
        ],
        document: "v1.yaml",
        module: "api",
        values: "values",
    },
    Api {
        name: "sso",
        title: "SSO",
        feature: None,
        core: &[],
        document: "v3.yaml",
        module: "sso",
        values: "sso::values",
    },
    Api {
        name: "mdx",
        title: "MDX",
        feature: None,
        core: &[],
        document: "v5.yaml",
        module: "mdx",
        values: "mdx::values",
    },
    Api {
        name: "atrium",
        title: "Atrium",
        feature: Some("atrium"),
        core: &[],
        document: "v1.yaml",
        module: "atrium",
        values: "atrium::values",
    },
];

/// The macro `each_api!`, which calls another macro with a row for each of `apis`: its name, its variant, its title, the
/// module of its client and the module of its values.
pub fn each_api<'a>(apis: impl IntoIterator<Item = &'a Api>) -> String {
    let rows = apis.into_iter().map(|api| {
        let Api {
            name,
            title,
            module,
            values,
            ..
        } = api;
        let variant = name.to_upper_camel_case();
        format!("        {name}, {variant}, {title:?}, {module}, {values};\n")
    });
    let rows: String = rows.collect();
    format!("macro_rules! each_api {{\n    ($macro:ident) => {{ $macro! {{\n{rows}    }} }};\n}}\n")
}

/// The folder of this package, where the documents are.
pub fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

impl Api {
    /// The files that the client is made from.
    pub fn sources(&self) -> [PathBuf; 2] {
        [self.document, "overlay.yaml"].map(|file| folder().join(self.name).join(file))
    }

    /// Generates the operations of the features that are on, from the documents of this package.
    ///
    /// # Errors
    ///
    /// What cannot be turned into a client, with the place.
    pub fn generate(&self, is_on: impl Fn(&str) -> bool) -> Result<Generated, Failure> {
        let (document, overlay) = self.read()?;
        let wanted = Wanted {
            group: &|group| self.is_core(group) || is_on(&group.to_kebab_case()),
            schemas: is_on("schemars"),
        };
        self.generate_from(document, &overlay, wanted)
    }

    /// Generates all operations from texts of a document and an overlay, as [`Api::generate`] does from the files.
    ///
    /// # Errors
    ///
    /// As [`Api::generate`].
    pub fn generate_from_text(&self, document: &str, overlay: &str) -> Result<Generated, Failure> {
        let (document, overlay) = self.parse(document, overlay)?;
        self.generate_from(document, &overlay, Wanted::ALL)
    }

    /// The document with its overlay, as JSON: what MX promises, before it is made lenient. Runs no generator.
    ///
    /// # Errors
    ///
    /// As [`Api::generate`], as far as the passes up to the overlay go.
    pub fn contract(&self) -> Result<String, Failure> {
        let (mut document, overlay) = self.read()?;
        let mut report = Report::default();
        self.overlay(&mut document, &overlay, &mut report)?;
        generated::take_types(&mut document, &mut report)
            .map_err(|failure| failure.in_document(&self.overlay_name()))?;
        Ok(format!("{document:#}"))
    }

    fn parse(&self, document: &str, overlay: &str) -> Result<(Value, Value), Failure> {
        let parse = |text, name: String| {
            document::parse(text).map_err(|failure| failure.in_document(&name))
        };
        let document = parse(document, self.document_name())?;
        Ok((document, parse(overlay, self.overlay_name())?))
    }

    fn read(&self) -> Result<(Value, Value), Failure> {
        let document = document::read(folder(), &self.document_name())?;
        let overlay = document::read(folder(), &self.overlay_name())?;
        Ok((document, overlay))
    }

    fn generate_from(
        &self,
        mut document: Value,
        overlay: &Value,
        wanted: Wanted<'_>,
    ) -> Result<Generated, Failure> {
        let mut report = Report::default();
        self.overlay(&mut document, overlay, &mut report)?;
        Generated::of(*self, document, report, wanted)
    }

    /// Checks a document and applies its overlay.
    fn overlay(
        &self,
        document: &mut Value,
        overlay: &Value,
        report: &mut Report,
    ) -> Result<(), Failure> {
        document::check(document).map_err(|failure| failure.in_document(&self.document_name()))?;
        let applied = overlay::apply(document, self.document, overlay)
            .map_err(|failure| failure.in_document(&self.overlay_name()))?;
        let applied = applied
            .into_iter()
            .map(|action| format!("{}: {}", action.action, action.places.len()));
        report.note("overlay", applied.collect());
        Ok(())
    }

    /// Whether the operations of a tag are in every build that has the API.
    fn is_core(&self, group: &str) -> bool {
        self.core.is_empty() || self.core.contains(&group)
    }

    fn document_name(&self) -> String {
        format!("{}/{}", self.name, self.document)
    }

    fn overlay_name(&self) -> String {
        format!("{}/overlay.yaml", self.name)
    }

    /// The path of its client's module within `mx-nexus`.
    fn client_module(&self) -> String {
        format!("crate::{}::generated", self.module)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_whose_feature_is_off_are_not_generated_except_for_types_that_others_use() {
        let generated = APIS[0].generate(|feature| feature == "goals").unwrap();
        let shared = ["BeatGuid".to_owned()].into();
        let files = generated.files(&[Part::Client], &shared).unwrap();
        let text: String = files.into_iter().map(|(_, text)| text).collect();
        for on in [
            "fn read_member(",
            "fn read_goal(",
            "\"readGoal\"",
            "GoalResponse",
            "GoalGuid",
            "BeatGuid",
        ] {
            assert!(text.contains(on), "{on} is missing");
        }
        for off in [
            "read_beat",
            "readBeat",
            "BeatResponse",
            "BudgetGuid",
            "JsonSchema",
        ] {
            assert!(!text.contains(off), "{off} is there");
        }
    }

    #[test]
    fn the_contract_alone_is_that_of_a_whole_run() {
        for api in &APIS {
            let generated = api.generate(|_| true).unwrap();
            assert_eq!(
                api.contract().unwrap(),
                generated.contract(),
                "{}",
                api.name
            );
        }
    }
}
