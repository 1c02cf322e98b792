//! The calls of a form by the Nexus API.

use super::connection::Connection;
use super::terms::{ListedMember, NewMember, Return, Terms};
use crate::api::types;
use crate::error::Error;
use crate::nexus::User;
use crate::operations;
use crate::pages::every_page;
use crate::secret::Secret;
use crate::values::{InstitutionGuid, MemberGuid};

pub(super) async fn institution(
    user: &User,
    institution: &InstitutionGuid,
) -> Result<types::InstitutionResponse, Error> {
    let api = user.api().await?;
    let read = api.read_institution().institution_guid(institution);
    let answer = read.send().await?;
    Ok(answer.into_inner().institution.unwrap_or_default())
}

pub(super) async fn institution_credentials(
    user: &User,
    institution: &InstitutionGuid,
) -> Result<Vec<types::CredentialResponse>, Error> {
    let api = user.api().await?;
    let list = api.list_institution_credentials();
    let answer = list.institution_guid(institution).send().await?;
    Ok(answer.into_inner().credentials.unwrap_or_default())
}

pub(super) async fn member_credentials(
    user: &User,
    member: &MemberGuid,
) -> Result<Vec<types::CredentialResponse>, Error> {
    let api = user.api().await?;
    let list = api.list_member_credentials().member_guid(member);
    let answer = list.send().await?;
    Ok(answer.into_inner().credentials.unwrap_or_default())
}

pub(super) async fn uses_oauth(user: &User, member: &MemberGuid) -> Result<bool, Error> {
    let api = user.api().await?;
    let read = api.read_member().member_guid(member).send().await?;
    let member = read.into_inner().member.unwrap_or_default();
    Ok(member.is_oauth == Some(true))
}

pub(super) async fn create(user: &User, new: NewMember<'_>) -> Result<Connection, Error> {
    let terms = new.terms.clone();
    let member = types::MemberCreateRequest {
        background_aggregation_is_disabled: terms.background_aggregation_is_disabled,
        credentials: new.credentials,
        external_guid: terms.external_guid,
        institution_guid: new.institution.clone(),
        is_oauth: new.is_oauth.then_some(true),
        metadata: terms.metadata,
        name: None,
        skip_aggregation: Some(true),
        skip_webhook: None,
        use_cases: terms.use_cases,
    };
    let body = types::MemberCreateRequestBody { member };
    let api = user.api().await?;
    let answer = api.create_member().body(body).send().await?;
    let member = answer.into_inner().member.unwrap_or_default();
    let missing = || {
        let operation = operations::by_id("nexus", "createMember");
        Error::incomplete(operation, "the answer has no member")
    };
    Ok(Connection {
        member: member.guid.ok_or_else(missing)?,
        // This address leads back nowhere.
        oauth_window: member.oauth_window_uri.filter(|_| new.return_to.is_empty()),
    })
}

/// The members that the user has at an institution; none where an answer holds no list.
pub(super) async fn members_of(
    user: &User,
    institution: &InstitutionGuid,
) -> Result<Option<Vec<ListedMember>>, Error> {
    let api = user.api().await?;
    let members = every_page(api.list_members(), |page| page.members).await?;
    let is_ours =
        |member: &types::MemberResponse| member.institution_guid.as_ref() == Some(institution);
    Ok(members.map(|members| {
        let ours = members.into_iter().filter(is_ours);
        ours.map(|member| ListedMember {
            guid: member.guid,
            external_guid: member.external_guid,
        })
        .collect()
    }))
}

pub(super) async fn update(
    user: &User,
    member: &MemberGuid,
    credentials: Vec<types::MemberCredentialRequest>,
    terms: Terms,
) -> Result<(), Error> {
    let member_changes = types::MemberUpdateRequest {
        background_aggregation_is_disabled: terms.background_aggregation_is_disabled,
        credentials,
        external_guid: terms.external_guid,
        metadata: terms.metadata,
        skip_aggregation: Some(true),
        use_cases: terms.use_cases,
        ..types::MemberUpdateRequest::default()
    };
    let body = types::MemberUpdateRequestBody {
        member: member_changes,
    };
    let api = user.api().await?;
    let update = api.update_member().member_guid(member).body(body);
    update.send().await.map(|_| ())
}

pub(super) async fn window(
    user: &User,
    member: &MemberGuid,
    return_to: &Return,
) -> Result<Option<Secret>, Error> {
    let api = user.api().await?;
    let mut call = api.generate_oauth_window_uri().member_guid(member);
    call = call.skip_aggregation(true);
    if let Some(source) = return_to.referral_source() {
        call = call.referral_source(source);
    }
    if let Some(url) = &return_to.url {
        call = call.client_redirect_url(url);
    }
    if let Some(scheme) = &return_to.scheme {
        call = call.ui_message_webview_url_scheme(scheme);
    }
    let answer = call.send().await?.into_inner();
    Ok(answer.member.and_then(|member| member.oauth_window_uri))
}
