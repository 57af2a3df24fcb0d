//! What the tenant asks of its members' sign-ins over HTTP, and whom it would keep out; and how long it keeps its log's details.

use crate::app::App;
use crate::domain::MembershipId;
use crate::domain::policy::{Obstacle, Policy, SecondFactorRule, SignInMethod};
use crate::domain::policy_change::PolicyChange;
use crate::error::Error;
use crate::service;
use crate::service::tenants::change_policy::ChangePolicy;
use crate::service::tenants::dry_run_policy::{Affected, DryRun};
use crate::service::tenants::policy::TenantPolicy;
use kernel::{Faults, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Answer, Body, Caller, IfMatch, Rendered, State, respond};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "second_factor": "required", "sign_in_methods": ["password", "passkey"],
    "address_ranges": ["203.0.113.0/24", "2001:db8::7/128"], "session_minutes": 720, "audit_detail_days": 365,
}))]
pub struct PolicyDto {
    second_factor: SecondFactorRuleDto,
    /// By which members may sign in here
    sign_in_methods: Vec<SignInMethodDto>,
    /// From where their sessions and API keys are heard; empty: from everywhere
    address_ranges: Vec<String>,
    /// How long a session lasts, from the sign-in on; `null`: as long as its tokens are renewed
    #[schema(required)]
    session_minutes: Option<i64>,
    /// For how long the audit log keeps who did what from where; then the entry stays and says that it was erased. `null`: as
    /// long as the tenant is there
    #[schema(required)]
    audit_detail_days: Option<i64>,
}

/// What a session must have been proved by to do more than look after oneself
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SecondFactorRule)]
pub enum SecondFactorRuleDto {
    Optional,
    /// A code beside the password, or a passkey
    Required,
    /// A passkey
    Passkey,
}

#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SignInMethod)]
pub enum SignInMethodDto {
    /// With a code or without
    Password,
    Passkey,
}

impl From<SecondFactorRule> for SecondFactorRuleDto {
    fn from(rule: SecondFactorRule) -> Self {
        match rule {
            SecondFactorRule::Optional => Self::Optional,
            SecondFactorRule::Required => Self::Required,
            SecondFactorRule::Passkey => Self::Passkey,
        }
    }
}

impl From<SecondFactorRuleDto> for SecondFactorRule {
    fn from(rule: SecondFactorRuleDto) -> Self {
        match rule {
            SecondFactorRuleDto::Optional => Self::Optional,
            SecondFactorRuleDto::Required => Self::Required,
            SecondFactorRuleDto::Passkey => Self::Passkey,
        }
    }
}

impl From<SignInMethod> for SignInMethodDto {
    fn from(method: SignInMethod) -> Self {
        match method {
            SignInMethod::Password => Self::Password,
            SignInMethod::Passkey => Self::Passkey,
        }
    }
}

impl From<SignInMethodDto> for SignInMethod {
    fn from(method: SignInMethodDto) -> Self {
        match method {
            SignInMethodDto::Password => Self::Password,
            SignInMethodDto::Passkey => Self::Passkey,
        }
    }
}

impl From<&Policy> for PolicyDto {
    fn from(policy: &Policy) -> Self {
        Self {
            second_factor: policy.second_factor.into(),
            sign_in_methods: policy.sign_in_methods.iter().map(|method| (*method).into()).collect(),
            address_ranges: policy.address_ranges.iter().map(ToString::to_string).collect(),
            session_minutes: policy.session_minutes,
            audit_detail_days: policy.audit_detail_days,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"second_factor": "required", "session_minutes": 720}))]
pub struct PatchPolicy {
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<SecondFactorRuleDto>, nullable = false)]
    second_factor: Option<Option<SecondFactorRuleDto>>,
    /// All of them anew
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<Vec<SignInMethodDto>>, nullable = false, min_items = 1, max_items = 2)]
    sign_in_methods: Option<Option<Vec<SignInMethodDto>>>,
    /// All of them anew: networks, such as `203.0.113.0/24`, and single addresses. Empty: everywhere
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<Vec<String>>, nullable = false, max_items = 100)]
    address_ranges: Option<Option<Vec<String>>>,
    /// `null`: as long as the tokens are renewed
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<i64>, minimum = 5, maximum = 527040)]
    session_minutes: Option<Option<i64>>,
    /// `null`: as long as the tenant is there
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<i64>, minimum = 30, maximum = 3660)]
    audit_detail_days: Option<Option<i64>>,
}

impl PatchPolicy {
    fn change(self) -> Result<PolicyChange, Error> {
        let Self { second_factor, sign_in_methods, address_ranges, session_minutes, audit_detail_days } =
            self;
        let mut faults = Faults::new();
        for (is_null, pointer) in [
            (matches!(second_factor, Some(None)), "/second_factor"),
            (matches!(sign_in_methods, Some(None)), "/sign_in_methods"),
            (matches!(address_ranges, Some(None)), "/address_ranges"),
        ] {
            faults.require(!is_null, pointer, "null", "must not be null");
        }
        let methods = sign_in_methods.flatten();
        let change = PolicyChange {
            second_factor: second_factor.flatten().map(Into::into),
            sign_in_methods: methods.map(|told| told.into_iter().map(Into::into).collect()),
            address_ranges: address_ranges.flatten(),
            session_minutes,
            audit_detail_days,
        };
        faults.finish(change).map_err(Error::invalid)
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "active_members": 12, "affected_members": 1,
    "counts": {"no_second_factor": 1, "no_passkey": 0, "method": 0, "address": 1},
    "members": [{
        "member_id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "user_id": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a",
        "display_name": "Ada Lovelace", "reasons": ["no_second_factor", "address"],
    }],
    "truncated": false, "sessions_left_out": false, "ending_sessions": 4, "members_to_sign_in_again": 3,
    "locks_you_out": false,
}))]
pub struct PolicyDryRunDto {
    active_members: i64,
    /// Of them, those whom it would keep out, or leave with nothing but themselves
    affected_members: i64,
    counts: PolicyCountsDto,
    /// The first hundred to have joined
    members: Vec<AffectedMemberDto>,
    /// There are more of them
    truncated: bool,
    /// The tenant has more sessions than were looked at, so `address` is of the newest thousand alone
    sessions_left_out: bool,
    /// All the tenant's that would end at once by their length, and have not by the present one
    ending_sessions: i64,
    /// Whose they are. That keeps nobody out, so it is no reason
    members_to_sign_in_again: i64,
    /// The same change would be refused
    locks_you_out: bool,
}

/// How many members each reason is of; a member may have several
#[derive(Serialize, ToSchema)]
pub struct PolicyCountsDto {
    no_second_factor: i64,
    no_passkey: i64,
    method: i64,
    address: i64,
}

#[derive(Serialize, ToSchema)]
pub struct AffectedMemberDto {
    member_id: MembershipId,
    user_id: UserId,
    display_name: String,
    reasons: Vec<PolicyReasonDto>,
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PolicyReason)]
pub enum PolicyReasonDto {
    /// They have no authenticator, and no passkey that they could sign in with
    NoSecondFactor,
    NoPasskey,
    /// They have nothing to sign in with by the methods that are left
    Method,
    /// All their sessions were opened from elsewhere; of who has none, nothing is known
    Address,
}

impl From<Obstacle> for PolicyReasonDto {
    fn from(obstacle: Obstacle) -> Self {
        match obstacle {
            Obstacle::NoSecondFactor => Self::NoSecondFactor,
            Obstacle::NoPasskey => Self::NoPasskey,
            Obstacle::Method => Self::Method,
            Obstacle::Address => Self::Address,
        }
    }
}

impl From<Affected> for AffectedMemberDto {
    fn from(affected: Affected) -> Self {
        let Affected { member, user, display_name, obstacles } = affected;
        let reasons = obstacles.into_iter().map(Into::into).collect();
        Self { member_id: member, user_id: user, display_name, reasons }
    }
}

impl From<DryRun> for PolicyDryRunDto {
    fn from(run: DryRun) -> Self {
        let of = |obstacle: Obstacle| run.obstacles.get(&obstacle).copied().unwrap_or_default();
        let counts = PolicyCountsDto {
            no_second_factor: of(Obstacle::NoSecondFactor),
            no_passkey: of(Obstacle::NoPasskey),
            method: of(Obstacle::Method),
            address: of(Obstacle::Address),
        };
        let members: Vec<AffectedMemberDto> = run.listed.into_iter().map(Into::into).collect();
        Self {
            active_members: run.active_members,
            affected_members: run.affected_members,
            counts,
            truncated: run.affected_members > members.len() as i64,
            members,
            sessions_left_out: run.sessions_left_out,
            ending_sessions: run.ending.sessions,
            members_to_sign_in_again: run.ending.members,
            locks_you_out: run.locks_you_out,
        }
    }
}

fn shown(own: &TenantPolicy) -> Rendered {
    Rendered::ok(&PolicyDto::from(&own.policy)).etag(own.version)
}

/// Shows what the tenant asks of its members' sign-ins
#[utoipa::path(get, path = "/policy", responses((status = 200, body = PolicyDto)))]
pub async fn get_policy(app: State<App>, caller: Caller) -> Answer {
    Ok(shown(&service::tenants::show_policy::show_policy(&app, &caller).await?))
}

/// Changes what the tenant asks of its members' sign-ins
///
/// Felt within a second; details of the log that are older than `audit_detail_days` are erased once a day. Sessions that are
/// open stay open: one without the second factor or the passkey that is asked for may do no more than look after oneself, one from elsewhere is not heard, and one by a method that is not allowed any more ends
/// when its tokens are renewed. Where passkeys alone sign in, who has none may come in by a password and a second factor, to
/// register one; and who has made their account by accepting an invitation, by the password that they chose there, within a
/// day. Who comes later, or had an account without a passkey, is taken in by `second_factor: "passkey"` with passwords left on,
/// which lets everybody without a passkey register one. API keys are asked for nothing but their address. What would lock out whoever changes it is refused.
#[utoipa::path(
    patch,
    path = "/policy",
    responses((status = 200, body = PolicyDto), (status = 409, description = "It would lock the caller out"))
)]
pub async fn patch_policy(
    app: State<App>,
    caller: Caller,
    if_match: IfMatch,
    body: Body<PatchPolicy>,
) -> Answer {
    let change = body.into_inner().change()?;
    let command = ChangePolicy { expected_version: if_match.expected(), change };
    respond(
        &caller,
        async |ctx| service::tenants::change_policy::change_policy(&app, ctx, command).await,
        shown,
    )
    .await
}

/// Tells whom such a change would keep out
///
/// Over the present policy, and nothing is changed. Where members come from is told by where their open sessions were opened,
/// the newest thousand of the tenant's. API keys are not judged by `address_ranges`: it is not kept where one was last used
/// from. One that is used from elsewhere is refused as soon as the change is made.
#[utoipa::path(post, path = "/policy/dry-run", responses((status = 200, body = PolicyDryRunDto)))]
pub async fn dry_run_policy(app: State<App>, caller: Caller, body: Body<PatchPolicy>) -> Answer {
    let change = body.into_inner().change()?;
    let run = service::tenants::dry_run_policy::dry_run_policy(&app, &caller, change).await?;
    Ok(Rendered::ok(&PolicyDryRunDto::from(run)))
}
