//! Isolated worlds, so that parallel tests share one server.

use std::sync::Arc;

use axum::body::{Body as ResponseBody, Bytes};
use axum::extract::Path;
use axum::routing::{delete, get};
use axum::{Extension, Router};
use http::{Response, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ok, read, refuse, respond};
use crate::settings::Settings;
use crate::shared::Shared;
use crate::world::World;
use crate::worlds::Worlds;
use mx_nexus::Secret;

/// None inside of a world.
type OfSandbox = Option<Extension<Arc<Worlds>>>;

pub(super) fn router() -> Router {
    Router::new()
        .route("/_sandbox/worlds", get(list).post(add))
        .route("/_sandbox/worlds/{name}", delete(remove))
}

/// The body of `POST /_sandbox/worlds`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewWorld {
    name: Option<String>,
    world: Option<Value>,
    client_id: Option<String>,
    api_key: Option<Secret>,
}

impl NewWorld {
    fn read(body: &[u8]) -> Result<(Self, Option<World>), String> {
        if body.is_empty() {
            return Ok(Default::default());
        }
        let form = r#"nothing, or a JSON object with "name", "world", "client_id" or "api_key""#;
        let mut new: Self = read(body, form)?;
        let is_empty = |text: Option<&str>| text.is_some_and(str::is_empty);
        if is_empty(new.client_id.as_deref()) || is_empty(new.api_key.as_ref().map(Secret::expose))
        {
            return Err(String::from("Neither client_id nor api_key may be empty."));
        }
        let world = new.world.take().map(|world| world.to_string().parse());
        let world = world.transpose();
        world
            .map(|world| (new, world))
            .map_err(|reason| format!("The world has to be chosen data as JSON: {reason}."))
    }

    /// Changes the settings of the sandbox to those of the world.
    fn change(self, world: Option<World>, settings: &mut Settings) {
        if let Some(world) = world {
            settings.world = Arc::new(world);
        }
        if let Some(client_id) = self.client_id {
            settings.client_id = client_id;
        }
        if let Some(key) = self.api_key {
            settings.api_key = Some(key);
        }
    }
}

async fn list(worlds: OfSandbox) -> Response<ResponseBody> {
    let Some(Extension(worlds)) = worlds else {
        return nested();
    };
    let worlds: Vec<Value> = worlds.list().iter().map(|world| shown(world)).collect();
    ok(&json!({"worlds": worlds}))
}

async fn add(worlds: OfSandbox, body: Bytes) -> Response<ResponseBody> {
    let Some(Extension(worlds)) = worlds else {
        return nested();
    };
    let (mut new, world) = match NewWorld::read(&body) {
        Ok(read) => read,
        Err(reason) => return refuse(StatusCode::BAD_REQUEST, &reason),
    };
    let name = new.name.take();
    match worlds.add(name, |settings| new.change(world, settings)) {
        Ok(world) => respond(StatusCode::CREATED, &shown(&world)),
        Err((status, reason)) => refuse(status, &reason),
    }
}

async fn remove(worlds: OfSandbox, Path(name): Path<String>) -> Response<ResponseBody> {
    let Some(Extension(worlds)) = worlds else {
        return nested();
    };
    match worlds.remove(&name) {
        Ok(()) => ok(&json!({"removed": name})),
        Err((status, reason)) => refuse(status, &reason),
    }
}

fn shown(world: &Shared) -> Value {
    json!({"name": world.name(), "address": world.address, "client_id": world.client_id})
}

fn nested() -> Response<ResponseBody> {
    let message = "A world has no worlds; send this to the address of the sandbox itself.";
    refuse(StatusCode::NOT_FOUND, message)
}
