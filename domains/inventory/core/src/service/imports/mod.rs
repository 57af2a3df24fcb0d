//! What files bring.

pub mod item_rows;
pub mod purchase_rows;
mod read_bins;
pub mod sale_rows;
pub mod stock_rows;
pub mod supplier_rows;
mod undo_item_row;
mod undo_purchase_row;
mod undo_sale_row;
mod undo_stock_row;
mod undo_supplier_row;

use kernel::FieldError;
use module::RowFault;

fn row_fault(error: &FieldError) -> RowFault {
    RowFault {
        field: error.pointer.trim_start_matches('/').to_owned(),
        rule: error.code.to_string(),
        detail: error.detail.clone(),
    }
}

/// Why a row is not undone.
fn built_upon(field: &str, detail: &str) -> RowFault {
    RowFault { field: field.to_owned(), rule: "built_upon".to_owned(), detail: detail.to_owned() }
}
