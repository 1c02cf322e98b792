//! Where in a YAML text a value stands, by its JSON pointer: a document has 8,000 lines, so every finding names its line.
//!
//! The values themselves are read elsewhere; this reads the same text once more as events with their places.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, Span};

/// The places of everything in one YAML text.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    places: BTreeMap<String, Place>,
}

/// Where a value begins. Lines count from 1, columns from 0, both in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The line of its key, or its own where it has none.
    pub line: usize,
    pub start: (usize, usize),
}

/// What is open while the events are read.
enum Container {
    Mapping {
        pointer: String,
        key: Option<(String, usize)>,
    },
    Sequence {
        pointer: String,
        next: usize,
    },
}

impl Lines {
    /// Reads the places of `text`, up to the first that is no YAML.
    pub(crate) fn read(text: &str) -> Self {
        let mut lines = Self::default();
        let mut open: Vec<Container> = Vec::new();
        for (event, span) in Parser::new_from_str(text).map_while(Result::ok) {
            match event {
                Event::MappingStart(..) => {
                    let pointer = lines.enter(&mut open, span);
                    open.push(Container::Mapping { pointer, key: None });
                }
                Event::SequenceStart(..) => {
                    let pointer = lines.enter(&mut open, span);
                    open.push(Container::Sequence { pointer, next: 0 });
                }
                Event::MappingEnd | Event::SequenceEnd => drop(open.pop()),
                Event::Scalar(text, ..) => lines.scalar(&mut open, &text, span),
                Event::Alias(_) => lines.scalar(&mut open, "", span),
                _ => {}
            }
        }
        lines
    }

    /// The line of the value at `pointer`, or of the nearest value around it.
    pub(crate) fn line(&self, pointer: &str) -> usize {
        let mut pointer = pointer;
        loop {
            if let Some(place) = self.places.get(pointer) {
                return place.line;
            }
            match pointer.rsplit_once('/') {
                Some((around, _)) => pointer = around,
                None => return 1,
            }
        }
    }

    pub(crate) fn place(&self, pointer: &str) -> Option<Place> {
        self.places.get(pointer).copied()
    }

    fn scalar(&mut self, open: &mut [Container], text: &str, span: Span) {
        match open.last_mut() {
            Some(Container::Mapping { key, .. }) if key.is_none() => {
                *key = Some((text.to_owned(), span.start.line()));
            }
            _ => drop(self.enter(open, span)),
        }
    }

    /// Notes the place of a value that begins, and returns its pointer.
    fn enter(&mut self, open: &mut [Container], span: Span) -> String {
        let start = (span.start.line(), span.start.col());
        let (pointer, line) = match open.last_mut() {
            None => (String::new(), start.0),
            Some(Container::Sequence { pointer, next }) => {
                *next += 1;
                (format!("{pointer}/{}", *next - 1), start.0)
            }
            Some(Container::Mapping { pointer, key }) => {
                // A key that is itself a collection has no name; OpenAPI has none.
                let (name, line) = key.take().unwrap_or_else(|| ("?".to_owned(), start.0));
                let step = crate::document::escape(&name);
                (format!("{pointer}/{step}"), line)
            }
        };
        self.places.insert(pointer.clone(), Place { line, start });
        pointer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# A comment: with a colon
openapi: 3.0.0
info:
  description: >-
    Two lines, of which
    one: looks like a key

  'title': \"it's: quoted\"
paths:
  '/a/{b}':
    get: {operationId: a, tags: [one, two,
      three]}
    post:
      parameters:
        - name: x
          in: query
        -
          name: y
      last: ~
";

    #[test]
    fn every_value_has_the_line_of_its_key() {
        let lines = Lines::read(TEXT);
        for (pointer, line) in [
            ("", 2),
            ("/info", 3),
            ("/info/description", 4),
            ("/info/title", 8),
            ("/paths/~1a~1{b}", 10),
            ("/paths/~1a~1{b}/get/tags/1", 11),
            ("/paths/~1a~1{b}/get/tags/2", 12),
            ("/paths/~1a~1{b}/post/parameters/0/in", 16),
            ("/paths/~1a~1{b}/post/parameters/1", 18),
            ("/paths/~1a~1{b}/post/last", 19),
            // What is not there has the line of what is around it.
            ("/info/title/gone", 8),
            ("/paths/~1gone/get", 9),
            ("gone", 1),
        ] {
            assert_eq!(lines.line(pointer), line, "{pointer}");
        }
    }
}
