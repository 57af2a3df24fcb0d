//! The reports inventory offers.

use crate::App;
use crate::domain::cost::{cost_text, value_text};
use crate::permissions::STOCK_READ;
use crate::service::read_stock_valuation::read_stock_valuation;
use crate::store::valuation::ValuationRow;
use async_trait::async_trait;
use kernel::Ctx;
use kernel::contract::Cause;
use module::{
    Cell, ReadReport, ReportColumn, ReportDefinition, ReportError, ReportOffer, ReportPage, ReportSource,
};
use std::sync::Arc;

const STOCK_VALUATION: &str = "inventory.stock_valuation";

pub fn offer(app: App) -> ReportOffer {
    let column =
        |(name, title): (&str, &str)| ReportColumn { name: name.to_owned(), title: title.to_owned() };
    let columns = [
        ("sku", "SKU"),
        ("name", "Name"),
        ("on_hand", "On hand"),
        ("unit_cost", "Unit cost"),
        ("currency", "Currency"),
        ("value", "Value"),
    ];
    let definition = ReportDefinition {
        name: STOCK_VALUATION.to_owned(),
        title: "Stock valuation".to_owned(),
        permission: STOCK_READ.name.to_owned(),
        parameters: Vec::new(),
        columns: columns.map(column).to_vec(),
    };
    ReportOffer { definition, source: Arc::new(InventoryReports { app }) }
}

struct InventoryReports {
    app: App,
}

#[async_trait]
impl ReportSource for InventoryReports {
    async fn read(&self, ctx: &Ctx, request: ReadReport) -> Result<ReportPage, ReportError> {
        if request.report != STOCK_VALUATION {
            return Err(ReportError::UnknownReport);
        }
        ctx.may(&STOCK_READ).map_err(|_| ReportError::Forbidden)?;
        if let Some(parameter) = request.parameters.into_keys().next() {
            let detail = "this report has no parameters".to_owned();
            return Err(ReportError::BadParameter { parameter, detail });
        }
        let page = read_stock_valuation(&self.app, ctx, request.cursor.as_deref()).await;
        let page = page.map_err(|error| ReportError::Unavailable(Cause::new(error)))?;
        Ok(ReportPage { rows: page.rows.iter().map(cells).collect(), next_cursor: page.next })
    }
}

/// An item without a cost has no value either; that is not zero.
fn cells(row: &ValuationRow) -> Vec<Cell> {
    let cost = row.unit_cost();
    let number = |text: Option<String>| text.map_or(Cell::Empty, Cell::Number);
    vec![
        Cell::Text(row.sku.clone()),
        Cell::Text(row.name.clone()),
        Cell::Number(row.on_hand.to_string()),
        number(cost.map(cost_text)),
        cost.map_or(Cell::Empty, |cost| Cell::Text(cost.currency.to_string())),
        number(cost.map(|cost| value_text(cost, row.on_hand))),
    ]
}
