//! The calls of a form by the Atrium API.
//!
//! Institutions have codes here, which stand in the place of their guids, and members take the `identifier` of the partner in
//! the place of an external guid.

use super::connection::Connection;
use super::terms::{ListedMember, NewMember, Return, Terms};
use crate::api::types::{CredentialResponse, InstitutionResponse, MemberCredentialRequest};
use crate::atrium::{User, as_nexus, types};
use crate::error::Error;
use crate::operations;
use crate::pages::every_page;
use crate::secret::Secret;
use crate::values::{InstitutionGuid, MemberGuid};

pub(super) async fn institution(
    user: &User,
    institution: &InstitutionGuid,
) -> Result<InstitutionResponse, Error> {
    let read = user.api().read_institution();
    let answer = read.institution_code(institution.as_str()).send().await?;
    as_nexus(answer.into_inner().institution.unwrap_or_default(), &[])
}

pub(super) async fn institution_credentials(
    user: &User,
    institution: &InstitutionGuid,
) -> Result<Vec<CredentialResponse>, Error> {
    let list = user.api().read_institution_credentials();
    let answer = list.institution_code(institution.as_str()).send().await?;
    credentials(answer.into_inner())
}

pub(super) async fn member_credentials(
    user: &User,
    member: &MemberGuid,
) -> Result<Vec<CredentialResponse>, Error> {
    let list = user.api().list_member_credentials();
    let answer = list
        .user_guid(user.guid())
        .member_guid(member)
        .send()
        .await?;
    credentials(answer.into_inner())
}

fn credentials(list: types::CredentialsResponseBody) -> Result<Vec<CredentialResponse>, Error> {
    as_nexus(
        list.credentials.unwrap_or_default(),
        &[("type", "field_type_name")],
    )
}

pub(super) async fn uses_oauth(user: &User, member: &MemberGuid) -> Result<bool, Error> {
    let read = user.api().read_member();
    let answer = read
        .user_guid(user.guid())
        .member_guid(member)
        .send()
        .await?;
    let member = answer.into_inner().member.unwrap_or_default();
    Ok(member.is_oauth == Some(true))
}

pub(super) async fn create(user: &User, new: NewMember<'_>) -> Result<Connection, Error> {
    let operation = operations::by_id("atrium", "createMember");
    let terms = new.terms.clone();
    if terms.background_aggregation_is_disabled.is_some() {
        let reason = "only an update turns off the daily aggregation; use reconnect after it";
        return Err(Error::request(operation, reason));
    }
    let member = types::MemberCreateRequest {
        client_redirect_url: new.return_to.url.clone(),
        credentials: sent(new.credentials),
        identifier: terms.external_guid,
        institution_code: new.institution.as_str().into(),
        is_oauth: new.is_oauth.then_some(true),
        metadata: terms.metadata,
        referral_source: new.return_to.referral_source(),
        skip_aggregation: Some(true),
        ui_message_webview_url_scheme: new.return_to.scheme.clone(),
    };
    let body = types::MemberCreateRequestBody { member };
    let create = user.api().create_member().user_guid(user.guid());
    let answer = create.body(body).send().await?;
    let member = answer.into_inner().member.unwrap_or_default();
    let missing = || Error::incomplete(operation, "the answer has no member");
    Ok(Connection {
        member: member.guid.ok_or_else(missing)?,
        oauth_window: member.oauth_window_uri,
    })
}

/// The members that the user has at an institution; none where an answer holds no list.
pub(super) async fn members_of(
    user: &User,
    institution: &InstitutionGuid,
) -> Result<Option<Vec<ListedMember>>, Error> {
    let list = user.api().list_members().user_guid(user.guid());
    let members = every_page(list, |page| page.members).await?;
    let is_ours = |member: &types::MemberResponse| {
        let code = member.institution_code.as_ref();
        code.is_some_and(|code| code.as_str() == institution.as_str())
    };
    Ok(members.map(|members| {
        let ours = members.into_iter().filter(is_ours);
        ours.map(|member| ListedMember {
            guid: member.guid,
            external_guid: member.identifier,
        })
        .collect()
    }))
}

pub(super) async fn update(
    user: &User,
    member: &MemberGuid,
    credentials: Vec<MemberCredentialRequest>,
    terms: Terms,
) -> Result<(), Error> {
    let changes = types::MemberUpdateRequest {
        background_aggregation_is_disabled: terms.background_aggregation_is_disabled,
        credentials: sent(credentials),
        identifier: terms.external_guid,
        metadata: terms.metadata,
    };
    let body = types::MemberUpdateRequestBody { member: changes };
    let update = user.api().update_member();
    let update = update.user_guid(user.guid()).member_guid(member).body(body);
    update.send().await.map(|_| ())
}

fn sent(credentials: Vec<MemberCredentialRequest>) -> Vec<types::MemberCredentialRequest> {
    let sent = |it: MemberCredentialRequest| types::MemberCredentialRequest {
        guid: it.credential_guid,
        value: it.value,
    };
    credentials.into_iter().map(sent).collect()
}

pub(super) async fn window(
    user: &User,
    member: &MemberGuid,
    return_to: &Return,
) -> Result<Option<Secret>, Error> {
    if return_to.url.is_some() {
        let operation = operations::by_id("atrium", "readOauthWindowUri");
        let reason = "only a new member takes an address to return to";
        return Err(Error::request(operation, reason));
    }
    let mut call = user.api().read_oauth_window_uri();
    call = call.user_guid(user.guid()).member_guid(member);
    if let Some(source) = return_to.referral_source() {
        call = call.referral_source(source);
    }
    if let Some(scheme) = &return_to.scheme {
        call = call.ui_message_webview_url_scheme(scheme);
    }
    let answer = call.send().await?.into_inner();
    Ok(answer.member.and_then(|member| member.oauth_window_uri))
}
