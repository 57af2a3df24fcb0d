//! `/sales`

use crate::App;
use crate::domain::sale::Sale;
use crate::service::sales::show_sales;
use crate::store::sale::SaleFilter;
use chrono::{DateTime, Utc};
use inventory_contract::{ItemId, SaleId, SaleKind, WarehouseId};
use kernel::{Money, Quantity};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{Answer, Caller, Listing, PageQuery, PathId, Query, Rendered, State};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "document": "536365",
    "item_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f", "quantity": "6", "sold_at": "2010-12-01T08:26:00Z",
    "unit_price": {"amount": 255, "currency": "GBP"}, "customer": "17850", "warehouse_id": null,
    "import_id": "0190a5c8-7d3e-7a61-8f2b-2b3c4d5e6f7a",
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct SaleDto {
    id: SaleId,
    /// The number of the invoice or receipt that it is a line of
    document: String,
    item_id: ItemId,
    /// Below 0 where it was cancelled or taken back
    quantity: Quantity,
    sold_at: DateTime<Utc>,
    /// What one of the item's unit was sold for
    #[schema(required)]
    unit_price: Option<Money>,
    #[schema(required)]
    customer: Option<String>,
    /// Which the goods left, by a movement that names the sale; `null` where no stock moved
    #[schema(required)]
    warehouse_id: Option<WarehouseId>,
    /// The import that brought it
    import_id: Uuid,
    created_at: DateTime<Utc>,
    /// As it was created: a sale is never altered
    updated_at: DateTime<Utc>,
}

impl From<&Sale> for SaleDto {
    fn from(sale: &Sale) -> Self {
        Self {
            id: sale.id,
            document: sale.fields.document.clone(),
            item_id: sale.fields.item,
            quantity: sale.fields.quantity,
            sold_at: sale.fields.sold_at,
            unit_price: sale.fields.unit_price,
            customer: sale.fields.customer.clone(),
            warehouse_id: sale.fields.warehouse,
            import_id: sale.import,
            created_at: sale.created_at,
            updated_at: sale.updated_at,
        }
    }
}

#[derive(Deserialize, IntoParams)]
pub struct SaleParams {
    /// Sales of this item
    item_id: Option<ItemId>,
    /// The lines of this document
    document: Option<String>,
}

/// Lists sales, those that came last first
///
/// What other systems have sold, line by line. Sales come and go by imports into `inventory.sales`, and in no other way.
#[utoipa::path(get, path = "/sales", responses((status = 200, body = Listing<SaleDto>)))]
pub async fn list_sales(
    app: State<App>,
    caller: Caller,
    query: Query<SaleParams>,
    page: PageQuery,
) -> Answer {
    let filter = SaleFilter { item: query.item_id, document: query.document.clone() };
    let found = show_sales::list_sales(&app, &caller, &filter, page.request()).await?;
    Ok(page.render(found.map(|sale| SaleDto::from(&sale))))
}

/// Shows a sale
#[utoipa::path(get, path = "/sales/{id}", responses((status = 200, body = SaleDto)))]
pub async fn get_sale(app: State<App>, caller: Caller, id: PathId<SaleKind>) -> Answer {
    let sale = show_sales::get_sale(&app, &caller, id.id()).await?;
    Ok(Rendered::ok(&SaleDto::from(&sale)).etag_of_body())
}
