//! Takes back what one row of a file counted in a bin, where as much lies there as the row left: by the opposite movement.
//! A lot that the row made stays, since its movements name it.

use super::stock_rows::posting;
use crate::domain::import_stock::StockChange;
use crate::error::Error;
use crate::service::ledger::post::{Posting, post_or_refuse};
use crate::store;
use data::Unit;
use inventory_contract::LotId;
use kernel::{Ctx, Quantity};
use module::ImportId;

/// The bin of a row as it is now.
pub(super) struct BinNow {
    /// Its item and its location.
    pub is_there: bool,
    pub lot: Option<LotId>,
    pub on_hand: Quantity,
}

/// Says why it stays, where it does; nothing is written then. The caller has the level held.
pub(super) async fn undo_stock_row(
    unit: &mut Unit,
    ctx: &Ctx,
    import: ImportId,
    change: &StockChange,
    now: BinNow,
) -> Result<Option<&'static str>, Error> {
    let BinNow { is_there, lot, on_hand } = now;
    if !is_there || lot.is_some() != change.lot.is_some() {
        return Ok(Some("the item or its location is deleted: it stays as it is"));
    }
    let last = store::movement::last_standing(unit, change.item, change.place.location, lot).await?;
    let own = last.filter(|last| last.document_id == Some(import.uuid()) && last.quantity == change.moved);
    let Some(own) = own.filter(|_| on_hand == change.left()) else {
        return Ok(Some("stock has moved there since: adjust it by hand"));
    };
    let opposite = Posting {
        reverses: Some(own.public_id),
        reason: Some(format!("import {import} is undone")),
        ..posting(ctx, import, change, lot, -change.moved)
    };
    let refused = post_or_refuse(unit, ctx, &[opposite]).await?.is_err();
    Ok(refused.then_some("stock that it brought is reserved by now, or would be there twice"))
}
