//! Where in a YAML text a value stands, by its JSON pointer: a finding that names its line is found at once.
//!
//! The values themselves are read elsewhere; this reads the same text once more as events with their places.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, Span};

/// The places of everything in one YAML text.
#[derive(Debug, Default)]
pub struct Lines {
    places: BTreeMap<String, Place>,
    doubles: Vec<Double>,
}

/// Where a value stands. Lines count from 1, columns from 0, both in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The line of its key, or its own where it has none.
    pub line: usize,
    pub start: (usize, usize),
    pub end: (usize, usize),
}

/// A key that stands twice in one mapping.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Double {
    pub key: String,
    pub line: usize,
    pub first: usize,
}

/// What is open while the events are read.
enum Container {
    Mapping {
        pointer: String,
        key: Option<(String, usize)>,
        seen: BTreeMap<String, usize>,
    },
    Sequence {
        pointer: String,
        next: usize,
    },
}

impl Lines {
    /// Reads the places of `text`.
    ///
    /// # Errors
    ///
    /// The line and the reason, if it is no YAML.
    pub fn read(text: &str) -> Result<Self, (usize, String)> {
        let mut lines = Self::default();
        let mut open: Vec<Container> = Vec::new();
        for event in Parser::new_from_str(text) {
            let (event, span) =
                event.map_err(|error| (error.marker().line(), error.info().to_owned()))?;
            match event {
                Event::MappingStart(..) => {
                    let pointer = lines.enter(&mut open, span);
                    open.push(Container::Mapping {
                        pointer,
                        key: None,
                        seen: BTreeMap::new(),
                    });
                }
                Event::SequenceStart(..) => {
                    let pointer = lines.enter(&mut open, span);
                    open.push(Container::Sequence { pointer, next: 0 });
                }
                Event::MappingEnd | Event::SequenceEnd => {
                    let closed = open.pop();
                    if let Some(
                        Container::Mapping { pointer, .. } | Container::Sequence { pointer, .. },
                    ) = closed
                        && let Some(place) = lines.places.get_mut(&pointer)
                    {
                        place.end = position(span.end);
                    }
                }
                Event::Scalar(text, ..) => lines.scalar(&mut open, &text, span),
                Event::Alias(_) => lines.scalar(&mut open, "", span),
                _ => {}
            }
        }
        Ok(lines)
    }

    /// The line of the value at `pointer`, or of the nearest value around it.
    pub fn line(&self, pointer: &str) -> usize {
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

    /// The keys that stand twice, of which a reader would keep one in silence.
    pub(crate) fn doubles(&self) -> &[Double] {
        &self.doubles
    }

    fn scalar(&mut self, open: &mut [Container], text: &str, span: Span) {
        if let Some(Container::Mapping { key, seen, .. }) = open.last_mut()
            && key.is_none()
        {
            let line = span.start.line();
            if let Some(first) = seen.insert(text.to_owned(), line) {
                self.doubles.push(Double {
                    key: text.to_owned(),
                    line,
                    first,
                });
            }
            *key = Some((text.to_owned(), line));
            return;
        }
        self.enter(open, span);
    }

    /// Notes the place of a value that begins, and answers its pointer.
    fn enter(&mut self, open: &mut [Container], span: Span) -> String {
        let start = position(span.start);
        let (pointer, line) = match open.last_mut() {
            None => (String::new(), start.0),
            Some(Container::Sequence { pointer, next }) => {
                *next += 1;
                (format!("{pointer}/{}", *next - 1), start.0)
            }
            Some(Container::Mapping { pointer, key, .. }) => {
                // A key that is itself a collection has no name; OpenAPI has none.
                let (name, line) = key.take().unwrap_or_else(|| ("?".to_owned(), start.0));
                let step = crate::document::escape(&name);
                (format!("{pointer}/{step}"), line)
            }
        };
        let place = Place {
            line,
            start,
            end: position(span.end),
        };
        self.places.insert(pointer.clone(), place);
        pointer
    }
}

fn position(marker: saphyr_parser::Marker) -> (usize, usize) {
    (marker.line(), marker.col())
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

  # Another comment
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
      notes: |
        - no item
      last: ~
";

    #[test]
    fn every_value_has_the_line_of_its_key() {
        let lines = Lines::read(TEXT).unwrap();
        for (pointer, line) in [
            ("", 2),
            ("/openapi", 2),
            ("/info", 3),
            ("/info/description", 4),
            ("/info/title", 9),
            ("/paths/~1a~1{b}", 11),
            ("/paths/~1a~1{b}/get/operationId", 12),
            ("/paths/~1a~1{b}/get/tags/1", 12),
            ("/paths/~1a~1{b}/get/tags/2", 13),
            ("/paths/~1a~1{b}/post/parameters/0/in", 17),
            ("/paths/~1a~1{b}/post/parameters/1", 19),
            ("/paths/~1a~1{b}/post/parameters/1/name", 19),
            ("/paths/~1a~1{b}/post/notes", 20),
            ("/paths/~1a~1{b}/post/last", 22),
        ] {
            assert_eq!(lines.line(pointer), line, "{pointer}");
        }
    }

    #[test]
    fn what_is_not_there_has_the_line_of_what_is_around_it() {
        let lines = Lines::read(TEXT).unwrap();
        assert_eq!(lines.line("/info/title/gone"), 9);
        assert_eq!(lines.line("/paths/~1gone/get"), 10);
        assert_eq!(lines.line("gone"), 1);
    }

    #[test]
    fn every_key_that_stands_twice_is_told() {
        let lines = Lines::read("a: 1\nb: {c: 1, 'c': 2}\na: 3\nd:\n  - a: 1\n  - a: 2\n").unwrap();
        let double = |key: &str, line, first| Double {
            key: key.to_owned(),
            line,
            first,
        };
        assert_eq!(lines.doubles(), [double("c", 2, 2), double("a", 3, 1)]);
    }

    #[test]
    fn what_is_no_yaml_has_a_line() {
        assert_eq!(Lines::read("a: 1\nb: [1\nc: 2\n").unwrap_err().0, 3);
    }

    #[test]
    fn letters_beyond_ascii_count_as_one() {
        let lines = Lines::read("a: [é, ü]\n").unwrap();
        assert_eq!(lines.place("/a/1").map(|place| place.start), Some((1, 7)));
    }
}
