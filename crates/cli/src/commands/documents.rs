//! `nexus completions` and `nexus man`, both made from the arguments.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::arguments::Arguments;
use crate::exit::{Exit, Failure};
use crate::output;

pub(crate) fn completions(shell: Shell) -> Result<(), Failure> {
    // Into memory first: what writes to a reader that has gone away would panic.
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "nexus", &mut text);
    output::write(&text)
}

/// The page of the program, or of one of its commands.
pub(crate) fn man(name: Option<&str>) -> Result<(), Failure> {
    let mut program = Arguments::command();
    // Gives each command its full name.
    program.build();
    let command = match name {
        None => program,
        Some(name) => {
            let names: Vec<&str> = program
                .get_subcommands()
                .map(clap::Command::get_name)
                .collect();
            program.find_subcommand(name).cloned().ok_or_else(|| {
                Failure::usage(format!(
                    "there is no command {name:?}; there are {}",
                    names.join(", ")
                ))
            })?
        }
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut text)
        .map_err(|error| Failure::new(Exit::Failed, format!("the page cannot be made: {error}")))?;
    output::write(&text)
}
