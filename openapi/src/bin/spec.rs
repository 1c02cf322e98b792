//! Shows what becomes of a document: `cargo run -p mx-nexus-openapi --bin spec -- nexus report`.
//!
//! The second word is `report` (what each pass touched), `contract` (the document with its overlay), `document` (the
//! normalised document), `client`, `mock`, `values`, `operations`, `pages`, `examples`, `exerciser`, `types` or `surface`.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool prints"
)]

use std::process::ExitCode;

use mx_nexus_openapi::{APIS, Generated};

const USAGE: &str = "usage: spec nexus|sso|mdx report|contract|document|client|mock|values|operations|pages|examples|exerciser|types|surface";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [name, part] = words.as_slice() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let Some(api) = APIS.iter().find(|api| api.name == name) else {
        eprintln!("there is no document {name}; {USAGE}");
        return ExitCode::from(2);
    };
    match api.generate() {
        Ok(generated) => match part_of(&generated, part) {
            Some(text) => {
                println!("{text}");
                ExitCode::SUCCESS
            }
            None => {
                eprintln!("there is no part {part}; {USAGE}");
                ExitCode::from(2)
            }
        },
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn part_of(generated: &Generated, part: &str) -> Option<String> {
    let text = match part {
        "report" => return Some(generated.report.to_string()),
        "contract" => &generated.contract,
        "document" => &generated.document,
        "client" => &generated.client,
        "mock" => &generated.mock,
        "values" => &generated.values,
        "operations" => &generated.operations,
        "pages" => &generated.pages,
        "examples" => &generated.examples,
        "exerciser" => &generated.exerciser,
        "types" => &generated.types,
        "surface" => &generated.surface,
        _ => return None,
    };
    Some(text.clone())
}
