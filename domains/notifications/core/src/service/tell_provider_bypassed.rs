//! Tells the owners that one of them came in past the provider that their tenant enforces. The tenant's name is a stranger's words.

use crate::App;
use crate::domain::letter::{Letter, moment};
use crate::domain::words::{greeting_name, network_address};
use crate::error::Error;
use crate::service::queue_email::queue_email;
use kernel::Ctx;
use users_contract::ProviderBypassed;

pub async fn tell_provider_bypassed(app: &App, ctx: &Ctx, event: ProviderBypassed) -> Result<(), Error> {
    let letter = Letter::ProviderBypassed {
        name: greeting_name(&event.display_name),
        tenant: greeting_name(&event.tenant_name),
        owner: event.owner_email,
        client_address: event.client_address.as_deref().and_then(network_address),
        happened_at: moment(event.happened_at),
        link: app.public_url.to_string(),
    };
    queue_email(app, ctx, &event.email, &letter).await
}
