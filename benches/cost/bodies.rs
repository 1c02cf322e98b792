//! The answers of the server, as long as MX's own. Their fields are those of the types in `exact`.

use serde_json::{Value, json};

/// The job of a member before the measured one, and the measured one.
pub(crate) const JOBS: [&str; 2] = [
    "JOB-0eaf685f-2f86-441e-b7e5-4ca3ed6b7cd1",
    "JOB-0eaf685f-2f86-441e-b7e5-4ca3ed6b7cd2",
];

/// A member at rest.
pub(crate) fn member() -> String {
    member_of(JOBS[0], false)
}

/// A member whose newest job is `job`.
pub(crate) fn member_of(job: &str, is_being_aggregated: bool) -> String {
    let time = if job == JOBS[0] {
        "2026-11-27T09:00:00Z"
    } else {
        "2026-11-28T09:00:00Z"
    };
    let member = json!({
        "aggregated_at": time,
        "background_aggregation_is_disabled": false,
        "connection_status": "CONNECTED",
        "connection_status_message": "Connected to the institution.",
        "guid": "MBR-7c6f361b-e582-15b6-60c0-358f12466b4b",
        "institution_code": "mxbank",
        "institution_guid": "INS-f1a3285d-e855-b61f-6aa7-8ae575c0e0e9",
        "is_being_aggregated": is_being_aggregated,
        "is_managed_by_user": true,
        "is_manual": false,
        "is_oauth": false,
        "is_user_created": true,
        "metadata": "some metadata of the partner",
        "most_recent_job_guid": job,
        "name": "MX Bank",
        "needs_updated_credentials": false,
        "oauth_window_uri": null,
        "successfully_aggregated_at": time,
        "use_cases": ["PFM"],
        "user_guid": "USR-fa7537f3-48aa-a683-a02a-b18940482f54",
    });
    json!({ "member": member }).to_string()
}

/// An institution that supports identifications.
pub(crate) fn institution() -> String {
    json!({"institution": {
        "guid": "INS-f1a3285d-e855-b61f-6aa7-8ae575c0e0e9",
        "supports_account_identification": true,
    }})
    .to_string()
}

/// The owners of `count` accounts.
pub(crate) fn owners(count: usize) -> String {
    let owner = |number| {
        json!({
            "account_guid": format!("ACT-06d7f45b-caae-0f6e-1384-01f52e75{number:04}"),
            "address": "123 This Way",
            "city": "Middlesex",
            "country": "US",
            "email": "donnie@example.com",
            "first_name": "Donnie",
            "last_name": "Darko",
            "member_guid": "MBR-7c6f361b-e582-15b6-60c0-358f12466b4b",
            "owner_name": "Donnie Darko",
            "phone": "5555555555",
            "postal_code": "00000-0000",
            "state": "VA",
            "user_guid": "USR-fa7537f3-48aa-a683-a02a-b18940482f54",
        })
    };
    json!({"account_owners": list(count, owner)}).to_string()
}

/// A page of transactions.
pub(crate) fn transactions(count: usize) -> String {
    let transaction = |number| {
        json!({
            "account_guid": "ACT-06d7f44b-caae-0f6e-1384-01f52e75dcb1",
            "amount": 61.11 + f64::from(number),
            "category_guid": "CAT-7829f71c-2e8c-afa5-2f55-fa3634b89874",
            "category_name": "Auto Insurance",
            "check_number_string": null,
            "created_at": "2026-10-06T09:00:00+00:00",
            "currency_code": "USD",
            "date": "2026-10-06T12:00:00+00:00",
            "description": "Whole Foods Market #10234",
            "extended_transaction_type": null,
            "guid": format!("TRN-265abee9-889b-af6a-c69b-25157db2{number:04}"),
            "has_been_split": false,
            "has_been_viewed": false,
            "is_bill_pay": false,
            "is_direct_deposit": false,
            "is_expense": true,
            "is_fee": false,
            "is_flagged": false,
            "is_hidden": false,
            "is_income": false,
            "is_international": false,
            "is_overdraft_fee": false,
            "is_payroll_advance": false,
            "is_recurring": false,
            "is_subscription": false,
            "latitude": -43.2075,
            "longitude": 139.691706,
            "member_guid": "MBR-7c6f361b-e582-15b6-60c0-358f12466b4b",
            "member_is_managed_by_user": true,
            "memo": "a memo of the bank",
            "merchant_category_code": 5411,
            "merchant_guid": "MCH-7ed79542-884d-2b1b-dd74-501c5cc9d25b",
            "metadata": "some metadata",
            "parent_guid": null,
            "posted_at": "2026-10-07T06:00:00Z",
            "status": 1,
            "top_level_category_guid": "CAT-7829f71c-2e8c-afa5-2f55-fa3634b89874",
            "transacted_at": "2026-10-06T13:00:00Z",
            "transaction_type": 2,
            "updated_at": "2026-10-07T05:49:12.000Z",
            "user_guid": "USR-fa7537f3-48aa-a683-a02a-b18940482f54",
        })
    };
    let pagination = pagination(count);
    json!({"transactions": list(count, transaction), "pagination": pagination}).to_string()
}

/// A page of accounts.
pub(crate) fn accounts(count: usize) -> String {
    let account = |number| {
        json!({
            "account_number": format!("53310{number:04}"),
            "account_ownership": "INDIVIDUAL",
            "account_subtype": 1,
            "account_type": 2,
            "apr": 1.5,
            "apy": 1.25,
            "available_balance": 1000.25,
            "available_credit": 1000.0,
            "balance": 1000.0 + f64::from(number),
            "cash_balance": 1000.0,
            "created_at": "2026-10-13T18:07:57.000Z",
            "credit_limit": 100.0,
            "currency_code": "USD",
            "day_payment_is_due": 20,
            "guid": format!("ACT-06d7f44b-caae-0f6e-1384-01f52e75{number:04}"),
            "institution_guid": "INS-f1a3285d-e855-b61f-6aa7-8ae575c0e0e9",
            "interest_rate": 1.75,
            "is_closed": false,
            "is_hidden": false,
            "last_payment": 100.0,
            "last_payment_at": "2026-10-13T17:57:38.000Z",
            "member_guid": "MBR-7c6f361b-e582-15b6-60c0-358f12466b4b",
            "member_is_managed_by_user": true,
            "metadata": "some metadata",
            "minimum_payment": 100.0,
            "name": "Test account 2",
            "nickname": "Swiss account",
            "original_balance": 10.0,
            "payment_due_at": "2026-12-13T17:57:38.000Z",
            "payoff_balance": 10.0,
            "routing_number": "68899990000000",
            "started_on": "2025-10-13",
            "updated_at": "2026-10-13T18:08:00.000Z",
            "user_guid": "USR-fa7537f3-48aa-a683-a02a-b18940482f54",
        })
    };
    let pagination = pagination(count);
    json!({"accounts": list(count, account), "pagination": pagination}).to_string()
}

fn list(count: usize, item: impl Fn(u16) -> Value) -> Vec<Value> {
    (0_u16..).take(count).map(item).collect()
}

fn pagination(count: usize) -> Value {
    json!({"current_page": 1, "per_page": count, "total_entries": 3 * count, "total_pages": 3})
}
