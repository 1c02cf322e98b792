//! The table of kinds of change: what each does to the released client and to the next release. This is the only place with
//! verdicts; the comparison finds differences and names their kind.
//!
//! The classes follow from how the generated client behaves: lenient with responses, exact with requests, structs and enums
//! non-exhaustive, parameters setters of a builder.

use serde::Serialize;

/// What a change does to users of the released client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Released {
    /// No effect on calls.
    Works,
    /// Some calls fail, or values get lost without an error.
    Degrades,
    /// The calls concerned fail.
    Breaks,
}

/// Which number of the version the next release has to raise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NextRelease {
    /// The public Rust stays the same.
    Patch,
    /// Something is added.
    Minor,
    /// Code that compiles today may not compile any more.
    Major,
}

macro_rules! rules {
    ($($name:ident = $id:literal $released:ident $next:ident $why:literal;)*) => {
        /// A kind of change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule { $(#[doc = $why] $name),* }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name in reports, such as `response-field-removed`.
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id),* }
            }

            /// What it does to the released client.
            pub fn released(self) -> Released {
                match self { $(Self::$name => Released::$released),* }
            }

            /// What it does to the next release.
            pub fn next_release(self) -> NextRelease {
                match self { $(Self::$name => NextRelease::$next),* }
            }

            /// Why it is of its classes.
            pub fn why(self) -> &'static str {
                match self { $(Self::$name => $why),* }
            }
        }
    };
}

impl Serialize for Rule {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

rules! {
    // Operations.
    OperationAdded = "operation-added" Works Minor "A new method; the others stay.";
    OperationRemoved = "operation-removed" Breaks Major "Its calls fail, and its method is removed.";
    OperationRenamed = "operation-renamed" Works Major "The id is not on the wire, but the method and the types of the operation are named after it.";
    OperationPathChanged = "operation-path-changed" Breaks Patch "The old path may be gone; the path is not visible in Rust.";
    OperationMethodChanged = "operation-method-changed" Breaks Patch "The old method may be refused; it is not visible in Rust.";
    DeprecationChanged = "deprecation-changed" Works Patch "Calls work as before; only the documentation changes.";
    OperationStartsWork = "operation-starts-work" Degrades Patch "The released client does not know that a call starts a job.";
    OperationStartsNoWork = "operation-starts-no-work" Works Patch "The released client is only more careful than needed.";
    OperationNotReplayable = "operation-not-replayable" Degrades Patch "The released client may repeat a call whose response was lost.";
    OperationReplayable = "operation-replayable" Works Patch "The released client does not retry where it could.";
    OperationCredentialChanged = "operation-credential-changed" Breaks Patch "The released client puts its key or token into another header.";
    OperationSecurityChanged = "operation-security-changed" Breaks Patch "The server requires other credentials than the released client sends.";
    OperationSecurityWithdrawn = "operation-security-withdrawn" Works Patch "The server requires no credentials; those that come anyway are ignored.";
    OperationTagChanged = "operation-tag-changed" Works Patch "The group is a text in the operations table.";
    ListStartsPaging = "list-starts-paging" Works Minor "The stream of the list goes on to the last page.";
    ListStopsPaging = "list-stops-paging" Degrades Major "The stream ends after the first page: nothing in the response counts the pages.";
    OneElementArrayAnnounced = "one-element-array-announced" Degrades Patch "The released client cannot decode the object where it comes in a list.";
    OneElementArrayWithdrawn = "one-element-array-withdrawn" Works Patch "The released client reads the object alone as well.";
    // Parameters.
    ParameterAddedOptional = "parameter-added-optional" Works Minor "The builder gets one more setter.";
    ParameterRemoved = "parameter-removed" Degrades Major "What is still sent has no effect, and the setter is removed.";
    ParameterAddedRequired = "parameter-added-required" Breaks Major "The released client cannot send it, and calls that compile today lack it.";
    ParameterBecameRequired = "parameter-became-required" Degrades Major "Calls without it are refused, and `send` will refuse them too.";
    ParameterBecameOptional = "parameter-became-optional" Works Minor "Calls may omit it.";
    ParameterRenamedOptional = "parameter-renamed-optional" Degrades Major "What is sent under the old name has no effect, and the setter is named after it.";
    ParameterRenamedRequired = "parameter-renamed-required" Breaks Major "The server does not find it under the old name, and the setter is named after it.";
    ParameterRespelledOptional = "parameter-respelled-optional" Degrades Patch "What is sent under the old name has no effect; the setter keeps its name.";
    ParameterRespelledRequired = "parameter-respelled-required" Breaks Patch "The server does not find it under the old name; the setter keeps its name.";
    PathParameterRenamed = "path-parameter-renamed" Works Major "The name is not on the wire, but the setter is named after it.";
    PathParameterRespelled = "path-parameter-respelled" Works Patch "The name is not on the wire; the setter keeps its name.";
    ParameterMovedOptional = "parameter-moved-optional" Degrades Patch "What is sent in the old place has no effect; the setter stays.";
    ParameterMovedRequired = "parameter-moved-required" Breaks Patch "The server does not find it in the old place; the setter stays.";
    NullChanged = "null-changed" Works Patch "The client omits what it has no value for, and never sends null.";
    UnusedParameterChanged = "unused-parameter-changed" Works Patch "The client sets it by itself, or has another of the same name in its place.";
    // Request bodies.
    RequestBodyAddedRequired = "request-body-added-required" Breaks Major "The released client sends none, and calls that compile today lack it.";
    RequestBodyAddedOptional = "request-body-added-optional" Works Minor "The builder gets one more setter.";
    RequestBodyRemoved = "request-body-removed" Degrades Major "What is still sent has no effect, and the setter is removed.";
    RequestBodyPresenceChanged = "request-body-presence-changed" Works Patch "The client always sends it.";
    RequestMediaTypeChanged = "request-media-type-changed" Breaks Patch "The released client sends the old one, which may be refused.";
    RequestBecameBytes = "request-became-bytes" Breaks Major "The released client sends JSON, and the body is no longer a type.";
    RequestBecameJson = "request-became-json" Breaks Major "The released client sends bytes, and the body becomes a type.";
    // Fields of requests.
    RequestFieldAddedOptional = "request-field-added-optional" Works Minor "It may be omitted, and the builder gets one more setter.";
    RequestFieldRemoved = "request-field-removed" Degrades Major "What is still sent has no effect, and the field is removed.";
    RequestFieldAddedRequired = "request-field-added-required" Breaks Major "The released client cannot send it, and requests that compile today lack it.";
    RequestFieldBecameRequired = "request-field-became-required" Degrades Major "Requests without it are refused, and the field is no longer an `Option`.";
    RequestFieldBecameOptional = "request-field-became-optional" Works Major "Requests with it are still right, but the field becomes an `Option`.";
    RequestSteadyFieldBecameRequired = "request-steady-field-became-required" Degrades Major "Requests without it are refused, and the builder will ask for it; a list, or what may be null, keeps its type.";
    RequestSteadyFieldBecameOptional = "request-steady-field-became-optional" Works Minor "Builders no longer ask for it; a list, or what may be null, keeps its type.";
    RequestRequiredFieldBecameNullable = "request-required-field-became-nullable" Works Major "Requests with a value are still right, but the field becomes an `Option`.";
    RequestRequiredFieldBecameNotNullable = "request-required-field-became-not-nullable" Degrades Major "Requests with null are refused, and the field is no longer an `Option`.";
    RequestListNullChanged = "request-list-null-changed" Works Major "The client never sends null, but whether the list is an `Option` changes.";
    RequestFieldRenamedOptional = "request-field-renamed-optional" Degrades Major "What is sent under the old name has no effect, and the field is named after it.";
    RequestFieldRenamedRequired = "request-field-renamed-required" Breaks Major "The server does not find it under the old name, and the field is named after it.";
    RequestFieldRespelledOptional = "request-field-respelled-optional" Degrades Patch "What is sent under the old name has no effect; the field keeps its name in Rust.";
    RequestFieldRespelledRequired = "request-field-respelled-required" Breaks Patch "The server does not find it under the old name; the field keeps its name in Rust.";
    // Values in requests: fields and parameters.
    RequestTypeChanged = "request-type-changed" Breaks Major "The server does not understand what the released client sends.";
    RequestTypeLoosened = "request-type-loosened" Works Major "The server takes what the released client sends, and more; the Rust type is another.";
    RequestTypeTightened = "request-type-tightened" Degrades Major "The server takes only a part of what the released client sends; the Rust type is another.";
    RequestRustTypeChanged = "request-rust-type-changed" Works Major "On the wire it is the same; the Rust type is another.";
    RequestDeclaredTypeChanged = "request-declared-type-changed" Breaks Patch "The server may not understand what the client sends; the Rust type stays.";
    RequestItemsBecameNullable = "request-items-became-nullable" Works Major "The items become an `Option` each.";
    RequestItemsBecameNotNullable = "request-items-became-not-nullable" Degrades Major "Lists with a null in them are refused; the items are no longer an `Option` each.";
    RequestValueAdded = "request-value-added" Works Minor "An enum gets one more variant; it is non-exhaustive.";
    RequestValueRemoved = "request-value-removed" Degrades Major "Requests with it are refused, and the variant is removed.";
    RequestDocumentedValueAdded = "request-documented-value-added" Works Patch "The type is open and takes every value.";
    RequestDocumentedValueRemoved = "request-documented-value-removed" Degrades Patch "Requests with it are refused; the type is open and keeps taking it.";
    RequestConstraintTightened = "request-constraint-tightened" Degrades Major "Some requests are refused; the Rust type depends on the limit.";
    RequestConstraintLoosened = "request-constraint-loosened" Works Major "What the released client sends is still right; the Rust type depends on the limit.";
    RequestLimitTightened = "request-limit-tightened" Degrades Patch "Some requests are refused; the Rust type does not check it.";
    RequestLimitLoosened = "request-limit-loosened" Works Patch "What the released client sends is still right; the Rust type does not check it.";
    RequestDefaultPresenceChanged = "request-default-presence-changed" Works Major "Whether the field is an `Option` depends on its default.";
    RequestDefaultChanged = "request-default-changed" Degrades Patch "Omitting it has another meaning.";
    // Response bodies.
    ResponseBodyAdded = "response-body-added" Works Major "The released client ignores the body; `send` returns another type.";
    ResponseBodyRemoved = "response-body-removed" Degrades Major "An empty response reads as an object in which everything is absent; `send` returns another type.";
    ResponseBecameBytes = "response-became-bytes" Breaks Major "The released client cannot decode what is no JSON; `send` returns another type.";
    ResponseBecameJson = "response-became-json" Breaks Major "The released client asks for another media type; `send` returns another type.";
    ResponseMediaTypeChanged = "response-media-type-changed" Works Patch "JSON is read under whatever name it comes.";
    ResponseBytesTypeChanged = "response-bytes-type-changed" Breaks Patch "The released client asks for the old media type.";
    SuccessStatusChanged = "success-status-changed" Works Patch "Every 2xx is a success.";
    ErrorResponseChanged = "error-response-changed" Works Patch "An error is read whatever it is; the documentation lists it.";
    IgnoredAnswerChanged = "ignored-answer-changed" Works Patch "The client reads this part of the response whatever it is, or not at all.";
    // Fields of responses.
    ResponseFieldAdded = "response-field-added" Works Minor "Unknown fields are ignored, and the structs are non-exhaustive.";
    ResponseFieldRemoved = "response-field-removed" Degrades Major "It now reads as absent, and the field is removed.";
    ResponseFieldRenamed = "response-field-renamed" Degrades Major "It reads as absent under the old name, and the field is named after it.";
    ResponseFieldRespelled = "response-field-respelled" Degrades Patch "It reads as absent under the old name; the field keeps its name in Rust.";
    ResponsePresenceChanged = "response-presence-changed" Works Patch "Every field of a response may be absent or null anyway.";
    ResponseTypeChanged = "response-type-changed" Breaks Major "The released client cannot decode the response.";
    ResponseTypeNarrowed = "response-type-narrowed" Works Major "The released client reads it; the Rust type is another.";
    ResponseTypeWidened = "response-type-widened" Degrades Major "The released client reads a part of what comes; the Rust type is another.";
    ResponseRustTypeChanged = "response-rust-type-changed" Works Major "On the wire it is the same; the Rust type is another.";
    ResponseDeclaredTypeChanged = "response-declared-type-changed" Works Patch "The Rust type reads it in either form.";
    ResponseDeclaredTypeWidened = "response-declared-type-widened" Degrades Patch "The Rust type stays, and reads a part of what may come.";
    ResponseItemsBecameNullable = "response-items-became-nullable" Degrades Major "A response with a null in the list cannot be decoded; the items become an `Option` each.";
    ResponseItemsBecameNotNullable = "response-items-became-not-nullable" Works Major "The items are no longer an `Option` each.";
    ResponseItemsWrapped = "response-items-wrapped" Degrades Patch "To the released client a wrapped item is one in which everything is absent, or one that it cannot decode.";
    ResponseItemsUnwrapped = "response-items-unwrapped" Works Patch "The released client reads them either way.";
    ResponseDocumentedValueChanged = "response-documented-value-changed" Works Patch "The type is open and reads every value.";
    ResponseLimitChanged = "response-limit-changed" Works Patch "The Rust type does not check the limit.";
    ResponseDefaultChanged = "response-default-changed" Works Patch "Defaults of responses are not filled in.";
    // Objects on either side.
    FurtherFieldsChanged = "further-fields-changed" Works Patch "The client sends the fields that it knows, and ignores all others.";
    // Schemas.
    SchemaAdded = "schema-added" Works Minor "A new type; the others stay.";
    SchemaRemoved = "schema-removed" Works Major "The type is removed; see the places that used it.";
    SchemaRenamed = "schema-renamed" Works Major "The name is not on the wire, but the type is named after it.";
    SchemaChangedSides = "schema-changed-sides" Works Major "A type that is sent is exact, one that is received lenient.";
    // Registered types.
    UnregisteredValueAdded = "unregistered-value-added" Works Minor "The type is open: the client keeps the value as unknown. Listed in the overlay, it becomes a variant.";
    KnownValueAdded = "known-value-added" Works Minor "The type is open: the released client keeps the value as an unknown one.";
    KnownValueRemoved = "known-value-removed" Works Major "The type is open, but the variant is removed.";
    KnownValueRenamed = "known-value-renamed" Works Major "The code on the wire is the same; the variant is named after the value.";
    KnownValueCodeChanged = "known-value-code-changed" Degrades Patch "The released client takes the new number for another value, or for an unknown one.";
    RegisteredTypeAdded = "registered-type-added" Works Minor "A new type; the others stay.";
    RegisteredTypeRemoved = "registered-type-removed" Works Major "The type is removed; see the fields that had it.";
    RegisteredTypeRenamed = "registered-type-renamed" Works Major "The name is not on the wire, but it is that of the type.";
    RegisteredKindChanged = "registered-kind-changed" Works Major "The type of this name can do other things.";
    HiddenTypeChanged = "hidden-type-changed" Works Patch "The document brings no Rust type of this name; see the fields that have it.";
    NullTextAnnounced = "null-text-announced" Degrades Patch "The released client takes the text for a value.";
    NullTextWithdrawn = "null-text-withdrawn" Works Patch "The released client takes a text for absent that no longer comes.";
    // The document as a whole.
    ServerAddressChanged = "server-address-changed" Breaks Patch "The released client has the old address built in.";
    ServerAdded = "server-added" Works Patch "The released client keeps to the addresses that it has.";
    ServerRemoved = "server-removed" Breaks Patch "The released client has the address built in.";
    ServerListChanged = "server-list-changed" Works Patch "No environment of the client is at this address.";
    CredentialHeaderChanged = "credential-header-changed" Breaks Patch "The released client puts its token into the old header.";
    SecurityChanged = "security-changed" Works Patch "The client uses the header alone, and the header is the same.";
    MediaTypeChanged = "media-type-changed" Breaks Patch "The released client asks for the old media type, and sends it.";
    PagingChanged = "paging-changed" Degrades Patch "The released client reads other counters, or asks for pages by other names.";
    ContractVersionChanged = "contract-version-changed" Works Patch "The client reports the version and never sends it.";
    DocumentationChanged = "documentation-changed" Works Patch "Only texts change.";
    EvidenceChanged = "evidence-changed" Works Patch "How well it is known is in the documentation and in the operations table.";
    ExampleChanged = "example-changed" Works Patch "Examples are for the contract tests.";
    UnknownKeywordChanged = "unknown-keyword-changed" Degrades Major "No rule covers it: judge it, and add a rule.";
}
