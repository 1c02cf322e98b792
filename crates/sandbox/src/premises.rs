//! [`Premises`]: what one sandbox consists of. The router, the control interface and [`Sandbox`](crate::Sandbox) share it.

use crate::fault::board::FaultBoard;
use crate::requests::RequestLog;
use crate::world::World;

/// The parts of one sandbox.
pub(crate) struct Premises {
    pub(crate) address: String,
    pub(crate) client_id: String,
    pub(crate) world: World,
    pub(crate) faults: FaultBoard,
    pub(crate) requests: RequestLog,
}
