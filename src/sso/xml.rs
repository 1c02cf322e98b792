//! Reads the XML form of an API token: `<api_token><token>…</token></api_token>`, bounded in size.

use std::pin::Pin;
use std::task::{Context, Poll};

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::api::ByteStream;
use crate::error::Error;
use crate::operations::Operation;
use crate::secret::Secret;

/// An API token is some dozens of bytes; anything near this is something else.
const LIMIT: usize = 64 * 1024;

/// The token in an XML answer, if it has one.
pub(super) async fn token(
    stream: ByteStream,
    operation: Option<&'static Operation>,
) -> Result<Option<Secret>, Error> {
    let body = read(stream, operation).await?;
    find(&body)
        .ok_or_else(|| Error::incomplete(operation, "the answer is not the XML of an API token"))
}

async fn read(stream: ByteStream, operation: Option<&'static Operation>) -> Result<Vec<u8>, Error> {
    let mut stream = stream.into_inner();
    let mut body = Vec::new();
    while let Some(chunk) = std::future::poll_fn(|context| next(stream.as_mut(), context)).await {
        let chunk = chunk.map_err(|error| match operation {
            Some(operation) => Error::transport(operation, error),
            None => Error::incomplete(None, "the answer broke off"),
        })?;
        if body.len() + chunk.len() > LIMIT {
            let reason = "the answer is too large for the XML of an API token";
            return Err(Error::incomplete(operation, reason));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn next<S: futures_core::Stream + ?Sized>(
    stream: Pin<&mut S>,
    context: &mut Context<'_>,
) -> Poll<Option<S::Item>> {
    stream.poll_next(context)
}

/// `None` when it is no such document at all; `Some(None)` when its token is missing.
fn find(body: &[u8]) -> Option<Option<Secret>> {
    let mut reader = Reader::from_str(std::str::from_utf8(body).ok()?);
    reader.config_mut().trim_text(true);
    let mut path: Vec<String> = Vec::new();
    let mut found: Option<String> = None;
    let mut seen_root = false;
    loop {
        let text = match reader.read_event().ok()? {
            Event::Start(start) => {
                path.push(start.name().as_ref().to_owned());
                seen_root |= path == ["api_token"];
                continue;
            }
            Event::Empty(empty) => {
                seen_root |= path.is_empty() && empty.name().as_ref() == "api_token";
                continue;
            }
            Event::End(_) => {
                path.pop();
                continue;
            }
            Event::Text(text) => text.to_string(),
            Event::CData(text) => text.to_string(),
            Event::GeneralRef(name) => quick_xml::escape::unescape(&format!("&{};", &*name))
                .ok()?
                .into_owned(),
            Event::Eof => break,
            _ => continue,
        };
        if path == ["api_token", "token"] {
            found.get_or_insert_default().push_str(&text);
        }
    }
    (seen_root && path.is_empty()).then(|| found.map(Secret::new))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token_of(text: &str) -> Option<Option<String>> {
        find(text.as_bytes()).map(|token| token.map(|secret| secret.expose().to_owned()))
    }

    #[test]
    fn the_token_is_found_with_and_without_a_prologue() {
        let plain = "<api_token>\n  <token>abc-123</token>\n</api_token>";
        assert_eq!(token_of(plain), Some(Some("abc-123".to_owned())));
        let whole = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{plain}\n");
        assert_eq!(token_of(&whole), Some(Some("abc-123".to_owned())));
    }

    #[test]
    fn entities_and_sections_are_resolved() {
        let text = "<api_token><token>a&amp;b<![CDATA[<c>]]></token></api_token>";
        assert_eq!(token_of(text), Some(Some("a&b<c>".to_owned())));
    }

    #[test]
    fn a_document_without_a_token_has_none() {
        assert_eq!(token_of("<api_token></api_token>"), Some(None));
        assert_eq!(token_of("<api_token/>"), Some(None));
        assert_eq!(token_of("<api_token><token/></api_token>"), Some(None));
        assert_eq!(
            token_of("<api_token><other><token>x</token></other></api_token>"),
            Some(None)
        );
    }

    #[test]
    fn anything_else_is_no_such_document() {
        for text in [
            "",
            "hello",
            "<html><body>502</body></html>",
            "<api_token><token>x",
            "<a></b>",
            "<a/>",
        ] {
            assert_eq!(token_of(text), None, "{text}");
        }
    }
}
