//! Why a member may do something, or may not: each role they have, by themselves or by a team, and whether it
//! grants it. Nothing is changed.

use crate::app::App;
use crate::domain::{MembershipId, MembershipState, RoleRef};
use crate::error::Error;
use crate::service::roles::authority::of_held;
use crate::store::authority::{self, Held, Team};
use crate::store::membership;
use data::Tx;
use kernel::{Actor, Ctx, Faults, Permission};

pub struct Explain {
    pub permission: String,
    /// `None`: the caller's own membership, and by an API key, or an operator who acts as the member, no more than these may.
    pub member: Option<MembershipId>,
}

#[derive(Debug)]
pub struct Explanation {
    pub permission: &'static str,
    pub member: MembershipId,
    pub state: MembershipState,
    /// The member's own role first, then the teams by name.
    pub sources: Vec<Source>,
    pub allowed: bool,
    /// One sentence.
    pub reason: String,
}

#[derive(Debug)]
pub struct Source {
    pub role: RoleRef,
    /// Which hands the role down; `None` where it is the member's own.
    pub team: Option<Team>,
    pub grants: bool,
}

pub async fn explain(app: &App, ctx: &Ctx, question: Explain) -> Result<Explanation, Error> {
    let permission = declared(app, &question.permission)?;
    let read = app.databases.read(ctx).await?;
    let member = match question.member {
        Some(member) => member,
        None => own_membership(&read, ctx).await?,
    };
    let standing = authority::of(&read, member).await?.ok_or(Error::MemberNotFound)?;
    drop(read);
    let source = |held: &Held, team| {
        let grants = of_held(app, held).has(&permission);
        Source { role: held.role, team, grants }
    };
    let mut of_teams = standing.of_teams;
    of_teams.sort_by(|(one, _), (other, _)| one.name.cmp(&other.name));
    let mut sources = vec![source(&standing.own, None)];
    sources.extend(of_teams.into_iter().map(|(team, held)| source(&held, Some(team))));
    let narrowed =
        Narrowed::of(ctx).filter(|_| question.member.is_none() && !ctx.permissions().has(&permission));
    let (allowed, reason) = judge(standing.state, &sources, narrowed);
    Ok(Explanation { permission: permission.name, member, state: standing.state, sources, allowed, reason })
}

/// Who asks for a member and may not do this, though the member may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Narrowed {
    Key,
    Operator,
}

impl Narrowed {
    /// What they may not is for the caller to see.
    fn of(ctx: &Ctx) -> Option<Self> {
        match (&ctx.principal().impersonator, ctx.actor()) {
            (Some(_), _) => Some(Self::Operator),
            (None, Actor::ApiKey { .. }) => Some(Self::Key),
            (None, _) => None,
        }
    }

    fn reason(self) -> &'static str {
        match self {
            Self::Key => "Its maker may, but this API key is narrower than its maker and does not have it.",
            Self::Operator => {
                "The member may, but an operator who acts as them may not: support access never has it, or is given no further."
            }
        }
    }
}

fn declared(app: &App, name: &str) -> Result<Permission, Error> {
    let known = app.permissions.all().iter().find(|permission| permission.name == name).copied();
    known.ok_or_else(|| {
        let mut faults = Faults::new();
        faults.add("/permission", "unknown_permission", "is no permission that there is");
        Error::invalid(faults.into_errors())
    })
}

async fn own_membership(tx: &Tx, ctx: &Ctx) -> Result<MembershipId, Error> {
    let user = ctx.actor().user().ok_or(Error::NotAMember)?;
    Ok(membership::of_user(tx, user).await?.ok_or(Error::NotAMember)?.public_id)
}

/// Whether they may, and why.
fn judge(state: MembershipState, sources: &[Source], narrowed: Option<Narrowed>) -> (bool, String) {
    if !state.may_act() {
        return (false, format!("The member is {}, and only an active one may do anything.", state.name()));
    }
    let Some(granting) = sources.iter().find(|source| source.grants) else {
        return (false, "Neither the member's own role nor a team of theirs grants it.".to_owned());
    };
    if let Some(narrowed) = narrowed {
        return (false, narrowed.reason().to_owned());
    }
    match &granting.team {
        None => (true, "The member's own role grants it.".to_owned()),
        Some(team) => (true, format!("The team {} grants it.", team.name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Id;
    use kernel::permission::BuiltinRole;

    fn check(
        state: MembershipState,
        grants: [bool; 2],
        narrowed: Option<Narrowed>,
        allowed: bool,
        said: &str,
    ) {
        let role = RoleRef::Builtin(BuiltinRole::Member);
        let team = Team { id: Id::new(chrono::DateTime::UNIX_EPOCH), name: "Support".to_owned() };
        let sources = [
            Source { role, team: None, grants: grants[0] },
            Source { role, team: Some(team), grants: grants[1] },
        ];
        let (found, reason) = judge(state, &sources, narrowed);
        assert_eq!(found, allowed, "{reason}");
        assert!(reason.contains(said) && reason.ends_with('.'), "{reason}");
    }

    #[test]
    fn the_reason_is_the_first_that_decides() {
        use MembershipState::{Active, Removed, Suspended};
        use Narrowed::{Key, Operator};
        check(Active, [true, true], None, true, "own role grants");
        check(Active, [false, true], None, true, "team Support grants");
        check(Active, [false, false], None, false, "Neither");
        check(Active, [true, false], Some(Key), false, "API key is narrower");
        check(Active, [true, false], Some(Operator), false, "an operator who acts as them may not");
        check(Active, [false, false], Some(Key), false, "Neither");
        check(Suspended, [true, true], None, false, "suspended");
        check(Removed, [true, true], Some(Operator), false, "removed");
    }
}
