//! Paged lists as streams of items or of whole pages.
//!
//! Every operation that takes `page` and `records_per_page` is [`Paged`].
//!
//! ```no_run
//! use mx_nexus::pages::Paged;
//!
//! # async fn example(user: mx_nexus::User) -> Result<(), mx_nexus::Error> {
//! let api = user.api().await?; // The stream borrows the client; [`Paged::owned`] gives it one of its own.
//! let list = api.list_transactions().from_date("2026-01-01").records_per_page(1000);
//! let mut transactions = list.items().prefetch(1);
//! while let Some(transaction) = transactions.next().await {
//!     println!("{:?}", transaction?.guid);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # From a function
//!
//! [`Paged::owned`] gives a list a client of its own, so that a function can return the stream, and a task can have it. Its type is
//! [`Items`]; [`Items::next`] returns one item after the other:
//!
//! ```no_run
//! use mx_nexus::api::{Client, types::MemberResponse};
//! use mx_nexus::pages::{Items, Paged};
//!
//! fn members(api: &Client) -> Items<impl Paged<Item = MemberResponse> + use<>> {
//!     api.list_members().records_per_page(100).owned().items()
//! }
//!
//! # async fn example(api: Client) -> Result<(), Box<dyn std::error::Error>> {
//! let mut list = members(&api);
//! let task = tokio::spawn(async move {
//!     let mut count = 0;
//!     while let Some(member) = list.next().await {
//!         member?;
//!         count += 1;
//!     }
//!     Ok::<usize, mx_nexus::Error>(count)
//! });
//! println!("{} members", task.await??);
//! # Ok(())
//! # }
//! ```
//!
//! In a field the type is written in full. As any [`Stream`], without its name:
//!
//! ```no_run
//! use futures_core::Stream;
//! use mx_nexus::api::{Client, builder::ListMembers, types::MemberResponse};
//! use mx_nexus::pages::{Items, Owned, Paged};
//!
//! struct Import {
//!     members: Items<Owned<ListMembers<'static>>>,
//! }
//!
//! impl Import {
//!     fn new(api: &Client) -> Self {
//!         Self { members: api.list_members().owned().items() }
//!     }
//!
//!     fn into_stream(self) -> impl Stream<Item = Result<MemberResponse, mx_nexus::Error>> + Send + 'static {
//!         self.members
//!     }
//! }
//! ```
//!
//! # Where a list ends
//!
//! After the page whose number reaches the total, after an empty page, and after a page without a paging object: MX then sends
//! the whole list at once. When the paging object has no total, pages are read until an empty one.
//!
//! The answer contains its page number. When it is not the page that was requested, the stream ends with an error of kind
//! [`Decode`](crate::ErrorKind::Decode): reading on could return the same items for ever, and ending without an error would
//! present a part of the list as the whole.
//!
//! An error comes after the items before it, and ends the stream. To continue after a failure, make another stream and start
//! it with [`Pages::from_page`]; [`Page::current_page`] is the number of a page.

use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::vec;

use futures_core::Stream;
use futures_util::stream::{FuturesOrdered, StreamExt};

use crate::error::Error;
use crate::operations::Operation;

#[cfg(test)]
mod tests;

mod nexus {
    include!(concat!(env!("OUT_DIR"), "/nexus_pages.rs"));
}

#[cfg(feature = "atrium")]
mod atrium {
    include!(concat!(env!("OUT_DIR"), "/atrium_pages.rs"));
}

mod sealed {
    /// Implemented by generated types only.
    pub trait Sealed {}
}

/// The request for one page, boxed.
#[doc(hidden)]
pub type Asked<'a, B> = Pin<Box<dyn Future<Output = Result<B, Error>> + Send + 'a>>;

/// The builder of a paged list operation.
///
/// Its parameters apply to every page; its `page` is the first one of the stream.
pub trait Paged: sealed::Sealed + Clone + Send {
    /// One item of the list.
    type Item: Send;
    /// The body of one page.
    type Body: Page<Item = Self::Item> + Send;
    #[doc(hidden)]
    type Asked: Future<Output = Result<Self::Body, Error>> + Send + Unpin;

    /// The same list with a client of its own.
    type Owned: Paged<Item = Self::Item, Body = Self::Body> + 'static;
    #[doc(hidden)]
    fn operation() -> Option<&'static Operation>;

    #[doc(hidden)]
    fn first_page(&self) -> Option<i64>;

    #[doc(hidden)]
    fn ask(&self, page: i64) -> Self::Asked;

    /// The same list with a client of its own, so that its streams borrow nothing.
    fn owned(self) -> Self::Owned;

    /// The list as a stream of pages, each the whole body that MX sent.
    fn pages(self) -> Pages<Self> {
        Pages {
            next: self.first_page().unwrap_or(1),
            list: self,
            prefetch: 0,
            last: None,
            requests: FuturesOrdered::new(),
            answers: VecDeque::new(),
            ended: false,
        }
    }

    /// The list as a stream of its items.
    fn items(self) -> Items<Self> {
        Items {
            pages: self.pages(),
            page: Vec::new().into_iter(),
        }
    }
}

/// A list with a client of its own, from [`Paged::owned`]. [From a function](self#from-a-function) has examples.
pub struct Owned<P: Paged> {
    first: Option<i64>,
    ask: AskPage<P::Body>,
    list: PhantomData<fn() -> P>,
}

type AskPage<B> = Arc<dyn Fn(i64) -> Asked<'static, B> + Send + Sync>;

impl<P: Paged> Owned<P> {
    pub(crate) fn new(
        first: Option<i64>,
        ask: impl Fn(i64) -> Asked<'static, P::Body> + Send + Sync + 'static,
    ) -> Self {
        Self {
            first,
            ask: Arc::new(ask),
            list: PhantomData,
        }
    }
}

impl<P: Paged> Clone for Owned<P> {
    fn clone(&self) -> Self {
        Self {
            ask: Arc::clone(&self.ask),
            ..*self
        }
    }
}

impl<P: Paged> fmt::Debug for Owned<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Owned")
            .field("operation", &P::operation().map(|operation| operation.id))
            .finish_non_exhaustive()
    }
}

impl<P: Paged> sealed::Sealed for Owned<P> {}

impl<P: Paged<Body: 'static> + 'static> Paged for Owned<P> {
    type Item = P::Item;
    type Body = P::Body;
    type Asked = Asked<'static, P::Body>;
    type Owned = Self;

    fn operation() -> Option<&'static Operation> {
        P::operation()
    }

    fn first_page(&self) -> Option<i64> {
        self.first
    }

    fn ask(&self, page: i64) -> Self::Asked {
        (self.ask)(page)
    }

    fn owned(self) -> Self {
        self
    }
}

/// The body of one page.
pub trait Page: sealed::Sealed {
    /// One item of the list.
    type Item;

    /// The items on this page.
    fn items(&self) -> &[Self::Item];

    /// The items on this page, by value.
    fn into_items(self) -> Vec<Self::Item>;

    /// The number of this page, from 1, if a paging object has it.
    fn current_page(&self) -> Option<i64>;

    /// The count of all pages, if a paging object has it.
    fn total_pages(&self) -> Option<i64>;
}

/// The items of all pages, where `of` is the list on one page; none where a page holds no list.
pub(crate) async fn every_page<P: Paged>(
    list: P,
    of: fn(P::Body) -> Option<Vec<P::Item>>,
) -> Result<Option<Vec<P::Item>>, Error> {
    let mut pages = list.pages();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        match of(page?) {
            Some(found) => all.extend(found),
            None => return Ok(None),
        }
    }
    Ok(Some(all))
}

/// The pages of a list in their order, from [`Paged::pages`]. Sends no request before it is polled.
#[must_use = "a stream sends no request until it is polled"]
pub struct Pages<P: Paged> {
    list: P,
    /// The number of the page to return next.
    next: i64,
    prefetch: usize,
    /// The number of the last page, once an answer contained it.
    last: Option<i64>,
    /// The requests under way, in the order of the list.
    requests: FuturesOrdered<P::Asked>,
    /// The answers that are there and not returned yet, in the order of the list.
    answers: VecDeque<Result<P::Body, Error>>,
    ended: bool,
}

/// The items of a list in their order, from [`Paged::items`]. Sends no request before it is polled.
#[must_use = "a stream sends no request until it is polled"]
pub struct Items<P: Paged> {
    pages: Pages<P>,
    page: vec::IntoIter<P::Item>,
}

impl<P: Paged> Pages<P> {
    /// Requests up to this many pages before they are read; zero by default. They are all kept in memory.
    ///
    /// Nothing is requested ahead before an answer has contained the number of pages, so no request goes beyond the end.
    /// Requests make progress only while the stream is polled: if it may be left unpolled for longer than the timeout of a
    /// request, do not prefetch, or the request times out and is sent again.
    pub fn prefetch(mut self, pages: usize) -> Self {
        self.prefetch = pages;
        self
    }

    /// Starts at this page, from 1, also when pages were read already.
    pub fn from_page(self, page: u32) -> Self {
        Self {
            next: i64::from(page.max(1)),
            last: None,
            requests: FuturesOrdered::new(),
            answers: VecDeque::new(),
            ended: false,
            ..self
        }
    }

    /// The next page; `None` after the last one and after an error.
    ///
    /// Cancel safe: dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<P::Body, Error>> {
        StreamExt::next(self).await
    }

    /// How many pages are requested and not returned yet.
    fn requested(&self) -> usize {
        self.requests.len() + self.answers.len()
    }

    fn request(&mut self) {
        let requested = i64::try_from(self.requested()).unwrap_or(i64::MAX);
        let page = self.next.saturating_add(requested);
        self.requests.push_back(self.list.ask(page));
    }

    /// Polls the requests under way, and keeps their answers.
    fn poll_requests(&mut self, context: &mut Context<'_>) {
        while let Poll::Ready(Some(answer)) = self.requests.poll_next_unpin(context) {
            self.answers.push_back(answer);
        }
    }

    /// Requests pages ahead, up to the allowed number and the last page, and none after a failed one.
    fn request_ahead(&mut self) {
        if self.answers.iter().any(Result::is_err) {
            return;
        }
        let Some(last) = self.last.filter(|_| !self.ended) else {
            return;
        };
        let left = usize::try_from(last.saturating_sub(self.next).saturating_add(1)).unwrap_or(0);
        while self.requested() < self.prefetch.min(left) {
            self.request();
        }
    }

    /// Checks the answer for the page `self.next`; decides whether and where the list ends.
    fn check(&mut self, body: &P::Body) -> Result<(), Error> {
        if body.items().is_empty() {
            self.end();
            return Ok(());
        }
        let (current, total) = (body.current_page(), body.total_pages());
        if let Some(current) = current.filter(|current| *current != self.next) {
            return Err(Error::incomplete(
                P::operation(),
                format!("requested page {}, and page {current} came", self.next),
            ));
        }
        // With neither number there is no usable paging object, and nothing would end the list.
        if current.or(total).is_none() || total.is_some_and(|total| self.next >= total) {
            self.end();
        }
        self.last = total;
        Ok(())
    }

    /// Drops the requests under way and sends no more.
    fn end(&mut self) {
        self.ended = true;
        self.requests = FuturesOrdered::new();
        self.answers.clear();
    }
}

impl<P: Paged> Stream for Pages<P> {
    type Item = Result<P::Body, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.ended {
            return Poll::Ready(None);
        }
        if this.requested() == 0 {
            this.request();
        }
        this.poll_requests(context);
        let Some(answer) = this.answers.pop_front() else {
            return Poll::Pending;
        };
        let answer = answer.and_then(|body| this.check(&body).map(|()| body));
        if answer.is_err() {
            this.end();
        }
        this.next = this.next.saturating_add(1);
        this.request_ahead();
        this.poll_requests(context);
        Poll::Ready(Some(answer))
    }
}

impl<P: Paged> Items<P> {
    /// Requests up to this many pages ahead of the page that is read; see [`Pages::prefetch`].
    pub fn prefetch(mut self, pages: usize) -> Self {
        self.pages = self.pages.prefetch(pages);
        self
    }

    /// Starts at this page, from 1, also when items were read already.
    pub fn from_page(self, page: u32) -> Self {
        Self {
            pages: self.pages.from_page(page),
            page: Vec::new().into_iter(),
        }
    }

    /// The next item; `None` after the last one and after an error.
    ///
    /// Cancel safe: dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<P::Item, Error>> {
        StreamExt::next(self).await
    }
}

impl<P: Paged> Stream for Items<P> {
    type Item = Result<P::Item, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(item) = this.page.next() {
                this.pages.poll_requests(context);
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(this.pages.poll_next_unpin(context)) {
                Some(Ok(body)) => this.page = body.into_items().into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

// Nothing is pinned in place: a request is boxed.
impl<P: Paged> Unpin for Pages<P> {}
impl<P: Paged> Unpin for Items<P> {}

// Without parameters and items: they are the user's data.
impl<P: Paged> fmt::Debug for Pages<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Pages")
            .field("operation", &P::operation().map(|operation| operation.id))
            .field("next", &self.next)
            .field("last", &self.last)
            .field("requested", &self.requested())
            .field("prefetch", &self.prefetch)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

impl<P: Paged> fmt::Debug for Items<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Items")
            .field("pages", &self.pages)
            .field("left", &self.page.len())
            .finish()
    }
}
