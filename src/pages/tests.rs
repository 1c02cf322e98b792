//! The streams over generated lists: which pages are requested, and when.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::*;

/// A list whose items are ten times the page number and up.
#[derive(Clone)]
struct Numbers {
    answer: Arc<dyn Fn(i64) -> Result<Body, Error> + Send + Sync>,
    requested: Arc<Mutex<Vec<i64>>>,
    under_way: Arc<AtomicUsize>,
}

#[derive(Clone, Debug)]
struct Body {
    items: Vec<i64>,
    current: Option<i64>,
    total: Option<i64>,
}

impl sealed::Sealed for Numbers {}
impl sealed::Sealed for Body {}

impl Paged for Numbers {
    type Item = i64;
    type Body = Body;
    type Asked = Asked<'static, Body>;
    type Owned = Self;

    fn operation() -> Option<&'static Operation> {
        crate::operations::by_id("nexus", "listTags")
    }

    fn first_page(&self) -> Option<i64> {
        None
    }

    fn owned(self) -> Self {
        self
    }

    fn ask(&self, page: i64) -> Self::Asked {
        let list = self.clone();
        // As over HTTP, a request starts when it is polled.
        Box::pin(async move {
            list.requested.lock().unwrap().push(page);
            list.under_way.fetch_add(1, Ordering::Relaxed);
            let count = Count(Arc::clone(&list.under_way));
            tokio::task::yield_now().await;
            tokio::task::yield_now().await;
            let answer = (list.answer)(page);
            drop(count);
            answer
        })
    }
}

/// Counts a request as under way until it is answered or dropped.
struct Count(Arc<AtomicUsize>);

impl Drop for Count {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Page for Body {
    type Item = i64;

    fn items(&self) -> &[i64] {
        &self.items
    }

    fn into_items(self) -> Vec<i64> {
        self.items
    }

    fn current_page(&self) -> Option<i64> {
        self.current
    }

    fn total_pages(&self) -> Option<i64> {
        self.total
    }
}

impl Numbers {
    fn new(answer: impl Fn(i64) -> Result<Body, Error> + Send + Sync + 'static) -> Self {
        Self {
            answer: Arc::new(answer),
            requested: Arc::default(),
            under_way: Arc::default(),
        }
    }

    /// A list of this many pages with three items each.
    fn of(total: i64) -> Self {
        Self::new(move |page| Ok(body(page, Some(total))))
    }

    fn under_way(&self) -> usize {
        self.under_way.load(Ordering::Relaxed)
    }

    fn requested(&self) -> Vec<i64> {
        self.requested.lock().unwrap().clone()
    }
}

fn body(page: i64, total: Option<i64>) -> Body {
    Body {
        items: vec![page * 10, page * 10 + 1, page * 10 + 2],
        current: Some(page),
        total,
    }
}

fn broken(page: i64) -> Error {
    Error::incomplete(None, format!("page {page} is broken"))
}

async fn read(mut items: Items<Numbers>) -> (Vec<i64>, Option<Error>) {
    let mut found = Vec::new();
    while let Some(item) = items.next().await {
        match item {
            Ok(item) => found.push(item),
            Err(error) => {
                assert!(items.next().await.is_none(), "nothing follows an error");
                return (found, Some(error));
            }
        }
    }
    assert!(items.next().await.is_none(), "nothing follows the end");
    (found, None)
}

#[tokio::test]
async fn pages_are_requested_once_and_at_most_prefetch_ahead() {
    for prefetch in 0..5 {
        for total in 1..7 {
            let list = Numbers::of(total);
            let mut items = list.clone().items().prefetch(prefetch);
            let mut found = Vec::new();
            while let Some(item) = items.next().await {
                let item = item.unwrap();
                let requested = i64::try_from(list.requested().len()).unwrap();
                let allowed = total.min(item / 10 + i64::try_from(prefetch).unwrap());
                assert_eq!(
                    requested, allowed,
                    "item {item}, {total} pages, prefetch {prefetch}"
                );
                found.push(item);
            }
            let pages: Vec<i64> = (1..=total).collect();
            assert_eq!(list.requested(), pages);
            let all: Vec<i64> = pages
                .iter()
                .flat_map(|page| body(*page, None).items)
                .collect();
            assert_eq!(found, all);
        }
    }
}

#[tokio::test]
async fn list_without_a_total_is_not_prefetched_and_ends_with_an_empty_page() {
    let list = Numbers::new(|page| {
        let mut body = body(page, None);
        body.items.retain(|_| page < 3);
        Ok(body)
    });
    let mut items = list.clone().items().prefetch(4);
    for _ in 0..3 {
        items.next().await.unwrap().unwrap();
        assert_eq!(list.requested(), [1]);
    }
    let (found, error) = read(items).await;
    assert_eq!(found, [20, 21, 22]);
    assert!(error.is_none());
    assert_eq!(list.requested(), [1, 2, 3]);
}

#[tokio::test]
async fn failed_prefetched_page_ends_the_list_after_the_pages_before_it() {
    let list = Numbers::new(|page| match page {
        3 => Err(broken(page)),
        page => Ok(body(page, Some(9))),
    });
    let (found, error) = read(list.clone().items().prefetch(2)).await;
    assert_eq!(found, [10, 11, 12, 20, 21, 22]);
    assert!(error.unwrap().to_string().contains("page 3 is broken"));
    assert_eq!(list.requested(), [1, 2, 3]);
    assert_eq!(list.under_way(), 0);
}

#[tokio::test]
async fn smaller_total_drops_requests_beyond_the_new_end() {
    let list = Numbers::new(|page| Ok(body(page, Some(if page == 1 { 9 } else { 2 }))));
    let mut pages = list.clone().pages().prefetch(3);
    pages.next().await.unwrap().unwrap();
    assert_eq!(list.under_way(), 3);
    pages.next().await.unwrap().unwrap();
    assert_eq!(format!("{pages:?}").matches("requested: 0").count(), 1);
    assert_eq!(list.under_way(), 0);
    assert!(pages.next().await.is_none());
    assert_eq!(list.requested(), [1, 2, 3, 4]);
}

#[tokio::test]
async fn larger_total_is_read_to_the_new_end() {
    let list = Numbers::new(|page| Ok(body(page, Some(if page == 1 { 2 } else { 4 }))));
    let mut pages = list.clone().pages().prefetch(2);
    let mut requested = Vec::new();
    while let Some(page) = pages.next().await {
        page.unwrap();
        requested.push(list.requested().len());
    }
    assert_eq!(requested, [2, 4, 4, 4]);
}

#[tokio::test]
async fn requests_make_progress_while_items_are_read() {
    let list = Numbers::of(2);
    let mut items = list.clone().items().prefetch(1);
    items.next().await.unwrap().unwrap();
    assert_eq!(list.under_way(), 1);
    for _ in 0..2 {
        tokio::task::yield_now().await;
        items.next().await.unwrap().unwrap();
    }
    assert_eq!(
        list.under_way(),
        0,
        "page 2 is answered while page 1 is read"
    );
}

#[tokio::test]
async fn dropping_the_stream_drops_its_requests() {
    let list = Numbers::of(9);
    let mut pages = list.clone().pages().prefetch(3);
    pages.next().await.unwrap().unwrap();
    assert_eq!(list.under_way(), 3);
    drop(pages);
    assert_eq!(list.under_way(), 0);
    assert_eq!(list.requested(), [1, 2, 3, 4]);
}

#[tokio::test]
async fn next_is_cancel_safe() {
    let list = Numbers::of(2);
    let mut items = list.clone().items();
    let mut waits = 0;
    let mut found = Vec::new();
    loop {
        tokio::select! {
            biased;
            item = items.next() => match item {
                Some(item) => found.push(item.unwrap()),
                None => break,
            },
            () = std::future::ready(()) => waits += 1,
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(found, [10, 11, 12, 20, 21, 22]);
    assert_eq!((waits, list.requested()), (4, vec![1, 2]));
}

#[tokio::test]
async fn from_page_starts_a_stream_and_restarts_it() {
    let list = Numbers::of(3);
    let mut items = list.clone().items().prefetch(1).from_page(2);
    assert_eq!(items.next().await.unwrap().unwrap(), 20);
    let (found, error) = read(items.from_page(3)).await;
    assert_eq!(found, [30, 31, 32]);
    assert!(error.is_none());
    assert_eq!(list.requested(), [2, 3, 3]);
    let (found, _) = read(list.items().from_page(0)).await;
    assert_eq!(found.first(), Some(&10));
}

#[tokio::test]
async fn no_request_before_the_stream_is_polled() {
    let list = Numbers::of(3);
    let items = list.clone().items().prefetch(2);
    assert_eq!(list.requested(), [] as [i64; 0]);
    insta::assert_snapshot!(
        format!("{items:?}"),
        @r#"Items { pages: Pages { operation: Some("listTags"), next: 1, last: None, requested: 0, prefetch: 2, ended: false, .. }, left: 0 }"#
    );
}

/// A line for each list with its item.
fn listed(lists: &[(&str, &str)]) -> String {
    let lines = lists.iter();
    let lines = lines.map(|(operation, item)| format!("{operation}: {item}"));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(feature = "atrium")]
#[test]
fn every_paged_list_of_atrium_with_its_item() {
    insta::assert_snapshot!(listed(&atrium::LISTS), @r"
    listAccountOwners: AccountOwnerResponse
    listAccountTransactions: TransactionResponse
    listHoldings: HoldingResponse
    listHoldingsByAccount: HoldingResponse
    listHoldingsByMember: HoldingResponse
    listInstitutions: InstitutionResponse
    listMemberAccounts: AccountResponse
    listMemberStatements: StatementResponse
    listMemberTransactions: TransactionResponse
    listMembers: MemberResponse
    listMerchantLocations: MerchantLocationResponse
    listMerchants: MerchantResponse
    listUserAccounts: AccountResponse
    listUserTransactions: TransactionResponse
    listUsers: UserResponse
    ");
}

#[test]
fn every_paged_list_with_its_item() {
    insta::assert_snapshot!(listed(&nexus::LISTS), @r"
    listAccountTransactions: TransactionResponse
    listAccountTransactionsCreatedBetweenTwoDates: TransactionResponse
    listAccountTransactionsUpdatedBetweenTwoDates: TransactionResponse
    listAccounts: AccountResponse
    listAccountsCreatedByPartner: AccountResponse
    listBeats: BeatResponse
    listGoals: GoalResponse
    listHoldings: HoldingResponse
    listMemberAccounts: AccountResponse
    listMemberTransactions: TransactionResponse
    listMembers: MemberResponse
    listMerchants: MerchantResponse
    listMicrodeposits: MicrodepositResponse
    listNotifications: NotificationResponse
    listScheduledPayments: ScheduledPaymentResponse
    listSpendingPlanAccounts: SpendingPlanAccountResponse
    listSpendingPlanIterationItems: SpendingPlanIterationItemResponse
    listSpendingPlanIterations: SpendingPlanIterationResponse
    listSpendingPlans: SpendingPlanResponse
    listTaggings: TaggingResponse
    listTags: TagResponse
    listTransactionRules: TransactionRuleResponse
    listTransactions: TransactionResponse
    listTransactionsByCategoryAndDate: TransactionResponse
    listTransactionsByTopLevelCategoryAndDate: TransactionResponse
    listTransactionsCreatedBetweenDates: TransactionResponse
    listTransactionsUpdatedBetweenDates: TransactionResponse
    listUserCreatedAccounts: AccountResponse
    searchInstitutions: InstitutionResponse
    ");
}
