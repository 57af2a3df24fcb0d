//! Which reports there are.

use crate::App;
use kernel::{Page, PageRequest};
use module::ReportDefinition;

pub fn list_definitions(app: &App, request: &PageRequest) -> Page<ReportDefinition> {
    app.catalogue.page(request)
}
