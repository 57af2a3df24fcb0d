//! What a count is off by goes into the ledger: an adjustment a line, with the count's reason. For use cases that hold the
//! count.

use crate::domain::count::{Count, CountLine, CountStep, after, posting_order};
use crate::domain::item::Moving;
use crate::domain::ledger::Refusal;
use crate::domain::lot::Tracking;
use crate::domain::movement::{Document, DocumentKind, MovementKind};
use crate::domain::unique::unique;
use crate::error::Error;
use crate::service::ledger::hold::hold;
use crate::service::ledger::post::{Posting, post_or_refuse};
use crate::store;
use crate::store::count::Progress;
use data::Unit;
use inventory_contract::{CountPosted, ItemId};
use kernel::{Ctx, Quantity};
use std::collections::BTreeMap;

/// Why nothing was posted.
pub struct NotPosted {
    pub sku: String,
    pub why: String,
}

impl From<NotPosted> for Error {
    fn from(not: NotPosted) -> Self {
        Self::CountNotPosted { sku: not.sku, why: not.why }
    }
}

/// All of it, or nothing and why.
pub async fn post_count(
    unit: &mut Unit,
    ctx: &Ctx,
    count: &Count,
    lines: &[CountLine],
) -> Result<Result<Count, NotPosted>, Error> {
    let status = after(count.status, CountStep::Post).ok_or(Error::CountState { status: count.status })?;
    let off: Vec<(&CountLine, Quantity)> = lines
        .iter()
        .filter_map(|line| Some((line, line.variance.filter(|variance| *variance != Quantity::ZERO)?)))
        .collect();
    let items = unique(off.iter().map(|(line, _)| line.shelf.item));
    hold(unit, ctx, &items).await?;
    let moving = store::item::moving(unit, &items).await?;
    let postings = match postings(unit, ctx, count, off, &moving).await? {
        Ok(postings) => postings,
        Err(not) => return Ok(Err(not)),
    };
    if !postings.is_empty()
        && let Err(refused) = post_or_refuse(unit, ctx, &postings).await?
    {
        let item = postings.get(refused.index).map(|posting| posting.item);
        let sku = item.and_then(|item| moving.get(&item)).map(|moving| moving.sku.to_string());
        return Ok(Err(NotPosted { sku: sku.unwrap_or_default(), why: why(refused.refusal) }));
    }
    let posted_at = ctx.now();
    let progress = Progress { status, posted_at: Some(posted_at), ..Progress::of(count) };
    let posted = store::count::advance(unit, count.id, progress).await?;
    let adjustments = postings.len() as u64;
    unit.publish(&CountPosted { count: count.id, warehouse: count.warehouse, adjustments, posted_at })?;
    Ok(Ok(posted))
}

/// Without a number: a count that was not posted is open, and may be blind.
fn why(refusal: Refusal) -> String {
    match refusal {
        Refusal::NotThere { .. } => "what is missing has left since, at least in part".to_owned(),
        Refusal::Promised { .. } => "some of what is missing is promised".to_owned(),
        other => other.to_string(),
    }
}

async fn postings(
    unit: &Unit,
    ctx: &Ctx,
    count: &Count,
    mut off: Vec<(&CountLine, Quantity)>,
    moving: &BTreeMap<ItemId, Moving>,
) -> Result<Result<Vec<Posting>, NotPosted>, Error> {
    let is_serial = |item: ItemId| moving.get(&item).is_some_and(|of| of.tracking == Tracking::Serial);
    off.sort_by_key(|(line, variance)| posting_order(is_serial(line.shelf.item), *variance));
    let locations = unique(off.iter().map(|(line, _)| line.shelf.location));
    let kept = store::location::find_to_keep(unit, &locations).await?;
    let mut postings = Vec::with_capacity(off.len());
    for (line, variance) in off {
        let not = |sku: String, why: &str| Ok(Err(NotPosted { sku, why: why.to_owned() }));
        let Some(moving) = moving.get(&line.shelf.item) else {
            return not(line.shelf.item.to_string(), "the item is deleted");
        };
        let Some(location) = kept.iter().find(|location| location.id == line.shelf.location) else {
            return not(moving.sku.to_string(), "its location is there no more");
        };
        postings.push(Posting {
            lot: line.shelf.lot,
            document: Some(Document { kind: DocumentKind::Count, id: count.id.uuid() }),
            reference: count.reference.clone(),
            reason: Some(count.reason.clone()),
            ..Posting::new(ctx, line.shelf.item, location.place(), MovementKind::Adjustment, variance)
        });
    }
    Ok(Ok(postings))
}
