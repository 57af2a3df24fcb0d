//! Ends an operator's token, at once on this node and within a second on all. Revoking it again changes nothing.

use crate::app::App;
use crate::error::Error;
use crate::service::platform::create_operator::{audited, view};
use crate::service::sessions::tokens;
use crate::store::operator;
use data::AuditEntry;
use kernel::Visitor;
use kernel::id::{OperatorId, PLATFORM};
use module::Operator;

pub async fn revoke_operator(app: &App, visitor: &Visitor, id: OperatorId) -> Result<Operator, Error> {
    let ctx = visitor.enter(PLATFORM, "users");
    let mut unit = app.databases.write(&ctx).await?;
    let before = operator::by_id_to_change(&unit, id).await?.ok_or(Error::OperatorNotFound)?;
    let mut after = before.clone();
    if operator::revoke(&unit, &ctx, id).await? {
        after.revoked_at = Some(ctx.now());
        unit.audit(AuditEntry {
            action: "users.operator.revoke",
            resource: "operator",
            resource_id: id.uuid(),
            before: Some(audited(&before)),
            after: Some(audited(&after)),
        })?;
    }
    tokens::forget(app, &mut unit, &before.hash);
    Ok(unit.commit(view(after)).await?)
}
