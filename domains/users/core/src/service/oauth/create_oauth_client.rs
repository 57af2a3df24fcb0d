//! A tenant registers a program of others. What it may ask for is no more than what its maker may do, and its secret is shown
//! once. Only a person does so: what a program registered would outlive its own end.

use crate::app::App;
use crate::domain::OauthClientId;
use crate::domain::oauth::{CLIENT_PREFIX, GrantType};
use crate::error::Error;
use crate::permissions::OAUTH_CLIENTS_WRITE;
use crate::service::oauth::oauth_client::{self as view, OauthClient, audited};
use crate::service::roles::authority;
use crate::service::sessions::fresh;
use crate::store::oauth_client::{self, ClientFields, NewClient};
use data::AuditEntry;
use kernel::{Actor, Ctx, Faults};
use std::collections::BTreeSet;

pub struct CreateOauthClient {
    pub id: Option<OauthClientId>,
    pub fields: ClientFields,
    /// Whether it can keep a secret.
    pub is_confidential: bool,
    pub grant_types: Vec<GrantType>,
}

pub struct CreatedOauthClient {
    pub client: OauthClient,
    /// `None` of a public one.
    pub secret: Option<String>,
}

pub async fn create_oauth_client(
    app: &App,
    ctx: &Ctx,
    command: CreateOauthClient,
) -> Result<CreatedOauthClient, Error> {
    let &Actor::User { id: maker } = ctx.actor() else { return Err(Error::SessionRequired) };
    fresh::require(app, ctx)?;
    let CreateOauthClient { id, fields, is_confidential, grant_types } = command;
    let mut faults = Faults::new();
    let fields = view::worded(app, fields, !is_confidential, &mut faults);
    let few = grant_types.len() <= GrantType::ALL.len();
    faults.require(few, "/grant_types", "too_many", "must have each grant type once");
    let grants: BTreeSet<GrantType> = grant_types.into_iter().collect();
    let grants: Vec<GrantType> = grants.into_iter().collect();
    check_grants(&grants, is_confidential, &mut faults);
    view::require_redirects(&grants, &fields, &mut faults);
    let fields = faults.finish(fields).map_err(Error::invalid)?;
    let secret = is_confidential.then(view::new_secret);
    let mut unit = app.databases.write(ctx).await?;
    let acting = authority::hold(app, ctx, &unit, &OAUTH_CLIENTS_WRITE).await?;
    view::require_scopes_covered(app, &acting, &fields.scopes)?;
    let client_id = secrets::token(CLIENT_PREFIX).plain;
    let new = NewClient {
        id: id.unwrap_or_else(|| ctx.new_id()),
        membership: acting.membership,
        client_id: &client_id,
        fields: &fields,
        grant_types: &grants,
        secret_hash: secret.as_ref().map(|secret| secret.hash),
    };
    let client = match oauth_client::insert(&unit, new).await {
        Err(error) if oauth_client::is_taken(&error) => return Err(Error::OauthClientExists),
        outcome => outcome?,
    };
    unit.audit(AuditEntry {
        action: "users.oauth_client.create",
        resource: "oauth_client",
        resource_id: client.id.uuid(),
        before: None,
        after: Some(audited(&client)),
    })?;
    let client = OauthClient { client, created_by: maker };
    Ok(unit.commit(CreatedOauthClient { client, secret: secret.map(|secret| secret.plain) }).await?)
}

fn check_grants(grants: &[GrantType], is_confidential: bool, faults: &mut Faults) {
    let has = |grant: GrantType| grants.contains(&grant);
    let begins = has(GrantType::AuthorizationCode) || has(GrantType::ClientCredentials);
    faults.require(
        begins,
        "/grant_types",
        "nothing_begins",
        "must have authorization_code or client_credentials",
    );
    let renews = !has(GrantType::RefreshToken) || has(GrantType::AuthorizationCode);
    let detail = "must have authorization_code where it has refresh_token: nothing else is renewed";
    faults.require(renews, "/grant_types", "nothing_to_renew", detail);
    let may_act = is_confidential || !has(GrantType::ClientCredentials);
    let detail = "must not have client_credentials of a client that can keep no secret";
    faults.require(may_act, "/grant_types", "keeps_no_secret", detail);
}

#[cfg(test)]
mod tests {
    use super::*;
    use GrantType::{AuthorizationCode, ClientCredentials, RefreshToken};

    #[test]
    fn grants_fit_each_other_and_the_client() {
        let check = |grants: &[GrantType], is_confidential: bool, expected: &[&str]| {
            let mut faults = Faults::new();
            check_grants(grants, is_confidential, &mut faults);
            let found: Vec<_> = faults.into_errors().into_iter().map(|fault| fault.code).collect();
            assert_eq!(found, expected, "{grants:?} {is_confidential}");
        };
        check(&[AuthorizationCode], false, &[]);
        check(&[AuthorizationCode, RefreshToken], false, &[]);
        check(&[AuthorizationCode, RefreshToken, ClientCredentials], true, &[]);
        check(&[ClientCredentials], false, &["keeps_no_secret"]);
        check(&[ClientCredentials, RefreshToken], true, &["nothing_to_renew"]);
        check(&[RefreshToken], true, &["nothing_begins", "nothing_to_renew"]);
        check(&[], true, &["nothing_begins"]);
    }
}
