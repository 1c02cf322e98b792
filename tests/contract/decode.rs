//! The document's examples, decoded into our types and written again: what each became, and what the round trip lost, added
//! or changed. What may differ at all is in [`crate::meaning`].

use std::fmt::Write as _;

use mx_nexus::operations::{Answer, Operation};
use serde_json::{Value, json};

use crate::apis::{self, APIS, Api};
use crate::document;
use crate::meaning;
use crate::printing::Printer;
use crate::types::{Side, Type, parse};

#[test]
fn what_becomes_of_every_example() {
    let mut failures = Vec::new();
    apis::pin_each("decode", |api| {
        let texts = api.operations().iter().map(|operation| {
            let text =
                request(api, operation, &mut failures) + &answer(api, operation, &mut failures);
            (operation.id.to_owned(), text)
        });
        texts.collect()
    });
    // The difference of a snapshot shows more of what went wrong.
    assert_eq!(failures, Vec::<String>::new());
}

/// What the walk above does not see would pass unnoticed.
#[test]
fn every_example_of_the_document_is_seen() {
    for (api, side) in APIS
        .iter()
        .flat_map(|api| [(api, Side::Request), (api, Side::Response)])
    {
        let documented = document::of(api).with_examples(side);
        let is_seen = |id: &&str| api.example(id, side).is_some();
        let unseen: Vec<_> = documented.iter().filter(|id| !is_seen(id)).collect();
        assert_eq!(unseen, Vec::<&&str>::new(), "{} {side:?}", api.name);
        assert!(!documented.is_empty(), "{} {side:?}", api.name);
    }
}

/// A body is sent as a sample in `wire`; the document's example is of interest where there is one.
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
        (Answer::Bytes, _) => return "answer: bytes\n".to_owned(),
        _ => return "answer: nothing\n".to_owned(),
    }
    let name = operation.answer_type.expect("JSON has a type");
    let answer = api.type_of(name);
    let sent = example.cloned().unwrap_or_else(|| parse(answer.maximal));
    let written = rewritten(operation, answer, &sent);
    failures.extend(meaning::check(operation.id, &sent, &written).err());
    match example {
        Some(example) => of_example("answer", api, answer, example, &written),
        // The fields would be those of the schema, which has a snapshot of its own.
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

/// What a round trip did: places, and never a value.
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
fn a_round_trip_that_drops_or_makes_up_a_field_says_so() {
    let sent = json!({"a": [{"b": 1, "gone": null}], "n": 1000, "c": 4711});
    let written = json!({"a": [{"b": 1, "new": "S3CR3T"}, {}], "n": 1000.0, "c": "4711"});
    let expected = "lost:\n  .a[0].gone: null\nadded:\n  .a[0].new: a text\n  .a[1]: an object\n\
                    changed:\n  .c: a number became a text\n";
    assert_eq!(differences(&sent, &written), expected);
}
