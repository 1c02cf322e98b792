//! OAuth: the addresses at which a person signs in on the bank's own page, and what comes of it. The faces hand addresses out; the
//! page, and the owner of the sandbox in the person's place, answer here.

use crate::sandbox::bank::Institution;
use crate::sandbox::call::Reply;
use crate::sandbox::world::{Oauth, State, World, token};

/// What the person says on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Consent {
    /// Signs in, and lets MX in.
    Given,
    /// Does not.
    Declined,
}

impl World {
    /// The person, or the owner of the sandbox in their place, is done with the page of this member. False when none was open.
    pub(crate) fn finish_oauth(&self, member: &str, consent: Consent) -> bool {
        let mut state = self.state();
        let is_open = state.open_page(member).is_some();
        is_open && state.finish_oauth(member, consent)
    }

    /// The bank of the page at this address; none where no page is open.
    pub(crate) fn oauth_page(&self, member: &str, token: &str) -> Option<&'static Institution> {
        let mut state = self.state();
        let (bank, open) = state.open_page(member)?;
        (open == token).then_some(bank)
    }

    /// The person is done with the page at this address. False when it was not open.
    pub(crate) fn finish_oauth_page(&self, member: &str, token: &str, consent: Consent) -> bool {
        let mut state = self.state();
        let open = state.open_page(member);
        open.is_some_and(|(_, open)| open == token) && state.finish_oauth(member, consent)
    }
}

impl State {
    /// Hands out a fresh address for the OAuth of a member; the one from before is no longer good.
    pub(crate) fn open_window(
        &mut self,
        user: &str,
        guid: &str,
        skips_aggregation: Option<bool>,
    ) -> Result<String, Reply> {
        let now = self.now;
        let Some(oauth) = &mut self.member(user, guid)?.oauth else {
            return Err(Reply::problem(400, None, "Member cannot use OAuth."));
        };
        let skips_aggregation = skips_aggregation.unwrap_or(oauth.skips_aggregation);
        let is_signed_in = oauth.is_signed_in;
        *oauth = Oauth {
            is_signed_in,
            ..Oauth::new(now, skips_aggregation)
        };
        Ok(self.window_address(guid))
    }

    /// Where the person signs in: a page of the sandbox itself. Whoever does not know all of it does not get there.
    pub(crate) fn window_address(&self, guid: &str) -> String {
        let oauth = self
            .members
            .get(guid)
            .and_then(|member| member.oauth.as_ref());
        let open = oauth.and_then(|oauth| oauth.open_page.as_deref());
        let open = open.unwrap_or_default();
        format!("{}/_sandbox/oauth/{guid}/{open}", self.address)
    }

    /// The bank of the page that is open for a member, and the secret end of its address. Nobody signs in for a disabled user.
    fn open_page(&mut self, guid: &str) -> Option<(&'static Institution, String)> {
        let user = self.members.get(guid)?.user.clone();
        if self.users.get(&user)?.is_disabled {
            return None;
        }
        let member = self.member(&user, guid).ok()?;
        let open = member.oauth.as_ref()?.open_page.clone()?;
        Some((member.institution, open))
    }

    /// Closes the page of a member that has one open.
    fn finish_oauth(&mut self, guid: &str, consent: Consent) -> bool {
        let now = self.now;
        let Some(member) = self.members.get_mut(guid) else {
            return false;
        };
        let Some(oauth) = &mut member.oauth else {
            return false;
        };
        oauth.open_page = None;
        oauth.is_signed_in = consent == Consent::Given;
        let skips_aggregation = oauth.skips_aggregation;
        match consent {
            Consent::Given => member.connection.let_in(),
            Consent::Declined => member.connection.shut_out(now),
        }
        if consent == Consent::Given && !skips_aggregation {
            let user = member.user.clone();
            self.aggregate_if_permitted(&user, guid);
        }
        true
    }
}

impl Oauth {
    /// A page is open from now on.
    pub(crate) fn new(now: tokio::time::Instant, skips_aggregation: bool) -> Self {
        Self {
            is_signed_in: false,
            open_page: Some(token()),
            handed_out: now,
            skips_aggregation,
        }
    }
}
