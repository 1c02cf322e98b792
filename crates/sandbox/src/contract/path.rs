//! Paths of a document, matched segment by segment against what was asked for.

use std::collections::BTreeMap;

/// A path with its parameters in braces.
pub(super) struct Template(Vec<Segment>);

enum Segment {
    Word(String),
    Parameter {
        name: String,
        before: String,
        after: String,
    },
}

/// The decoded segments of a raw path; none when it is no path, or does not decode.
pub(super) fn segments(path: &str) -> Option<Vec<String>> {
    let path = path.strip_prefix('/')?;
    let path = path.strip_suffix('/').unwrap_or(path);
    path.split('/').map(decode).collect()
}

/// Percent-decodes one segment: after the split, so that an encoded slash does not part it.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes().iter();
    while let Some(&byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || {
            let digit = char::from(*rest.next()?).to_digit(16)?;
            u8::try_from(digit).ok()
        };
        bytes.push(digit()? * 16 + digit()?);
    }
    String::from_utf8(bytes).ok()
}

impl Template {
    pub(super) fn new(path: &str) -> Self {
        let segments = path.trim_start_matches('/').split('/');
        Self(segments.map(Segment::new).collect())
    }

    /// The parameters of a path that fits.
    pub(super) fn read(&self, segments: &[String]) -> Option<BTreeMap<String, String>> {
        if segments.len() != self.0.len() {
            return None;
        }
        let mut parameters = BTreeMap::new();
        for (wanted, found) in self.0.iter().zip(segments) {
            match wanted {
                Segment::Word(word) if word == found => {}
                Segment::Word(_) => return None,
                Segment::Parameter {
                    name,
                    before,
                    after,
                } => {
                    let value = found.strip_prefix(before.as_str())?;
                    let value = value.strip_suffix(after.as_str())?;
                    if value.is_empty() {
                        return None;
                    }
                    parameters.insert(name.clone(), value.to_owned());
                }
            }
        }
        Some(parameters)
    }

    /// Which segments are words: of two templates that fit, the greater one says more.
    pub(super) fn literals(&self) -> Vec<bool> {
        let segments = self.0.iter();
        segments
            .map(|segment| matches!(segment, Segment::Word(_)))
            .collect()
    }
}

impl Segment {
    fn new(text: &str) -> Self {
        let parameter = text.split_once('{').and_then(|(before, rest)| {
            let (name, after) = rest.split_once('}')?;
            Some(Self::Parameter {
                name: name.to_owned(),
                before: before.to_owned(),
                after: after.to_owned(),
            })
        });
        parameter.unwrap_or_else(|| Self::Word(text.to_owned()))
    }
}
