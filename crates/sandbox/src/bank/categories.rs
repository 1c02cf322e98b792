//! Default categories, with names of the kind that MX has; they were not compared with MX's list. Their guids are the sandbox's own, the
//! same in every sandbox.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::guids::fixed_guid;
use crate::world::World;

/// The category of what has no other.
pub(crate) const UNCATEGORIZED: &str = "Uncategorized";

/// The category of income; all others are of expenses.
const INCOME: &str = "Income";

/// The top-level categories with their subcategories.
const CATEGORIES: [(&str, &[&str]); 21] = [
    (
        "Auto & Transport",
        &[
            "Auto Insurance",
            "Auto Payment",
            "Gas",
            "Parking",
            "Public Transportation",
            "Service & Parts",
        ],
    ),
    (
        "Bills & Utilities",
        &[
            "Home Phone",
            "Internet",
            "Mobile Phone",
            "Television",
            "Utilities",
        ],
    ),
    (
        "Business Services",
        &["Advertising", "Legal", "Office Supplies", "Shipping"],
    ),
    (
        "Education",
        &["Books & Supplies", "Student Loan", "Tuition"],
    ),
    ("Entertainment", &["Arts", "Movies & DVDs", "Music"]),
    (
        "Fees & Charges",
        &["ATM Fee", "Banking Fee", "Finance Charge", "Late Fee"],
    ),
    ("Financial", &["Financial Advisor", "Life Insurance"]),
    (
        "Food & Dining",
        &[
            "Alcohol & Bars",
            "Coffee Shops",
            "Fast Food",
            "Groceries",
            "Restaurants",
        ],
    ),
    ("Gifts & Donations", &["Charity", "Gift"]),
    (
        "Health & Fitness",
        &["Dentist", "Doctor", "Gym", "Health Insurance", "Pharmacy"],
    ),
    (
        "Home",
        &["Furnishings", "Home Improvement", "Mortgage & Rent"],
    ),
    (INCOME, &["Bonus", "Interest Income", "Paycheck"]),
    ("Investments", &["Buy", "Dividend & Cap Gains", "Sell"]),
    ("Kids", &["Allowance", "Child Support", "Toys"]),
    ("Personal Care", &["Hair", "Laundry", "Spa & Massage"]),
    ("Pets", &["Pet Food & Supplies", "Veterinary"]),
    (
        "Shopping",
        &["Books", "Clothing", "Electronics & Software", "Hobbies"],
    ),
    ("Taxes", &["Federal Tax", "Property Tax", "State Tax"]),
    ("Transfer", &["Credit Card Payment"]),
    ("Travel", &["Air Travel", "Hotel", "Rental Car & Taxi"]),
    (UNCATEGORIZED, &["Cash", "Check"]),
];

/// The categories of every user: those above, and those of the world that are not among them.
pub(crate) fn default_categories(world: &World) -> Vec<Value> {
    let logins = world.logins.iter();
    let accounts = logins.flat_map(|login| &login.accounts);
    let transactions = accounts.flat_map(|account| account.transactions.iter().flatten());
    let of_world = transactions.filter_map(|transaction| transaction.category.as_deref());
    let mut of_world: BTreeSet<&str> = of_world.collect();
    let mut shown = Vec::new();
    for (top, below) in &CATEGORIES {
        of_world.remove(top);
        shown.push(category(top, None));
        for name in *below {
            of_world.remove(name);
            shown.push(category(name, Some(top)));
        }
    }
    shown.extend(of_world.into_iter().map(|name| category(name, None)));
    shown
}

fn category(name: &str, parent: Option<&str>) -> Value {
    json!({
        "created_at": null,
        "guid": category_guid(name),
        "is_default": true,
        "is_income": parent.unwrap_or(name) == INCOME,
        "metadata": null,
        "name": name,
        "parent_guid": parent.map(category_guid),
        "updated_at": null,
    })
}

/// The top-level category of a category; the category itself, if it is one or is not above.
pub(crate) fn top_level(name: &str) -> &str {
    let mut found = CATEGORIES.iter().filter(|(_, below)| below.contains(&name));
    found.next().map_or(name, |(top, _)| top)
}

/// The guid of a category of this name.
pub(crate) fn category_guid(name: &str) -> String {
    fixed_guid("CAT", name)
}
