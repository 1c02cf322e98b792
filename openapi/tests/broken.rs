//! A document broken on purpose fails the build with one line that names document, pass and place.
//! One snapshot shows all the lines, as the person who broke it reads them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use mx_nexus_openapi::{APIS, Api};

/// One way to break the real files.
struct Break {
    what: &'static str,
    file: File,
    /// The first occurrence of this text …
    old: &'static str,
    /// … becomes this one.
    new: &'static str,
}

#[derive(PartialEq)]
enum File {
    Document,
    Overlay,
}

const BREAKS: [Break; 17] = [
    Break {
        what: "bad YAML",
        file: File::Document,
        old: "paths:\n",
        new: "paths: [\n",
    },
    Break {
        what: "bad YAML in the overlay",
        file: File::Overlay,
        old: "actions:\n",
        new: "actions: {\n",
    },
    Break {
        what: "a key that stands twice",
        file: File::Document,
        old: "        connection_status:\n",
        new: "        is_oauth:\n          type: boolean\n        connection_status:\n",
    },
    Break {
        what: "a key that stands twice in the overlay",
        file: File::Overlay,
        old: "extends: v1.yaml\n",
        new: "extends: v1.yaml\nextends: v1.yaml\n",
    },
    Break {
        what: "a dangling $ref",
        file: File::Document,
        old: "$ref: '#/components/schemas/MemberResponse'",
        new: "$ref: '#/components/schemas/GoneResponse'",
    },
    Break {
        what: "two operations with one id",
        file: File::Document,
        old: "operationId: readMember\n",
        new: "operationId: listMembers\n",
    },
    Break {
        what: "an operation without an id",
        file: File::Document,
        old: "operationId: readMember\n",
        new: "x-was: readMember\n",
    },
    Break {
        what: "an overlay action without a match",
        file: File::Overlay,
        old: "actions:\n",
        new: "actions:\n  - target: $.paths['/gone'].get\n    description: It was there once.\n    update:\n      x-starts-work: true\n",
    },
    Break {
        what: "an overlay action of which a part has no match",
        file: File::Overlay,
        old: "$.components.schemas['GoalCreateRequest', 'GoalUpdateRequest'].properties",
        new: "$.components.schemas['GoalCreateRequest', 'GoalChangeRequest'].properties",
    },
    Break {
        what: "an overlay action of which a part changes nothing",
        file: File::Overlay,
        old: "actions:\n",
        new: "actions:\n  - target: $['info', 'paths']\n    description: It says so already, in part.\n    update:\n      version: 1.0.0\n",
    },
    Break {
        what: "an overlay of another document",
        file: File::Overlay,
        old: "extends: v1.yaml\n",
        new: "extends: v2.yaml\n",
    },
    Break {
        what: "an overlay action that changes nothing",
        file: File::Overlay,
        old: "actions:\n",
        new: "actions:\n  - target: $.info\n    description: It says so already.\n    update:\n      version: 1.0.0\n",
    },
    Break {
        what: "a conversion that no longer applies",
        file: File::Document,
        old: "        connection_status:\n",
        new: "        state_of_connection:\n",
    },
    Break {
        what: "a conversion of a field of another type",
        file: File::Overlay,
        old: "x-types:\n",
        new: "x-types:\n        WholeMember:\n          kind: identifier\n          description: It is none.\n          fields: [MemberResponseBody.member]\n",
    },
    Break {
        what: "an unknown kind of type",
        file: File::Overlay,
        old: "kind: identifier\n",
        new: "kind: identifer\n",
    },
    Break {
        what: "a closed list of values in an answer",
        file: File::Document,
        old: "    MemberResponseBody:\n      type: object\n      properties:\n",
        new: "    MemberResponseBody:\n      type: object\n      properties:\n        mood:\n          type: string\n          enum: [GOOD, BAD]\n",
    },
    Break {
        what: "a schema that is both sent and received",
        file: File::Document,
        old: "    MemberResponseBody:\n      type: object\n      properties:\n",
        new: "    MemberResponseBody:\n      type: object\n      properties:\n        asked:\n          $ref: '#/components/schemas/MemberCreateRequestBody'\n",
    },
];

#[test]
fn every_break_names_document_pass_and_place() {
    let [nexus, ..] = &APIS;
    let lines: Vec<String> = BREAKS
        .iter()
        .map(|broken| format!("{}\n  {}", broken.what, message(nexus, broken)))
        .collect();
    insta::with_settings!({
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!("broken", lines.join("\n\n"));
    });
}

fn message(api: &Api, broken: &Break) -> String {
    let [mut document, mut overlay] = api
        .sources()
        .map(|path| std::fs::read_to_string(path).unwrap());
    let text = match broken.file {
        File::Document => &mut document,
        File::Overlay => &mut overlay,
    };
    let what = broken.what;
    assert!(text.contains(broken.old), "{what}: nothing to break");
    *text = text.replacen(broken.old, broken.new, 1);
    let failure = match api.generate_from_text(&document, &overlay) {
        Err(failure) => failure,
        Ok(_) => panic!("{what}: it was not noticed"),
    };
    for (part, name) in [
        (failure.document(), "document"),
        (failure.pass(), "pass"),
        (failure.place(), "place"),
    ] {
        assert!(!part.is_empty(), "{what}: no {name} in {failure}");
        assert!(failure.to_string().contains(part), "{what}: {failure}");
    }
    let message = failure.to_string();
    let folder = mx_nexus_openapi::folder().to_string_lossy();
    assert!(!message.contains(&*folder), "{what}: {message}");
    assert_eq!(message.lines().count(), 1, "{what}: {message}");
    message
}
