//! What is made from an overlaid document. The client is made at once, since it proves the document; every other part when it is
//! asked for, since a build of a user needs few of them. Called by [`Api::generate`].

use std::collections::BTreeSet;
use std::fmt;

use proc_macro2::TokenStream;
use serde_json::Value;

use crate::failure::Failure;
use crate::groups::Wanted;
use crate::registry::{Entry, Registry};
use crate::report::Report;
use crate::{
    Api, access, client, document, examples, exerciser, groups, normalise, operations, paging,
    surface, values,
};

/// A group of files that a build needs or does without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The client, its types, the operations table and the lists as streams.
    Client,
    /// Typed mocks of every operation.
    Mock,
    /// What the contract tests compare the client with.
    ContractTests,
}

impl Part {
    /// Every part.
    pub const ALL: [Self; 3] = [Self::Client, Self::Mock, Self::ContractTests];
}

/// A document that a client was made of.
pub struct Generated {
    /// What each pass touched.
    pub report: Report,
    api: Api,
    normalised: Normalised,
    client: syn::File,
}

impl fmt::Debug for Generated {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Generated")
            .field("api", &self.api.name)
            .finish_non_exhaustive()
    }
}

impl Generated {
    /// Normalises an overlaid document and makes the client of the wanted groups.
    pub(crate) fn of(
        api: Api,
        document: Value,
        mut report: Report,
        wanted: Wanted<'_>,
    ) -> Result<Self, Failure> {
        let normalised = Normalised::of(document, &mut report, wanted)
            .map_err(|failure| failure.in_document(&api.overlay_name()))?;
        let client = normalised
            .client(&api)
            .map_err(|failure| failure.in_document(&api.document_name()))?;
        Ok(Self {
            report,
            api,
            normalised,
            client,
        })
    }

    /// The names of the types that this API shares with Nexus, which defines them.
    pub fn shared_types(&self) -> BTreeSet<String> {
        let formats = groups::formats(&self.normalised.document);
        let entries = self.normalised.registry.entries().iter();
        let shared = entries.filter(|entry| entry.shared && formats.contains(&*entry.format()));
        shared.map(|entry| entry.name.clone()).collect()
    }

    /// The files of `parts`, each with its name. The other APIs of the build use the types in `shared`.
    ///
    /// # Errors
    ///
    /// What the generator refuses in one of the parts.
    pub fn files(
        &self,
        parts: &[Part],
        shared: &BTreeSet<String>,
    ) -> Result<Vec<(String, String)>, Failure> {
        let mut files = Vec::new();
        for part in parts {
            match part {
                Part::Client => {
                    files.push(("client.rs", self.client()));
                    files.push(("values.rs", self.values(shared)?));
                    files.push(("operations.rs", self.operations()?));
                    if !self.normalised.lists.is_empty() {
                        files.push(("pages.rs", self.pages()?));
                    }
                }
                Part::Mock => files.push(("mock.rs", self.mock()?)),
                Part::ContractTests => {
                    files.push(("contract.json", self.contract()));
                    files.push(("document.json", self.document()));
                    files.push(("examples.json", self.examples()));
                    files.push(("exerciser.rs", self.exerciser()?));
                    files.push(("types.rs", self.types()?));
                    files.push(("surface.txt", self.surface()));
                }
            }
        }
        let named = |(file, text)| (format!("{}_{file}", self.api.name), text);
        Ok(files.into_iter().map(named).collect())
    }

    /// The client: progenitor's, finished.
    pub fn client(&self) -> String {
        prettyplease::unparse(&self.client)
    }

    /// The types of the registry that this API or another of the build uses.
    ///
    /// # Errors
    ///
    /// A type that cannot become a public one.
    pub fn values(&self, shared: &BTreeSet<String>) -> Result<String, Failure> {
        let formats = groups::formats(&self.normalised.document);
        let is_used = |entry: &Entry| {
            shared.contains(&entry.name) || formats.contains(entry.format().as_str())
        };
        let tokens = values::emit(&self.normalised.registry, is_used)
            .map_err(|failure| failure.in_document(&self.api.overlay_name()))?;
        formatted(tokens)
    }

    /// The operations table.
    ///
    /// # Errors
    ///
    /// None is known.
    pub fn operations(&self) -> Result<String, Failure> {
        formatted(operations::emit(
            &self.normalised.access,
            &self.normalised.rows,
        ))
    }

    /// The lists as streams.
    ///
    /// # Errors
    ///
    /// A list that cannot become one.
    pub fn pages(&self) -> Result<String, Failure> {
        let module = self.api.client_module();
        let tokens = paging::emit(self.api.name, &module, &self.normalised.lists)
            .map_err(|failure| self.in_document(failure))?;
        formatted(tokens)
    }

    /// Typed mocks, by a run of the generator of their own.
    ///
    /// # Errors
    ///
    /// What the generator refuses.
    pub fn mock(&self) -> Result<String, Failure> {
        let Normalised {
            document,
            registry,
            access,
            rows,
            ..
        } = &self.normalised;
        let mock = client::generate_mock(&self.api, access, document, registry, rows)
            .map_err(|failure| self.in_document(failure))?;
        Ok(prettyplease::unparse(&mock))
    }

    /// The document with its overlay, as JSON: what is promised, before it is made lenient.
    pub fn contract(&self) -> String {
        format!("{:#}", self.normalised.contract)
    }

    /// The normalised document, as JSON.
    pub fn document(&self) -> String {
        format!("{:#}", self.normalised.document)
    }

    /// The document's examples by operation, as JSON.
    pub fn examples(&self) -> String {
        format!("{:#}", examples::collect(&self.normalised.contract))
    }

    /// Calls of every operation.
    ///
    /// # Errors
    ///
    /// A parameter that no call can be made of.
    pub fn exerciser(&self) -> Result<String, Failure> {
        let Normalised {
            document,
            registry,
            rows,
            ..
        } = &self.normalised;
        let calls = exerciser::calls(document, registry, rows)
            .map_err(|failure| self.in_document(failure))?;
        formatted(calls)
    }

    /// Every type with samples of it.
    ///
    /// # Errors
    ///
    /// None is known.
    pub fn types(&self) -> Result<String, Failure> {
        let Normalised {
            document,
            registry,
            sides,
            rows,
            ..
        } = &self.normalised;
        formatted(exerciser::types::emit(document, registry, sides, rows))
    }

    /// The public Rust of the client, one item a line: its calls, types and values.
    pub fn surface(&self) -> String {
        surface::describe(
            &self.client,
            &self.normalised.registry,
            &self.normalised.lists,
        )
    }

    fn in_document(&self, failure: Failure) -> Failure {
        failure.in_document(&self.api.document_name())
    }
}

/// Rust that a person can read, and the compiler point into.
fn formatted(tokens: TokenStream) -> Result<String, Failure> {
    let file = syn::parse2(tokens)
        .map_err(|error| Failure::new("formatting", "the generated Rust", error.to_string()))?;
    Ok(prettyplease::unparse(&file))
}

/// An overlaid document after all passes, with what was read from it on the way.
pub(crate) struct Normalised {
    pub(crate) document: Value,
    /// The document before the passes.
    pub(crate) contract: Value,
    pub(crate) registry: Registry,
    pub(crate) access: access::Access,
    pub(crate) rows: Vec<operations::Row>,
    pub(crate) sides: normalise::sides::Sides,
    pub(crate) lists: Vec<paging::List>,
    /// Whether the types derive `JsonSchema`.
    with_schemas: bool,
}

impl Normalised {
    pub(crate) fn of(
        mut document: Value,
        report: &mut Report,
        wanted: Wanted<'_>,
    ) -> Result<Self, Failure> {
        let registry = take_types(&mut document, report)?;
        let contract = document.clone();
        let access = access::read(&document)?;
        let mut rows = operations::read(&document, &registry, &access);
        normalise::run(&mut document, &registry, report)?;
        operations::complete(&mut rows, &document)?;
        let mut lists = paging::find(&document)?;
        let sides = groups::keep(&mut document, wanted.group);
        rows.retain(|row| (wanted.group)(&row.tag));
        lists.retain(|list| rows.iter().any(|row| row.id == list.operation()));
        report.note(
            "describe",
            normalise::documentation::describe(&mut document),
        );
        report.note("pages", lists.iter().map(paging::List::place).collect());
        Ok(Self {
            document,
            contract,
            registry,
            access,
            rows,
            sides,
            lists,
            with_schemas: wanted.schemas,
        })
    }

    /// The finished client.
    pub(crate) fn client(&self, api: &Api) -> Result<syn::File, Failure> {
        let Self {
            document,
            registry,
            rows,
            sides,
            with_schemas,
            ..
        } = self;
        let mut client = client::generate(api, document, registry, rows, sides, *with_schemas)?;
        paging::open(&mut client, &self.lists)?;
        Ok(client)
    }
}

/// Takes the registry out of an overlaid document, and leaves what the document promises.
pub(crate) fn take_types(document: &mut Value, report: &mut Report) -> Result<Registry, Failure> {
    let registry = Registry::take(document)?;
    document::check(document)?;
    let shared = normalise::parameters::spread(document);
    report.note("spread parameters of paths", shared);
    Ok(registry)
}
