//! Whom a policy would keep out, if the tenant asked for it. Nothing is changed. Members are counted by what they have; of
//! where they come from no more is known than where the newest sessions were opened. API keys are not judged: when one was
//! last used is kept, and from where is not.

use crate::app::App;
use crate::domain::MembershipId;
use crate::domain::policy::{Factors, Obstacle, Policy};
use crate::domain::policy_change::PolicyChange;
use crate::error::Error;
use crate::service::tenants::policy::{lock_out, own};
use crate::store::factors::{self, Member, Sessions};
use chrono::{DateTime, Utc};
use kernel::{Actor, Ctx, Faults, UserId};
use std::collections::BTreeMap;

const MAX_LISTED: i64 = 100;
/// How many sessions are looked at.
const MAX_SESSIONS: i64 = 1000;

#[derive(Debug)]
pub struct DryRun {
    pub active_members: i64,
    /// Of them, those in whose way something would be.
    pub affected_members: i64,
    /// How many each is in the way of; somebody may have several.
    pub obstacles: BTreeMap<Obstacle, i64>,
    /// The first to have joined.
    pub listed: Vec<Affected>,
    /// There are more sessions than were looked at.
    pub sessions_left_out: bool,
    /// Those that have gone on for too long by now, and not yet by the present policy. Who has one signs in again.
    pub ending: Sessions,
    pub locks_you_out: bool,
}

#[derive(Debug)]
pub struct Affected {
    pub member: MembershipId,
    pub user: UserId,
    pub display_name: String,
    pub obstacles: Vec<Obstacle>,
}

/// In the order in which they have joined.
type Joined = (DateTime<Utc>, MembershipId);

pub async fn dry_run_policy(app: &App, ctx: &Ctx, change: PolicyChange) -> Result<DryRun, Error> {
    // Who has no second factor is not for a program to know.
    let &Actor::User { id } = ctx.actor() else { return Err(Error::SessionRequired) };
    let read = app.databases.read(ctx).await?;
    let mut faults = Faults::new();
    let present = own(&read).await?.policy;
    let policy = change.apply(&present, &mut faults);
    let policy = faults.finish(policy).map_err(Error::invalid)?;
    let counted = factors::counted(&read).await?;
    let hit: Vec<Factors> =
        counted.iter().map(|(has, _)| *has).filter(|has| !policy.obstacles(*has).is_empty()).collect();
    let lacking = match hit.as_slice() {
        [] => Vec::new(),
        hit => factors::who_have(&read, hit, MAX_LISTED).await?,
    };
    let renewed_since = ctx.now() - app.settings.refresh_token_lifetime();
    let sessions = match policy.address_ranges.as_slice() {
        [] => Vec::new(),
        _ => factors::newest_sessions(&read, renewed_since, MAX_SESSIONS + 1).await?,
    };
    let ending = match policy.over_if_signed_in_by(ctx.now()) {
        Some(by) => {
            let after = present.over_if_signed_in_by(ctx.now()).unwrap_or(DateTime::UNIX_EPOCH);
            factors::signed_in_between(&read, renewed_since, after, by).await?
        }
        None => Sessions::default(),
    };
    let locks_you_out = lock_out(&read, ctx, id, &policy).await?.is_some();
    drop(read);
    let sessions_left_out = sessions.len() as i64 > MAX_SESSIONS;
    let outside = outside(&policy, sessions.into_iter().take(MAX_SESSIONS as usize));
    let run = told(&policy, &counted, lacking, outside, sessions_left_out, locks_you_out);
    Ok(DryRun { ending, ..run })
}

/// Whose sessions were all opened from elsewhere. Of who has none, nothing is known.
fn outside(
    policy: &Policy,
    sessions: impl Iterator<Item = (Member, Option<String>)>,
) -> BTreeMap<Joined, Member> {
    let mut all: BTreeMap<Joined, (Member, bool)> = BTreeMap::new();
    for (member, address) in sessions {
        let address = address.and_then(|address| address.parse().ok());
        let within = policy.allows_address(address);
        let joined = (member.joined_at, member.id);
        all.entry(joined).or_insert((member, false)).1 |= within;
    }
    let outside = all.into_iter().filter(|(_, (_, within))| !within);
    outside.map(|(joined, (member, _))| (joined, member)).collect()
}

fn told(
    policy: &Policy,
    counted: &[(Factors, i64)],
    lacking: Vec<Member>,
    outside: BTreeMap<Joined, Member>,
    sessions_left_out: bool,
    locks_you_out: bool,
) -> DryRun {
    let mut obstacles: BTreeMap<Obstacle, i64> = BTreeMap::new();
    let (mut active_members, mut affected_members) = (0, 0);
    for (has, members) in counted {
        let found = policy.obstacles(*has);
        active_members += members;
        affected_members += if found.is_empty() { 0 } else { *members };
        found.into_iter().for_each(|obstacle| *obstacles.entry(obstacle).or_default() += members);
    }
    for member in outside.values() {
        *obstacles.entry(Obstacle::Address).or_default() += 1;
        affected_members += i64::from(policy.obstacles(member.factors).is_empty());
    }
    let from_elsewhere: Vec<Joined> = outside.keys().copied().collect();
    let mut all = outside;
    all.extend(lacking.into_iter().map(|member| ((member.joined_at, member.id), member)));
    let listed = all.into_iter().take(MAX_LISTED as usize).map(|(joined, member)| {
        let elsewhere = from_elsewhere.binary_search(&joined).is_ok().then_some(Obstacle::Address);
        Affected {
            member: member.id,
            user: member.user,
            display_name: member.display_name,
            obstacles: policy.obstacles(member.factors).into_iter().chain(elsewhere).collect(),
        }
    });
    let listed = listed.collect();
    let ending = Sessions::default();
    DryRun { active_members, affected_members, obstacles, listed, sessions_left_out, ending, locks_you_out }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::SecondFactorRule;
    use chrono::Duration;
    use kernel::Id;

    const NOTHING: Factors = Factors { password: true, totp: false, passkey: false };
    const TOTP: Factors = Factors { totp: true, ..NOTHING };

    fn member(minute: i64, factors: Factors) -> Member {
        let joined_at = DateTime::UNIX_EPOCH + Duration::minutes(minute);
        let display_name = format!("joined {minute}");
        Member { id: Id::new(joined_at), user: Id::new(joined_at), display_name, joined_at, factors }
    }

    fn policy() -> Policy {
        let address_ranges = vec!["203.0.113.0/24".parse().unwrap()];
        Policy { second_factor: SecondFactorRule::Required, address_ranges, ..Policy::default() }
    }

    #[test]
    fn who_has_one_session_within_is_not_outside() {
        let [ada, bob, eve] = [1, 2, 3].map(|minute| member(minute, NOTHING));
        let again = |of: &Member| Member { display_name: of.display_name.clone(), ..*of };
        let sessions = vec![
            (again(&ada), Some("198.51.100.7".to_owned())),
            (again(&bob), Some("198.51.100.7".to_owned())),
            (again(&ada), Some("203.0.113.7".to_owned())),
            (again(&eve), None),
            (again(&bob), Some("no address".to_owned())),
        ];
        let found = outside(&policy(), sessions.into_iter());
        assert_eq!(found.values().map(|it| it.id).collect::<Vec<_>>(), [bob.id, eve.id]);
    }

    #[test]
    fn everybody_is_counted_once_and_listed_by_when_they_joined() {
        let lacking = vec![member(2, NOTHING), member(4, NOTHING)];
        let both = Member { id: lacking[0].id, ..member(2, NOTHING) };
        let outside = [both, member(1, TOTP)].map(|member| ((member.joined_at, member.id), member));
        let run = told(&policy(), &[(NOTHING, 2), (TOTP, 5)], lacking, outside.into(), false, true);
        assert_eq!((run.active_members, run.affected_members), (7, 3));
        let expected = [(Obstacle::NoSecondFactor, 2), (Obstacle::Address, 2)];
        assert_eq!(run.obstacles, BTreeMap::from(expected));
        let listed = run.listed.into_iter().map(|it| (it.display_name, it.obstacles)).collect::<Vec<_>>();
        let expected = [
            ("joined 1".to_owned(), vec![Obstacle::Address]),
            ("joined 2".to_owned(), vec![Obstacle::NoSecondFactor, Obstacle::Address]),
            ("joined 4".to_owned(), vec![Obstacle::NoSecondFactor]),
        ];
        assert_eq!(listed, expected);
        assert!(run.locks_you_out && !run.sessions_left_out);
    }

    #[test]
    fn the_list_is_bounded_and_the_count_is_not() {
        let lacking: Vec<_> = (0..MAX_LISTED).map(|minute| member(minute, NOTHING)).collect();
        let late = member(10_000, TOTP);
        let outside = [((late.joined_at, late.id), late)];
        let run = told(&policy(), &[(NOTHING, 5_000)], lacking, outside.into(), false, false);
        assert_eq!((run.listed.len(), run.affected_members), (100, 5_001));
        assert_eq!(run.listed[99].display_name, "joined 99");
    }
}
