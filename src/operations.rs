//! The APIs of this build and their operations, from the documents: what each operation sends, and whether it may be sent again.
//!
//! The table in `openapi/src/lib.rs` is the only list of the APIs: the build writes it as the macro `each_api!`.

use http::{HeaderName, HeaderValue};

/// One operation of an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// The `operationId` of the document, such as `readMember`.
    pub id: &'static str,
    /// The name of its method on the client, such as `read_member`.
    pub name: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path below the base URL, with its parameters in braces.
    pub path: &'static str,
    /// Another path that MX's pages print, with its parameters at the same places; sent when the path answers 404.
    pub other_path: Option<&'static str>,
    /// The group that the document puts it in.
    pub tag: &'static str,
    /// Its parameters, in the order of the document.
    pub parameters: &'static [Parameter],
    /// The media type of the request body, if it has one.
    pub request_media_type: Option<&'static str>,
    /// The type of the request body in [`api::types`](crate::api::types), or in the module of the neighbour.
    pub request_type: Option<&'static str>,
    /// Whether an empty object is a valid body.
    pub request_may_be_empty: bool,
    /// The type of the answer, likewise.
    pub answer_type: Option<&'static str>,
    /// The media type that it asks for.
    pub accept: &'static str,
    /// What the body of a success is.
    pub answer: Answer,
    /// The header that carries its key or token.
    pub credential_header: &'static str,
    /// The header that carries the id of the client beside the key, if the API takes one.
    pub client_id_header: Option<&'static str>,
    pub(crate) credential_name: &'static HeaderName,
    pub(crate) client_id_name: Option<&'static HeaderName>,
    pub(crate) accept_value: &'static HeaderValue,
    pub(crate) request_value: Option<&'static HeaderValue>,
    /// Whether it starts a job or has another effect that costs, even when it is a GET.
    pub starts_work: bool,
    /// Whether it may be sent again when its answer was lost.
    pub replayable: bool,
    /// Whether MX advises against it.
    pub deprecated: bool,
    /// Whether MX is known to put the one object of the answer into a list.
    pub one_element_array: bool,
    /// How well its shape is known.
    pub evidence: Evidence,
}

/// One parameter of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parameter {
    /// Its name as MX writes it, such as `member_guid` or `account_guids[]`.
    pub name: &'static str,
    /// Where it goes.
    pub place: Place,
    /// What it holds.
    pub kind: ParameterKind,
    /// Whether it has to be there.
    pub required: bool,
}

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// Into the path.
    Path,
    /// Into the query.
    Query,
    /// Into a header.
    Header,
}

/// What a parameter holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParameterKind {
    /// A text.
    Text,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// Texts; the parameter is repeated for each.
    TextList,
}

/// What the body of a success is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// JSON, decoded into a type.
    Json,
    /// Something else, returned as bytes.
    Bytes,
    /// Nothing, or what is ignored.
    Nothing,
}

/// How well the shape of an operation or of a type is known, from least to best. Its documentation links here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Evidence {
    /// Inferred from its siblings or a sister API. Check it first when something differs.
    Inferred,
    /// From an example of MX's reference.
    Example,
    /// From a guide of MX.
    Guide,
    /// From the tables of fields and parameters in MX's reference.
    Table,
    /// From the printed specification.
    Specification,
    /// From live answers of MX.
    Live,
}

include!(concat!(env!("OUT_DIR"), "/apis.rs"));
#[cfg(feature = "mock")]
pub(crate) use each_api;

/// Declares the APIs of this build, with their generated tables.
macro_rules! declare {
    ($($name:ident, $variant:ident, $title:literal, $client:path, $values:path;)*) => {
        /// One of MX's APIs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Api {
            $(#[doc = concat!("The API that messages call ", $title, ".")] $variant,)*
        }

        impl Api {
            /// Every API of this build.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name in lower case, such as `nexus`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => stringify!($name),)* }
            }

            /// Its name in messages, such as `Nexus`.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// Its operations, sorted by name.
            ///
            /// ```
            /// use mx_nexus::operations::Api;
            ///
            /// let identify = Api::Nexus.operations().iter().find(|operation| operation.id == "identifyMember");
            /// assert!(identify.is_some_and(|operation| operation.starts_work && !operation.replayable));
            /// ```
            #[must_use]
            pub fn operations(self) -> &'static [Operation] {
                match self { $(Self::$variant => &$name::OPERATIONS,)* }
            }

            /// The address of MX's integration environment.
            pub(crate) fn integration(self) -> &'static str {
                match self { $(Self::$variant => $name::INTEGRATION,)* }
            }

            /// The address of MX's production environment.
            pub(crate) fn production(self) -> &'static str {
                match self { $(Self::$variant => $name::PRODUCTION,)* }
            }
        }

        $(
            #[allow(dead_code, reason = "generated; not every API needs every constant")]
            pub(crate) mod $name {
                include!(concat!(env!("OUT_DIR"), "/", stringify!($name), "_operations.rs"));
            }
        )*
    };
}

each_api!(declare);

/// The row of an operation by the name of its API and its id.
pub(crate) fn by_id(api: &str, id: &str) -> Option<&'static Operation> {
    let api = Api::ALL.iter().find(|one| one.name() == api)?;
    api.operations().iter().find(|operation| operation.id == id)
}
