//! Rows of a file as prices: which of them are there, what is written of a batch, and how that is taken back. A price
//! never changes, so a row makes one or nothing.

use super::{built_upon, row_fault};
use crate::domain::import_cells::reference;
use crate::domain::import_price::{self, Decided, NewPrice, PriceKey, Terms};
use crate::domain::product::{Price, Product};
use crate::error::Error;
use crate::service::{App, audit};
use crate::store::{invoice_lines, prices, products, subscriptions};
use async_trait::async_trait;
use billing_contract::{PriceId, ProductId};
use data::{Tx, Unit};
use kernel::{Ctx, Id};
use module::{BatchOf, Decision, ExportedRows, Identity, ImportRow, Made, RowFault, RowTarget};
use serde_json::{Map, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// How many prices are looked at in one statement.
const PAGE: usize = 1_000;

pub struct PriceRows {
    pub app: App,
}

#[async_trait]
impl RowTarget for PriceRows {
    type Thing = Price;
    /// The product that the row names, where there is one.
    type Beside = Option<ProductId>;
    type Change = NewPrice;
    type Error = Error;

    fn identify(&self, row: &ImportRow) -> Option<Identity> {
        Some(Identity::Key(PriceKey::of(&row.values)?.name()))
    }

    /// The products are held before their prices, as by all who hold both: of two imports of the same price one makes
    /// it.
    async fn read(
        &self,
        unit: &mut Unit,
        _: &Ctx,
        names: &BTreeSet<String>,
    ) -> Result<HashMap<String, Price>, Error> {
        let (mut ids, mut terms) = (Vec::new(), Vec::new());
        for name in names {
            match PriceKey::named(name) {
                Some(PriceKey::Id(id)) => ids.push(id),
                Some(PriceKey::Terms(one)) => terms.push(one),
                None => {}
            }
        }
        let mut found = of_terms(unit, &terms).await?;
        for price in prices::all_to_keep(unit, ids).await? {
            found.insert(PriceKey::Id(price.id).name(), price);
        }
        Ok(found)
    }

    /// `write` looks again at those that it needs.
    async fn read_beside(
        &self,
        unit: &mut Unit,
        _: &Ctx,
        rows: &[ImportRow],
        _: &HashMap<String, Price>,
    ) -> Result<Vec<Option<ProductId>>, Error> {
        let named: Vec<Option<String>> = rows.iter().map(|row| reference(&row.values, "product")).collect();
        let wanted: BTreeSet<String> = named.iter().flatten().cloned().collect();
        let wanted: Vec<String> = wanted.into_iter().collect();
        let found = products::all_by_external_ids(unit, &wanted).await?;
        let found: HashMap<String, ProductId> =
            found.into_iter().filter_map(|product| Some((product.fields.external_id?, product.id))).collect();
        Ok(named.iter().map(|name| found.get(name.as_ref()?).copied()).collect())
    }

    fn decide(
        &self,
        row: &ImportRow,
        id: Uuid,
        thing: Option<&Price>,
        product: &Option<ProductId>,
    ) -> Decision<Price, NewPrice> {
        match import_price::decide(&row.values, Id::from_uuid(id), thing, *product) {
            Ok(Decided::New(new)) => Decision::create(id, new),
            Ok(Decided::Unchanged(price)) => Decision::unchanged(price.uuid()),
            Err(faults) => Decision::refuse(faults.iter().map(row_fault).collect()),
        }
    }

    async fn write(
        &self,
        unit: &mut Unit,
        _: &Ctx,
        batch: BatchOf,
        made: &[Made<NewPrice>],
    ) -> Result<(), Error> {
        let new: Vec<NewPrice> = made.iter().map(|made| made.change).collect();
        let sold: BTreeSet<ProductId> = new.iter().map(|new| new.product).collect();
        let there = products::all_to_keep(unit, sold.iter().copied().collect()).await?;
        if there.len() < sold.len() {
            let gone = "a product was deleted while prices of it were imported";
            return Err(data::Error::Busy(gone.into()).into());
        }
        prices::insert_all(unit, &new).await?;
        let mut after = Map::new();
        let created: Vec<PriceId> = new.iter().map(|new| new.id).collect();
        after.insert("created".to_owned(), json!(created));
        unit.audit(audit::of_import("billing.prices.import", batch, None, after))?;
        Ok(())
    }

    async fn undo(
        &self,
        unit: &mut Unit,
        _: &Ctx,
        batch: BatchOf,
        made: &[Made<NewPrice>],
    ) -> Result<Vec<Option<RowFault>>, Error> {
        let ids: Vec<PriceId> = made.iter().map(|made| made.change.id).collect();
        let there = prices::all_to_change(unit, ids).await?;
        let there: BTreeSet<PriceId> = there.into_iter().map(|price| price.id).collect();
        let (mut told, mut gone) = (Vec::new(), Vec::new());
        for Made { change: NewPrice { id, .. }, .. } in made {
            let kept = if !there.contains(id) {
                Some("the price is deleted already")
            } else if subscriptions::any_at(unit, *id).await? || invoice_lines::any_at(unit, *id).await? {
                Some("a subscription or an invoice is at this price by now: it is needed for that")
            } else if prices::delete(unit, *id).await? {
                unit.forget(&self.app.prices, id.to_string());
                gone.push(*id);
                None
            } else {
                let busy = "a price was deleted while its import was undone";
                return Err(data::Error::Busy(busy.into()).into());
            };
            told.push(kept.map(|detail| built_upon("product", detail)));
        }
        let mut after = Map::new();
        after.insert("deleted".to_owned(), json!(gone));
        let before = Some(json!({ "created": gone }));
        unit.audit(audit::of_import("billing.prices.undo_import", batch, before, after))?;
        Ok(told)
    }

    /// Without those of products that are deleted.
    async fn export(
        &self,
        tx: &Tx,
        _: &Ctx,
        after: Option<&str>,
        most: usize,
    ) -> Result<ExportedRows, Error> {
        let last = after.map(str::parse).transpose().map_err(data::Error::internal)?;
        let found = prices::after(tx, last, most).await?;
        let next = found.last().filter(|_| found.len() == most).map(|price| price.id.to_string());
        let sold: BTreeSet<ProductId> = found.iter().map(|price| price.product).collect();
        let sold = products::all(tx, sold.into_iter().collect()).await?;
        let sold: BTreeMap<ProductId, Product> =
            sold.into_iter().map(|product| (product.id, product)).collect();
        let row = |price: &Price| Some(import_price::exported(price, sold.get(&price.product)?));
        Ok(ExportedRows { rows: found.iter().filter_map(row).collect(), next })
    }
}

/// The oldest price of each of these terms, by the name of its key.
async fn of_terms(unit: &Unit, terms: &[Terms]) -> Result<HashMap<String, Price>, Error> {
    let mut found = HashMap::new();
    let wanted: BTreeSet<String> = terms.iter().map(|terms| PriceKey::Terms(terms.clone()).name()).collect();
    let called: BTreeSet<String> = terms.iter().map(|terms| terms.product.clone()).collect();
    let called: Vec<String> = called.into_iter().collect();
    let sold = products::all_by_external_ids_to_change(unit, &called).await?;
    let sold: BTreeMap<ProductId, String> =
        sold.into_iter().filter_map(|product| Some((product.id, product.fields.external_id?))).collect();
    let ids: Vec<ProductId> = sold.keys().copied().collect();
    let amounts: BTreeSet<i64> = terms.iter().map(|terms| terms.unit_amount.amount_minor).collect();
    let amounts: Vec<i64> = amounts.into_iter().collect();
    let mut last = None;
    while found.len() < wanted.len() && !ids.is_empty() {
        let page = prices::of_products_to_keep(unit, &ids, &amounts, last, PAGE).await?;
        let (is_last, end) = (page.len() < PAGE, page.last().map(|price| price.id));
        for price in page {
            let Some(product) = sold.get(&price.product).cloned() else { continue };
            let Price { unit_amount, interval, .. } = price;
            let name = PriceKey::Terms(Terms { product, unit_amount, interval }).name();
            if wanted.contains(&name) {
                found.entry(name).or_insert(price);
            }
        }
        if is_last {
            break;
        }
        last = end;
    }
    Ok(found)
}
