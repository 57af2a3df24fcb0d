//! Landed costs, one or a page of them, with what each receipt bears.

use crate::App;
use crate::domain::costing::landed::LandedCost;
use crate::error::Error;
use crate::store;
use data::Tx;
use inventory_contract::LandedCostId;
use kernel::{Ctx, Page, PageRequest};

pub async fn get_landed_cost(app: &App, ctx: &Ctx, id: LandedCostId) -> Result<LandedCost, Error> {
    let tx = app.databases.read(ctx).await?;
    let mut cost = store::landed_cost::find(&tx, id).await?.ok_or(Error::LandedCostNotFound)?;
    with_lines(&tx, std::slice::from_mut(&mut cost)).await?;
    Ok(cost)
}

pub async fn list_landed_costs(
    app: &App,
    ctx: &Ctx,
    request: &PageRequest,
) -> Result<Page<LandedCost>, Error> {
    let tx = app.databases.read(ctx).await?;
    let mut page = store::landed_cost::page(&tx, request).await?;
    with_lines(&tx, &mut page.data).await?;
    Ok(page)
}

async fn with_lines(tx: &Tx, costs: &mut [LandedCost]) -> Result<(), data::Error> {
    let ids: Vec<LandedCostId> = costs.iter().map(|cost| cost.id).collect();
    for (id, line) in store::landed_cost_line::of(tx, &ids).await? {
        if let Some(cost) = costs.iter_mut().find(|cost| cost.id == id) {
            cost.lines.push(line);
        }
    }
    Ok(())
}
