//! Tells whoever closed a tenant that it is erased, with the certificate.

use crate::App;
use crate::domain::letter::{Letter, moment};
use crate::domain::words::greeting_name;
use crate::error::Error;
use crate::service::queue_email::queue_email;
use kernel::Ctx;
use users_contract::TenantErased;

pub async fn tell_tenant_erased(app: &App, ctx: &Ctx, event: TenantErased) -> Result<(), Error> {
    let letter = Letter::TenantErased {
        tenant: greeting_name(&event.tenant_name),
        happened_at: moment(event.happened_at),
        certificate: event.certificate,
    };
    queue_email(app, ctx, &event.email, &letter).await
}
