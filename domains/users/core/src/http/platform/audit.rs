//! The log of what operators did and looked at: that of the tenant that is none.

use crate::app::App;
use crate::http::audit_entries::AuditEntryDto;
use crate::service;
use crate::service::audit::list_audit_entries::Filter;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;
use web::{Answer, Caller, Listing, PageQuery, Query, State};

#[derive(Deserialize, IntoParams)]
pub struct PlatformAuditEntryFilter {
    /// Only what was done to this tenant, operator or switch, or looked at of this tenant
    resource_id: Option<Uuid>,
    /// Only this action, such as `users.tenant.suspend`
    action: Option<String>,
}

/// Lists what the operators of the installation did
///
/// And what they looked at, this list included: the action of a look ends in `.read`.
#[utoipa::path(get, path = "/audit-entries", responses((status = 200, body = Listing<AuditEntryDto>)))]
pub async fn list_audit_entries(
    app: State<App>,
    caller: Caller,
    filter: Query<PlatformAuditEntryFilter>,
    page: PageQuery,
) -> Answer {
    let (resource, action) = (filter.resource_id, filter.action.clone());
    let filter = Filter { resource, action, ..Filter::default() };
    let found =
        service::platform::show_operators_log::show_operators_log(&app, &caller, filter, page.request())
            .await?;
    Ok(page.render(found.map(AuditEntryDto::from)))
}
