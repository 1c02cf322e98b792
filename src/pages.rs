//! Paged lists as streams, of items or of whole pages. Every operation that takes `page` and `records_per_page` is [`Paged`].
//!
//! ```no_run
//! use mx_nexus::pages::Paged;
//!
//! # async fn example(user: mx_nexus::User) -> Result<(), mx_nexus::Error> {
//! let api = user.api().await?; // The stream borrows it: keep it for as long as the stream lives.
//! let list = api.list_transactions().from_date("2026-01-01").records_per_page(1000);
//! let mut transactions = list.items().prefetch(1);
//! while let Some(transaction) = transactions.next().await {
//!     println!("{:?}", transaction?.guid);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Where a list ends
//!
//! After the page whose number reaches the total, after an empty page, and after a page without a paging object, because MX
//! then sends all there is. A paging object that has lost its total is read on until an empty page.
//!
//! MX says in its answer which page it is. When that is not the page that was asked for, the stream ends with an error of
//! the kind [`Decode`](crate::ErrorKind::Decode): to count on regardless would give out the same items again, perhaps for
//! ever, and to stop in silence would pass off a part of the list as the whole.
//!
//! An error comes out after the items that were there before it, and then the stream is over. To go on after a failure, make
//! another stream and begin it with [`Pages::from_page`]; which page that is, [`Page::current_page`] says.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use futures_core::Stream;

use crate::error::Error;
use crate::operations::Operation;

#[cfg(test)]
mod tests;

mod nexus {
    include!(concat!(env!("OUT_DIR"), "/nexus_pages.rs"));
}

mod sealed {
    /// What only generated types are.
    pub trait Sealed {}
}

/// A call for one page, on its way.
#[doc(hidden)]
pub type Asked<'a, B> = Pin<Box<dyn Future<Output = Result<B, Error>> + Send + 'a>>;

/// The builder of a list operation that pages. Its parameters hold for every page; a `page` is where the stream begins.
pub trait Paged: sealed::Sealed + Clone + Send {
    /// One item of the list.
    type Item: Send;
    /// The body of one page.
    type Body: Page<Item = Self::Item> + Send;
    #[doc(hidden)]
    type Asked: Future<Output = Result<Self::Body, Error>> + Send + Unpin;

    #[doc(hidden)]
    fn operation() -> Option<&'static Operation>;

    #[doc(hidden)]
    fn first_page(&self) -> Option<i64>;

    #[doc(hidden)]
    fn ask(&self, page: i64) -> Self::Asked;

    /// The list as a stream of pages, each the whole body that MX sent.
    fn pages(self) -> Pages<Self> {
        Pages {
            next: self.first_page().unwrap_or(1),
            list: self,
            prefetch: 0,
            last: None,
            asked: VecDeque::new(),
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

/// The body of one page.
pub trait Page: sealed::Sealed {
    /// One item of the list.
    type Item;

    /// The items on this page.
    fn items(&self) -> &[Self::Item];

    /// The items on this page, taken out.
    fn into_items(self) -> Vec<Self::Item>;

    /// The number of this page, from 1, as far as one of the paging objects says it.
    fn current_page(&self) -> Option<i64>;

    /// The count of all pages, as far as one of the paging objects says it.
    fn total_pages(&self) -> Option<i64>;
}

/// The pages of a list, one after the other. Made by [`Paged::pages`]; nothing is asked for before it is polled.
#[must_use = "a stream asks for nothing until it is polled"]
pub struct Pages<P: Paged> {
    list: P,
    /// The page to ask for next.
    next: i64,
    prefetch: usize,
    /// The last page of the list, once an answer has told it.
    last: Option<i64>,
    /// What has been asked for and not been given out, in the order of the list.
    asked: VecDeque<Asking<P>>,
    ended: bool,
}

struct Asking<P: Paged> {
    page: i64,
    call: P::Asked,
    outcome: Option<Result<P::Body, Error>>,
}

/// The items of a list, one after the other. Made by [`Paged::items`]; nothing is asked for before it is polled.
#[must_use = "a stream asks for nothing until it is polled"]
pub struct Items<P: Paged> {
    pages: Pages<P>,
    page: vec::IntoIter<P::Item>,
}

impl<P: Paged> Pages<P> {
    /// Asks for up to so many pages ahead of the reader; otherwise none. They are all held in memory.
    ///
    /// Nothing is asked ahead before an answer has told how many pages there are, so none is asked for beyond the end.
    /// Calls make headway only while the stream is polled: a reader who may leave it alone for longer than the timeout of a
    /// request should not ask ahead, or the call times out and is made again.
    pub fn prefetch(mut self, pages: usize) -> Self {
        self.prefetch = pages;
        self
    }

    /// Begins at this page, from 1; begins anew when pages were read already.
    pub fn from_page(self, page: u32) -> Self {
        Self {
            next: i64::from(page.max(1)),
            last: None,
            asked: VecDeque::new(),
            ended: false,
            ..self
        }
    }

    /// The next page; `None` after the last one and after an error. Nothing is lost when the wait for it is given up.
    pub async fn next(&mut self) -> Option<Result<P::Body, Error>> {
        poll_fn(|context| self.poll_page(context)).await
    }

    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<P::Body, Error>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        if self.asked.is_empty() {
            self.ask();
        }
        self.advance(context);
        let Some((page, outcome)) = self.take_answer() else {
            return Poll::Pending;
        };
        let outcome = outcome.and_then(|body| {
            self.place(page, &body)?;
            Ok(body)
        });
        if outcome.is_err() {
            self.end();
        }
        self.ask_ahead(context);
        Poll::Ready(Some(outcome))
    }

    fn ask(&mut self) {
        self.asked.push_back(Asking {
            page: self.next,
            call: self.list.ask(self.next),
            outcome: None,
        });
        self.next = self.next.saturating_add(1);
    }

    /// Asks for as many pages as may be asked for before the reader is there, unless one of them has failed already.
    fn ask_ahead(&mut self, context: &mut Context<'_>) {
        let has_failed = |asking: &Asking<P>| matches!(asking.outcome, Some(Err(_)));
        if self.ended || self.asked.iter().any(has_failed) {
            return;
        }
        while self.asked.len() < self.prefetch && self.last.is_some_and(|last| self.next <= last) {
            self.ask();
        }
        self.advance(context);
    }

    /// Lets every call under way make headway.
    fn advance(&mut self, context: &mut Context<'_>) {
        for asking in &mut self.asked {
            if asking.outcome.is_none()
                && let Poll::Ready(outcome) = Pin::new(&mut asking.call).poll(context)
            {
                asking.outcome = Some(outcome);
            }
        }
    }

    /// The answer for the first page asked for, and which page that is.
    fn take_answer(&mut self) -> Option<(i64, Result<P::Body, Error>)> {
        let first = self.asked.front_mut()?;
        let answer = (first.page, first.outcome.take()?);
        self.asked.pop_front();
        Some(answer)
    }

    /// Learns from the answer to `asked` whether and how the list goes on.
    fn place(&mut self, asked: i64, body: &P::Body) -> Result<(), Error> {
        if body.items().is_empty() {
            self.end();
            return Ok(());
        }
        let (current, total) = (body.current_page(), body.total_pages());
        if let Some(current) = current.filter(|current| *current != asked) {
            return Err(Error::incomplete(
                P::operation(),
                format!("page {asked} was asked for, and page {current} came"),
            ));
        }
        // With neither number there is no paging object worth the name, and nothing would ever end the list.
        if current.or(total).is_none() || total.is_some_and(|total| asked >= total) {
            self.end();
        }
        self.last = total;
        Ok(())
    }

    /// Nothing more is asked for, and what is under way is dropped.
    fn end(&mut self) {
        self.ended = true;
        self.asked.clear();
    }
}

impl<P: Paged> Items<P> {
    /// Asks for up to so many pages ahead of the page that is being read, as [`Pages::prefetch`] does.
    pub fn prefetch(mut self, pages: usize) -> Self {
        self.pages = self.pages.prefetch(pages);
        self
    }

    /// Begins at this page, from 1; begins anew when items were read already.
    pub fn from_page(self, page: u32) -> Self {
        Self {
            pages: self.pages.from_page(page),
            page: Vec::new().into_iter(),
        }
    }

    /// The next item; `None` after the last one and after an error. Nothing is lost when the wait for it is given up.
    pub async fn next(&mut self) -> Option<Result<P::Item, Error>> {
        poll_fn(|context| self.poll_item(context)).await
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<P::Item, Error>>> {
        loop {
            if let Some(item) = self.page.next() {
                self.pages.advance(context);
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.pages.poll_page(context)) {
                Some(Ok(body)) => self.page = body.into_items().into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<P: Paged> Stream for Pages<P> {
    type Item = Result<P::Body, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_page(context)
    }
}

impl<P: Paged> Stream for Items<P> {
    type Item = Result<P::Item, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_item(context)
    }
}

// Neither pins anything inside itself: a call under way is boxed.
impl<P: Paged> Unpin for Pages<P> {}
impl<P: Paged> Unpin for Items<P> {}

// Parameters and items are the user's data, and do not belong into a log.
impl<P: Paged> fmt::Debug for Pages<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Pages")
            .field("operation", &P::operation().map(|operation| operation.id))
            .field("next", &self.next)
            .field("last", &self.last)
            .field("asked", &self.asked.len())
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
