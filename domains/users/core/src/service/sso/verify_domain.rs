//! Looks whether a domain shows the challenge, in a file or in DNS, and believes from then on that it is the tenant's. Nothing is
//! open while it looks. Done again, it changes nothing.

use crate::app::App;
use crate::domain::VerifiedDomainId;
use crate::error::Error;
use crate::service::sessions::fresh;
use crate::service::sso::domain::{self as view, Domain, Proof};
use crate::service::sso::fetch::{self, FetchError};
use crate::store::verified_domain;
use data::AuditEntry;
use kernel::{Actor, Ctx};
use outbound::SendError;

const SOMETHING_ELSE: &str = "it holds something else";

pub async fn verify_domain(
    app: &App,
    ctx: &Ctx,
    id: VerifiedDomainId,
    proof: Proof,
) -> Result<Domain, Error> {
    let Actor::User { .. } = ctx.actor() else { return Err(Error::SessionRequired) };
    fresh::require(app, ctx)?;
    let read = app.databases.read(ctx).await?;
    let asked = view::of(verified_domain::by_id(&read, id).await?.ok_or(Error::DomainNotFound)?);
    drop(read);
    if asked.verified_at.is_none() {
        match proof {
            Proof::File => require_file(app, &asked).await?,
            Proof::Dns => require_record(app, &asked).await?,
        }
    }
    let mut unit = app.databases.write(ctx).await?;
    let before = verified_domain::by_id_to_change(&unit, id).await?.ok_or(Error::DomainNotFound)?;
    if before.verified_at.is_some() {
        return Ok(unit.commit(view::of(before)).await?);
    }
    let after = match verified_domain::verify(&unit, ctx, id).await {
        Err(error) if verified_domain::is_taken(&error) => return Err(Error::DomainTaken),
        outcome => outcome?.ok_or(Error::DomainNotFound)?,
    };
    let mut said = view::audited(&after);
    said["proof"] = proof.name().into();
    unit.audit(AuditEntry {
        action: "users.domain.verify",
        resource: "verified_domain",
        resource_id: id.uuid(),
        before: Some(view::audited(&before)),
        after: Some(said),
    })?;
    Ok(unit.commit(view::of(after)).await?)
}

async fn require_file(app: &App, domain: &Domain) -> Result<(), Error> {
    let (url, place) = match &app.settings.domain_proofs_url {
        // Which place that is, is the operators' own.
        Some(proofs) => {
            (domain.file_below(proofs), format!("the file for {} in this installation", domain.domain))
        }
        None => (domain.file_url(), format!("the file {}", domain.file_url())),
    };
    let url = url.parse().map_err(data::Error::internal)?;
    let found = match fetch::get(&app.outbound, url, None).await {
        Ok(body) if shows(&body, domain) => return Ok(()),
        Ok(_) => SOMETHING_ELSE.to_owned(),
        Err(error) => {
            tracing::debug!(%error, "a domain does not show its challenge");
            told(&error)
        }
    };
    Err(Error::DomainUnproved { place, found })
}

/// What the domain itself has answered. Why there was no answer is ours: it would say which names there are inside.
fn told(error: &FetchError) -> String {
    match error {
        FetchError::Status(status) => format!("the answer has the status {status}"),
        FetchError::TooLong => SOMETHING_ELSE.to_owned(),
        FetchError::Send(SendError::TimedOut) => "it took too long".to_owned(),
        FetchError::Send(_) | FetchError::Unfit => "it was not reached".to_owned(),
    }
}

/// What else is there is not told: a record may lead to a name that is ours alone to ask for.
async fn require_record(app: &App, domain: &Domain) -> Result<(), Error> {
    let name = domain.record_name();
    let found = match app.outbound.texts(&name).await {
        Ok(texts) if texts.iter().any(|text| shows(text, domain)) => return Ok(()),
        Ok(texts) if texts.is_empty() => "there is none".to_owned(),
        Ok(texts) => format!("of those there, {} in all, none holds it", texts.len()),
        Err(error) => {
            tracing::debug!(?error, "a domain does not say its challenge");
            format!("they were not had: {error}")
        }
    };
    Err(Error::DomainUnproved { place: format!("the TXT records of {name}"), found })
}

fn shows(text: &[u8], domain: &Domain) -> bool {
    secrets::same(text.trim_ascii(), domain.challenge.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_a_file_was_not_reached_is_not_told() {
        for (error, expected) in [
            (FetchError::Status(404), "the answer has the status 404"),
            (FetchError::TooLong, "it holds something else"),
            (SendError::TimedOut.into(), "it took too long"),
            (SendError::NotPublic.into(), "it was not reached"),
            (SendError::UnknownName.into(), "it was not reached"),
            (SendError::NotConnected.into(), "it was not reached"),
            (SendError::Broken.into(), "it was not reached"),
            (SendError::Unavailable("no roots".into()).into(), "it was not reached"),
        ] {
            assert_eq!(told(&error), expected, "{error}");
        }
    }
}
