//! The document's examples, decoded into our types and encoded again: the values, and what the round trip lost, added or
//! changed. The allowed differences are in [`crate::meaning`].

use std::fmt::Write as _;

use mx_nexus::operations::{Answer, Operation};
use serde_json::{Value, json};

use crate::apis::{self, Api, NEXUS};
use crate::document;
use crate::meaning;
use crate::printing::Printer;
use crate::types::{Side, Type, parse};

#[test]
fn every_example_round_trips() {
    let mut failures = Vec::new();
    apis::pin_each("decode", |api| {
        let texts = api.operations().iter().map(|operation| {
            let text =
                request(api, operation, &mut failures) + &answer(api, operation, &mut failures);
            (operation.id.to_owned(), text)
        });
        texts.collect()
    });
    // After the snapshots, because their difference shows more.
    assert_eq!(failures, Vec::<String>::new());
}

#[test]
fn every_example_of_the_document_is_tested() {
    for side in [Side::Request, Side::Response] {
        let documented = document::with_examples(side);
        let is_seen = |id: &&str| NEXUS.example(id, side).is_some();
        let unseen: Vec<_> = documented.iter().filter(|id| !is_seen(id)).collect();
        assert_eq!(unseen, Vec::<&&str>::new(), "{side:?}");
        assert!(!documented.is_empty(), "{side:?}");
    }
}

/// The document's example of the request, if there is one; `wire` has a sample of every request.
fn request(api: &'static Api, operation: &Operation, failures: &mut Vec<String>) -> String {
    let Some(example) = api.example(operation.id, Side::Request) else {
        return String::new();
    };
    let name = operation.request_type.expect("its example has a type");
    let body = api.type_of(name);
    let written = rewritten(operation, body, example);
    // A version of a widget's messages is a number in an example of SSO, and text in Rust.
    let check = match api.name {
        "sso" => meaning::check,
        _ => meaning::check_exactly,
    };
    failures.extend(check(operation.id, example, &written).err());
    format!("{}\n", of_example("request", api, body, example, &written))
}

fn answer(api: &'static Api, operation: &Operation, failures: &mut Vec<String>) -> String {
    let example = api.example(operation.id, Side::Response);
    match (operation.answer, example) {
        (Answer::Json, _) => {}
        (Answer::Bytes, Some(Value::String(text))) => {
            let lines = text.lines().count();
            return format!("answer: bytes, {lines} lines in the document's example\n");
        }
        (Answer::Bytes, _) => panic!("{} has no example", operation.id),
        _ => return "answer: nothing\n".to_owned(),
    }
    let name = operation.answer_type.expect("JSON has a type");
    let answer = api.type_of(name);
    let sent = example.cloned().unwrap_or_else(|| parse(answer.maximal));
    let written = rewritten(operation, answer, &sent);
    failures.extend(meaning::check(operation.id, &sent, &written).err());
    match example {
        Some(example) => of_example("answer", api, answer, example, &written),
        // The schema has the fields in a snapshot of its own.
        None => format!(
            "answer: {name}, a sample with every field, because the document has no example\n{}",
            differences(&sent, &written)
        ),
    }
}

fn rewritten(operation: &Operation, of: &Type, value: &Value) -> Value {
    (of.rewrite)(value).unwrap_or_else(|error| panic!("{}: {error}", operation.id))
}

fn of_example(
    side: &str,
    api: &'static Api,
    of: &Type,
    example: &Value,
    written: &Value,
) -> String {
    let mut text = format!("{side}: {}, the document's example\n", of.name);
    for line in Printer::of(api, of).lines(written) {
        writeln!(text, "  {line}").unwrap();
    }
    text + &differences(example, written)
}

/// The places that a round trip changed, without values.
#[derive(Default)]
struct Differences {
    lost: Vec<String>,
    added: Vec<String>,
    changed: Vec<String>,
}

fn differences(sent: &Value, written: &Value) -> String {
    let mut found = Differences::default();
    found.compare("", sent, written);
    let mut text = String::new();
    for (name, places) in [
        ("lost", found.lost),
        ("added", found.added),
        ("changed", found.changed),
    ] {
        match places.as_slice() {
            [] => writeln!(text, "{name}: nothing").unwrap(),
            places => writeln!(text, "{name}:\n  {}", places.join("\n  ")).unwrap(),
        }
    }
    text
}

impl Differences {
    fn compare(&mut self, place: &str, sent: &Value, written: &Value) {
        match (sent, written) {
            (Value::Object(sent), Value::Object(written)) => {
                for (name, member) in sent {
                    let place = format!("{place}.{name}");
                    match written.get(name) {
                        Some(other) => self.compare(&place, member, other),
                        None => self.lost.push(format!("{place}: {}", kind(member))),
                    }
                }
                let news = written.iter().filter(|(name, _)| !sent.contains_key(*name));
                let news = news.map(|(name, member)| format!("{place}.{name}: {}", kind(member)));
                self.added.extend(news);
            }
            (Value::Array(sent), Value::Array(written)) => {
                for (index, item) in sent.iter().enumerate() {
                    let place = format!("{place}[{index}]");
                    match written.get(index) {
                        Some(other) => self.compare(&place, item, other),
                        None => self.lost.push(format!("{place}: {}", kind(item))),
                    }
                }
                for (index, item) in written.iter().enumerate().skip(sent.len()) {
                    self.added.push(format!("{place}[{index}]: {}", kind(item)));
                }
            }
            // 1000 and 1000.0 are one number.
            (Value::Number(sent), Value::Number(written)) if sent.as_f64() == written.as_f64() => {}
            _ if sent == written => {}
            _ => {
                let (sent, written) = (kind(sent), kind(written));
                self.changed
                    .push(format!("{place}: {sent} became {written}"));
            }
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(text) if text == "null" => "the text \"null\"",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[test]
fn differences_list_lost_added_and_changed_fields() {
    let sent = json!({"a": [{"b": 1, "gone": null}], "n": 1000, "c": 4711});
    let written = json!({"a": [{"b": 1, "new": "S3CR3T"}, {}], "n": 1000.0, "c": "4711"});
    let expected = "lost:\n  .a[0].gone: null\nadded:\n  .a[0].new: a text\n  .a[1]: an object\n\
                    changed:\n  .c: a number became a text\n";
    assert_eq!(differences(&sent, &written), expected);
}
