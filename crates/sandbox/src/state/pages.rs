//! Pages of a list: which records a call asks for, and the paging object that goes with them. The faces cut their lists here.

use serde_json::{Value, json};

use crate::call::Call;

/// The page that a call asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    number: usize,
    size: usize,
    total: usize,
}

impl Page {
    /// The page of a list of this many records; what is absent or out of range counts as the first page, or 25 records.
    pub(crate) fn of(call: &Call, total: usize) -> Self {
        let (number, size) = call.page();
        Self {
            number,
            size,
            total,
        }
    }

    /// The records of the page.
    pub(crate) fn cut<T>(&self, records: impl IntoIterator<Item = T>) -> Vec<T> {
        let before = (self.number - 1).saturating_mul(self.size);
        records.into_iter().skip(before).take(self.size).collect()
    }

    /// The paging object that most lists have.
    pub(crate) fn pagination(&self) -> Value {
        json!({
            "current_page": self.number,
            "per_page": self.size,
            "total_entries": self.total,
            "total_pages": self.pages(),
        })
    }

    /// The other one, which institutions have.
    pub(crate) fn pagination_data(&self, on_page: usize) -> Value {
        json!({
            "current_page": self.number,
            "records_on_current_page": on_page,
            "total_pages": self.pages(),
            "total_records_found": self.total,
        })
    }

    fn pages(&self) -> usize {
        self.total.div_ceil(self.size)
    }
}
