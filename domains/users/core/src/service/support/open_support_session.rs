//! An operator looks at a tenant through one of its members, as far and as long as the tenant lets them, and never as who may
//! do more than that. Whoever let them in must still be there, and be one who may. It is in the operators' log before it is
//! in the tenant's, and there in the unit that opens the session: whatever is cut off between the two leaves an entry without
//! a session, and never a session without an entry.

use crate::app::App;
use crate::domain::support::session_ends;
use crate::domain::{MembershipId, SupportGrantId};
use crate::error::Error;
use crate::service::roles::authority;
use crate::service::sessions::tokens::{self, TokenFor};
use crate::service::support::grant_support::{MAX_REASON, may_grant};
use crate::service::tenants::policy;
use crate::store::session::{Access, NewSupportSession};
use crate::store::{membership, operator, session, support_grant, tenant};
use chrono::{DateTime, Utc};
use data::{AuditEntry, Tx};
use kernel::ctx::Strength;
use kernel::id::{CredentialId, OperatorId};
use kernel::{Actor, Ctx, Faults, TenantId, UserId};
use secrets::hash_token;
use serde_json::{Value, json};

pub struct OpenSupportSession {
    pub grant: SupportGrantId,
    pub member: MembershipId,
    pub reason: String,
}

/// What the operator gets, once. Nothing renews it.
pub struct SupportSession {
    pub id: CredentialId,
    pub access_token: String,
    pub expires_in_seconds: i64,
    pub tenant: TenantId,
    pub user: UserId,
}

pub async fn open_support_session(
    app: &App,
    ctx: &Ctx,
    tenant: TenantId,
    command: OpenSupportSession,
) -> Result<SupportSession, Error> {
    let &Actor::Operator { id } = ctx.actor() else { return Err(Error::OperatorNotFound) };
    let mut faults = Faults::new();
    let reason = faults.prose("/reason", &command.reason, MAX_REASON);
    let reason = faults.finish(reason).map_err(Error::invalid)?;
    let operator_ends = begin(app, ctx, id, tenant).await?;
    let there = ctx.visitor().enter(tenant, "users");
    let (user, grant) = admit(app, &there, &command).await?;
    let expires_at = session_ends(ctx.now(), grant.expires_at, operator_ends);
    let (session, member) = (ctx.new_id(), command.member);
    let visit = Visit { session, operator: id, user, grant, member, reason, expires_at };
    let access_token = signed(app, &there, &visit).await?;
    let mut unit = app.databases.write(ctx).await?;
    unit.audit(AuditEntry {
        action: "users.support_session.create",
        resource: "tenant",
        resource_id: tenant.uuid(),
        before: None,
        after: Some(visit.audited()),
    })?;
    let access = Access { hash: hash_token(&access_token), expires_at: visit.expires_at };
    let opened = SupportSession {
        id: visit.session,
        access_token,
        expires_in_seconds: (visit.expires_at - ctx.now()).num_seconds(),
        tenant,
        user: visit.user,
    };
    let opened = unit.commit(opened).await?;
    enter(app, &there, visit, access).await?;
    Ok(opened)
}

struct Visit {
    session: CredentialId,
    operator: OperatorId,
    user: UserId,
    grant: support_grant::Model,
    member: MembershipId,
    reason: String,
    expires_at: DateTime<Utc>,
}

impl Visit {
    /// What both logs say of it.
    fn audited(&self) -> Value {
        json!({
            "session": self.session, "operator": self.operator, "grant": self.grant.public_id,
            "role": self.grant.role, "member": self.member, "user": self.user, "reason": self.reason,
            "expires_at": self.expires_at,
        })
    }
}

/// Into a tenant that there is, and until when at most.
async fn begin(app: &App, ctx: &Ctx, id: OperatorId, tenant: TenantId) -> Result<DateTime<Utc>, Error> {
    let read = app.databases.read(ctx).await?;
    let found = tenant::by_id(&read, tenant).await?.ok_or(Error::NoSuchTenant)?;
    if !found.is_active() {
        return Err(Error::TenantState { state: found.state()?.name() });
    }
    let own = operator::by_id_here(&read, id).await?.filter(|own| own.may_act(ctx.now()));
    Ok(own.ok_or(Error::OperatorNotFound)?.expires_at)
}

/// Without a grant in force nothing is told of any member.
async fn admit(
    app: &App,
    there: &Ctx,
    command: &OpenSupportSession,
) -> Result<(UserId, support_grant::Model), Error> {
    let read = app.databases.read(there).await?;
    let grant = support_grant::one_in_force(&read, command.grant, there.now()).await?;
    let grant = grant.ok_or(Error::SupportNotGranted)?;
    require_granter(app, &read, &grant).await?;
    policy::require_address(&policy::own(&read).await?.policy, there.visitor())?;
    let member = membership::by_id(&read, command.member).await?.ok_or(Error::MemberNotFound)?;
    require_within(app, &read, &grant, command.member).await?;
    Ok((member.user_id, grant))
}

/// Whoever is taken out, or made less, takes with them what they gave.
async fn require_granter(app: &App, tx: &Tx, grant: &support_grant::Model) -> Result<(), Error> {
    let theirs = authority::of_member(app, tx, grant.granted_by).await?;
    let role = grant.role()?.builtin();
    let may = theirs.is_some_and(|theirs| may_grant(app, &theirs, role));
    if may { Ok(()) } else { Err(Error::SupportGranterGone) }
}

/// Never upward: whoever may do more than the grant's role is not acted as, whatever would be left of it.
async fn require_within(
    app: &App,
    tx: &Tx,
    grant: &support_grant::Model,
    member: MembershipId,
) -> Result<(), Error> {
    let theirs = authority::of_member(app, tx, member).await?.ok_or(Error::MemberNotFound)?;
    let most = app.permissions.of_role(grant.role()?.builtin());
    if most.covers(&theirs) { Ok(()) } else { Err(Error::SupportTooWide) }
}

async fn signed(app: &App, there: &Ctx, visit: &Visit) -> Result<String, Error> {
    let session = TokenFor {
        session: visit.session,
        tenant: there.tenant(),
        user: visit.user,
        // Nothing of the member's was proved.
        strength: Strength::Key,
        authenticated_at: there.now(),
    };
    tokens::access_token(app, there.visitor(), session, Some(visit.operator), visit.expires_at).await
}

/// What was looked at is looked at again, and stays so until the session is there.
async fn enter(app: &App, there: &Ctx, visit: Visit, access: Access) -> Result<(), Error> {
    let mut unit = app.databases.write(there).await?;
    let grant = support_grant::one_in_force_to_keep(&unit, visit.grant.public_id, there.now()).await?;
    let grant = grant.ok_or(Error::SupportNotGranted)?;
    // Not held: should they go in this moment, the session is none (`authenticate`).
    require_granter(app, &unit, &grant).await?;
    membership::to_act(&unit, visit.member).await?.ok_or(Error::MemberNotFound)?;
    require_within(app, &unit, &grant, visit.member).await?;
    let new = NewSupportSession {
        id: visit.session,
        membership: visit.member,
        access,
        operator: visit.operator,
        grant: grant.public_id,
    };
    session::insert_support(&unit, there, new).await?;
    unit.audit(AuditEntry {
        action: "users.support_session.create",
        resource: "session",
        resource_id: visit.session.uuid(),
        before: None,
        after: Some(visit.audited()),
    })?;
    Ok(unit.commit(()).await?)
}
