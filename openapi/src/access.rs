//! How an API is reached: its addresses, its media type, and the headers that carry the credentials.

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

use crate::failure::Failure;

/// What holds for all operations of an API.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    /// The media type of requests, and the one that responses are asked for in.
    pub media_type: String,
    /// The header of the document's own security scheme.
    pub credential_header: String,
    /// The header of a second scheme, which the overlay marks `x-client-id`.
    pub client_id_header: Option<String>,
    integration: String,
    production: String,
}

/// Reads it from an overlaid document.
pub(crate) fn read(document: &Value) -> Result<Access, Failure> {
    let refuse = |place: &str, reason: &str| Failure::new("access", place, reason);
    let media_type = document["info"]["x-media-type"].as_str().ok_or_else(|| {
        refuse(
            "$.info",
            "it names no x-media-type, the one that the API is spoken to in",
        )
    })?;
    let schemes = document["security"][0].as_object().into_iter().flatten();
    let schemes = schemes.map(|(name, _)| &document["components"]["securitySchemes"][name]);
    let (ids, keys): (Vec<&Value>, Vec<&Value>) =
        schemes.partition(|scheme| scheme["x-client-id"] == true);
    let credential_header = header_of(&keys).ok_or_else(|| {
        refuse(
            "$.security",
            "it names no security scheme that is a header, or several; one beside the key may be marked x-client-id",
        )
    })?;
    let server = |environment: &str| {
        let servers = document["servers"].as_array();
        let found = servers
            .into_iter()
            .flatten()
            .find(|server| server["x-environment"] == environment)
            .and_then(|server| server["url"].as_str());
        // A slash at the end would give paths that begin with two.
        let address = found.map(|url| url.trim_end_matches('/').to_owned());
        let reason = format!("no server is marked x-environment: {environment}");
        address.ok_or_else(|| refuse("$.servers", &reason))
    };
    Ok(Access {
        media_type: media_type.to_owned(),
        credential_header,
        client_id_header: header_of(&ids),
        integration: server("integration")?,
        production: server("production")?,
    })
}

/// The header of the only scheme.
fn header_of(schemes: &[&Value]) -> Option<String> {
    match schemes {
        [scheme] => scheme["name"].as_str().map(str::to_owned),
        _ => None,
    }
}

/// The constants beside the operations table.
pub(crate) fn emit(access: &Access) -> TokenStream {
    let Access {
        credential_header,
        integration,
        production,
        ..
    } = access;
    quote! {
        pub(crate) const CREDENTIAL_HEADER: &str = #credential_header;
        pub(crate) const INTEGRATION: &str = #integration;
        pub(crate) const PRODUCTION: &str = #production;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document() -> Value {
        json!({
            "info": {"x-media-type": "application/vnd.x+json"},
            "security": [{"token": []}],
            "components": {"securitySchemes": {"token": {"name": "X-TOKEN"}}},
            "servers": [
                {"url": "https://a.example/", "x-environment": "integration"},
                {"url": "https://b.example", "x-environment": "production"}
            ]
        })
    }

    #[test]
    fn addresses_lose_the_slash_at_their_end() {
        let access = read(&document()).unwrap();
        assert_eq!(access.integration, "https://a.example");
        assert_eq!(access.production, "https://b.example");
        assert_eq!(access.credential_header, "X-TOKEN");
    }

    #[test]
    fn the_scheme_that_is_marked_is_the_client_id() {
        let mut document = document();
        document["security"][0]["id"] = json!([]);
        document["components"]["securitySchemes"]["id"] = json!({"name": "X-ID"});
        assert_eq!(read(&document).unwrap_err().place(), "$.security");
        document["components"]["securitySchemes"]["id"]["x-client-id"] = json!(true);
        let access = read(&document).unwrap();
        assert_eq!(access.credential_header, "X-TOKEN");
        assert_eq!(access.client_id_header.as_deref(), Some("X-ID"));
    }

    #[test]
    fn missing_facts_are_refused_with_their_place() {
        for (pointer, place) in [
            ("/info", "$.info"),
            ("/security", "$.security"),
            ("/servers/1", "$.servers"),
        ] {
            let mut document = document();
            *document.pointer_mut(pointer).unwrap() = json!({});
            assert_eq!(read(&document).unwrap_err().place(), place);
        }
    }
}
