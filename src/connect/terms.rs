//! The settings of a form besides the credentials: data of the member, and where OAuth returns to.

use crate::api::types::MemberCredentialRequest;
use crate::values::{InstitutionGuid, MemberGuid, Personal, ReferralSource, UseCase};

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
    pub(super) fn referral_source(&self) -> Option<ReferralSource> {
        (!self.is_empty()).then_some(ReferralSource::App)
    }
}

/// A member to be created.
pub(super) struct NewMember<'a> {
    pub(super) institution: &'a InstitutionGuid,
    pub(super) credentials: Vec<MemberCredentialRequest>,
    pub(super) is_oauth: bool,
    pub(super) terms: &'a Terms,
    pub(super) return_to: &'a Return,
}

/// A member that exists.
pub(super) struct ListedMember {
    pub(super) guid: Option<MemberGuid>,
    pub(super) external_guid: Option<String>,
}
