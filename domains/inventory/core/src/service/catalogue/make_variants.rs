//! Makes the items that a family has not yet: one for each combination of its options, or of those of them that are
//! asked for. All of them or none.

use crate::App;
use crate::domain::family::{FamilyFields, MAX_MADE, MAX_VARIANTS, Options, Pattern, missing};
use crate::domain::item::{Item, ItemFields, ItemInput, StockedItem};
use crate::domain::sku::Sku;
use crate::domain::stock::Level;
use crate::error::Error;
use crate::service::catalogue::hold_category::hold_categories;
use crate::service::reordering::watch::follow;
use crate::store;
use data::{AuditEntry, Unit};
use inventory_contract::{FamilyId, ItemId};
use kernel::{Ctx, Faults, FieldError};
use serde_json::{Map, json};
use std::collections::{BTreeMap, HashSet};

pub struct MakeVariants {
    /// What all of them have. Its `sku` is a pattern.
    pub like: ItemInput,
    /// A pattern too. The family's name and the values, where it is left out.
    pub name: Option<String>,
    /// Of these options those values alone.
    pub of: BTreeMap<String, Vec<String>>,
}

pub async fn make_variants(
    app: &App,
    ctx: &Ctx,
    id: FamilyId,
    command: MakeVariants,
) -> Result<Vec<StockedItem>, Error> {
    let mut unit = app.databases.write(ctx).await?;
    hold_categories(&mut unit, ctx, [command.like.category.as_deref()]).await?;
    let family = store::family::find_to_change(&unit, id).await?.ok_or(Error::FamilyNotFound)?;
    let present = store::family::variants(&unit, id).await?;
    let before = present.len();
    let present: HashSet<Options> = present.into_iter().map(|(_, options)| options).collect();
    let fields = planned(id, &family.fields, &command, &present).map_err(Error::invalid)?;
    if before + fields.len() > MAX_VARIANTS {
        return Err(Error::FamilyFull);
    }
    let made: Vec<(ItemId, ItemFields)> = fields.into_iter().map(|fields| (ctx.new_id(), fields)).collect();
    write(&unit, ctx, &made).await?;
    for (id, fields) in &made {
        unit.publish(&fields.created(*id))?;
    }
    let low = made.iter().filter(|(_, fields)| fields.reorder_level.is_some());
    let low: Vec<_> = low.map(|(id, fields)| (*id, fields.reorder_level)).collect();
    follow(&mut unit, ctx, low).await?;
    let skus: Map<_, _> = made.iter().map(|(id, fields)| (id.to_string(), json!(fields.sku))).collect();
    unit.audit(AuditEntry {
        action: "inventory.family.make_variants",
        resource: "family",
        resource_id: id.uuid(),
        before: Some(json!({ "variants": before })),
        after: Some(json!({ "variants": before + made.len(), "made": skus })),
    })?;
    let now = ctx.now();
    let items = made.into_iter().map(|(id, fields)| {
        let level = Level::of(id, &fields);
        let item = Item { id, fields, version: 1, created_at: now, updated_at: now, deleted_at: None };
        StockedItem { item, level }
    });
    let items: Vec<StockedItem> = items.collect();
    Ok(unit.commit(items).await?)
}

/// The items that are missing, or all that is wrong with what they would be.
fn planned(
    id: FamilyId,
    family: &FamilyFields,
    command: &MakeVariants,
    present: &HashSet<Options>,
) -> Result<Vec<ItemFields>, Vec<FieldError>> {
    let mut faults = Faults::new();
    let sku = Pattern::telling_apart(&mut faults, "/sku", &command.like.sku, family);
    let name = match &command.name {
        Some(name) => Pattern::read(&mut faults, "/name", name, family),
        None => Pattern::name_of(family),
    };
    let mut errors = faults.into_errors();
    let choices = family.choices(&command.of);
    errors.extend(choices.as_ref().err().into_iter().flatten().cloned());
    let Some(choices) = choices.ok().filter(|_| errors.is_empty()) else { return Err(errors) };
    let combinations = missing(&choices, present, MAX_MADE + 1);
    if combinations.len() > MAX_MADE {
        let mut faults = Faults::new();
        let detail =
            format!("leave more than {MAX_MADE} variants to be made at once: name some of the values");
        faults.add("/options", "too_many", detail);
        return Err(faults.into_errors());
    }
    let mut fields: Vec<ItemFields> = Vec::new();
    let mut skus = HashSet::new();
    for options in combinations {
        let (sku, name) = (sku.fill(&options), name.fill(&options));
        let input = ItemInput { sku, name, family_id: Some(id), options, ..command.like.clone() };
        let item = input.check()?;
        if !skus.insert(item.sku.clone()) {
            let mut faults = Faults::new();
            let detail = format!("gives two variants the sku {}: separate the options in it", item.sku);
            faults.add("/sku", "ambiguous", detail);
            return Err(faults.into_errors());
        }
        fields.push(item);
    }
    Ok(fields)
}

async fn write(unit: &Unit, ctx: &Ctx, made: &[(ItemId, ItemFields)]) -> Result<(), Error> {
    if made.is_empty() {
        return Ok(());
    }
    let skus: Vec<Sku> = made.iter().map(|(_, fields)| fields.sku.clone()).collect();
    if let Some(taken) = store::item::with_skus(unit, &skus).await?.into_iter().next() {
        return Err(Error::SkuTaken { sku: taken.fields.sku.to_string() });
    }
    let items: Vec<(ItemId, &ItemFields)> = made.iter().map(|(id, fields)| (*id, fields)).collect();
    let inserted = store::item::insert_all(unit, &items).await;
    // Another transaction may have taken a sku since.
    inserted.map_err(|error| store::item::taken(error, "of a variant"))?;
    let levels: Vec<Level> = made.iter().map(|(id, fields)| Level::of(*id, fields)).collect();
    Ok(store::stock_level::insert_all(unit, ctx, &levels).await?)
}
