//! How a use case of users can refuse, and what the client is told of each.

mod audit;

pub use audit::AuditError;

use kernel::problem::VERSION_MISMATCH;
use kernel::{Faults, FieldError, Problem};
use macros::Problems;
use secrets::PasswordError;

#[derive(Debug, thiserror::Error, Problems)]
pub enum Error {
    #[error("New tenants are made by the operators of this installation only.")]
    #[problem(code = "users.sign_up_closed", status = 403, title = "Sign-up is closed")]
    SignUpClosed,
    #[error("The link has expired. Sign up again with the same address to get a new one.")]
    #[problem(code = "users.link_expired", status = 410, title = "The link has expired")]
    LinkExpired,
    #[error(
        "The link is unknown or was used before, or the password is not that of the sign-up it was sent for. If you \
         have verified the address already, sign in; else sign up again to get another link."
    )]
    #[problem(code = "users.link_invalid", status = 422, title = "The link is not valid")]
    LinkInvalid,
    #[error(
        "The address and the password do not belong together, or the address is not verified yet: use the link of the e-mail."
    )]
    #[problem(code = "users.wrong_credentials", status = 401, title = "Wrong address or password")]
    WrongCredentials,
    #[error("The link is unknown or was used before. Ask for another.")]
    #[problem(code = "users.reset_invalid", status = 422, title = "The link is not valid")]
    ResetInvalid,
    #[error("The link has expired. Ask for another.")]
    #[problem(code = "users.reset_expired", status = 410, title = "The link has expired")]
    ResetExpired,
    #[error("You have not asked for another address, or that has ended.")]
    #[problem(code = "users.email_change_not_found", status = 404, title = "No change of address")]
    EmailChangeNotFound,
    #[error(
        "The link is unknown or was used before, or the change of address has ended. See which address your account has, \
         and ask again if it is not the one you want."
    )]
    #[problem(code = "users.email_change_invalid", status = 422, title = "The link is not valid")]
    EmailChangeInvalid,
    #[error("The link has expired, and nothing was changed. Ask for the change of address again.")]
    #[problem(code = "users.email_change_expired", status = 410, title = "The link has expired")]
    EmailChangeExpired,
    #[error("Another account has this address by now, so nothing was changed. Ask for another address.")]
    #[problem(code = "users.address_taken", status = 409, title = "The address is taken")]
    AddressTaken,
    #[error("You have no such session.")]
    #[problem(code = "users.session_not_found", status = 404, title = "No such session")]
    SessionNotFound,
    #[error("Your tenant lets its members in from certain addresses only, and this is none of them.")]
    #[problem(code = "users.address_not_allowed", status = 403, title = "Not from this address")]
    AddressNotAllowed,
    #[error(
        "The tenant lets nobody in this way. Sign in with what it allows, a passkey or a password, or name another of your \
         tenants."
    )]
    #[problem(code = "users.method_not_allowed", status = 403, title = "Not by this way of signing in")]
    MethodNotAllowed,
    #[error("This would lock you out: {0}")]
    #[problem(code = "users.policy_locks_you_out", status = 409, title = "It would lock you out")]
    PolicyLocksYouOut(&'static str),
    #[error(
        "Prove again who you are by `POST /api/v1/users/sessions/prove`, or sign in again; then send this once more."
    )]
    #[problem(code = "users.fresh_credential_needed", status = 403, title = "Proved too long ago")]
    FreshCredentialNeeded,
    #[error("You are not an active member of any tenant.")]
    #[problem(code = "users.no_membership", status = 403, title = "No active membership")]
    NoMembership,
    #[error(
        "The refresh token is unknown, expired or was used before, or its session has ended: sign in again."
    )]
    #[problem(code = "users.refresh_refused", status = 401, title = "The refresh token is not valid")]
    RefreshRefused,
    #[error("This credential is an API key, which has no session to end. Revoke it instead.")]
    #[problem(code = "users.no_session", status = 409, title = "Not a session")]
    NoSession,
    #[error("This session has ended. Sign in again.")]
    #[problem(code = "users.session_ended", status = 401, title = "The session has ended")]
    SessionEnded,
    #[error("There is no such API key.")]
    #[problem(code = "users.api_key_not_found", status = 404, title = "No such API key")]
    ApiKeyNotFound,
    #[error("An API key with this id exists already.")]
    #[problem(code = "users.api_key_exists", status = 409, title = "The id is taken")]
    ApiKeyExists,
    #[error("There is no such client.")]
    #[problem(code = "users.oauth_client_not_found", status = 404, title = "No such client")]
    OauthClientNotFound,
    #[error("A client with this id exists already.")]
    #[problem(code = "users.oauth_client_exists", status = 409, title = "The id is taken")]
    OauthClientExists,
    #[error("The client is not deleted.")]
    #[problem(code = "users.oauth_client_not_deleted", status = 409, title = "Not deleted")]
    OauthClientNotDeleted,
    #[error(
        "The client acts for itself as whoever registered it, so only they may do this. You may delete it, or register another."
    )]
    #[problem(code = "users.not_own_oauth_client", status = 403, title = "Another's client")]
    NotOwnOauthClient,
    #[error("A public client has no secret. Register a confidential one, where it can keep a secret.")]
    #[problem(code = "users.oauth_client_public", status = 409, title = "The client has no secret")]
    OauthClientPublic,
    #[error("You have not let any client in by this grant, or have taken it back.")]
    #[problem(code = "users.oauth_grant_not_found", status = 404, title = "No such grant")]
    OauthGrantNotFound,
    #[error("Ask for no more scopes than the refresh token is for.")]
    #[problem(code = "users.scope_not_granted", status = 422, title = "Beyond what was granted")]
    ScopeNotGranted,
    #[error("The tenant has no such member.")]
    #[problem(code = "users.member_not_found", status = 404, title = "No such member")]
    MemberNotFound,
    #[error("The member is {state}, and from there this step does not lead on.")]
    #[problem(code = "users.member_state", status = 409, title = "Not in this state of the membership")]
    MemberState { state: &'static str },
    #[error(
        "This is the last active owner, and a tenant cannot be without one. Make another member an owner first."
    )]
    #[problem(code = "users.last_owner", status = 409, title = "The last owner")]
    LastOwner,
    #[error(
        "You are the last owner of {tenants}. Make somebody else an owner there, or close the tenant, first."
    )]
    #[problem(code = "users.last_owner_of", status = 409, title = "The last owner of a tenant")]
    LastOwnerOf { tenants: String },
    #[error(
        "This touches permissions that your credential does not have. Ask somebody who has them, an owner for example."
    )]
    #[problem(code = "users.grant_too_wide", status = 403, title = "Wider than your own permissions")]
    GrantTooWide,
    #[error("There is no such invitation.")]
    #[problem(code = "users.invitation_not_found", status = 404, title = "No such invitation")]
    InvitationNotFound,
    #[error("An invitation with this id exists already.")]
    #[problem(code = "users.invitation_exists", status = 409, title = "The id is taken")]
    InvitationExists,
    #[error("This address has an open invitation already. Send that again, or revoke it first.")]
    #[problem(code = "users.invitation_open", status = 409, title = "Invited already")]
    InvitationOpen,
    #[error("Somebody with this address is a member already.")]
    #[problem(code = "users.member_already", status = 409, title = "A member already")]
    MemberAlready,
    #[error("The invitation was accepted already. Sign in to go on.")]
    #[problem(code = "users.invitation_used", status = 409, title = "Accepted already")]
    InvitationUsed,
    #[error("The invitation is not open any more: it was accepted or revoked.")]
    #[problem(code = "users.invitation_closed", status = 409, title = "Not open any more")]
    InvitationClosed,
    #[error("The invitation has expired. Ask whoever invited you to send it again.")]
    #[problem(code = "users.invitation_expired", status = 410, title = "The invitation has expired")]
    InvitationExpired,
    #[error(
        "The invitation is unknown or was revoked, or it is for another address, or the password is not that of your \
         account. Use the link of the newest e-mail, and the password or the session of the account it was sent to."
    )]
    #[problem(code = "users.invitation_invalid", status = 422, title = "The invitation is not valid")]
    InvitationInvalid,
    #[error("Your tenant has no such role.")]
    #[problem(code = "users.role_not_found", status = 404, title = "No such role")]
    RoleNotFound,
    #[error("A role of this name exists already.")]
    #[problem(code = "users.role_name_taken", status = 409, title = "The name is taken")]
    RoleNameTaken,
    #[error("A role with this id exists already.")]
    #[problem(code = "users.role_exists", status = 409, title = "The id is taken")]
    RoleExists,
    #[error("Members, teams or open invitations have this role. Give them another first.")]
    #[problem(code = "users.role_in_use", status = 409, title = "The role is in use")]
    RoleInUse,
    #[error("The role is not deleted.")]
    #[problem(code = "users.role_not_deleted", status = 409, title = "Not deleted")]
    RoleNotDeleted,
    #[error("Your tenant has no such team.")]
    #[problem(code = "users.team_not_found", status = 404, title = "No such team")]
    TeamNotFound,
    #[error("A team of this name exists already.")]
    #[problem(code = "users.team_name_taken", status = 409, title = "The name is taken")]
    TeamNameTaken,
    #[error("A team with this id exists already.")]
    #[problem(code = "users.team_exists", status = 409, title = "The id is taken")]
    TeamExists,
    #[error("Other teams stand below this one. Move or delete them first.")]
    #[problem(code = "users.team_has_teams", status = 409, title = "Teams stand below it")]
    TeamHasTeams,
    #[error("The team is not deleted.")]
    #[problem(code = "users.team_not_deleted", status = 409, title = "Not deleted")]
    TeamNotDeleted,
    #[error("The member is in this team already.")]
    #[problem(code = "users.already_in_team", status = 409, title = "In the team already")]
    AlreadyInTeam,
    #[error("The member is not in this team.")]
    #[problem(code = "users.team_member_not_found", status = 404, title = "Not in the team")]
    NotInTeam,
    #[error("You are not an active member of that tenant.")]
    #[problem(code = "users.tenant_not_found", status = 404, title = "No such tenant")]
    TenantNotFound,
    #[error("The role {0} may do what your credential may not. Choose a lesser one.")]
    #[problem(code = "users.role_too_wide", status = 403, title = "The role is wider than yours")]
    RoleTooWide(&'static str),
    #[error(
        "The key acts as its maker, so only they may do this. You may revoke it, or let it expire sooner."
    )]
    #[problem(code = "users.not_own_key", status = 403, title = "Another's API key")]
    NotOwnKey,
    #[error("This is done by a person who has signed in, not by an API key. Sign in and do it there.")]
    #[problem(code = "users.session_required", status = 403, title = "A session is needed")]
    SessionRequired,
    #[error("You are not an active member of this tenant.")]
    #[problem(code = "users.not_a_member", status = 403, title = "Not a member")]
    NotAMember,
    #[error("The API key is revoked or has expired, and stays as it is. Make another.")]
    #[problem(code = "users.api_key_revoked", status = 409, title = "The key has ended")]
    ApiKeyRevoked,
    #[error("This account has a second factor: send a code of the authenticator or a recovery code.")]
    #[problem(code = "users.second_factor_required", status = 401, title = "A second factor is needed")]
    SecondFactorRequired,
    #[error("The code is wrong, or was used before. Wait for the next one, or send a recovery code.")]
    #[problem(code = "users.wrong_code", status = 401, title = "Wrong code")]
    WrongCode,
    #[error("You have an authenticator already. Give it up before you set up another.")]
    #[problem(code = "users.totp_exists", status = 409, title = "An authenticator is there already")]
    TotpExists,
    #[error("You have no authenticator that this could be done with. Set one up first.")]
    #[problem(code = "users.no_totp", status = 409, title = "No such authenticator")]
    NoTotp,
    #[error(
        "The tenant has as many members as it may have. Remove one, or ask the operators of this installation."
    )]
    #[problem(code = "users.too_many_members", status = 409, title = "No room for another member")]
    TooManyMembers,
    #[error(
        "The tenant has as many open invitations as it may have. Wait until some are accepted or end, or revoke some."
    )]
    #[problem(code = "users.too_many_invitations", status = 409, title = "Too many open invitations")]
    TooManyInvitations,
    #[error("The tenant is suspended. Ask the operators of this installation why.")]
    #[problem(code = "users.tenant_suspended", status = 403, title = "The tenant is suspended")]
    TenantSuspended,
    #[error("Nobody has closed this tenant.")]
    #[problem(code = "users.tenant_closure_not_found", status = 404, title = "Not closed")]
    ClosureNotFound,
    #[error("Nobody of this id was erased. Look up the id in the log of operators.")]
    #[problem(code = "users.user_erasure_not_found", status = 404, title = "Not erased")]
    UserErasureNotFound,
    #[error("There is no such export, or its time is over. Ask for another.")]
    #[problem(code = "users.data_export_not_found", status = 404, title = "No such export")]
    ExportNotFound,
    #[error("The export is {0}. Its file can be downloaded once it is ready.")]
    #[problem(code = "users.data_export_not_ready", status = 409, title = "No file yet")]
    ExportNotReady(&'static str),
    #[error("An export with this id exists already.")]
    #[problem(code = "users.data_export_exists", status = 409, title = "The id is taken")]
    ExportExists,
    #[error("As many exports are being written as may be at once. Wait for one of them.")]
    #[problem(code = "users.too_many_data_exports", status = 409, title = "Too many exports at once")]
    TooManyExports,
    #[error("There is no such tenant.")]
    #[problem(code = "users.no_such_tenant", status = 404, title = "No such tenant")]
    NoSuchTenant,
    #[error("The tenant is {state}, and from there this step does not lead on.")]
    #[problem(code = "users.tenant_state", status = 409, title = "Not in this state of the tenant")]
    TenantState { state: &'static str },
    #[error("No domain declares such a switch. `GET /api/v1/platform/switches` shows those there are.")]
    #[problem(code = "users.switch_not_found", status = 404, title = "No such switch")]
    SwitchNotFound,
    #[error("There is no such operator. `insula operator list` shows those there are.")]
    #[problem(code = "users.operator_not_found", status = 404, title = "No such operator")]
    OperatorNotFound,
    #[error("There is no such grant of support access.")]
    #[problem(code = "users.support_grant_not_found", status = 404, title = "No such grant")]
    SupportGrantNotFound,
    #[error("A grant of support access with this id exists already.")]
    #[problem(code = "users.support_grant_exists", status = 409, title = "The id is taken")]
    SupportGrantExists,
    #[error(
        "The tenant has no such grant in force. `GET /api/v1/platform/tenants/<id>/support-grants` shows those there are; \
         else ask the tenant for one."
    )]
    #[problem(code = "users.support_not_granted", status = 403, title = "Not let in by the tenant")]
    SupportNotGranted,
    #[error(
        "Whoever gave this grant is gone from the tenant, or may give it no more. Ask the tenant for another."
    )]
    #[problem(code = "users.support_granter_gone", status = 403, title = "Nobody stands behind the grant")]
    SupportGranterGone,
    #[error(
        "The member may do more than the grant's role. Name one who may not, or ask the tenant for a wider grant; an owner \
         is never acted as."
    )]
    #[problem(code = "users.support_too_wide", status = 403, title = "Wider than the grant")]
    SupportTooWide,
    #[error("You have no such passkey.")]
    #[problem(code = "users.passkey_not_found", status = 404, title = "No such passkey")]
    PasskeyNotFound,
    #[error(
        "The passkey does not sign in here. Begin again, with one that is registered here and unlocked on its device."
    )]
    #[problem(code = "users.passkey_refused", status = 401, title = "The passkey does not sign in")]
    PasskeyRefused,
    #[error("Your tenant does not register passkeys yet. Ask the operators of this installation.")]
    #[problem(code = "users.passkeys_off", status = 403, title = "Passkeys are off")]
    PasskeysOff,
    #[error(
        "Browsers keep passkeys for a domain name, and this installation has none. Its operators give it one by the \
         setting `http.public_url`."
    )]
    #[problem(code = "users.passkeys_unavailable", status = 409, title = "No passkeys here")]
    PasskeysUnavailable,
    #[error("You have ten passkeys, which is all that one person may have. Remove one first.")]
    #[problem(code = "users.too_many_passkeys", status = 409, title = "No room for another passkey")]
    TooManyPasskeys,
    #[error("This passkey is registered already. Use another device, or sign in with it.")]
    #[problem(code = "users.passkey_exists", status = 409, title = "Registered already")]
    PasskeyExists,
    #[error("You have no passkey, and without a password nothing would let you in. Register one first.")]
    #[problem(code = "users.no_passkey", status = 409, title = "No passkey")]
    NoPasskey,
    #[error("Without this passkey nothing would let you in. Register another, or choose a password, first.")]
    #[problem(code = "users.last_passkey", status = 409, title = "The last passkey")]
    LastPasskey,
    #[error(
        "This is your last passkey, and the tenant {tenant} asks for one, by `{rule}` of its policy. Register another first, \
         or have an owner change the policy."
    )]
    #[problem(code = "users.passkey_demanded", status = 409, title = "A tenant asks for a passkey")]
    PasskeyDemanded { tenant: String, rule: &'static str },
    #[error(
        "A passkey must prove this. Prove the session with one (`POST /api/v1/users/sessions/prove`) or sign in with \
         one, and do it within a quarter of an hour."
    )]
    #[problem(code = "users.passkey_session_required", status = 409, title = "Not proved by a passkey")]
    PasskeySessionRequired,
    #[error("Your tenant has no such connection to a provider.")]
    #[problem(code = "users.oidc_connection_not_found", status = 404, title = "No such connection")]
    OidcConnectionNotFound,
    #[error("A tenant has twenty connections at most. Delete one first.")]
    #[problem(
        code = "users.too_many_oidc_connections",
        status = 409,
        title = "No room for another connection"
    )]
    TooManyOidcConnections,
    #[error("This connection does not know the member.")]
    #[problem(code = "users.identity_not_found", status = 404, title = "No such identity")]
    IdentityNotFound,
    #[error("Your tenant has no such domain.")]
    #[problem(code = "users.domain_not_found", status = 404, title = "No such domain")]
    DomainNotFound,
    #[error("Your tenant has this domain already.")]
    #[problem(code = "users.domain_exists", status = 409, title = "The domain is there already")]
    DomainExists,
    #[error(
        "Another tenant of this installation has proved that the domain is its own. It must remove it first."
    )]
    #[problem(code = "users.domain_taken", status = 409, title = "The domain is another tenant's")]
    DomainTaken,
    #[error("A tenant has a hundred domains at most. Remove one first.")]
    #[problem(code = "users.too_many_domains", status = 409, title = "No room for another domain")]
    TooManyDomains,
    #[error(
        "The challenge was looked for in {place}: {found}. Put it alone into a file at the domain's `file_url`, reachable by https \
         without a redirect, or into a TXT record of its `record_name`, and verify again by that one."
    )]
    #[problem(code = "users.domain_unproved", status = 409, title = "The domain is not proved")]
    DomainUnproved { place: String, found: String },
    #[error("Nobody could get back in: {0}")]
    #[problem(code = "users.sso_no_way_back", status = 409, title = "Nobody could get back in")]
    SsoNoWayBack(&'static str),
    #[error(
        "{tenant} signs its members in by its own provider alone, and this is the last owner who gets in when that does not \
         answer. Have another owner set up a passkey or an authenticator there, or end the enforcement, first."
    )]
    #[problem(code = "users.sso_last_way_back", status = 409, title = "Nobody else could get back in")]
    SsoLastWayBack { tenant: String },
    #[error(
        "Your tenant signs you in by its own provider alone. Begin at {start}, or name another of your tenants."
    )]
    #[problem(code = "users.sso_enforced", status = 403, title = "By the tenant's provider alone")]
    SsoEnforced { start: String },
    #[error(
        "Your tenant signs its members in by its own provider alone. An owner gets in beside it with a passkey, or a \
         password and a second factor."
    )]
    #[problem(code = "users.sso_second_factor_needed", status = 403, title = "A second factor is needed")]
    SsoSecondFactorNeeded,
    #[error("This sign-in is unknown, has expired or was used before. Begin again.")]
    #[problem(code = "users.sso_state_invalid", status = 422, title = "Begin again")]
    SsoStateInvalid,
    #[error(
        "The connection does not hand anybody back to there. An owner of the tenant adds the URL to `return_to`."
    )]
    #[problem(code = "users.sso_return_refused", status = 422, title = "Not back to there")]
    SsoReturnRefused,
    #[error("The link to sign in lacks `code_challenge`: S256 of a secret that the client keeps (RFC 7636).")]
    #[problem(code = "users.sso_challenge_invalid", status = 422, title = "No good challenge")]
    SsoChallengeInvalid,
    #[error("The provider does not answer as it should. Try again; if it stays so, tell whoever runs it.")]
    #[problem(code = "users.sso_unavailable", status = 503, title = "The provider does not answer")]
    SsoUnavailable,
    #[error(
        "The provider did not sign you in, or what it says of you is not good. Begin again, or ask whoever runs it."
    )]
    #[problem(code = "users.sso_refused", status = 403, title = "The provider did not sign you in")]
    SsoRefused,
    #[error(
        "The provider does not say that your address is proved, and without it nobody is let in for the first time. Ask \
         whoever runs it to say so, or an owner of the tenant which claim says it."
    )]
    #[problem(code = "users.sso_address_unproved", status = 403, title = "The address is not proved")]
    SsoAddressUnproved,
    #[error("The tenant has not verified the domain of your address. Ask one of its owners to do so.")]
    #[problem(code = "users.sso_domain_unverified", status = 403, title = "The domain is not verified")]
    SsoDomainUnverified,
    #[error(
        "You are no active member of this tenant. Ask one of its admins to invite you, then sign in again."
    )]
    #[problem(code = "users.sso_not_a_member", status = 403, title = "Not a member")]
    SsoNotAMember,
    #[error(
        "Somebody else of the provider has signed in with your address before. If that was you, ask an owner of the tenant \
         to unlink what you were there."
    )]
    #[problem(code = "users.sso_other_identity", status = 409, title = "Known as somebody else")]
    SsoOtherIdentity,
    #[error(
        "The code is unknown, has expired, was used before, or the verifier is not of who has begun. Begin again."
    )]
    #[problem(code = "users.sso_code_invalid", status = 401, title = "The code is not valid")]
    SsoCodeInvalid,
    #[error(
        "The provider of your tenant has signed you in, and it does not answer for you beyond the tenant. Sign in with your \
         own password or passkey to do this."
    )]
    #[problem(code = "users.federated_session", status = 403, title = "Signed in by the tenant's provider")]
    FederatedSession,
    #[error(transparent)]
    #[problem(transparent)]
    Audit(#[from] AuditError),
    #[error(transparent)]
    #[problem(transparent)]
    Data(#[from] data::Error),
    #[error(transparent)]
    #[problem(transparent)]
    Password(#[from] PasswordError),
    #[error(transparent)]
    #[problem(transparent)]
    Scim(#[from] crate::domain::scim::Refusal),
    /// Refusals of every domain: invalid input, a stale version, an internal fault.
    #[error(transparent)]
    #[problem(transparent)]
    Refused(#[from] Problem),
}

impl Error {
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self::Refused(Problem::invalid(errors))
    }

    /// A role that is named in a body, and that the tenant does not have.
    pub fn no_such_role() -> Self {
        let mut faults = Faults::new();
        faults.add("/role_id", "unknown_role", "names no role of this tenant");
        Self::invalid(faults.into_errors())
    }

    pub fn stale() -> Self {
        let detail = "The resource has changed since you read it: read it again and retry.";
        Self::Refused(Problem::new(VERSION_MISMATCH, detail))
    }
}
