//! The state through its own functions, without sockets and with a paused clock. Every reply is checked against the document, more
//! strictly than the document asks for: it has no undocumented field.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::advance;

use super::*;
use crate::api::Api;
use crate::bank::institutions;
use crate::call::Body;

mod accounts;
mod atrium;
mod client;
mod collections;
mod institutions;
mod lag;
mod lengths;
mod members;
mod no_state;
mod oauth;
mod outcomes;
mod questions;
mod random_calls;
mod refusals;
mod schema_check;
mod sessions;
mod test_session;
mod throttles;
mod transactions;
mod users;
mod variations;

use client::{SECOND, TestClient};
