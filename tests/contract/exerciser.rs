//! The generated tables of calls of the APIs whose client is public, and their rows. Every test that sends something uses them.

use std::future::Future;
use std::pin::Pin;

use mx_nexus::Error;
use mx_nexus::api::{ByteStream, ResponseValue};
use mx_nexus::operations::{Answer, Operation};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::apis::{APIS, Api};
use crate::types::{Side, Type, parse};

/// What an operation answered: the name of the type, and the value written as JSON again.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) type_name: &'static str,
    pub(crate) value: Value,
}

/// A call under way.
pub(crate) type Running<'a> = Pin<Box<dyn Future<Output = Result<Answered, Error>> + 'a>>;

/// How much of what an operation can send is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Every parameter, and a body with every field.
    Maximal,
    /// What is required.
    Minimal,
}

/// A generated client whose operations can be called.
pub(crate) trait Exercised: Sized + 'static {
    /// The name of its API.
    const API: &'static str;

    /// A call of every operation.
    fn exercises() -> &'static [Exercise<Self>];

    /// Its API.
    fn api() -> &'static Api {
        let found = APIS.iter().find(|api| api.name == Self::API);
        found.expect("it is in this build")
    }
}

/// One operation, ready to be called.
pub(crate) struct Exercise<C: 'static> {
    pub(crate) id: &'static str,
    pub(crate) maximal: for<'a> fn(&'a C) -> Running<'a>,
    pub(crate) minimal: for<'a> fn(&'a C) -> Running<'a>,
}

impl<C: Exercised> Exercise<C> {
    /// Calls it.
    pub(crate) fn call<'a>(&self, extent: Extent, client: &'a C) -> Running<'a> {
        match extent {
            Extent::Maximal => (self.maximal)(client),
            Extent::Minimal => (self.minimal)(client),
        }
    }

    /// Its row in the operations table.
    pub(crate) fn operation(&self) -> &'static Operation {
        let mut table = C::api().operations().iter();
        let found = table.find(|one| one.id == self.id);
        found.unwrap_or_else(|| panic!("{} is not in the table", self.id))
    }

    /// The body that it sends.
    pub(crate) fn request(&self, extent: Extent) -> Option<Value> {
        let body = C::api().type_of(self.operation().request_type?);
        Some(parse(match extent {
            Extent::Maximal => body.maximal,
            Extent::Minimal => body.minimal,
        }))
    }

    /// The type of its answer, if that is JSON.
    pub(crate) fn answer_type(&self) -> Option<&'static Type> {
        let operation = self.operation();
        let name = operation
            .answer_type
            .filter(|_| operation.answer == Answer::Json);
        name.map(|name| C::api().type_of(name))
    }

    /// Whether the document has an example of its answer.
    pub(crate) fn is_documented(&self) -> bool {
        C::api().example(self.id, Side::Response).is_some()
    }

    /// An answer: the document's example, or one with every field.
    pub(crate) fn response(&self) -> Option<Value> {
        match C::api().example(self.id, Side::Response) {
            Some(example) => Some(example.clone()),
            None if self.operation().answer == Answer::Bytes => Some(Value::from("a file")),
            None => Some(parse(self.answer_type()?.maximal)),
        }
    }
}

/// The call of an operation.
pub(crate) fn of<C: Exercised>(id: &str) -> &'static Exercise<C> {
    let found = C::exercises().iter().find(|exercise| exercise.id == id);
    found.unwrap_or_else(|| panic!("no call of {id} was generated"))
}

macro_rules! exercised {
    ($name:ident, $client:ident, $($values:ident)::+) => {
        mod $name {
            use mx_nexus::$client::{Client, types};
            #[allow(unused_imports, reason = "only lists in a query need them")]
            use mx_nexus::$($values)::+;
            use serde::de::DeserializeOwned;

            use super::{Exercised, bytes, json, name_of, nothing, read};

            type Exercise = super::Exercise<Client>;

            include!(concat!(env!("OUT_DIR"), "/", stringify!($name), "_exerciser.rs"));

            fn maximal<T: DeserializeOwned>() -> T {
                read(Client::api().type_of(name_of::<T>()).maximal)
            }

            fn minimal<T: DeserializeOwned>() -> T {
                read(Client::api().type_of(name_of::<T>()).minimal)
            }

            impl Exercised for Client {
                const API: &'static str = stringify!($name);

                fn exercises() -> &'static [Exercise] {
                    &EXERCISES
                }
            }
        }
    };
}

exercised!(nexus, api, values);
#[cfg(feature = "atrium")]
exercised!(atrium, atrium, atrium::values);

fn read<T: DeserializeOwned>(text: &str) -> T {
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
        let text = collect(sending.await?.into_inner()).await;
        Ok(Answered {
            type_name: "bytes",
            value: Value::String(text),
        })
    })
}

/// Everything in a stream, as text.
async fn collect(stream: ByteStream) -> String {
    let mut stream = stream.into_inner();
    let mut body = Vec::new();
    while let Some(chunk) = std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await
    {
        body.extend_from_slice(&chunk.expect("the stream is whole"));
    }
    String::from_utf8(body).expect("the answer is text")
}
