//! Replaces all conversions of an item, if they are still as the caller saw them.

use crate::App;
use crate::domain::stock::MAX_QUANTITY;
use crate::domain::units::{Entered, Equation, ItemConversions, MAX_ITEM_CONVERSIONS, UnitName};
use crate::error::Error;
use crate::service::catalogue::get_item_conversions::OfItem;
use crate::store;
use data::AuditEntry;
use inventory_contract::{ConversionsChanged, ItemId, UnitConversion};
use kernel::problem::VERSION_MISMATCH;
use kernel::{Ctx, Faults, FieldError, Problem, Quantity};
use serde_json::{Value, json};

/// As somebody gave it: so much of one unit is so much of another.
pub struct EquationInput {
    pub from: (Quantity, String),
    pub to: (Quantity, String),
}

/// `expected` is the version the caller saw; none means any.
pub async fn put_item_conversions(
    app: &App,
    ctx: &Ctx,
    item: ItemId,
    expected: Option<i64>,
    input: Vec<EquationInput>,
) -> Result<OfItem, Error> {
    let mut unit = app.databases.write(ctx).await?;
    // The item is held, since it may have no conversions yet that could be.
    store::item::find_to_change(&unit, item).await?.ok_or(Error::ItemNotFound)?;
    let (version, before) = store::item_conversion::find(&unit, item).await?;
    if expected.is_some_and(|expected| expected != version) {
        let detail = "The conversions have changed since you read them: read them again and retry.";
        return Err(Problem::new(VERSION_MISMATCH, detail).into());
    }
    let conversions = check(input).map_err(Error::invalid)?;
    // By their texts: what is shown under one tag is the same to the letter.
    let same = told(&conversions) == told(&before);
    if version > 0 && same {
        return Ok(unit.commit(OfItem { item, version, conversions }).await?);
    }
    store::item_conversion::replace(&unit, ctx, item, version, &conversions).await?;
    if !same {
        let conversions = conversions.as_slice().iter().map(published).collect();
        unit.publish(&ConversionsChanged { item, conversions })?;
    }
    unit.audit(AuditEntry {
        action: "inventory.item.convert",
        resource: "item",
        resource_id: item.uuid(),
        before: Some(told(&before)),
        after: Some(told(&conversions)),
    })?;
    Ok(unit.commit(OfItem { item, version: version + 1, conversions }).await?)
}

fn published(equation: &Equation) -> UnitConversion {
    let Equation { from, to } = equation;
    UnitConversion {
        from_quantity: from.quantity,
        from_unit: from.unit.to_string(),
        to_quantity: to.quantity,
        to_unit: to.unit.to_string(),
    }
}

fn told(conversions: &ItemConversions) -> Value {
    json!({ "conversions": conversions.as_slice() })
}

fn check(input: Vec<EquationInput>) -> Result<ItemConversions, Vec<FieldError>> {
    let mut faults = Faults::new();
    if input.len() > MAX_ITEM_CONVERSIONS {
        faults.add("/conversions", "too_many", format!("must be at most {MAX_ITEM_CONVERSIONS}"));
        return Err(faults.into_errors());
    }
    let mut equations = Vec::new();
    for (at, EquationInput { from, to }) in input.into_iter().enumerate() {
        let mut side = |side: &str, (quantity, unit): (Quantity, String)| {
            let place = format!("/conversions/{at}/{side}");
            if !quantity.is_positive() {
                faults.add(format!("{place}/quantity"), "not_positive", "must be greater than 0");
            } else if quantity > MAX_QUANTITY {
                let detail = format!("must be at most {MAX_QUANTITY}");
                faults.add(format!("{place}/quantity"), "too_large", detail);
            }
            Entered { quantity, unit: UnitName::check(&mut faults, &format!("{place}/unit"), &unit) }
        };
        equations.push(Equation { from: side("from", from), to: side("to", to) });
    }
    if !faults.is_empty() {
        return Err(faults.into_errors());
    }
    ItemConversions::new(equations).map_err(|(at, error)| {
        faults.add(format!("/conversions/{at}"), error.code(), error.to_string());
        faults.into_errors()
    })
}
