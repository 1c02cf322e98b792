//! The faults: what happens to a request and to its answer.

use std::time::Duration;

use mx_nexus_sandbox::{Fault, FaultBody};
use serde_json::Value;

use crate::calls::{Call, Place};

/// What a fault is to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// No connection.
    Unsent,
    /// Refused for a while.
    Busy,
    /// 401.
    Expired,
    /// 409.
    Conflict,
    Redirect,
    /// No answer, or half of one.
    NoAnswer,
    /// A status of 500 and more.
    Outage,
    /// Success, with a body that holds nothing.
    Hollow,
    /// Success, with the object and none of its fields.
    Fieldless,
    /// Success, with a status that proves nothing.
    Vague,
    /// Success, with a status of HTTP that the call does not have.
    Accepted,
}

impl Sort {
    /// Whether it passes by itself.
    pub(crate) fn is_passing(self) -> bool {
        matches!(
            self,
            Self::Unsent | Self::Busy | Self::NoAnswer | Self::Outage
        )
    }
}

pub(crate) struct MatrixFault {
    pub(crate) name: &'static str,
    pub(crate) sort: Sort,
    pub(crate) is_processed: bool,
    make: fn(Place) -> Fault,
}

const WAIT: Duration = Duration::from_secs(2);

impl MatrixFault {
    /// The fault for so many of these requests.
    pub(crate) fn at(&self, place: Place, times: u32) -> Fault {
        let fault = (self.make)(place).on_operation(place.operation);
        fault.skip(place.skip).times(times)
    }

    /// Whether it differs from the other faults for this call.
    pub(crate) fn is_for(&self, call: Call, place: Place) -> bool {
        // Whether a reading was processed makes no difference.
        let is_distinct = call.is_write() || !self.name.ends_with(" after processing");
        is_distinct && (self.sort != Sort::Vague || place.root == "member")
    }
}

/// A request that is not processed.
const fn before(sort: Sort, name: &'static str, make: fn(Place) -> Fault) -> MatrixFault {
    MatrixFault {
        name,
        sort,
        is_processed: false,
        make,
    }
}

/// A request that is processed.
const fn after(sort: Sort, name: &'static str, make: fn(Place) -> Fault) -> MatrixFault {
    MatrixFault {
        is_processed: true,
        ..before(sort, name, make)
    }
}

/// All faults. What is certainly not processed comes first.
pub(crate) const FAULTS: [MatrixFault; 29] = {
    use Sort::{
        Accepted, Busy, Conflict, Expired, Fieldless, Hollow, NoAnswer, Outage, Redirect, Unsent,
        Vague,
    };
    [
        before(Unsent, "connection refused", |_| Fault::reset()),
        before(Busy, "429 for 2 seconds", |_| {
            Fault::status(429).retry_after(WAIT)
        }),
        before(Busy, "429 until a date", |_| {
            Fault::status(429).retry_after_date(WAIT)
        }),
        before(Expired, "401", |_| Fault::status(401)),
        before(NoAnswer, "reset", |_| Fault::reset()),
        before(NoAnswer, "closed", |_| Fault::closed()),
        before(Outage, "500", |_| Fault::status(500)),
        before(Outage, "502 with HTML", |_| {
            Fault::status(502).body(FaultBody::Html)
        }),
        before(Outage, "503", |_| Fault::status(503)),
        before(Redirect, "302", |_| Fault::status(302)),
        before(Redirect, "307", |_| Fault::status(307)),
        before(Conflict, "409", |_| Fault::status(409)),
        after(NoAnswer, "reset after processing", |_| {
            Fault::reset_after_processing()
        }),
        after(NoAnswer, "closed after processing", |_| {
            Fault::closed().processed()
        }),
        after(NoAnswer, "truncated", |_| Fault::truncated()),
        after(Outage, "500 after processing", |_| {
            Fault::status(500).processed()
        }),
        after(Redirect, "302 after processing", |_| {
            Fault::status(302).processed()
        }),
        after(Redirect, "307 after processing", |_| {
            Fault::status(307).processed()
        }),
        after(Conflict, "409 after processing", |_| {
            Fault::status(409).processed()
        }),
        after(Hollow, "invalid JSON", |_| {
            Fault::altered().body(FaultBody::NotJson)
        }),
        after(Hollow, "204", |_| Fault::status(204).processed()),
        after(Hollow, "empty body", |_| {
            Fault::altered().body(FaultBody::Empty)
        }),
        after(Hollow, "{}", |_| Fault::altered().body(FaultBody::Object)),
        after(Hollow, "null", |_| Fault::altered().body(FaultBody::Null)),
        after(Hollow, "null root", |place| {
            Fault::altered().set(place.root, Value::Null)
        }),
        after(Fieldless, "all fields null", |_| {
            Fault::altered().null_fields()
        }),
        after(Vague, "null status", |_| {
            Fault::altered().set("member.connection_status", Value::Null)
        }),
        after(Vague, "unknown status", |_| {
            Fault::altered().set("member.connection_status", "DREAMING")
        }),
        after(Accepted, "202", |_| Fault::status(202).processed()),
    ]
};
