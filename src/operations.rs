//! The operations tables, generated from the documents: what each operation sends, and what may be done about its failure.

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
    /// The group that the document puts it in.
    pub tag: &'static str,
    /// What a caller gives besides the body, in the order of the document.
    pub parameters: &'static [Parameter],
    /// The media type of the request body, if it has one.
    pub request_media_type: Option<&'static str>,
    /// The type of the request body in [`api::types`](crate::api::types), or in the module of the neighbour.
    pub request_type: Option<&'static str>,
    /// Whether nothing has to be in the body: an empty object will do.
    pub request_may_be_empty: bool,
    /// The type of the answer, likewise.
    pub answer_type: Option<&'static str>,
    /// The media type that it asks for.
    pub accept: &'static str,
    /// What a success brings.
    pub answer: Answer,
    /// The header that carries its key or token.
    pub credential_header: &'static str,
    /// Whether it starts a job or has another effect that costs, even when it is a GET.
    pub starts_work: bool,
    /// Whether it may be sent again when nobody knows if it arrived.
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
    /// Something else, handed on as bytes.
    Bytes,
    /// Nothing that matters.
    Nothing,
}

/// How well the shape of an operation is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Evidence {
    /// Inferred from its siblings or a sister API.
    Inferred,
    /// From an example.
    Example,
    /// From tables of fields and parameters.
    Table,
    /// From the printed specification.
    Specification,
}

#[allow(dead_code, reason = "generated; not every API needs every constant")]
pub(crate) mod nexus {
    include!(concat!(env!("OUT_DIR"), "/nexus_operations.rs"));
}

#[allow(dead_code, reason = "generated; not every API needs every constant")]
pub(crate) mod sso {
    include!(concat!(env!("OUT_DIR"), "/sso_operations.rs"));
}

#[allow(dead_code, reason = "generated; not every API needs every constant")]
pub(crate) mod mdx {
    include!(concat!(env!("OUT_DIR"), "/mdx_operations.rs"));
}

/// The operations of Nexus, sorted by name.
///
/// ```
/// let identify = mx_nexus::operations::nexus().iter().find(|operation| operation.id == "identifyMember");
/// assert!(identify.is_some_and(|operation| operation.starts_work && !operation.replayable));
/// ```
pub fn nexus() -> &'static [Operation] {
    &nexus::OPERATIONS
}

/// The operations of the SSO API, sorted by name.
pub fn sso() -> &'static [Operation] {
    &sso::OPERATIONS
}

/// The operations of the MDX Real Time API that are here, sorted by name.
pub fn mdx() -> &'static [Operation] {
    &mdx::OPERATIONS
}

/// The row of an operation by its name in Rust.
pub(crate) fn by_name(table: &'static [Operation], name: &str) -> Option<&'static Operation> {
    let index = table
        .binary_search_by(|operation| operation.name.cmp(name))
        .ok()?;
    table.get(index)
}

/// The row of an operation by the API's name and its id, as the generated code knows it.
pub(crate) fn by_id(api: &str, id: &str) -> Option<&'static Operation> {
    let table = match api {
        "nexus" => nexus(),
        "sso" => sso(),
        "mdx" => mdx(),
        _ => return None,
    };
    table.iter().find(|operation| operation.id == id)
}
