//! The list of institutions.

use crate::bank::{Field, Institution, PasswordSet};
use crate::guids::fixed_guid;
use crate::settings::JobKind;
use crate::world::{self, Country};

/// The kinds of jobs that an institution can support.
const ALL_KINDS: [JobKind; 3] = [
    JobKind::Identification,
    JobKind::Verification,
    JobKind::ExtendedHistory,
];

/// First parts of the names of the small banks, which fill pages of a search.
const FIRST_NAMES: [&str; 9] = [
    "Alder", "Birch", "Cedar", "Elm", "Fir", "Hazel", "Larch", "Maple", "Rowan",
];

/// Second parts.
const SECOND_NAMES: [&str; 4] = ["Credit Union", "National Bank", "Savings Bank", "Trust"];

pub(super) fn all() -> Vec<Institution> {
    let mx_bank = Institution {
        guid: String::from("INS-1572a04c-912b-59bf-5841-332c7dfafaef"),
        fields: vec![
            field(
                "CRD-9f61fb4c-912c-bd1e-b175-ccc7f0275cc1",
                "LOGIN",
                "Username",
            ),
            field(
                "CRD-e3d7ea81-aac7-05e9-fbdd-4b493c6e474d",
                "PASSWORD",
                "Password",
            ),
        ],
        passwords: PasswordSet::MxBank,
        supports_oauth: true,
        supports: vec![JobKind::Identification, JobKind::Verification],
        ..sandbox_bank("mxbank", "MX Bank", 72_644)
    };
    let mx_bank_oauth = Institution {
        guid: String::from("INS-68e96dd6-eabd-42d3-9f05-416897f0746c"),
        fields: Vec::new(),
        passwords: PasswordSet::MxBank,
        supports_oauth: true,
        supports: vec![JobKind::Identification, JobKind::Verification],
        ..sandbox_bank("mx_bank_oauth", "MX Bank (OAuth)", 50_000)
    };
    let unsupporting = Institution {
        supports: Vec::new(),
        ..sandbox_bank("sandbox_savings", "Sandbox Savings (no products)", 30_000)
    };
    let not_enabled = Institution {
        has_no_products: true,
        ..sandbox_bank(
            "sandbox_private_bank",
            "Sandbox Private Bank (not enabled)",
            20_000,
        )
    };
    let hidden = Institution {
        is_hidden: true,
        ..sandbox_bank(
            "sandbox_closed_bank",
            "Sandbox Closed Bank (no new members)",
            10_000,
        )
    };
    let mut all = vec![
        mx_bank,
        mx_bank_oauth,
        sandbox_bank("sandbox_bank", "Sandbox Bank", 40_000),
        unsupporting,
        credit_union(),
        not_enabled,
        hidden,
    ];
    all.extend(FIRST_NAMES.iter().flat_map(|first| {
        SECOND_NAMES.iter().map(move |second| {
            let code = format!("{first}_{second}").to_lowercase().replace(' ', "_");
            sandbox_bank(&code, &format!("{first} {second}"), 100)
        })
    }));
    all.sort_by_key(|one| std::cmp::Reverse(one.popularity));
    all
}

/// An institution of a world, before all others.
pub(super) fn of_world(one: &world::Institution) -> Institution {
    let bank = sandbox_bank(&one.code, &one.name, 100_000);
    Institution {
        country: one.country,
        supports: one.supports.clone(),
        supports_oauth: one.oauth,
        fields: match one.oauth {
            true => Vec::new(),
            false => bank.fields,
        },
        ..bank
    }
}

/// The institution in Canada with three credentials.
fn credit_union() -> Institution {
    let code = "sandbox_credit_union";
    let region = Field {
        guid: fixed_guid("CRD", &format!("{code}/region")),
        name: "REGION",
        label: "Region",
        kind: (2, "OPTIONS"),
        options: vec![("east", "East"), ("west", "West")],
    };
    let bank = sandbox_bank(code, "Sandbox Credit Union (three credentials)", 25_000);
    Institution {
        country: Country::Canada,
        fields: bank.fields.into_iter().chain([region]).collect(),
        ..bank
    }
}

/// A fictitious bank that supports everything, with username and password.
fn sandbox_bank(code: &str, name: &str, popularity: u32) -> Institution {
    let guid = |field: &str| fixed_guid("CRD", &format!("{code}/{field}"));
    Institution {
        guid: fixed_guid("INS", code),
        code: code.to_owned(),
        name: name.to_owned(),
        popularity,
        country: Country::UnitedStates,
        passwords: PasswordSet::Sandbox,
        fields: vec![
            field(&guid("login"), "LOGIN", "Username"),
            field(&guid("password"), "PASSWORD", "Password"),
        ],
        supports_oauth: false,
        supports: ALL_KINDS.to_vec(),
        has_no_products: false,
        is_hidden: false,
    }
}

fn field(guid: &str, name: &'static str, label: &'static str) -> Field {
    let kind = match name {
        "LOGIN" => (3, "LOGIN"),
        "PASSWORD" => (1, "PASSWORD"),
        _ => (0, "TEXT"),
    };
    Field {
        guid: guid.to_owned(),
        name,
        label,
        kind,
        options: Vec::new(),
    }
}
