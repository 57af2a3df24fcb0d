//! An item got another unit cost. Where that is its standard, what is on hand is worth it from now on; where nothing was known
//! of its cost before, it is valued from now on. Else it is what the next receipt costs that says no cost of its own.

use crate::domain::costing::{Method, Rate};
use crate::domain::stock::Level;
use crate::error::Error;
use crate::service::places::find_place::fault;
use crate::service::valuation::accounts::{Account, Accounts, Of, refused};
use crate::store;
use data::Unit;
use inventory_contract::{ItemId, StockRevalued};
use kernel::{Ctx, Money};
use std::collections::BTreeMap;

/// The item is held and changed already; who changed it has written its audit entry.
pub async fn change_cost(
    unit: &mut Unit,
    ctx: &Ctx,
    item: ItemId,
    level: &Level,
    before: Option<Money>,
) -> Result<(), Error> {
    if !level.has_moved() {
        return Ok(());
    }
    let moving = store::item::moving(unit, &[item]).await?.remove(&item).ok_or(Error::ItemNotFound)?;
    let Some(cost) = moving.unit_cost.filter(|cost| Some(*cost) != before) else { return Ok(()) };
    let items = BTreeMap::from([(item, (&moving, level))]);
    let mut accounts = Accounts::read(unit, ctx, &items, &BTreeMap::new()).await?;
    let Some(account) = accounts.get(item) else {
        let rate = Rate::per_unit(cost.amount_minor).map_err(refused)?;
        accounts.add(Account::new(ctx, &moving, level, cost.currency, rate)?);
        return accounts.write(unit, ctx).await;
    };
    let currency = account.currency();
    if cost.currency != currency {
        let detail = format!("must be {currency}, which its stock has been valued in from its first cost on");
        return Err(fault("/unit_cost/currency", "other_currency", &detail));
    }
    if let Method::Standard { unit_minor } = account.method() {
        let was = account.position.stock().value.minor();
        let change = account.position.change_standard(unit_minor).map_err(refused)?;
        let stock = account.position.stock();
        if change.is_some() {
            unit.publish(&StockRevalued {
                item,
                on_hand: stock.on_hand,
                before: Money::new(was, currency),
                after: Money::new(stock.value.minor(), currency),
            })?;
        }
        account.book(ctx, Of::default(), change)?;
    }
    accounts.write(unit, ctx).await
}
