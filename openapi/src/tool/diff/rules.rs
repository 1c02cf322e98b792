//! Every kind of change that two documents can differ by, with what it does to the released client and to our next release.
//!
//! This is the one table of rules: `compare` only finds changes and names the rule. The classes follow from how the generated
//! client behaves: answers are lenient, requests exact, all structs and enums non-exhaustive, parameters setters of a builder.
//! Written by hand, because the tools that exist judge for the keeper of a server, and know nothing of what our normalising
//! makes harmless.

use serde::Serialize;

use super::classes::{Direction, NextRelease, Released};

macro_rules! rules {
    ($($name:ident = $id:literal $released:ident $next:ident $mirror:ident $why:literal;)*) => {
        /// A kind of change. The id, such as `response-field-removed`, stays the same for ever.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule { $(#[doc = $why] $name),* }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name for machines.
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id),* }
            }

            /// What it does to the released client.
            pub fn released(self) -> Released {
                match self { $(Self::$name => Released::$released),* }
            }

            /// What it does to our next release.
            pub fn next_release(self) -> NextRelease {
                match self { $(Self::$name => NextRelease::$next),* }
            }

            /// The rule of the same change the other way round; of some it is the same rule.
            pub fn mirror(self) -> Self {
                match self { $(Self::$name => Self::$mirror),* }
            }

            /// Why it is of its classes.
            pub fn why(self) -> &'static str {
                match self { $(Self::$name => $why),* }
            }
        }
    };
}

impl Rule {
    /// Which way it goes, as its id says.
    pub fn direction(self) -> Direction {
        let id = self.id();
        let begins = |words: &[&str]| words.iter().any(|word| id.starts_with(word));
        if begins(&["request-", "parameter-"]) {
            Direction::Request
        } else if begins(&["response-", "success-", "error-"]) {
            Direction::Response
        } else {
            Direction::Both
        }
    }
}

impl Serialize for Rule {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

rules! {
    // Operations.
    OperationAdded = "operation-added" Works Minor OperationRemoved
        "A new method stands beside the old ones.";
    OperationRemoved = "operation-removed" Breaks Major OperationAdded
        "Its calls get no answer any more, and its method goes.";
    OperationRenamed = "operation-renamed" Works Major OperationRenamed
        "The id is not on the wire, but the method and the types of the operation are named after it.";
    OperationPathChanged = "operation-path-changed" Breaks Patch OperationPathChanged
        "The old path may be gone; in Rust the path is not to be seen.";
    OperationMethodChanged = "operation-method-changed" Breaks Patch OperationMethodChanged
        "The old method may be refused; in Rust it is not to be seen.";
    OperationDeprecated = "operation-deprecated" Works Patch OperationUndeprecated
        "It goes on as it is; the documentation says so.";
    OperationUndeprecated = "operation-undeprecated" Works Patch OperationDeprecated
        "It goes on as it is; the documentation says so.";
    OperationStartsWork = "operation-starts-work" Degrades Patch OperationStartsNoWork
        "The released client does not know that a call costs.";
    OperationStartsNoWork = "operation-starts-no-work" Works Patch OperationStartsWork
        "The released client is only more careful than it need be.";
    OperationNotReplayable = "operation-not-replayable" Degrades Patch OperationReplayable
        "The released client may send a lost call twice.";
    OperationReplayable = "operation-replayable" Works Patch OperationNotReplayable
        "The released client gives up where it could have tried again.";
    OperationCredentialChanged = "operation-credential-changed" Breaks Patch OperationCredentialChanged
        "The released client puts its key or token into another header.";
    OperationSecurityChanged = "operation-security-changed" Breaks Patch OperationSecurityChanged
        "The server asks for other credentials than the released client sends.";
    OperationSecurityWithdrawn = "operation-security-withdrawn" Works Patch OperationSecurityAnnounced
        "The server asks for no credentials; those that come anyway are passed over.";
    OperationSecurityAnnounced = "operation-security-announced" Breaks Patch OperationSecurityWithdrawn
        "The server asks for credentials; whether the released client sends them, nobody has tried.";
    OperationTagChanged = "operation-tag-changed" Works Patch OperationTagChanged
        "The group is a text in the operations table.";
    ListStartsPaging = "list-starts-paging" Works Minor ListStopsPaging
        "The list can be read as a stream as well.";
    ListStopsPaging = "list-stops-paging" Works Major ListStartsPaging
        "The stream of the list goes.";
    OneElementArrayAnnounced = "one-element-array-announced" Degrades Patch OneElementArrayWithdrawn
        "The released client cannot decode the object where it comes in a list.";
    OneElementArrayWithdrawn = "one-element-array-withdrawn" Works Patch OneElementArrayAnnounced
        "The released client reads the object alone as well.";
    // Parameters.
    ParameterAddedOptional = "parameter-added-optional" Works Minor ParameterRemovedOptional
        "The builder gets one more setter.";
    ParameterRemovedOptional = "parameter-removed-optional" Degrades Major ParameterAddedOptional
        "What is still sent has no effect, and the setter goes.";
    ParameterAddedRequired = "parameter-added-required" Breaks Major ParameterRemovedRequired
        "The released client cannot send it, and calls that compile today lack it.";
    ParameterRemovedRequired = "parameter-removed-required" Degrades Major ParameterAddedRequired
        "What is still sent has no effect, and the setter goes.";
    ParameterBecameRequired = "parameter-became-required" Degrades Major ParameterBecameOptional
        "Calls without it are refused, and `send` will refuse them too.";
    ParameterBecameOptional = "parameter-became-optional" Works Minor ParameterBecameRequired
        "Calls may leave it out from now on.";
    ParameterBecameNullable = "parameter-became-nullable" Works Patch ParameterBecameNotNullable
        "The client leaves out what it has no value for, and never sends null.";
    ParameterBecameNotNullable = "parameter-became-not-nullable" Works Patch ParameterBecameNullable
        "The client leaves out what it has no value for, and never sends null.";
    ParameterRenamedOptional = "parameter-renamed-optional" Degrades Major ParameterRenamedOptional
        "What is sent under the old name has no effect, and the setter is named after it.";
    ParameterRenamedRequired = "parameter-renamed-required" Breaks Major ParameterRenamedRequired
        "The server does not find it under the old name, and the setter is named after it.";
    ParameterRespelledOptional = "parameter-respelled-optional" Degrades Patch ParameterRespelledOptional
        "What is sent under the old name has no effect; the setter keeps its name.";
    ParameterRespelledRequired = "parameter-respelled-required" Breaks Patch ParameterRespelledRequired
        "The server does not find it under the old name; the setter keeps its name.";
    PathParameterRenamed = "path-parameter-renamed" Works Major PathParameterRenamed
        "The name is not on the wire, but the setter is named after it.";
    PathParameterRespelled = "path-parameter-respelled" Works Patch PathParameterRespelled
        "The name is not on the wire; the setter keeps its name.";
    ParameterMovedOptional = "parameter-moved-optional" Degrades Patch ParameterMovedOptional
        "What is sent in the old place has no effect; the setter stays.";
    ParameterMovedRequired = "parameter-moved-required" Breaks Patch ParameterMovedRequired
        "The server does not find it in the old place; the setter stays.";
    UnusedParameterChanged = "unused-parameter-changed" Works Patch UnusedParameterChanged
        "The client sets it by itself, or has another of the same name in its place.";
    // Bodies of requests.
    RequestBodyAddedRequired = "request-body-added-required" Breaks Major RequestBodyRemovedRequired
        "The released client sends none, and calls that compile today lack it.";
    RequestBodyRemovedRequired = "request-body-removed-required" Degrades Major RequestBodyAddedRequired
        "What is still sent has no effect, and the setter goes.";
    RequestBodyAddedOptional = "request-body-added-optional" Works Minor RequestBodyRemovedOptional
        "The builder gets one more setter.";
    RequestBodyRemovedOptional = "request-body-removed-optional" Degrades Major RequestBodyAddedOptional
        "What is still sent has no effect, and the setter goes.";
    RequestBodyBecameRequired = "request-body-became-required" Works Patch RequestBodyBecameOptional
        "The client always sends it.";
    RequestBodyBecameOptional = "request-body-became-optional" Works Patch RequestBodyBecameRequired
        "The client always sends it.";
    RequestMediaTypeChanged = "request-media-type-changed" Breaks Patch RequestMediaTypeChanged
        "The released client sends the old one, which may be refused.";
    RequestBecameBytes = "request-became-bytes" Breaks Major RequestBecameJson
        "The released client sends JSON, and the body is no longer a type.";
    RequestBecameJson = "request-became-json" Breaks Major RequestBecameBytes
        "The released client sends bytes, and the body becomes a type.";
    // Fields of requests.
    RequestFieldAddedOptional = "request-field-added-optional" Works Minor RequestFieldRemovedOptional
        "Nobody has to send it, and the builder gets one more setter.";
    RequestFieldRemovedOptional = "request-field-removed-optional" Degrades Major RequestFieldAddedOptional
        "What is still sent has no effect, and the field goes.";
    RequestFieldAddedRequired = "request-field-added-required" Breaks Major RequestFieldRemovedRequired
        "The released client cannot send it, and requests that compile today lack it.";
    RequestFieldRemovedRequired = "request-field-removed-required" Degrades Major RequestFieldAddedRequired
        "What is still sent has no effect, and the field goes.";
    RequestFieldBecameRequired = "request-field-became-required" Degrades Major RequestFieldBecameOptional
        "Requests without it are refused, and the field is no longer an `Option`.";
    RequestFieldBecameOptional = "request-field-became-optional" Works Major RequestFieldBecameRequired
        "Requests with it are still right, but the field becomes an `Option`.";
    RequestSteadyFieldBecameRequired = "request-steady-field-became-required" Degrades Major RequestSteadyFieldBecameOptional
        "Requests without it are refused, and the builder will ask for it; a list, or what may be null, keeps its type.";
    RequestSteadyFieldBecameOptional = "request-steady-field-became-optional" Works Minor RequestSteadyFieldBecameRequired
        "Builders no longer ask for it; a list, or what may be null, keeps its type.";
    RequestRequiredFieldBecameNullable = "request-required-field-became-nullable" Works Major RequestRequiredFieldBecameNotNullable
        "Requests with a value are still right, but the field becomes an `Option`.";
    RequestRequiredFieldBecameNotNullable = "request-required-field-became-not-nullable" Degrades Major RequestRequiredFieldBecameNullable
        "Requests with null are refused, and the field is no longer an `Option`.";
    RequestOptionalFieldBecameNullable = "request-optional-field-became-nullable" Works Patch RequestOptionalFieldBecameNotNullable
        "The client leaves out what it has no value for, and never sends null.";
    RequestOptionalFieldBecameNotNullable = "request-optional-field-became-not-nullable" Works Patch RequestOptionalFieldBecameNullable
        "The client leaves out what it has no value for, and never sends null.";
    RequestOptionalListBecameNullable = "request-optional-list-became-nullable" Works Major RequestOptionalListBecameNotNullable
        "The client never sends null, but the list becomes an `Option`.";
    RequestOptionalListBecameNotNullable = "request-optional-list-became-not-nullable" Works Major RequestOptionalListBecameNullable
        "The client never sends null, but the list is no longer an `Option`.";
    RequestFieldRenamedOptional = "request-field-renamed-optional" Degrades Major RequestFieldRenamedOptional
        "What is sent under the old name has no effect, and the field is named after it.";
    RequestFieldRenamedRequired = "request-field-renamed-required" Breaks Major RequestFieldRenamedRequired
        "The server does not find it under the old name, and the field is named after it.";
    RequestFieldRespelledOptional = "request-field-respelled-optional" Degrades Patch RequestFieldRespelledOptional
        "What is sent under the old name has no effect; the field keeps its name in Rust.";
    RequestFieldRespelledRequired = "request-field-respelled-required" Breaks Patch RequestFieldRespelledRequired
        "The server does not find it under the old name; the field keeps its name in Rust.";
    // Values that are sent, in fields and parameters.
    RequestTypeChanged = "request-type-changed" Breaks Major RequestTypeChanged
        "The server does not understand what the released client sends.";
    RequestTypeLoosened = "request-type-loosened" Works Major RequestTypeTightened
        "The server takes what the released client sends, and more; the Rust type is another.";
    RequestTypeTightened = "request-type-tightened" Degrades Major RequestTypeLoosened
        "The server takes only a part of what the released client sends; the Rust type is another.";
    RequestRustTypeChanged = "request-rust-type-changed" Works Major RequestRustTypeChanged
        "On the wire it is the same; the Rust type is another.";
    RequestDeclaredTypeChanged = "request-declared-type-changed" Breaks Patch RequestDeclaredTypeChanged
        "The server may not understand what the client sends; the Rust type stays.";
    RequestItemsBecameNullable = "request-items-became-nullable" Works Major RequestItemsBecameNotNullable
        "The items become an `Option` each.";
    RequestItemsBecameNotNullable = "request-items-became-not-nullable" Degrades Major RequestItemsBecameNullable
        "Lists with a null in them are refused; the items are no longer an `Option` each.";
    RequestValueAdded = "request-value-added" Works Minor RequestValueRemoved
        "An enum gets one more variant; it is non-exhaustive.";
    RequestValueRemoved = "request-value-removed" Degrades Major RequestValueAdded
        "Requests with it are refused, and the variant goes.";
    RequestDocumentedValueAdded = "request-documented-value-added" Works Patch RequestDocumentedValueRemoved
        "The type is open and takes every value.";
    RequestDocumentedValueRemoved = "request-documented-value-removed" Degrades Patch RequestDocumentedValueAdded
        "Requests with it are refused; the type is open and keeps taking it.";
    RequestConstraintTightened = "request-constraint-tightened" Degrades Major RequestConstraintLoosened
        "Some requests are refused; the Rust type checks the limit, or its name comes of it.";
    RequestConstraintLoosened = "request-constraint-loosened" Works Major RequestConstraintTightened
        "What the released client sends is still right; the Rust type checks the limit, or its name comes of it.";
    RequestLimitTightened = "request-limit-tightened" Degrades Patch RequestLimitLoosened
        "Some requests are refused; the Rust type knows no limit.";
    RequestLimitLoosened = "request-limit-loosened" Works Patch RequestLimitTightened
        "What the released client sends is still right; the Rust type knows no limit.";
    RequestDefaultAdded = "request-default-added" Works Major RequestDefaultRemoved
        "A field with a default is no `Option`.";
    RequestDefaultRemoved = "request-default-removed" Works Major RequestDefaultAdded
        "A field without a default is an `Option`.";
    RequestDefaultChanged = "request-default-changed" Degrades Patch RequestDefaultChanged
        "What leaves it out means something else from now on.";
    RequestFieldDeprecated = "request-field-deprecated" Works Patch RequestFieldUndeprecated
        "It goes on as it is.";
    RequestFieldUndeprecated = "request-field-undeprecated" Works Patch RequestFieldDeprecated
        "It goes on as it is.";
    // Bodies of answers.
    ResponseBodyAdded = "response-body-added" Works Major ResponseBodyRemoved
        "The released client passes over the body; `send` answers with another type.";
    ResponseBodyRemoved = "response-body-removed" Degrades Major ResponseBodyAdded
        "An empty answer reads as an object in which everything is absent; `send` answers with another type.";
    ResponseBecameBytes = "response-became-bytes" Breaks Major ResponseBecameJson
        "The released client cannot decode what is no JSON; `send` answers with another type.";
    ResponseBecameJson = "response-became-json" Breaks Major ResponseBecameBytes
        "The released client asks for another media type; `send` answers with another type.";
    ResponseMediaTypeChanged = "response-media-type-changed" Works Patch ResponseMediaTypeChanged
        "JSON is read under whatever name it comes.";
    ResponseBytesTypeChanged = "response-bytes-type-changed" Breaks Patch ResponseBytesTypeChanged
        "The released client asks for the old media type.";
    SuccessStatusAdded = "success-status-added" Works Patch SuccessStatusRemoved
        "Every 2xx is a success.";
    SuccessStatusRemoved = "success-status-removed" Works Patch SuccessStatusAdded
        "Every 2xx is a success.";
    ErrorResponseAdded = "error-response-added" Works Patch ErrorResponseRemoved
        "An error is read whatever it is; the documentation lists it.";
    ErrorResponseRemoved = "error-response-removed" Works Patch ErrorResponseAdded
        "An error is read whatever it is; the documentation lists it.";
    IgnoredAnswerChanged = "ignored-answer-changed" Works Patch IgnoredAnswerChanged
        "The client reads this part of the answer whatever it is, or not at all.";
    // Fields of answers.
    ResponseFieldAdded = "response-field-added" Works Minor ResponseFieldRemoved
        "Unknown fields are passed over, and the structs are non-exhaustive.";
    ResponseFieldRemoved = "response-field-removed" Degrades Major ResponseFieldAdded
        "It reads as absent from now on, and the field goes.";
    ResponseFieldRenamed = "response-field-renamed" Degrades Major ResponseFieldRenamed
        "It reads as absent under the old name, and the field is named after it.";
    ResponseFieldRespelled = "response-field-respelled" Degrades Patch ResponseFieldRespelled
        "It reads as absent under the old name; the field keeps its name in Rust.";
    ResponseFieldBecameRequired = "response-field-became-required" Works Patch ResponseFieldBecameOptional
        "Every field of an answer may be absent anyway.";
    ResponseFieldBecameOptional = "response-field-became-optional" Works Patch ResponseFieldBecameRequired
        "Every field of an answer may be absent anyway.";
    ResponseFieldBecameNullable = "response-field-became-nullable" Works Patch ResponseFieldBecameNotNullable
        "Every field of an answer may be null anyway.";
    ResponseFieldBecameNotNullable = "response-field-became-not-nullable" Works Patch ResponseFieldBecameNullable
        "Every field of an answer may be null anyway.";
    ResponseTypeChanged = "response-type-changed" Breaks Major ResponseTypeChanged
        "The released client cannot decode the answer.";
    ResponseTypeNarrowed = "response-type-narrowed" Works Major ResponseTypeWidened
        "The released client reads it; the Rust type is another.";
    ResponseTypeWidened = "response-type-widened" Degrades Major ResponseTypeNarrowed
        "The released client reads a part of what comes; the Rust type is another.";
    ResponseRustTypeChanged = "response-rust-type-changed" Works Major ResponseRustTypeChanged
        "On the wire it is the same; the Rust type is another.";
    ResponseDeclaredTypeChanged = "response-declared-type-changed" Works Patch ResponseDeclaredTypeChanged
        "The Rust type reads it in either form.";
    ResponseDeclaredTypeNarrowed = "response-declared-type-narrowed" Works Patch ResponseDeclaredTypeWidened
        "The Rust type reads all that comes.";
    ResponseDeclaredTypeWidened = "response-declared-type-widened" Degrades Patch ResponseDeclaredTypeNarrowed
        "The Rust type stays, and reads a part of what may come.";
    ResponseItemsBecameNullable = "response-items-became-nullable" Degrades Major ResponseItemsBecameNotNullable
        "An answer with a null in the list cannot be decoded; the items become an `Option` each.";
    ResponseItemsBecameNotNullable = "response-items-became-not-nullable" Works Major ResponseItemsBecameNullable
        "The items are no longer an `Option` each.";
    ResponseItemsWrapped = "response-items-wrapped" Degrades Patch ResponseItemsUnwrapped
        "To the released client a wrapped item is one in which everything is absent, or one that it cannot decode.";
    ResponseItemsUnwrapped = "response-items-unwrapped" Works Patch ResponseItemsWrapped
        "The released client reads them either way.";
    ResponseDocumentedValueAdded = "response-documented-value-added" Works Patch ResponseDocumentedValueRemoved
        "The type is open and reads every value.";
    ResponseDocumentedValueRemoved = "response-documented-value-removed" Works Patch ResponseDocumentedValueAdded
        "The type is open and reads every value.";
    ResponseLimitTightened = "response-limit-tightened" Works Patch ResponseLimitLoosened
        "The Rust type knows no limit.";
    ResponseLimitLoosened = "response-limit-loosened" Works Patch ResponseLimitTightened
        "The Rust type knows no limit.";
    ResponseDefaultChanged = "response-default-changed" Works Patch ResponseDefaultChanged
        "Nothing is filled in that did not come.";
    ResponseFieldDeprecated = "response-field-deprecated" Works Patch ResponseFieldUndeprecated
        "It goes on as it is.";
    ResponseFieldUndeprecated = "response-field-undeprecated" Works Patch ResponseFieldDeprecated
        "It goes on as it is.";
    // Objects on either side.
    FurtherFieldsForbidden = "further-fields-forbidden" Works Patch FurtherFieldsAllowed
        "The client sends the fields that it knows, and passes over all others.";
    FurtherFieldsAllowed = "further-fields-allowed" Works Patch FurtherFieldsForbidden
        "The client sends the fields that it knows, and passes over all others.";
    // Schemas.
    SchemaAdded = "schema-added" Works Minor SchemaRemoved
        "A new type stands beside the old ones.";
    SchemaRemoved = "schema-removed" Works Major SchemaAdded
        "The type goes; what used it is told at its place.";
    SchemaRenamed = "schema-renamed" Works Major SchemaRenamed
        "The name is not on the wire, but the type is named after it.";
    SchemaChangedSides = "schema-changed-sides" Works Major SchemaChangedSides
        "A type that is sent is exact, one that is received lenient.";
    // Registered types.
    KnownValueAdded = "known-value-added" Works Minor KnownValueRemoved
        "The type is open: the released client keeps the value as an unknown one.";
    KnownValueRemoved = "known-value-removed" Works Major KnownValueAdded
        "The type is open, but the variant goes.";
    KnownValueRenamed = "known-value-renamed" Works Major KnownValueRenamed
        "The code on the wire is the same; the variant is named after the value.";
    KnownValueCodeChanged = "known-value-code-changed" Degrades Patch KnownValueCodeChanged
        "The released client takes the new number for another value, or for an unknown one.";
    RegisteredTypeAdded = "registered-type-added" Works Minor RegisteredTypeRemoved
        "A new type stands beside the old ones.";
    RegisteredTypeRemoved = "registered-type-removed" Works Major RegisteredTypeAdded
        "The type goes; what had it is told at its place.";
    RegisteredTypeRenamed = "registered-type-renamed" Works Major RegisteredTypeRenamed
        "The name is not on the wire, but it is that of the type.";
    RegisteredKindChanged = "registered-kind-changed" Works Major RegisteredKindChanged
        "The type of this name can do other things.";
    HiddenTypeChanged = "hidden-type-changed" Works Patch HiddenTypeChanged
        "The document brings no Rust type of this name; what has it is told at its place.";
    NullTextAnnounced = "null-text-announced" Degrades Patch NullTextWithdrawn
        "The released client takes the text for a value.";
    NullTextWithdrawn = "null-text-withdrawn" Works Patch NullTextAnnounced
        "The released client takes a text for absent that does not come any more.";
    // The document as a whole.
    ServerAddressChanged = "server-address-changed" Breaks Patch ServerAddressChanged
        "The released client has the old address in it.";
    ServerAdded = "server-added" Works Patch ServerRemoved
        "The released client keeps to the addresses that it has.";
    ServerRemoved = "server-removed" Breaks Patch ServerAdded
        "The released client has the address in it.";
    ServerListChanged = "server-list-changed" Works Patch ServerListChanged
        "No environment of the client is at this address.";
    CredentialHeaderChanged = "credential-header-changed" Breaks Patch CredentialHeaderChanged
        "The released client puts its token into the old header.";
    SecurityChanged = "security-changed" Works Patch SecurityChanged
        "The client uses the header alone, and the header is the same.";
    MediaTypeChanged = "media-type-changed" Breaks Patch MediaTypeChanged
        "The released client asks for the old media type, and speaks it.";
    PagingChanged = "paging-changed" Degrades Patch PagingChanged
        "The released client reads other counters, or asks for pages by other names.";
    ContractVersionChanged = "contract-version-changed" Works Patch ContractVersionChanged
        "The version is told by the client, and never sent.";
    DocumentationChanged = "documentation-changed" Works Patch DocumentationChanged
        "Only texts change.";
    EvidenceChanged = "evidence-changed" Works Patch EvidenceChanged
        "How well it is known stands in the documentation and in the operations table.";
    ExampleChanged = "example-changed" Works Patch ExampleChanged
        "Examples are for the contract tests.";
    UnknownKeywordChanged = "unknown-keyword-changed" Degrades Major UnknownKeywordChanged
        "No rule knows what it means; judge it, and write the rule.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mirror_of_a_mirror_is_the_rule() {
        for rule in Rule::ALL {
            assert_eq!(rule.mirror().mirror(), *rule, "{}", rule.id());
        }
    }

    #[test]
    fn a_rule_and_its_mirror_are_called_the_same_but_for_a_pair_of_opposites() {
        let opposites = [
            ("added", "removed"),
            ("required", "optional"),
            ("tightened", "loosened"),
            ("narrowed", "widened"),
            ("announced", "withdrawn"),
            ("forbidden", "allowed"),
            ("starts", "stops"),
            ("deprecated", "undeprecated"),
            ("wrapped", "unwrapped"),
            ("bytes", "json"),
            ("", "not"),
            ("", "no"),
        ];
        for rule in Rule::ALL.iter().filter(|rule| rule.mirror() != **rule) {
            let [own, other] =
                [*rule, rule.mirror()].map(|rule| -> Vec<&str> { rule.id().split('-').collect() });
            let only = |one: &[&str], other: &[&str]| -> String {
                let own = one.iter().filter(|word| !other.contains(word));
                own.copied().collect()
            };
            let pair = (only(&own, &other), only(&other, &own));
            let known = opposites.iter().any(|(one, other)| {
                pair == ((*one).to_owned(), (*other).to_owned())
                    || pair == ((*other).to_owned(), (*one).to_owned())
            });
            assert!(known, "{} and {}", rule.id(), rule.mirror().id());
        }
    }

    #[test]
    fn ids_are_unique_and_sentences_are_whole() {
        let mut ids: Vec<&str> = Rule::ALL.iter().map(|rule| rule.id()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), Rule::ALL.len());
        for rule in Rule::ALL {
            assert!(
                rule.why().ends_with('.') && rule.why().len() < 130,
                "{}",
                rule.id()
            );
        }
    }
}
