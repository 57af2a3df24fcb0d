//! Lines as a client names them, resolved to what they are called and cost.

use crate::domain::invoice::{Line, MAX_LINES, NewLine, priced};
use crate::domain::product::{NOT_SOLD, Offer};
use crate::error::Error;
use crate::store::prices;
use billing_contract::PriceId;
use data::Unit;
use kernel::{Faults, Money, Quantity};
use std::collections::{BTreeMap, BTreeSet};

/// A line has a price, or an amount and a description of its own.
#[derive(Clone, Debug)]
pub struct LineCommand {
    pub description: Option<String>,
    pub quantity: Quantity,
    pub price: Option<PriceId>,
    pub unit_amount: Option<Money>,
}

pub async fn resolve(unit: &Unit, commands: Vec<LineCommand>) -> Result<(Vec<Line>, Money), Error> {
    if commands.len() > MAX_LINES {
        return Err(Error::field("/lines", "too_many", "at most 100 lines"));
    }
    let ids: BTreeSet<PriceId> = commands.iter().filter_map(|line| line.price).collect();
    let offers = prices::offers(unit, ids.into_iter().collect()).await?;
    let mut faults = Faults::new();
    let lines = commands.into_iter().enumerate();
    let lines: Vec<_> = lines.filter_map(|(index, line)| one(&mut faults, index, line, &offers)).collect();
    let lines = faults.finish(lines)?;
    Ok(priced(lines)?)
}

fn one(
    faults: &mut Faults,
    index: usize,
    line: LineCommand,
    offers: &BTreeMap<PriceId, Offer>,
) -> Option<NewLine> {
    let LineCommand { description, quantity, price, unit_amount } = line;
    let at = |field: &str| format!("/lines/{index}/{field}");
    match (price, unit_amount) {
        (Some(id), None) => {
            let Some(offer) = offers.get(&id) else {
                faults.add(at("price_id"), "not_found", "there is no price with this id");
                return None;
            };
            if !offer.product_active {
                faults.add(at("price_id"), "inactive", NOT_SOLD);
                return None;
            }
            let description = description.unwrap_or_else(|| offer.product_name.clone());
            Some(NewLine { description, quantity, unit_amount: offer.price.unit_amount, price })
        }
        (None, Some(unit_amount)) => {
            let Some(description) = description else {
                faults.add(at("description"), "missing", "is needed where there is no price_id");
                return None;
            };
            Some(NewLine { description, quantity, unit_amount, price: None })
        }
        (Some(_), Some(_)) => {
            faults.add(at("unit_amount"), "ambiguous", "is given by price_id already: leave one out");
            None
        }
        (None, None) => {
            faults.add(at("unit_amount"), "missing", "is needed where there is no price_id");
            None
        }
    }
}
