//! The page of a list that a call asks for, with its paging object.

use serde::Serialize;
use serde_json::{Value, json};

use crate::call::{Call, Reply};

/// The reply with the requested page of these records.
pub(super) fn paged(call: &Call, key: &str, records: Vec<impl Serialize>) -> Reply {
    let page = Page::of(call, records.len());
    let listed = Reply::serialised(key, &page.cut(records));
    match call.has_pages {
        true => listed.with("pagination", &page.pagination()),
        false => listed,
    }
}

pub(super) struct Page {
    number: usize,
    size: usize,
    total: usize,
}

impl Page {
    pub(super) fn of(call: &Call, total: usize) -> Self {
        let (number, size) = call.page();
        Self {
            number,
            size,
            total,
        }
    }

    pub(super) fn cut<T>(&self, records: impl IntoIterator<Item = T>) -> Vec<T> {
        let before = (self.number - 1).saturating_mul(self.size);
        records.into_iter().skip(before).take(self.size).collect()
    }

    /// The paging object of most lists.
    fn pagination(&self) -> Value {
        json!({
            "current_page": self.number,
            "per_page": self.size,
            "total_entries": self.total,
            "total_pages": self.pages(),
        })
    }

    /// The paging object of institutions.
    pub(super) fn pagination_data(&self, on_page: usize) -> Value {
        json!({
            "current_page": self.number,
            "records_on_current_page": on_page,
            "total_pages": self.pages(),
            "total_records_found": self.total,
        })
    }

    /// An empty list has one page, as at MX.
    fn pages(&self) -> usize {
        self.total.div_ceil(self.size).max(1)
    }
}
