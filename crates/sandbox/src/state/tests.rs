//! The world by its own functions, without sockets and with a paused clock. Every success that a test sees is checked against
//! the document, stricter than it asks for: no field may be there that it does not name.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::advance;

use super::*;
use crate::api::Api;
use crate::bank::institutions;
use crate::call::Body;

mod accounts;
mod client;
mod institutions;
mod members;
mod oauth;
mod outcomes;
mod questions;
mod random_calls;
mod refusals;
mod schema_check;
mod sessions;
mod test_session;
mod users;

use client::{SECOND, TestClient};
