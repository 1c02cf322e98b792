//! The images that some challenges show: decoded, with their media type, bounded in size.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

/// An image of a challenge.
///
/// ```
/// # fn serve(_content_type: &str, _body: &[u8]) {}
/// fn show(image: &mx_nexus::jobs::Image) {
///     serve(image.media_type(), image.bytes());
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Image {
    media_type: String,
    bytes: Vec<u8>,
}

impl Image {
    /// Larger than any captcha; a larger one is not decoded.
    const LIMIT: usize = 4 * 1024 * 1024;

    /// Decodes a data URI, or bare base64 as MX's field table has it.
    pub(super) fn decode(text: &str) -> Option<Self> {
        let text = text.trim();
        let (media_type, data) = match text.strip_prefix("data:") {
            Some(uri) => {
                let (head, data) = uri.split_once(',')?;
                let media_type = head.strip_suffix(";base64")?;
                (media_type.split(';').next().unwrap_or_default(), data)
            }
            None => ("", text),
        };
        if data.is_empty() || data.len() > Self::LIMIT / 3 * 4 {
            return None;
        }
        let compact: String = data
            .chars()
            .filter(|character| !character.is_whitespace())
            .collect();
        let bytes = STANDARD_NO_PAD.decode(compact.trim_end_matches('=')).ok()?;
        // What is no media type would break out of the data URI in a page.
        let media_type = match media_type.split_once('/') {
            Some((kind, form)) if is_token(kind) && is_token(form) => media_type,
            _ => Self::sniff(&bytes),
        };
        Some(Self {
            media_type: media_type.to_owned(),
            bytes,
        })
    }

    fn sniff(bytes: &[u8]) -> &'static str {
        match bytes {
            [0x89, b'P', b'N', b'G', ..] => "image/png",
            [0xff, 0xd8, 0xff, ..] => "image/jpeg",
            [b'G', b'I', b'F', b'8', ..] => "image/gif",
            _ => "application/octet-stream",
        }
    }

    /// Such as `image/png`.
    pub fn media_type(&self) -> &str {
        &self.media_type
    }

    /// The image as a data URI, for the `src` of a page. It serializes as this.
    pub fn data_uri(&self) -> String {
        format!(
            "data:{};base64,{}",
            self.media_type,
            STANDARD.encode(&self.bytes)
        )
    }

    /// The encoded image.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Whether it is part of a media type.
fn is_token(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte);
    !text.is_empty() && text.bytes().all(is_allowed)
}

impl fmt::Debug for Image {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "Image({}, {} bytes)",
            self.media_type,
            self.bytes.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_decoded_with_their_media_type() {
        let decode = |text: &str| Image::decode(text).map(|image| image.media_type);
        assert_eq!(
            decode("data:image/gif;base64,R0lGODlh").as_deref(),
            Some("image/gif")
        );
        assert_eq!(
            decode("data:image/png;charset=x;base64,AAAA").as_deref(),
            Some("image/png")
        );
        assert_eq!(decode("iVBORw0KGgo=").as_deref(), Some("image/png"));
        let broken = "data:image/\"><script>;base64,iVBORw0KGgo=";
        assert_eq!(decode(broken).as_deref(), Some("image/png"));
        for bad in ["", "data:image/png,plain", "data:image/png;base64,", "$$$"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
        assert_eq!(decode(&"A".repeat(Image::LIMIT * 2)), None, "too large");
    }
}
