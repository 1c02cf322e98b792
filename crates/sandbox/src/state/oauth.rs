//! OAuth: the addresses of the sign-in page, and the results of signing in and declining. The handlers issue addresses; the page and
//! the control API finish them.

use std::sync::Arc;

use tokio::time::Instant;

use crate::bank::Institution;
use crate::call::Reply;
use crate::guids::token;
use crate::state::{Member, Oauth, State, Store};

/// The user's choice on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Consent {
    Given,
    Declined,
}

const MAX_OPEN_PAGES: usize = 16;

impl Store {
    /// Finishes the OAuth of a member without its address. False when no page was open.
    pub(crate) fn finish_oauth(&self, member: &str, consent: Consent) -> bool {
        let mut state = self.lock();
        state.finish_oauth(member, None, consent)
    }

    /// Finishes the OAuth of a member at one address.
    pub(crate) fn finish_oauth_page(&self, member: &str, page: &str, consent: Consent) -> bool {
        let mut state = self.lock();
        state.finish_oauth(member, Some(page), consent)
    }

    /// The bank of an open page.
    pub(crate) fn oauth_page(&self, member: &str, page: &str) -> Option<Arc<Institution>> {
        let mut state = self.lock();
        let member = state.with_page(member, Some(page))?;
        Some(Arc::clone(&member.institution))
    }
}

impl State {
    /// Issues a new address for the OAuth of a member. Earlier ones stay open, because the user may be there already.
    pub(crate) fn oauth_window(
        &mut self,
        user: &str,
        guid: &str,
        skips_aggregation: Option<bool>,
    ) -> Result<String, Reply> {
        let now = self.now;
        let Some(oauth) = &mut self.member(user, guid)?.oauth else {
            return Err(Reply::problem(400, None, "Member cannot use OAuth."));
        };
        oauth.issued = now;
        oauth.skips_aggregation = skips_aggregation.unwrap_or(oauth.skips_aggregation);
        if oauth.open_pages.len() == MAX_OPEN_PAGES {
            oauth.open_pages.pop_front();
        }
        oauth.open_pages.push_back(token());
        Ok(self.window_address(guid))
    }

    /// The latest address of the sign-in page, which has a secret end.
    pub(crate) fn window_address(&self, guid: &str) -> String {
        let member = self.members.get(guid);
        let oauth = member.and_then(|member| member.oauth.as_ref());
        let page = oauth.and_then(|oauth| oauth.open_pages.back());
        let page = page.map_or("", String::as_str);
        format!("{}/_sandbox/oauth/{guid}/{page}", self.settings.address)
    }

    /// The member with this open page, or with any when none is named. A disabled user has none.
    fn with_page(&mut self, guid: &str, page: Option<&str>) -> Option<&mut Member> {
        let user = self.members.get(guid)?.user.clone();
        if self.users.get(&user)?.is_disabled {
            return None;
        }
        let member = self.member(&user, guid).ok()?;
        let mut open = member.oauth.as_ref()?.open_pages.iter();
        let is_open = open.any(|open| page.is_none_or(|page| page == open));
        is_open.then_some(member)
    }

    /// Closes all pages of the member.
    fn finish_oauth(&mut self, guid: &str, page: Option<&str>, consent: Consent) -> bool {
        let now = self.now;
        let Some(member) = self.with_page(guid, page) else {
            return false;
        };
        let Some(oauth) = &mut member.oauth else {
            return false;
        };
        oauth.open_pages.clear();
        oauth.is_signed_in = consent == Consent::Given;
        let aggregates = consent == Consent::Given && !oauth.skips_aggregation;
        match consent {
            Consent::Given => member.connection.sign_in(),
            Consent::Declined => member.connection.decline(now),
        }
        if aggregates {
            let user = member.user.clone();
            self.aggregate_if_permitted(&user, guid);
        }
        true
    }
}

impl Oauth {
    /// The OAuth of a new member, with one open page.
    pub(crate) fn new(now: Instant, skips_aggregation: bool) -> Self {
        Self {
            is_signed_in: false,
            open_pages: [token()].into(),
            issued: now,
            skips_aggregation,
        }
    }
}
