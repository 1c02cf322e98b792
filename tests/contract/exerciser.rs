//! The generated table of calls, and what its rows are made of. Every other subject walks it.

use std::future::Future;
use std::pin::Pin;

use mx_nexus::Error;
use mx_nexus::api::{ByteStream, Client, ResponseValue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What an operation answered: the name of the type, and the value written as JSON again.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) type_name: &'static str,
    pub(crate) value: Value,
}

/// A call under way.
pub(crate) type Running<'a> = Pin<Box<dyn Future<Output = Result<Answered, Error>> + 'a>>;

/// One operation, ready to be called.
pub(crate) struct Exercise {
    pub(crate) id: &'static str,
    /// The JSON of its body: the document's example, or a sample with every field.
    pub(crate) request: Option<&'static str>,
    /// The JSON of its answer: the document's example, or a sample with every field.
    pub(crate) response: Option<&'static str>,
    /// Whether the answer is an example of the document.
    pub(crate) documented: bool,
    /// Calls it with every parameter set.
    pub(crate) call: for<'a> fn(&'a Client) -> Running<'a>,
    /// Reads an answer as the operation does, and writes it again.
    pub(crate) decode: Option<fn(Value) -> Result<Value, serde_json::Error>>,
    /// Reads a body into the request type, and writes it again.
    pub(crate) decode_request: Option<fn(Value) -> Result<Value, serde_json::Error>>,
}

impl Exercise {
    /// The answer as a value.
    pub(crate) fn response(&self) -> Option<Value> {
        self.response
            .map(|text| serde_json::from_str(text).expect("generated as JSON"))
    }

    /// The answer of an operation that is not JSON.
    pub(crate) fn text(&self) -> String {
        let value = self.response().expect("the document has an example");
        value.as_str().expect("it is text").to_owned()
    }

    /// The body as a value.
    pub(crate) fn request(&self) -> Option<Value> {
        self.request
            .map(|text| serde_json::from_str(text).expect("generated as JSON"))
    }
}

/// The row of an operation.
pub(crate) fn of(id: &str) -> &'static Exercise {
    let found = EXERCISES.iter().find(|exercise| exercise.id == id);
    found.unwrap_or_else(|| panic!("no call of {id} was generated"))
}

mod generated {
    use mx_nexus::api::types;
    use mx_nexus::values;

    use super::{Exercise, body, bytes, decode_like, json, nothing, round_trip};

    include!(concat!(env!("OUT_DIR"), "/nexus_exerciser.rs"));
}

pub(crate) use generated::EXERCISES;

fn body<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in the body {text}"))
}

fn name_of<T>() -> &'static str {
    std::any::type_name::<T>()
        .rsplit("::")
        .next()
        .unwrap_or_default()
}

fn json<'a, T: Serialize>(
    sending: impl Future<Output = Result<ResponseValue<T>, Error>> + 'a,
) -> Running<'a> {
    Box::pin(async move {
        let answer = sending.await?.into_inner();
        let value = serde_json::to_value(answer).expect("every answer can be written");
        Ok(Answered {
            type_name: name_of::<T>(),
            value,
        })
    })
}

fn nothing<'a>(
    sending: impl Future<Output = Result<ResponseValue<()>, Error>> + 'a,
) -> Running<'a> {
    Box::pin(async move {
        let () = sending.await?.into_inner();
        Ok(Answered {
            type_name: "nothing",
            value: Value::Null,
        })
    })
}

fn bytes<'a>(
    sending: impl Future<Output = Result<ResponseValue<ByteStream>, Error>> + 'a,
) -> Running<'a> {
    Box::pin(async move {
        let text = read(sending.await?.into_inner()).await;
        Ok(Answered {
            type_name: "bytes",
            value: Value::String(text),
        })
    })
}

/// Everything in a stream, as text.
pub(crate) async fn read(stream: ByteStream) -> String {
    let mut stream = stream.into_inner();
    let mut body = Vec::new();
    while let Some(chunk) = std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await
    {
        body.extend_from_slice(&chunk.expect("the stream is whole"));
    }
    String::from_utf8(body).expect("the answer is text")
}

/// Decodes into the type that a call answers with. The call itself is not made: it only says the type.
fn decode_like<'a, T, F>(
    _call: impl FnOnce(&'a Client) -> F,
    value: Value,
) -> Result<Value, serde_json::Error>
where
    T: DeserializeOwned + Serialize,
    F: Future<Output = Result<ResponseValue<T>, Error>>,
{
    round_trip::<T>(value)
}

fn round_trip<T: DeserializeOwned + Serialize>(value: Value) -> Result<Value, serde_json::Error> {
    // From text, as on the wire: borrowed and owned strings take different ways through serde.
    let decoded: T = serde_json::from_str(&value.to_string())?;
    serde_json::to_value(decoded)
}
