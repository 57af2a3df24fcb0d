//! Tells the owner of an account that a device signed in which was not used with it before. What that device
//! calls itself may be a stranger's words.

use crate::App;
use crate::domain::letter::{Letter, moment};
use crate::domain::words::{device_name, greeting_name, network_address};
use crate::error::Error;
use crate::service::queue_email::queue_email;
use kernel::Ctx;
use users_contract::NewDeviceSignedIn;

pub async fn tell_new_device(app: &App, ctx: &Ctx, event: NewDeviceSignedIn) -> Result<(), Error> {
    let letter = Letter::NewDevice {
        name: greeting_name(&event.display_name),
        happened_at: moment(event.happened_at),
        device: event.device.as_deref().and_then(device_name),
        client_address: event.client_address.as_deref().and_then(network_address),
        link: app.public_url.to_string(),
    };
    queue_email(app, ctx, &event.email, &letter).await
}
