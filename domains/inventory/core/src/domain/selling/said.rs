//! The lines of an order as somebody said them, so that whoever says the same again changes nothing.

use super::{LineInput, SalesOrderLine};
use crate::domain::movement::EnteredQuantity;
use crate::domain::units::is_one_unit;
use inventory_contract::ItemId;
use kernel::{Money, Quantity};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SaidLine<'a> {
    pub item: ItemId,
    /// In the item's unit.
    pub quantity: Quantity,
    pub entered: Option<&'a EnteredQuantity>,
    pub unit_price: Option<Money>,
}

/// The parts of a kit are one line.
pub fn said(lines: &[SalesOrderLine]) -> Vec<SaidLine<'_>> {
    let mut said = Vec::with_capacity(lines.len());
    let mut last = None;
    for line in lines {
        let kit = line.kit.as_ref();
        let number = kit.map(|kit| kit.line);
        if number.is_none() || number != last {
            let own = (line.item, line.quantity, line.entered.as_ref(), line.unit_price);
            let (item, quantity, entered, unit_price) =
                kit.map_or(own, |kit| (kit.item, kit.quantity, kit.entered.as_ref(), kit.unit_price));
            said.push(SaidLine { item, quantity, entered, unit_price });
        }
        last = number;
    }
    said
}

/// `own` tells the unit of an item that is still there.
pub fn are_said_by<'a>(
    lines: &[SaidLine<'_>],
    inputs: &[LineInput],
    own: impl Fn(ItemId) -> Option<&'a str>,
) -> bool {
    lines.len() == inputs.len()
        && lines.iter().zip(inputs).all(|(line, input)| line.is_said_by(input, own(line.item)))
}

impl SaidLine<'_> {
    fn is_said_by(&self, input: &LineInput, own: Option<&str>) -> bool {
        let quantity = self.entered.map_or(self.quantity, |entered| entered.quantity);
        let unit = self.entered.map(|entered| entered.unit.as_str());
        let said = (input.item, input.quantity, input.unit_price);
        said == (self.item, quantity, self.unit_price) && is_one_unit(input.unit.as_deref(), unit, own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::selling::{KitOrdered, Wanted};
    use kernel::{Currency, Id};
    use uuid::Uuid;

    fn item(number: u128) -> ItemId {
        Id::from_uuid(Uuid::from_u128(number))
    }

    fn line(item: ItemId, quantity: i32) -> SalesOrderLine {
        let quantity = Quantity::whole(quantity);
        let wanted = Wanted { item, quantity, entered: None, unit_price: None, kit: None };
        wanted.line(Id::from_uuid(Uuid::nil()), 1)
    }

    /// One, two dozen of another at a price, and two of a kit of two parts.
    fn lines() -> Vec<SalesOrderLine> {
        let dozens = EnteredQuantity { quantity: Quantity::whole(2), unit: "DZN".to_owned(), rounding: None };
        let kit = KitOrdered {
            line: 3,
            item: item(9),
            quantity: Quantity::whole(2),
            entered: None,
            unit_price: Some(Money::new(500, Currency::EUR)),
        };
        let part =
            |number, quantity| SalesOrderLine { kit: Some(kit.clone()), ..line(item(number), quantity) };
        let price = Some(Money::new(1800, Currency::EUR));
        let priced = SalesOrderLine { entered: Some(dozens), unit_price: price, ..line(item(2), 24) };
        vec![line(item(1), 1), priced, part(3, 4), part(4, 6)]
    }

    fn input(number: u128, quantity: i32, unit: Option<&str>, minor: Option<i64>) -> LineInput {
        LineInput {
            item: item(number),
            quantity: Quantity::whole(quantity),
            unit: unit.map(str::to_owned),
            unit_price: minor.map(|minor| Money::new(minor, Currency::EUR)),
        }
    }

    fn check(change: impl FnOnce(&mut Vec<LineInput>), expected: bool) {
        let (one, dozens) = (input(1, 1, None, None), input(2, 2, Some("dzn"), Some(1800)));
        let mut inputs = vec![one, dozens, input(9, 2, None, Some(500))];
        change(&mut inputs);
        assert_eq!(are_said_by(&said(&lines()), &inputs, |_| Some("each")), expected, "{inputs:?}");
    }

    #[test]
    fn what_is_said_again_is_known() {
        check(|_| (), true);
        check(|inputs| inputs[0].unit = Some("C62".to_owned()), true);
        check(|inputs| inputs[0].quantity = Quantity::whole(2), false);
        check(|inputs| inputs[1] = input(2, 24, None, Some(1800)), false);
        check(|inputs| inputs[1].unit_price = None, false);
        check(|inputs| inputs[2].quantity = Quantity::whole(3), false);
        check(|inputs| inputs.swap(0, 1), false);
        check(|inputs| inputs.truncate(2), false);
        check(|inputs| inputs.push(input(4, 6, None, None)), false);
    }

    #[test]
    fn two_kits_that_follow_each_other_are_two_lines() {
        let mut lines = lines();
        let more = lines.split_off(2).into_iter().map(|mut line| {
            line.kit = line.kit.map(|kit| KitOrdered { line: 4, ..kit });
            line
        });
        let more: Vec<_> = more.collect();
        let lines: Vec<_> = self::lines().into_iter().chain(more).collect();
        let items: Vec<_> = said(&lines).iter().map(|line| line.item).collect();
        assert_eq!(items, [item(1), item(2), item(9), item(9)]);
    }
}
