//! The settings of a form besides the credentials: data of the member, and where OAuth returns to.

use crate::api::{builder, types};
use crate::values::{Personal, ReferralSource, UseCase};

/// The data of a member besides its credentials.
#[derive(Clone, Debug, Default)]
pub(super) struct Terms {
    pub(super) external_guid: Option<String>,
    pub(super) metadata: Option<Personal>,
    pub(super) use_cases: Vec<UseCase>,
    pub(super) background_aggregation_is_disabled: Option<bool>,
}

impl Terms {
    pub(super) fn is_empty(&self) -> bool {
        self.external_guid.is_none()
            && self.metadata.is_none()
            && self.use_cases.is_empty()
            && self.background_aggregation_is_disabled.is_none()
    }
}

/// Where OAuth returns to after the user has signed in.
#[derive(Clone, Default)]
pub(super) struct Return {
    pub(super) url: Option<String>,
    pub(super) scheme: Option<String>,
}

impl Return {
    pub(super) fn is_empty(&self) -> bool {
        self.url.is_none() && self.scheme.is_none()
    }

    /// MX reads both only with the referral source `APP` (reference).
    pub(super) fn onto<'a>(
        &self,
        mut call: builder::GenerateOauthWindowUri<'a>,
    ) -> builder::GenerateOauthWindowUri<'a> {
        if !self.is_empty() {
            call = call.referral_source(ReferralSource::App);
        }
        if let Some(url) = &self.url {
            call = call.client_redirect_url(url);
        }
        if let Some(scheme) = &self.scheme {
            call = call.ui_message_webview_url_scheme(scheme);
        }
        call
    }
}

impl From<Terms> for types::MemberUpdateRequest {
    fn from(terms: Terms) -> Self {
        Self {
            background_aggregation_is_disabled: terms.background_aggregation_is_disabled,
            external_guid: terms.external_guid,
            metadata: terms.metadata,
            use_cases: terms.use_cases,
            ..Self::default()
        }
    }
}
