//! `cargo spec show nexus report`: what becomes of a document.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use mx_nexus_openapi::tool::check::Texts;
use mx_nexus_openapi::{Api, Failure, Generated};

/// Show what becomes of a document.
#[derive(Args)]
pub(crate) struct Arguments {
    /// nexus, sso or mdx.
    #[arg(value_parser = crate::api)]
    api: &'static Api,
    part: Part,
}

#[derive(Clone, Copy, ValueEnum)]
enum Part {
    /// What each pass touched.
    Report,
    /// The document with its overlay, as JSON: what is promised.
    Contract,
    /// The normalised document, as JSON.
    Document,
    /// The generated client.
    Client,
    /// The typed mocks.
    Mock,
    /// The registered types.
    Values,
    /// The operations table.
    Operations,
    /// The lists as streams.
    Pages,
    /// The examples by operation, as JSON.
    Examples,
    /// The call of every operation for the contract tests.
    Exerciser,
    /// Every type with samples of it, likewise.
    Types,
    /// The public Rust of the client, one item a line.
    Surface,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let api = arguments.api;
    let texts = Texts::read(&crate::root()?, api).map_err(|finding| finding.to_string())?;
    let shown = texts
        .generate(api)
        .and_then(|generated| part_of(&generated, arguments.part));
    crate::say(&shown.map_err(|failure| failure.to_string())?);
    Ok(ExitCode::SUCCESS)
}

fn part_of(generated: &Generated, part: Part) -> Result<String, Failure> {
    Ok(match part {
        Part::Report => generated.report.to_string(),
        Part::Contract => generated.contract(),
        Part::Document => generated.document(),
        Part::Client => generated.client(),
        Part::Mock => generated.mock()?,
        Part::Values => generated.values(&std::collections::BTreeSet::new())?,
        Part::Operations => generated.operations()?,
        Part::Pages => generated.pages()?,
        Part::Examples => generated.examples(),
        Part::Exerciser => generated.exerciser()?,
        Part::Types => generated.types()?,
        Part::Surface => generated.surface(),
    })
}
