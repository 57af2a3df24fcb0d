//! The register of personal data: what every domain declares of its columns, why it is kept and for how long.

use crate::app::App;
use data::tables::{RegisterLine, register};

pub fn personal_data(app: &App) -> Vec<RegisterLine> {
    app.archives.all().iter().flat_map(|offer| register(offer.domain, offer.tables)).collect()
}
