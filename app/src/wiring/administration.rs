//! What the command line does to the installation itself: the operators, whom whoever has the machine makes and ends. The
//! same foundation and modules as a node's, without its server and its workers.

use super::StartError;
use super::modules::modules;
use super::platform::{self, Foundation};
use crate::config::Config;
use chrono::{DateTime, Utc};
use kernel::ctx::Trace;
use kernel::id::OperatorId;
use kernel::{Clock, Problem, Visitor};
use module::{Module, Operator, Operators};
use std::sync::Arc;
use std::time::{Duration, Instant};

const TIME_ALLOWED: Duration = Duration::from_secs(30);

/// The token, alone on its line, and what to do with it.
pub async fn create_operator(config: Config, name: String, days: u16) -> Result<String, StartError> {
    let (operators, visitor) = open(&config).await?;
    let made = operators.create(&visitor, &name, days).await;
    let made = made.map_err(|problem| refused("the operator cannot be made", problem))?;
    let Operator { id, name, expires_at, .. } = made.operator;
    Ok(format!(
        "{token}\n\
         It is shown this once. {name} sends it as `Authorization: Bearer <token>` to /api/v1/platform until {until}; \
         `insula operator revoke {id}` ends it before.\n",
        token = made.token,
        until = day(expires_at),
    ))
}

/// A line each.
pub async fn list_operators(config: Config) -> Result<String, StartError> {
    let (operators, visitor) = open(&config).await?;
    let all = operators.list(&visitor).await;
    let all = all.map_err(|problem| refused("the operators cannot be listed", problem))?;
    if all.is_empty() {
        return Ok("There are no operators. `insula operator create <name>` makes one.\n".to_owned());
    }
    Ok(all.iter().map(|operator| line(operator, visitor.now())).collect())
}

pub async fn revoke_operator(config: Config, id: OperatorId) -> Result<String, StartError> {
    let (operators, visitor) = open(&config).await?;
    let revoked = operators.revoke(&visitor, id).await;
    let revoked = revoked.map_err(|problem| refused("the operator cannot be revoked", problem))?;
    Ok(format!("{} is revoked. Every node refuses the token within a second.\n", revoked.name))
}

async fn open(config: &Config) -> Result<(Arc<dyn Operators>, Visitor), StartError> {
    let (modules, visitor) = whole(config, "insula operator").await?;
    let operators = modules.into_iter().find_map(|module| module.operators);
    let operators = operators.ok_or_else(|| {
        StartError::new("no module knows operators", "set Module.operators in the users domain")
    })?;
    Ok((operators, visitor))
}

/// All modules, and whoever has the machine, who asks them by this command.
pub(super) async fn whole(config: &Config, command: &str) -> Result<(Vec<Module>, Visitor), StartError> {
    // A second start in one process finds it installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    if config.database.migrate_at_start {
        platform::migrate(config).await?;
    }
    let clock = Clock::system();
    let foundation = Foundation::lay(config, clock.clone()).await?;
    let modules = modules(config, &foundation)?;
    let visitor = Visitor {
        client_address: None,
        user_agent: Some(command.to_owned()),
        request_id: uuid::Uuid::new_v4().simple().to_string(),
        trace: Trace::begin(0),
        deadline: Instant::now() + TIME_ALLOWED,
        clock,
    };
    Ok((modules, visitor))
}

pub(super) fn refused(what: &str, problem: Problem) -> StartError {
    if problem.kind.status < 500 {
        return StartError::new(what, problem.detail.into_owned());
    }
    let remedy = "see the cause; `insula config show` tells which database it is, and `insula migrate` brings that up to \
                  date";
    StartError::new(what, remedy).because(problem)
}

fn line(operator: &Operator, now: DateTime<Utc>) -> String {
    let state = match operator.revoked_at {
        Some(at) => format!("revoked on {}", day(at)),
        None if operator.expires_at <= now => format!("expired on {}", day(operator.expires_at)),
        None => format!("good until {}", day(operator.expires_at)),
    };
    format!("{}  {state}  made on {}  {}\n", operator.id, day(operator.created_at), operator.name)
}

fn day(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operator_is_a_line_that_says_whether_they_may_act() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let operator = Operator {
            id: OperatorId::from_uuid(uuid::Uuid::nil()),
            name: "Night shift".to_owned(),
            expires_at: at("2026-04-15T12:00:00Z"),
            revoked_at: None,
            created_at: at("2026-01-15T12:00:00Z"),
        };
        let check = |operator: &Operator, now: &str, expected: &str| {
            let told = line(operator, at(now));
            assert!(told.contains(expected) && told.ends_with("made on 2026-01-15  Night shift\n"), "{told}");
        };
        check(&operator, "2026-04-15T11:59:59Z", "  good until 2026-04-15  ");
        check(&operator, "2026-04-15T12:00:00Z", "  expired on 2026-04-15  ");
        let revoked = Operator { revoked_at: Some(at("2026-02-01T00:00:00Z")), ..operator };
        check(&revoked, "2026-01-16T00:00:00Z", "  revoked on 2026-02-01  ");
    }
}
