//! State of one sandbox, or of one of its isolated worlds, that its handle, the router and the control API share.

use std::sync::OnceLock;

use axum::body::Bytes;

use crate::api::Api;
use crate::contract;
use crate::fault::FaultQueue;
use crate::requests::RequestLog;
use crate::settings::Settings;
use crate::state::Store;
use crate::world::World;

pub(crate) struct Shared {
    pub(crate) address: String,
    /// The path of the address, such as `/worlds/a`; empty for the sandbox itself.
    pub(crate) prefix: String,
    pub(crate) client_id: String,
    pub(crate) store: Store,
    pub(crate) faults: FaultQueue,
    pub(crate) requests: RequestLog,
    /// The served documents as JSON, by API, made when they are read first.
    documents: [OnceLock<Bytes>; Api::ALL.len()],
}

impl Shared {
    /// The state at the start. The address of the settings ends with the prefix.
    pub(crate) fn new(settings: Settings, prefix: String) -> Self {
        let address = settings.address.clone();
        let store = Store::new(settings);
        Self {
            address,
            prefix,
            client_id: store.client_id(),
            store,
            faults: FaultQueue::default(),
            requests: RequestLog::default(),
            documents: Default::default(),
        }
    }

    /// Goes back to the start, or to another world, and returns how many members there are.
    pub(crate) fn reset(&self, world: Option<World>) -> usize {
        self.faults.clear();
        let members = self.store.reset(world);
        self.requests.clear();
        members
    }

    /// The document that is served for an API, as JSON.
    pub(crate) fn document(&self, api: Api) -> Bytes {
        let document = self.documents[api as usize].get_or_init(|| {
            let document = contract::served_document(api, &self.address);
            Bytes::from(document.to_string())
        });
        document.clone()
    }
}
