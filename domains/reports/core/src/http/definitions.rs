//! The reports on offer.

use crate::{App, service};
use module::ReportDefinition;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Answer, Caller, Listing, OwnOrder, PageQuery, State};

/// What `POST /runs` takes, and what its file has.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "name": "billing.invoices_of_a_month", "title": "Invoices of a month",
    "permission": "billing.invoices.read",
    "parameters": [{"name": "month", "description": "Such as 2026-02", "required": true}],
    "columns": [{"name": "number", "title": "Number"}],
}))]
pub struct ReportDefinitionDto {
    #[schema(examples("inventory.stock_valuation"))]
    name: String,
    title: String,
    /// Who runs or downloads it must have this permission
    permission: String,
    parameters: Vec<ReportParameterDto>,
    columns: Vec<ReportColumnDto>,
}

#[derive(Serialize, ToSchema)]
pub struct ReportParameterDto {
    #[schema(examples("month"))]
    name: String,
    description: String,
    required: bool,
}

#[derive(Serialize, ToSchema)]
pub struct ReportColumnDto {
    name: String,
    /// As it stands in the first line of the file
    title: String,
}

impl From<ReportDefinition> for ReportDefinitionDto {
    fn from(definition: ReportDefinition) -> Self {
        let parameters = definition.parameters.into_iter();
        let columns = definition.columns.into_iter();
        Self {
            name: definition.name,
            title: definition.title,
            permission: definition.permission,
            parameters: parameters
                .map(|it| ReportParameterDto {
                    name: it.name,
                    description: it.description,
                    required: it.required,
                })
                .collect(),
            columns: columns.map(|it| ReportColumnDto { name: it.name, title: it.title }).collect(),
        }
    }
}

/// Lists the reports that can be run
#[utoipa::path(get, path = "/definitions", responses((status = 200, body = Listing<ReportDefinitionDto>)))]
pub async fn list_definitions(app: State<App>, _caller: Caller, page: PageQuery<OwnOrder>) -> Answer {
    let found = service::list_definitions(&app, page.request());
    Ok(page.render(found.map(ReportDefinitionDto::from)))
}
