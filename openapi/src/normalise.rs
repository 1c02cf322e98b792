//! Brings an overlaid document into the form that progenitor can turn into a client. Mechanical, total, in a fixed order.
//!
//! Each pass is a function on a JSON value that returns the places it changed. Facts about an API are in the documents, except for
//! the conventions that the crate's documentation lists.

pub(crate) mod documentation;
pub(crate) mod lenient;
pub(crate) mod limits;
pub(crate) mod media_types;
pub(crate) mod parameters;
pub(crate) mod responses;
pub(crate) mod scalars;
pub(crate) mod sides;
pub(crate) mod typing;
pub(crate) mod wrappers;

use serde_json::Value;

use crate::failure::Failure;
use crate::registry::Registry;
use crate::report::Report;

/// Keywords by which a value has one of several shapes.
const CHOICES: [&str; 3] = ["allOf", "anyOf", "oneOf"];

/// Runs every pass on `document`; the operations table has to be read before.
pub(crate) fn run(
    document: &mut Value,
    registry: &Registry,
    report: &mut Report,
) -> Result<(), Failure> {
    report.note("inline parameters", parameters::inline(document));
    report.note("leave out nulls", parameters::leave_out_nulls(document));
    report.note("inline bodies", responses::inline(document));
    report.note(
        "drop authentication parameters",
        parameters::drop_authentication(document, registry),
    );
    report.note(
        "resolve colliding parameters",
        parameters::separate(document)?,
    );
    report.note("drop error responses", responses::drop_errors(document));
    report.note("one success response", responses::unify(document)?);
    report.note("plain JSON media types", media_types::simplify(document)?);
    report.note("inline scalars", scalars::inline(document));
    let sides = sides::find(document)?;
    report.note("open wrappers", wrappers::apply(document, &sides));
    let given = typing::apply(document, registry)?;
    report.note("give types", given.places);
    report.note_untyped(given.untyped);
    registry.check_all_used()?;
    report.note(
        "drop foreign limits",
        limits::drop_foreign(document, &sides),
    );
    report.note("lenient responses", lenient::apply(document, &sides)?);
    Ok(())
}
