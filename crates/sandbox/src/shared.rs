//! State of one sandbox that its handle, the router and the control API share.

use crate::fault::FaultQueue;
use crate::requests::RequestLog;
use crate::state::Store;

pub(crate) struct Shared {
    pub(crate) address: String,
    pub(crate) client_id: String,
    pub(crate) store: Store,
    pub(crate) faults: FaultQueue,
    pub(crate) requests: RequestLog,
}
