//! The classes of a change: what it means for the released client, for our next release, and which way it goes.

use serde::Serialize;

/// What a change does to those who run the released client against the new server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Released {
    /// Everything goes on.
    Works,
    /// Some calls fail, or values get lost in silence.
    Degrades,
    /// The calls concerned fail.
    Breaks,
}

/// Which number of the version our next release has to raise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NextRelease {
    /// Nothing changes in Rust.
    Patch,
    /// Something is added.
    Minor,
    /// What compiles today may not compile any more.
    Major,
}

/// Which way a change goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// What the client sends.
    Request,
    /// What the client receives.
    Response,
    /// Neither, or both.
    Both,
}
