//! What a user of Nexus has in collections that all work alike: budgets, categories, goals and more. [`COLLECTIONS`] lists them; the items
//! are kept as the JSON that is shown. The handlers of Nexus call it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::api::Api;
use crate::bank::categories::default_categories;
use crate::call::{Call, PathParameters, Reply};
use crate::contract::{self, sample_of};
use crate::guids::{fixed_guid, guid};
use crate::state::{State, fields};

/// The collections of one user, by their paths.
pub(crate) type Collections = BTreeMap<String, Vec<Value>>;

/// A collection of the document. Its methods are those of its path and of the path of an item, which has one segment more.
pub(crate) struct Collection {
    /// The path in the document.
    pub path: &'static str,
    /// What an item is called.
    one: &'static str,
    /// The prefix of guids.
    prefix: &'static str,
    start: Start,
    /// The fields of a new item, in JSON; its others are from the request, or samples of the schema.
    new: &'static str,
    /// The fields that an update sets besides those of the request.
    updated: &'static str,
}

/// What is in a collection before its user changes anything.
enum Start {
    Empty,
    /// The items of the document's example: no call creates one.
    Example,
    /// The default categories, and those of the world.
    DefaultCategories,
}

/// A collection that is empty at the start.
const EMPTY: Collection = Collection {
    path: "",
    one: "",
    prefix: "",
    start: Start::Empty,
    new: "{}",
    updated: "{}",
};

/// Every collection; one inside an item of another comes after it.
pub(crate) static COLLECTIONS: [Collection; 14] = [
    Collection {
        path: "/beats",
        one: "beat",
        prefix: "BET",
        start: Start::Example,
        ..EMPTY
    },
    Collection {
        path: "/budgets",
        one: "budget",
        prefix: "BGT",
        new: r#"{"amount": 0, "is_exceeded": false, "is_off_track": false, "percent_spent": 0, "projected_spending": 0, "revision": 0, "transaction_total": 0}"#,
        ..EMPTY
    },
    Collection {
        path: "/categories",
        one: "category",
        prefix: "CAT",
        start: Start::DefaultCategories,
        new: r#"{"is_default": false, "is_income": false}"#,
        ..EMPTY
    },
    Collection {
        path: "/goals",
        one: "goal",
        prefix: "GOL",
        new: r#"{"current_amount": 0, "has_been_spent": false, "is_complete": false}"#,
        ..EMPTY
    },
    Collection {
        path: "/holdings",
        one: "holding",
        prefix: "HOL",
        start: Start::Example,
        ..EMPTY
    },
    Collection {
        path: "/micro_deposits",
        one: "microdeposit",
        prefix: "MIC",
        new: r#"{"status": 1, "status_name": "REQUESTED"}"#,
        updated: r#"{"status": 3, "status_name": "VERIFIED"}"#,
        ..EMPTY
    },
    Collection {
        path: "/monthly_cash_flow_profile",
        one: "monthly cash flow profile",
        prefix: "MCF",
        start: Start::Example,
        ..EMPTY
    },
    Collection {
        path: "/notifications",
        one: "notification",
        prefix: "NTF",
        new: r#"{"has_been_viewed": false, "notification_type": 11, "notification_type_name": "API_NOTIFICATION"}"#,
        ..EMPTY
    },
    Collection {
        path: "/notifications/{notification_guid}/deliverables",
        one: "deliverable",
        prefix: "DNF",
        new: r#"{"has_been_delivered": false}"#,
        ..EMPTY
    },
    Collection {
        path: "/scheduled_payments",
        one: "scheduled payment",
        prefix: "SCP",
        new: r#"{"is_completed": false, "is_recurring": false}"#,
        ..EMPTY
    },
    Collection {
        path: "/spending_plans",
        one: "spending plan",
        prefix: "SPL",
        new: r#"{"current_iteration_number": 1}"#,
        ..EMPTY
    },
    Collection {
        path: "/spending_plans/{spending_plan_guid}/iterations/current/iteration_items",
        one: "item of the spending plan",
        prefix: "SII",
        new: r#"{"actual_amount": 0, "transaction_guids": []}"#,
        ..EMPTY
    },
    Collection {
        path: "/spending_plans/{spending_plan_guid}/spending_plan_account",
        one: "account of the spending plan",
        prefix: "SPA",
        start: Start::Example,
        ..EMPTY
    },
    Collection {
        path: "/transaction_rules",
        one: "transaction rule",
        prefix: "TXR",
        ..EMPTY
    },
];

impl Collection {
    /// The collection with this path in the document.
    pub(crate) fn at(path: &str) -> &'static Self {
        let mut all = COLLECTIONS.iter();
        all.find(|one| one.path == path).unwrap_or(&EMPTY)
    }

    /// Whether a path of the document is of an item, or below one: the parameter of the item, and what follows.
    pub(crate) fn item_in(&self, path: &'static str) -> Option<(&'static str, &'static str)> {
        let below = path.strip_prefix(self.path)?;
        below.strip_prefix("/{")?.split_once('}')
    }

    fn unknown(&self) -> Reply {
        Reply::problem(404, None, &format!("The {} is unknown.", self.one))
    }

    /// Its path in a call.
    fn called(&self, parameters: &PathParameters) -> String {
        let mut path = self.path.to_owned();
        for (name, value) in parameters {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        path
    }

    fn at_start(&self, state: &State, user: &str, parameters: &PathParameters) -> Vec<Value> {
        match self.start {
            Start::Empty => Vec::new(),
            Start::Example => {
                let example = contract::of(Api::Nexus).example("GET", self.path);
                let mut parts = example.as_object().into_iter().flatten();
                let found = parts.find_map(|(_, part)| match part {
                    Value::Array(items) => Some(items.clone()),
                    one => Some(vec![one.clone()]).filter(|_| one["guid"].is_string()),
                });
                let mut items = found.unwrap_or_default();
                let path = self.called(parameters);
                for (number, item) in items.iter_mut().enumerate() {
                    let guid = fixed_guid(self.prefix, &format!("{user}{path}/{number}"));
                    set_identifiers(item, &guid, user, parameters);
                }
                items
            }
            Start::DefaultCategories => default_categories(&state.settings.world),
        }
    }
}

impl State {
    /// The items of a collection in a call, the oldest first.
    pub(crate) fn items(
        &mut self,
        user: &str,
        collection: &Collection,
        parameters: &PathParameters,
    ) -> &mut Vec<Value> {
        let path = collection.called(parameters);
        let of_user = self.collections.get(user);
        let start = match of_user.and_then(|of_user| of_user.get(&path)) {
            Some(_) => Vec::new(),
            None => collection.at_start(self, user, parameters),
        };
        let of_user = self.collections.entry(user.to_owned()).or_default();
        of_user.entry(path).or_insert(start)
    }

    /// An item of a collection; another user's is unknown.
    pub(crate) fn item(
        &mut self,
        user: &str,
        collection: &Collection,
        parameters: &PathParameters,
        guid: &str,
    ) -> Result<&mut Value, Reply> {
        let mut items = self.items(user, collection, parameters).iter_mut();
        let found = items.find(|item| item["guid"] == guid);
        found.ok_or_else(|| collection.unknown())
    }

    /// Adds an item with these fields, in the body of this schema.
    pub(crate) fn create_item(
        &mut self,
        user: &str,
        collection: &Collection,
        parameters: &PathParameters,
        body: Option<&'static str>,
        sent: Map<String, Value>,
    ) -> Value {
        let document = contract::of(Api::Nexus).document();
        let (_, schema) = fields::object(document, body);
        let mut item = sample_of(document, schema);
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if property["nullable"] == true {
                replace(&mut item, name, &Value::Null);
            }
        }
        fields::set(&mut item, fields_of(collection.new));
        fields::set(&mut item, sent);
        set_identifiers(&mut item, &guid(collection.prefix), user, parameters);
        let now = self.clock.iso(self.now);
        for name in ["created_at", "created_on", "updated_at"] {
            replace(&mut item, name, &json!(now));
        }
        self.set_category(user, &mut item);
        self.items(user, collection, parameters).push(item.clone());
        item
    }

    /// Changes an item, and returns it.
    pub(crate) fn update_item(
        &mut self,
        user: &str,
        collection: &Collection,
        call: &Call,
        guid: &str,
    ) -> Result<Value, Reply> {
        let now = self.clock.iso(self.now);
        let mut item = self.item(user, collection, &call.path, guid)?.clone();
        check_is_own(&item)?;
        fields::set(&mut item, fields_of(collection.updated));
        fields::set(&mut item, fields::sent(call));
        replace(&mut item, "updated_at", &json!(now));
        if let Some(revision) = item["revision"].as_u64() {
            item["revision"] = json!(revision + 1);
        }
        self.set_category(user, &mut item);
        *self.item(user, collection, &call.path, guid)? = item.clone();
        Ok(item)
    }

    /// Deletes an item with everything in it.
    pub(crate) fn delete_item(
        &mut self,
        user: &str,
        collection: &Collection,
        parameters: &PathParameters,
        guid: &str,
    ) -> Result<(), Reply> {
        check_is_own(self.item(user, collection, parameters, guid)?)?;
        self.items(user, collection, parameters)
            .retain(|item| item["guid"] != guid);
        let below = format!("{}/{guid}/", collection.called(parameters));
        if let Some(of_user) = self.collections.get_mut(user) {
            of_user.retain(|path, _| !path.starts_with(&below));
        }
        Ok(())
    }

    /// Sets what is shown of a category, where an item shows it: its name and its top-level category. An unknown category has none.
    pub(crate) fn set_category(&mut self, user: &str, item: &mut Value) {
        let wanted = item
            .get("category_guid")
            .or_else(|| item.get("parent_guid"));
        let Some(wanted) = wanted.and_then(Value::as_str).map(str::to_owned) else {
            return;
        };
        let categories = Collection::at("/categories");
        let Ok(category) = self.item(user, categories, &PathParameters::new(), &wanted) else {
            return;
        };
        let top_level = category["parent_guid"].as_str().unwrap_or(&wanted);
        replace(item, "category_name", &category["name"]);
        replace(item, "top_level_category_guid", &json!(top_level));
        if item.get("is_default").is_some() {
            replace(item, "is_income", &category["is_income"]);
        }
        // A budget has the name of its category.
        if item.get("name").is_some_and(Value::is_null) {
            replace(item, "name", &category["name"]);
        }
    }
}

/// Refuses a change of what MX made.
fn check_is_own(item: &Value) -> Result<(), Reply> {
    if item["is_default"] == true {
        let message = "A default category cannot be changed; a category that the user created can.";
        return Err(Reply::problem(400, None, message));
    }
    Ok(())
}

fn set_identifiers(item: &mut Value, guid: &str, user: &str, parameters: &PathParameters) {
    replace(item, "guid", &json!(guid));
    replace(item, "user_guid", &json!(user));
    for (name, value) in parameters {
        replace(item, name, &json!(value));
    }
}

/// Sets a field that the item has.
fn replace(item: &mut Value, name: &str, value: &Value) {
    if let Some(field) = item.get_mut(name) {
        field.clone_from(value);
    }
}

/// The fields of a constant.
fn fields_of(constant: &str) -> Map<String, Value> {
    serde_json::from_str(constant).unwrap_or_default()
}
