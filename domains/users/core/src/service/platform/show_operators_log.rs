//! What the operators of the installation did and looked at: the log of the tenant that is none. Looking here is in it as well.

use crate::app::App;
use crate::error::Error;
use crate::service::audit::list_audit_entries::{Filter, LoggedEntry, list_audit_entries};
use crate::service::platform::audit_look::{Look, LookedAt, audit_look};
use kernel::{Ctx, Page, PageRequest};
use serde_json::json;

pub async fn show_operators_log(
    app: &App,
    ctx: &Ctx,
    filter: Filter,
    request: &PageRequest,
) -> Result<Page<LoggedEntry>, Error> {
    let asked = json!({ "resource_id": filter.resource, "action": filter.action, "page": request });
    let found = list_audit_entries(app, ctx, filter, request).await?;
    let look = Look { action: "users.audit_entry.read", at: LookedAt::Installation, asked: Some(asked) };
    audit_look(app, ctx, look).await?;
    Ok(found)
}
