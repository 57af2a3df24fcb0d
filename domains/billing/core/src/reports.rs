//! The reports billing offers.

use crate::domain::invoice::Invoice;
use crate::permissions;
use crate::service::App;
use crate::service::read_invoices_of_month::{Month, read_invoices_of_month};
use crate::store::invoices::Position;
use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat};
use kernel::Ctx;
use kernel::contract::Cause;
use module::{
    Cell, ReadReport, ReportColumn, ReportDefinition, ReportError, ReportOffer, ReportPage, ReportParameter,
    ReportSource,
};
use std::sync::Arc;

const NAME: &str = "billing.invoices_of_a_month";

pub fn invoices_of_a_month(app: App) -> ReportOffer {
    let column =
        |(name, title): (&str, &str)| ReportColumn { name: name.to_owned(), title: title.to_owned() };
    let columns = [
        ("number", "Number"),
        ("finalized_at", "Finalized at"),
        ("customer", "Customer"),
        ("currency", "Currency"),
        ("total", "Total"),
    ];
    let definition = ReportDefinition {
        name: NAME.to_owned(),
        title: "Invoices of a month".to_owned(),
        permission: permissions::INVOICES_READ.name.to_owned(),
        parameters: vec![ReportParameter {
            name: "month".to_owned(),
            description: "The month in UTC, such as 2026-02".to_owned(),
            required: true,
        }],
        columns: columns.map(column).to_vec(),
    };
    ReportOffer { definition, source: Arc::new(InvoicesOfAMonth { app }) }
}

struct InvoicesOfAMonth {
    app: App,
}

#[async_trait]
impl ReportSource for InvoicesOfAMonth {
    async fn read(&self, ctx: &Ctx, request: ReadReport) -> Result<ReportPage, ReportError> {
        if request.report != NAME {
            return Err(ReportError::UnknownReport);
        }
        ctx.may(&permissions::INVOICES_READ).map_err(|_| ReportError::Forbidden)?;
        let month = request.parameters.get("month").and_then(|text| Month::parse(text));
        let month = month.ok_or_else(|| bad_parameter("month", "must be a month such as 2026-02"))?;
        let after = request.cursor.as_deref().map(position).transpose()?;
        let page = read_invoices_of_month(&self.app, ctx, month, after).await;
        let page = page.map_err(|error| ReportError::Unavailable(Cause::new(error)))?;
        let next_cursor = page.next.map(|(at, id)| format!("{}.{id}", at.timestamp_micros()));
        let rows = page.invoices.iter().map(|(invoice, customer)| row(invoice, customer)).collect();
        Ok(ReportPage { rows, next_cursor })
    }
}

fn row(invoice: &Invoice, customer: &str) -> Vec<Cell> {
    let text = |text: Option<String>| text.map_or(Cell::Empty, Cell::Text);
    let at = invoice.finalized_at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true));
    vec![
        text(invoice.number.clone()),
        text(at),
        Cell::Text(customer.to_owned()),
        Cell::Text(invoice.total.currency.to_string()),
        Cell::Number(invoice.total.to_decimal()),
    ]
}

fn position(cursor: &str) -> Result<Position, ReportError> {
    let parsed = || {
        let (micros, id) = cursor.split_once('.')?;
        Some((DateTime::from_timestamp_micros(micros.parse().ok()?)?, id.parse().ok()?))
    };
    parsed().ok_or_else(|| bad_parameter("cursor", "is not one of ours"))
}

fn bad_parameter(parameter: &str, detail: &str) -> ReportError {
    ReportError::BadParameter { parameter: parameter.to_owned(), detail: detail.to_owned() }
}
