//! `cargo spec show nexus report`: what becomes of a document.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use mx_nexus_openapi::tool::check::Texts;
use mx_nexus_openapi::{Api, Generated};

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
    let generated = texts.generate(api).map_err(|failure| failure.to_string())?;
    crate::say(&part_of(&generated, arguments.part));
    Ok(ExitCode::SUCCESS)
}

fn part_of(generated: &Generated, part: Part) -> String {
    match part {
        Part::Report => generated.report.to_string(),
        Part::Contract => generated.contract.clone(),
        Part::Document => generated.document.clone(),
        Part::Client => generated.client.clone(),
        Part::Mock => generated.mock.clone(),
        Part::Values => generated.values.clone(),
        Part::Operations => generated.operations.clone(),
        Part::Pages => generated.pages.clone(),
        Part::Examples => generated.examples.clone(),
        Part::Exerciser => generated.exerciser.clone(),
        Part::Types => generated.types.clone(),
        Part::Surface => generated.surface.clone(),
    }
}
