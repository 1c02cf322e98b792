//! Operations of Nexus beside the jobs, on the sandbox: `cargo run -p mx-nexus --example operations`.
//! Your own program needs the features `accounts`, `transactions` and `categories` for them, or `full`.

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;
use std::time::Duration;

use mx_nexus::aggregation::Account;
use mx_nexus::api::{Client, types};
use mx_nexus::jobs::Polling;
use mx_nexus::pages::{Items, Paged};
use mx_nexus::values::{AccountType, Amount, Date, TransactionType};
use mx_nexus_sandbox::Sandbox;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let job_time = Duration::from_millis(50);
    let sandbox = Sandbox::builder().job_time(job_time).start().await?;
    let member = sandbox.add_member("U-39XBF7", "any password")?;
    let user = sandbox.nexus().build()?.user("U-39XBF7");
    // Gathers the accounts and transactions that are listed below. The quick polling is for the sandbox.
    user.aggregate(&member)
        .with_polling(Polling::between(job_time, job_time))
        .run(Duration::from_secs(60), async |_| None)
        .await?;

    let api = user.api().await?;
    let read = api.read_user().send().await?.into_inner();
    println!("user: {:?}", read.user.and_then(|user| user.guid));

    let mut institution = None;
    let mut members = api.list_members().items();
    while let Some(member) = members.next().await {
        let member = member?;
        println!("member: {:?} {:?}", member.guid, member.connection_status);
        institution = member.institution_guid;
    }
    let institution = institution.ok_or("no member with an institution")?;
    let read = api.read_institution().institution_guid(institution);
    let read = read.send().await?.into_inner();
    println!("institution: {:?}", read.institution.and_then(|it| it.name));

    let changes = types::MemberUpdateRequest::builder()
        .external_guid("connection-77")
        .skip_aggregation(true);
    let update = api.update_member().member_guid(&member);
    let changed = update.body_map(|body| body.member(changes)).send().await?;
    let changed = changed.into_inner().member.unwrap_or_default();
    println!("member: {:?}", changed.external_guid);

    // An account that the user keeps by hand.
    let cash = types::AccountCreateRequest::builder()
        .name("Cash")
        .account_type(AccountType::Cash)
        .balance(Amount::from_cents(1_010));
    let create = api.create_manual_accounts();
    let created = create.body_map(|body| body.account(cash)).send().await?;
    let created = created.into_inner().account.and_then(|cash| cash.guid);
    let cash = created.ok_or("the new account has no guid")?;
    let balance: Amount = "20.20".parse()?;
    let changes = types::AccountUpdateRequest::builder().balance(balance);
    let update = api.update_account().account_guid(&cash);
    update.body_map(|body| body.account(changes)).send().await?;

    // An exact sum. Real accounts may have several currencies (`currency_code`), and debts.
    let mut total = Amount::ZERO;
    let mut list = accounts(&api);
    while let Some(account) = list.next().await {
        let account = account?;
        println!("account: {:?} {:?}", account.guid, account.balance);
        let balance = account.balance.unwrap_or(Amount::ZERO);
        total = total.checked_add(balance).ok_or("the sum is too large")?;
    }
    println!("all balances: {total:.2}");
    let delete = api.delete_manual_account().account_guid(cash);
    delete.send().await?;

    let list = api.list_transactions().from_date(Date::new(2000, 1, 1)?);
    let mut transactions = list.to_date(Date::new(2099, 12, 31)?).items();
    let (mut count, mut spent) = (0, Amount::ZERO);
    while let Some(transaction) = transactions.next().await {
        let transaction = transaction?;
        count += 1;
        // Amounts are never negative: the type is the direction.
        if transaction.transaction_type == Some(TransactionType::Debit) {
            spent += transaction.amount.unwrap_or(Amount::ZERO);
        }
    }
    println!("transactions: {count}, {spent:.2} spent");

    // The sandbox keeps no categories: it answers with the examples of MX's document.
    let categories = api.list_categories().send().await?.into_inner();
    let categories = categories.categories.unwrap_or_default();
    let parent = categories.into_iter().find_map(|category| category.guid);
    let bicycles = types::SubcategoryCreateRequest::builder()
        .name("Bicycles")
        .parent_guid(parent.ok_or("no category with a guid")?);
    let create = api.create_subcategory();
    let created = create
        .body_map(|body| body.category(bicycles))
        .send()
        .await?;
    let created = created.into_inner().category.and_then(|it| it.guid);
    println!("category: {created:?}");
    let category = created.ok_or("the new category has no guid")?;
    let delete = api.delete_subcategory().category_guid(category);
    delete.send().await?;

    // By name, with JSON: for an operation that is chosen at run time, or a field that MX's document lacks.
    let call = user.call("listMembers").parameter("records_per_page", 10);
    let reply = call.send().await?;
    let status = reply
        .json()
        .map(|body| &body["members"][0]["connection_status"]);
    println!("by name: {} {status:?}", reply.status);
    Ok(())
}

/// The accounts of the user, page after page. The list borrows nothing, so a task could have it too.
fn accounts(api: &Client) -> Items<impl Paged<Item = Account> + use<>> {
    api.list_accounts().records_per_page(25).owned().items()
}
