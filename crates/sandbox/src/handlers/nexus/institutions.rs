//! Institutions: search, read, list as CSV, credentials.

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};

use crate::bank::{Field, Institution};
use crate::call::{Body, Call, Reply};
use crate::handlers::pages::Page;
use crate::settings::JobKind;
use crate::state::State;
use crate::world::Country;

/// When all institutions were created and last changed.
const ENTERED: &str = "2016-09-21T22:03:55.000Z";

/// The columns of the CSV.
const COLUMNS: &str = "guid,name,instructions,created_at,updated_at,url,popularity,is_hidden,has_checking_accounts,\
has_savings_accounts,has_loan_accounts,has_credit_card_accounts,has_investment_accounts,has_line_of_credit_accounts,\
has_mortgage_accounts,external_guid,medium_logo_url,small_logo_url";

/// The reply to an operation on institutions.
pub(super) fn reply(state: &State, call: &Call) -> Option<Result<Reply, Reply>> {
    let found = || {
        let found = state.institution(call.path("institution_guid"));
        found.ok_or_else(|| Reply::problem(404, None, "The institution is unknown."))
    };
    Some(match call.operation.id {
        "searchInstitutions" => search(state, call),
        "readInstitution" => {
            found().map(|found| Reply::ok(json!({"institution": institution_json(found)})))
        }
        "listInstitutionCredentials" => found().map(|found| {
            let credentials: Value = credentials(found);
            Reply::ok(json!({"credentials": credentials}))
        }),
        "listInstitutions" => Ok(list(state)),
        _ => return None,
    })
}

pub(in crate::handlers) fn credentials(institution: &Institution) -> Value {
    let fields = institution.fields.iter().enumerate();
    fields
        .map(|(index, field)| credential(institution, index, field))
        .collect()
}

/// A credential in MX's shape, without name and type.
pub(super) fn bare_credential(institution: &Institution, guid: &str, index: usize) -> Value {
    json!({
        "answer_field_type": null,
        "created_at": ENTERED,
        "display_name": null,
        "display_order": index + 1,
        "editable": true,
        "escaped": null,
        "guid": guid,
        "institution_guid": institution.guid,
        "max_length": null,
        "meta_data": null,
        "mfa": false,
        "optional": false,
        "optional_mfa": null,
        "options": [],
        "size": null,
        "updated_at": ENTERED,
        "value_identifier": null,
        "value_mask": null,
    })
}

fn credential(institution: &Institution, index: usize, field: &Field) -> Value {
    let mut shown = bare_credential(institution, &field.guid, index);
    shown["field_name"] = json!(field.name);
    shown["label"] = json!(field.label);
    shown["field_type"] = json!(field.kind.0);
    shown["field_type_name"] = json!(field.kind.1);
    let options = field.options.iter().map(|(value, label)| {
        let guid = field.option_guid(value);
        json!({"guid": guid, "credential_guid": field.guid, "label": label, "value": value})
    });
    shown["options"] = options.collect();
    shown
}

fn search(state: &State, call: &Call) -> Result<Reply, Reply> {
    let wanted = &call.body["institution"];
    let part = |name: &str| wanted[name].as_str().map(str::to_lowercase);
    let (name, url) = (part("name"), part("url"));
    if name.is_none() && url.is_none() {
        let message = "A search needs name or url; an empty name finds all.";
        return Err(Reply::problem(400, Some(4001), message));
    }
    let countries = call
        .query
        .iter()
        .filter(|(key, _)| key == "iso_country_code[]");
    let countries: Vec<&str> = countries.map(|(_, code)| code.as_str()).collect();
    let fits = |institution: &&Arc<Institution>| {
        let agrees = |flag: &str, kind: JobKind| {
            let asked = wanted[flag].as_bool();
            asked.is_none_or(|asked| asked == institution.supports.contains(&kind))
        };
        let has_name = |part: &String| institution.name.to_lowercase().contains(part);
        name.as_ref().is_none_or(has_name)
            && url
                .as_ref()
                .is_none_or(|part| address(institution).contains(part.as_str()))
            && agrees("supports_account_identification", JobKind::Identification)
            && agrees("supports_account_verification", JobKind::Verification)
            && agrees("supports_transaction_history", JobKind::ExtendedHistory)
            && (countries.is_empty() || countries.contains(&country_code(institution)))
    };
    let found: Vec<_> = state.institutions.iter().filter(fits).collect();
    let page = Page::of(call, found.len());
    let on_page = page.cut(found).into_iter();
    let on_page: Vec<Value> = on_page.map(|one| institution_json(one)).collect();
    let paging = page.pagination_data(on_page.len());
    let mut list = json!({"institutions": on_page});
    if call.has_pages {
        list["pagination_data"] = paging;
    }
    Ok(Reply::ok(list))
}

pub(in crate::handlers) fn institution_json(institution: &Institution) -> Value {
    let address = address(institution);
    let logo = |size: &str| format!("{address}/logo-{size}.png");
    json!({
        "code": institution.code,
        "created_at": ENTERED,
        "forgot_password_url": format!("{address}/forgot-password"),
        "forgot_username_url": format!("{address}/forgot-username"),
        "guid": institution.guid,
        "has_checking_accounts": true,
        "has_credit_card_accounts": true,
        "has_investment_accounts": false,
        "has_line_of_credit_accounts": false,
        "has_loan_accounts": false,
        "has_mortgage_accounts": false,
        "has_savings_accounts": true,
        "is_disabled_by_client": false,
        "is_hidden": institution.is_hidden,
        "is_test": true,
        "iso_country_code": [country_code(institution)],
        "medium_logo_url": logo("100x100"),
        "name": institution.name,
        "popularity": institution.popularity,
        "small_logo_url": logo("50x50"),
        "supports_account_identification": institution.supports.contains(&JobKind::Identification),
        "supports_account_verification": institution.supports.contains(&JobKind::Verification),
        "supports_oauth": institution.supports_oauth,
        "supports_transaction_history": institution.supports.contains(&JobKind::ExtendedHistory),
        "trouble_signing_in_url": format!("{address}/trouble-signing-in"),
        "updated_at": ENTERED,
        "url": address,
    })
}

fn list(state: &State) -> Reply {
    let mut csv = format!("{COLUMNS}\n");
    for institution in &state.institutions {
        let address = address(institution);
        let Institution {
            guid,
            name,
            popularity,
            is_hidden,
            ..
        } = &**institution;
        let name = match name.contains([',', '"', '\n']) {
            true => &format!("\"{}\"", name.replace('"', "\"\"")),
            false => name,
        };
        csv.push_str(&format!(
            "{guid},{name},,{ENTERED},{ENTERED},{address},{popularity},{is_hidden},true,true,false,true,false,false,false,,\
             {address}/logo-100x100.png,{address}/logo-50x50.png\n"
        ));
    }
    Reply {
        body: Body::Bytes {
            media_type: "text/csv",
            bytes: csv.into_bytes(),
        },
        ..Reply::empty(StatusCode::OK)
    }
}

fn address(institution: &Institution) -> String {
    let host = institution.code.replace('_', "-");
    format!("https://{host}.example.com")
}

fn country_code(institution: &Institution) -> &'static str {
    match institution.country {
        Country::UnitedStates => "US",
        Country::Canada => "CA",
    }
}
