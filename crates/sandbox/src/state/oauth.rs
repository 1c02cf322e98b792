//! OAuth: the addresses at which a person signs in on the bank's own page, and what comes of it. The faces hand addresses out; the
//! page, and the owner of the sandbox in the person's place, answer here.

use tokio::time::Instant;

use crate::bank::Institution;
use crate::call::Reply;
use crate::guids::token;
use crate::state::{Member, Oauth, State, Store};

/// What the person says on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Consent {
    /// Signs in, and lets MX in.
    Given,
    /// Does not.
    Declined,
}

/// How many addresses of a member are open at most; the oldest makes room.
const MOST: usize = 16;

impl Store {
    /// The person, or the owner of the sandbox in their place, is done with the page of this member. False when none was open.
    pub(crate) fn finish_oauth(&self, member: &str, consent: Consent) -> bool {
        let mut state = self.lock();
        state.finish_oauth(member, None, consent)
    }

    /// The same, at one address.
    pub(crate) fn finish_oauth_page(&self, member: &str, page: &str, consent: Consent) -> bool {
        let mut state = self.lock();
        state.finish_oauth(member, Some(page), consent)
    }

    /// The bank of the page at this address; none where no page is open.
    pub(crate) fn oauth_page(&self, member: &str, page: &str) -> Option<&'static Institution> {
        let mut state = self.lock();
        let member = state.with_page(member, Some(page))?;
        Some(member.institution)
    }
}

impl State {
    /// Hands out a fresh address for the OAuth of a member. Those from before stay open, in case the person is there already.
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
        if oauth.open_pages.len() == MOST {
            oauth.open_pages.pop_front();
        }
        oauth.open_pages.push_back(token());
        Ok(self.window_address(guid))
    }

    /// Where the person signs in: a page of the sandbox itself. Whoever does not know all of it does not get there.
    pub(crate) fn window_address(&self, guid: &str) -> String {
        let member = self.members.get(guid);
        let oauth = member.and_then(|member| member.oauth.as_ref());
        let page = oauth.and_then(|oauth| oauth.open_pages.back());
        let page = page.map_or("", String::as_str);
        format!("{}/_sandbox/oauth/{guid}/{page}", self.settings.address)
    }

    /// The member, when this page of it is open, or any where none is named. Nobody signs in for a disabled user.
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

    /// The person is done: no page of the member is open any more.
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
    /// A page is open from now on.
    pub(crate) fn new(now: Instant, skips_aggregation: bool) -> Self {
        Self {
            is_signed_in: false,
            open_pages: [token()].into(),
            issued: now,
            skips_aggregation,
        }
    }
}
