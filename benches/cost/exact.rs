//! Hand-written types with exactly the fields of the answers in `bodies`, in plain Rust types.

use serde::Deserialize;

macro_rules! exact {
    ($($name:ident { $($field:ident: $type:ty),* $(,)? })*) => {$(
        #[derive(Deserialize)]
        pub(crate) struct $name {
            $(pub(crate) $field: Option<$type>,)*
        }
    )*};
}

#[derive(Deserialize)]
pub(crate) struct TokenBody {
    pub(crate) api_token: Token,
}

#[derive(Deserialize)]
pub(crate) struct SessionBody {
    pub(crate) session: Token,
}

#[derive(Deserialize)]
pub(crate) struct Token {
    pub(crate) token: String,
}

exact! {
    MemberBody { member: Member }
    Member {
        aggregated_at: String,
        background_aggregation_is_disabled: bool,
        connection_status: String,
        connection_status_message: String,
        guid: String,
        institution_code: String,
        institution_guid: String,
        is_being_aggregated: bool,
        is_managed_by_user: bool,
        is_manual: bool,
        is_oauth: bool,
        is_user_created: bool,
        metadata: String,
        most_recent_job_guid: String,
        name: String,
        needs_updated_credentials: bool,
        oauth_window_uri: String,
        successfully_aggregated_at: String,
        use_cases: Vec<String>,
        user_guid: String,
    }
    OwnersBody { account_owners: Vec<Owner> }
    Owner {
        account_guid: String,
        address: String,
        city: String,
        country: String,
        email: String,
        first_name: String,
        last_name: String,
        member_guid: String,
        owner_name: String,
        phone: String,
        postal_code: String,
        state: String,
        user_guid: String,
    }
    Pagination {
        current_page: i64,
        per_page: i64,
        total_entries: i64,
        total_pages: i64,
    }
    TransactionsBody { transactions: Vec<Transaction>, pagination: Pagination }
    Transaction {
        account_guid: String,
        amount: f64,
        category_guid: String,
        category_name: String,
        check_number_string: String,
        created_at: String,
        currency_code: String,
        date: String,
        description: String,
        extended_transaction_type: String,
        guid: String,
        has_been_split: bool,
        has_been_viewed: bool,
        is_bill_pay: bool,
        is_direct_deposit: bool,
        is_expense: bool,
        is_fee: bool,
        is_flagged: bool,
        is_hidden: bool,
        is_income: bool,
        is_international: bool,
        is_overdraft_fee: bool,
        is_payroll_advance: bool,
        is_recurring: bool,
        is_subscription: bool,
        latitude: f64,
        longitude: f64,
        member_guid: String,
        member_is_managed_by_user: bool,
        memo: String,
        merchant_category_code: i64,
        merchant_guid: String,
        metadata: String,
        parent_guid: String,
        posted_at: String,
        status: i64,
        top_level_category_guid: String,
        transacted_at: String,
        transaction_type: i64,
        updated_at: String,
        user_guid: String,
    }
    AccountsBody { accounts: Vec<Account>, pagination: Pagination }
    Account {
        account_number: String,
        account_ownership: String,
        account_subtype: i64,
        account_type: i64,
        apr: f64,
        apy: f64,
        available_balance: f64,
        available_credit: f64,
        balance: f64,
        cash_balance: f64,
        created_at: String,
        credit_limit: f64,
        currency_code: String,
        day_payment_is_due: i64,
        guid: String,
        institution_guid: String,
        interest_rate: f64,
        is_closed: bool,
        is_hidden: bool,
        last_payment: f64,
        last_payment_at: String,
        member_guid: String,
        member_is_managed_by_user: bool,
        metadata: String,
        minimum_payment: f64,
        name: String,
        nickname: String,
        original_balance: f64,
        payment_due_at: String,
        payoff_balance: f64,
        routing_number: String,
        started_on: String,
        updated_at: String,
        user_guid: String,
    }
}
