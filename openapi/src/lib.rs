//! The documents behind `mx-nexus`, and the code that turns them into Rust. Used by its `build.rs`, never at run time.
//!
//! ```text
//! document -> overlay -> checks -> operations table -> normalise -> progenitor -> finish
//! ```
//!
//! Every fact about an API stands in a document or its overlay, in the folder of that API. The code makes response schemas
//! lenient, names types as the overlay's registry says, and refuses what it cannot do, with the place. It knows three habits
//! that the APIs share, and no more: an identifier is called `guid`, a list in a query ends with `[]`, and the answer to a
//! delete says nothing.
//!
//! What those need who update a document, and no build does, is in `tool`, behind the feature of that name: `cargo spec`.

mod access;
mod client;
mod conversions;
mod document;
mod examples;
mod exerciser;
mod failure;
mod finish;
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

use serde_json::Value;

pub use failure::Failure;
pub use report::{Report, Touched};

/// One of the APIs whose documents are in this package.
#[derive(Debug)]
pub struct Api {
    /// The name of its folder, and of the files made from it.
    pub name: &'static str,
    document: &'static str,
    client_module: &'static str,
    values_module: &'static str,
}

/// Every API that `mx-nexus` speaks.
pub const APIS: [Api; 3] = [
    Api {
        name: "nexus",
        document: "v1.yaml",
        client_module: "crate::api::generated",
        values_module: "crate::values",
    },
    Api {
        name: "sso",
        document: "v3.yaml",
        client_module: "crate::sso::generated",
        values_module: "crate::sso::values",
    },
    Api {
        name: "mdx",
        document: "v5.yaml",
        client_module: "crate::mdx::generated",
        values_module: "crate::mdx::values",
    },
];

/// What was made from a document.
#[derive(Debug)]
pub struct Generated {
    /// The client, progenitor's with our finish.
    pub client: String,
    /// Typed mocks for tests.
    pub mock: String,
    /// The types of the registry.
    pub values: String,
    /// The operations table.
    pub operations: String,
    /// The lists as streams.
    pub pages: String,
    /// The document with its overlay, as JSON: what is promised, before it is made lenient.
    pub contract: String,
    /// The normalised document, as JSON.
    pub document: String,
    /// The document's examples by operation, as JSON.
    pub examples: String,
    /// Calls of every operation, for the contract tests.
    pub exerciser: String,
    /// Every type with samples of it, likewise.
    pub types: String,
    /// The public Rust of the client, one item a line: its calls, types and values.
    pub surface: String,
    /// What each pass touched.
    pub report: Report,
}

impl Generated {
    /// The files to write, by name.
    pub fn files(&self, api: &Api) -> [(String, &str); 11] {
        let name = api.name;
        [
            (format!("{name}_client.rs"), &self.client),
            (format!("{name}_mock.rs"), &self.mock),
            (format!("{name}_values.rs"), &self.values),
            (format!("{name}_operations.rs"), &self.operations),
            (format!("{name}_pages.rs"), &self.pages),
            (format!("{name}_contract.json"), &self.contract),
            (format!("{name}_document.json"), &self.document),
            (format!("{name}_examples.json"), &self.examples),
            (format!("{name}_exerciser.rs"), &self.exerciser),
            (format!("{name}_types.rs"), &self.types),
            (format!("{name}_surface.txt"), &self.surface),
        ]
    }
}

/// The folder of this package, where the documents are.
pub fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

impl Api {
    /// The files that the client is made from: a build has to run again when one of them changes.
    pub fn sources(&self) -> [PathBuf; 2] {
        [self.document, "overlay.yaml"].map(|file| folder().join(self.name).join(file))
    }

    /// Makes everything from the documents of this package.
    pub fn generate(&self) -> Result<Generated, Failure> {
        let document_name = format!("{}/{}", self.name, self.document);
        let overlay_name = format!("{}/overlay.yaml", self.name);
        let document = document::read(folder(), &document_name)?;
        let overlay = document::read(folder(), &overlay_name)?;
        self.generate_from(document, &overlay)
    }

    /// The document with its overlay, as JSON: what is promised, before it is made lenient.
    pub fn contract(&self) -> Result<String, Failure> {
        Ok(self.generate()?.contract)
    }

    /// Makes everything from texts of a document and an overlay, as [`Api::generate`] does from the files.
    pub fn generate_from_text(&self, document: &str, overlay: &str) -> Result<Generated, Failure> {
        let named = |file: &str| format!("{}/{file}", self.name);
        let document = document::parse(document)
            .map_err(|failure| failure.in_document(&named(self.document)))?;
        let overlay = document::parse(overlay)
            .map_err(|failure| failure.in_document(&named("overlay.yaml")))?;
        self.generate_from(document, &overlay)
    }

    fn generate_from(&self, mut document: Value, overlay: &Value) -> Result<Generated, Failure> {
        let document_name = format!("{}/{}", self.name, self.document);
        let overlay_name = format!("{}/overlay.yaml", self.name);
        let mut report = Report::default();
        let in_document = |failure: Failure| failure.in_document(&document_name);
        let in_overlay = |failure: Failure| failure.in_document(&overlay_name);

        document::check(&document).map_err(in_document)?;
        let applied = overlay::apply(&mut document, self.document, overlay).map_err(in_overlay)?;
        let applied = applied
            .into_iter()
            .map(|action| format!("{}: {}", action.action, action.places.len()));
        report.note("overlay", applied.collect());
        self.generate_overlaid(document, report)
    }

    /// Makes everything from a document that has its overlay.
    fn generate_overlaid(&self, document: Value, mut report: Report) -> Result<Generated, Failure> {
        let document_name = format!("{}/{}", self.name, self.document);
        let overlay_name = format!("{}/overlay.yaml", self.name);
        let in_document = |failure: Failure| failure.in_document(&document_name);
        let in_overlay = |failure: Failure| failure.in_document(&overlay_name);
        let normalised = Normalised::of(document, &mut report).map_err(in_overlay)?;
        let client = normalised.client(self).map_err(in_document)?;
        let Normalised {
            document,
            contract,
            registry,
            access,
            rows,
            sides,
            lists,
            examples,
        } = normalised;
        let mock = client::generate_mock(self, &access, &document, &registry, &rows)
            .map_err(in_document)?;
        let exerciser = exerciser::calls(&document, &registry, &rows).map_err(in_document)?;
        Ok(Generated {
            client: prettyplease::unparse(&client),
            mock: prettyplease::unparse(&mock),
            values: values::emit(&registry).map_err(in_overlay)?.to_string(),
            operations: operations::emit(&access, &rows).to_string(),
            pages: paging::emit(self.name, self.client_module, &lists)
                .map_err(in_document)?
                .to_string(),
            contract,
            document: format!("{document:#}"),
            examples: format!("{examples:#}"),
            exerciser: exerciser.to_string(),
            types: exerciser::types::emit(&document, &registry, &sides, &rows).to_string(),
            surface: surface::describe(&client, &registry, &lists),
            report,
        })
    }
}

/// An overlaid document after all passes on it, with what was read from it on the way.
struct Normalised {
    document: Value,
    /// The document before the passes, as JSON.
    contract: String,
    registry: registry::Registry,
    access: access::Access,
    rows: Vec<operations::Row>,
    sides: normalise::sides::Sides,
    lists: Vec<paging::List>,
    examples: Value,
}

impl Normalised {
    fn of(mut document: Value, report: &mut Report) -> Result<Self, Failure> {
        let registry = registry::Registry::take(&mut document)?;
        document::check(&document)?;
        let shared = normalise::parameters::spread(&mut document);
        report.note("spread parameters of paths", shared);
        let contract = format!("{document:#}");
        let examples = examples::collect(&document);
        let access = access::read(&document)?;
        let mut rows = operations::read(&document, &registry, &access);
        normalise::run(&mut document, &registry, report)?;
        operations::complete(&mut rows, &document)?;
        let sides = normalise::sides::find(&document)?;
        let lists = paging::find(&document)?;
        report.note("pages", lists.iter().map(paging::List::place).collect());
        Ok(Self {
            document,
            contract,
            registry,
            access,
            rows,
            sides,
            lists,
            examples,
        })
    }

    /// The finished client.
    fn client(&self, api: &Api) -> Result<syn::File, Failure> {
        let mut client = client::generate(api, &self.document, &self.registry, &self.rows)?;
        paging::open(&mut client, &self.lists)?;
        Ok(client)
    }
}
