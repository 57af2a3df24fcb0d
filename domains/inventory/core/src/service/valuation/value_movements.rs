//! What movements do to what the stock is worth, in the unit and the order in which they are recorded. A transfer changes no
//! value. An item is valued from when its cost is known; what it had until then is opened with that cost.

use crate::domain::cost::Costing;
use crate::domain::costing::{Change, EntryKind, IssueCost, Method, Rate, Receipt, Taken, Value, divide};
use crate::domain::item::Moving;
use crate::domain::movement::{Movement, MovementKind};
use crate::domain::stock::Level;
use crate::error::Error;
use crate::service::places::find_place::fault;
use crate::service::valuation::accounts::{Account, Accounts, Needs, Of, refused};
use crate::service::valuation::earlier::{Earlier, into_layers};
use data::Unit;
use inventory_contract::{ItemId, MovementId};
use kernel::{Ctx, Currency, Money, Quantity};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A movement that was just recorded.
pub struct ToValue<'a> {
    pub movement: &'a Movement,
    /// Of a unit of what came in, where somebody said so.
    pub unit_cost: Option<Money>,
    /// Of all of it, which goes before the cost of a unit.
    pub total_cost: Option<Money>,
}

/// `before` are the levels as they were. All the items are held.
pub async fn value(
    unit: &Unit,
    ctx: &Ctx,
    moving: &BTreeMap<ItemId, Moving>,
    before: &BTreeMap<ItemId, Level>,
    movements: &[ToValue<'_>],
) -> Result<(), Error> {
    let changes_value = |line: &&ToValue<'_>| line.movement.kind != MovementKind::Transfer;
    let lines: Vec<&ToValue<'_>> = movements.iter().filter(changes_value).collect();
    let mut items = BTreeMap::new();
    for line in &lines {
        let item = line.movement.item;
        let (Some(moving), Some(level)) = (moving.get(&item), before.get(&item)) else {
            return Err(Error::ItemNotFound);
        };
        items.insert(item, (moving, level));
    }
    if items.is_empty() {
        return Ok(());
    }
    let moved: Vec<&Movement> = lines.iter().map(|line| line.movement).collect();
    let earlier = Earlier::read(unit, &moved).await?;
    let accounts = Accounts::read(unit, ctx, &items, &needs(&moved, &earlier)).await?;
    let mut books = Books { ctx, items, earlier, accounts, out: BTreeMap::new(), used: BTreeMap::new() };
    // What something is made of comes first: it is worth what they were.
    let (made, others): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| is_made(line.movement));
    for line in others {
        books.value(line)?;
    }
    books.value_made(&made)?;
    books.accounts.write(unit, ctx).await
}

fn is_made(movement: &Movement) -> bool {
    let made = movement.kind == MovementKind::Assembly && movement.quantity.is_positive();
    made && movement.reverses.is_none() && movement.document.is_some()
}

fn needs(moved: &[&Movement], earlier: &Earlier) -> BTreeMap<ItemId, Needs> {
    let mut needs: BTreeMap<ItemId, Needs> = BTreeMap::new();
    for movement in moved {
        let of = needs.entry(movement.item).or_default();
        of.out += i128::from(movement.quantity.millionths().min(0)).abs();
        let sources = earlier.sources(movement);
        let entries = sources.iter().flat_map(|source| earlier.of(*source));
        of.layers.extend(entries.flat_map(into_layers).filter_map(|part| part.layer));
    }
    for of in needs.values_mut() {
        of.layers.sort_unstable();
        of.layers.dedup();
    }
    needs
}

struct Books<'a> {
    ctx: &'a Ctx,
    items: BTreeMap<ItemId, (&'a Moving, &'a Level)>,
    earlier: Earlier,
    accounts: Accounts,
    /// Of what some of comes back, what is still out.
    out: BTreeMap<MovementId, IssueCost>,
    /// What was used, by the document that says what for.
    used: BTreeMap<Uuid, Vec<(Currency, Value)>>,
}

impl Books<'_> {
    fn value(&mut self, line: &ToValue<'_>) -> Result<(), Error> {
        let (movement, ctx) = (line.movement, self.ctx);
        let Some((moving, _)) = self.items.get(&movement.item).copied() else { return Ok(()) };
        if !self.open(line, None)? {
            return Ok(());
        }
        let Some(account) = self.accounts.get(movement.item) else { return Ok(()) };
        check_currency(moving, account.currency(), line)?;
        let of = Of { movement: Some(movement.id), ..Of::default() };
        if let Some(wrong) = movement.reverses
            && self.earlier.of(wrong).next().is_some()
        {
            return take_back(ctx, account, &self.earlier, movement, wrong);
        }
        if movement.quantity < Quantity::ZERO {
            let cost = account.position.issue(-movement.quantity).map_err(refused)?;
            if let Some(document) = movement.document.filter(|_| movement.kind == MovementKind::Assembly) {
                self.used.entry(document.id).or_default().push((account.currency(), cost.value));
            }
            let change = cost.change(account.method());
            return account.book(ctx, of, [change]);
        }
        let mut left = movement.quantity;
        for source in self.earlier.sources(movement) {
            if !self.out.contains_key(&source)
                && let Some(cost) = self.earlier.left_of(source)?
            {
                self.out.insert(source, cost);
            }
            let Some(cost) = self.out.get_mut(&source) else { continue };
            let back = left.min(cost.quantity);
            if back.is_positive() {
                let next = account.next();
                let (received, given) = account.position.take_back(next, cost, back).map_err(refused)?;
                let given = if account.method() == Method::Fifo { given } else { Vec::new() };
                let of = Of { returns: Some(source), ..of };
                account.book(ctx, of, received.changes(EntryKind::Return, given))?;
                left = Quantity::from_millionths(left.millionths() - back.millionths());
            }
        }
        if !left.is_positive() {
            return Ok(());
        }
        let value = match line.total_cost {
            Some(total) if left == movement.quantity => Value::from_minor(total.amount_minor),
            _ => cost_of(moving, account, line)?.of(left),
        };
        receive(ctx, account, of, left, value.map_err(refused)?)
    }

    /// What was made is worth what was used. Of several products each bears its share by what it costs otherwise.
    fn value_made(&mut self, lines: &[&ToValue<'_>]) -> Result<(), Error> {
        let mut of_document: BTreeMap<Uuid, Vec<&ToValue<'_>>> = BTreeMap::new();
        for line in lines {
            let document = line.movement.document.map(|document| document.id).unwrap_or_default();
            of_document.entry(document).or_default().push(line);
        }
        for (document, lines) in of_document {
            let used = self.used.remove(&document).unwrap_or_default();
            let sum = used.iter().try_fold(Value::ZERO, |sum, (_, value)| sum.plus(*value));
            let sum = sum.map_err(refused)?;
            let currency = used.first().map(|(currency, _)| *currency);
            let currency = currency.filter(|one| used.iter().all(|(other, _)| other == one));
            let weights = match currency {
                Some(currency) if sum > Value::ZERO => self.weights(&lines, currency)?,
                _ => None,
            };
            let Some(weights) = weights else {
                // Where what it is made of has no value, it costs what such a thing costs otherwise.
                for line in lines {
                    self.value(line)?;
                }
                continue;
            };
            for (line, value) in lines.iter().zip(divide(sum, &weights).map_err(refused)?) {
                let Some(account) = self.accounts.get(line.movement.item) else { continue };
                let of = Of { movement: Some(line.movement.id), ..Of::default() };
                receive(self.ctx, account, of, line.movement.quantity, value)?;
            }
        }
        Ok(())
    }

    /// `None` where one of them is not valued in that currency, or somebody said what it costs.
    fn weights(&mut self, lines: &[&ToValue<'_>], used: Currency) -> Result<Option<Vec<Value>>, Error> {
        let mut weights = Vec::with_capacity(lines.len());
        for line in lines {
            if line.unit_cost.is_some() || line.total_cost.is_some() || !self.open(line, Some(used))? {
                return Ok(None);
            }
            let item = line.movement.item;
            let (Some(account), Some((moving, _))) = (self.accounts.get(item), self.items.get(&item)) else {
                return Ok(None);
            };
            if account.currency() != used {
                return Ok(None);
            }
            weights.push(cost_of(moving, account, line)?.of(line.movement.quantity).map_err(refused)?);
        }
        Ok(Some(weights))
    }

    /// Whether the item is valued, from now on if not before.
    fn open(&mut self, line: &ToValue<'_>, used: Option<Currency>) -> Result<bool, Error> {
        let item = line.movement.item;
        if self.accounts.get(item).is_some() {
            return Ok(true);
        }
        let Some((moving, level)) = self.items.get(&item).copied() else { return Ok(false) };
        let per_unit = moving.unit_cost.or(line.unit_cost);
        let (currency, cost) = match (per_unit, line.total_cost, used) {
            (Some(cost), _, _) => (cost.currency, Rate::per_unit(cost.amount_minor)),
            (None, Some(total), _) => {
                let quantity = line.movement.quantity;
                let value = Value::from_minor(total.amount_minor);
                (total.currency, value.map(|value| Rate { value, quantity }))
            }
            (None, None, Some(currency)) => (currency, Rate::per_unit(0)),
            (None, None, None) => return Ok(false),
        };
        self.accounts.add(Account::new(self.ctx, moving, level, currency, cost.map_err(refused)?)?);
        Ok(true)
    }
}

fn check_currency(moving: &Moving, currency: Currency, line: &ToValue<'_>) -> Result<(), Error> {
    match line.total_cost.or(line.unit_cost) {
        Some(said) if said.currency != currency => {
            let detail =
                format!("must be {currency}, which {} has been valued in from its first cost on", moving.sku);
            Err(fault("/unit_cost/currency", "other_currency", &detail))
        }
        _ => Ok(()),
    }
}

/// What is said, or else what the item costs: what is bought, by the cost that the item was given; what turns up or comes
/// back, by what such stock costs by now.
fn cost_of(moving: &Moving, account: &Account, line: &ToValue<'_>) -> Result<Rate, Error> {
    let per_unit = |cost: Money| Rate::per_unit(cost.amount_minor).map_err(refused);
    let own = moving.unit_cost.filter(|own| own.currency == account.currency());
    let now = account.position.cost_now();
    let bought = matches!(line.movement.kind, MovementKind::Receipt | MovementKind::Import);
    match (line.unit_cost, own, now) {
        (Some(said), _, _) => per_unit(said),
        (None, Some(own), _) if bought || moving.costing == Costing::Standard => per_unit(own),
        (None, _, Some(now)) => Ok(now),
        (None, Some(own), None) => per_unit(own),
        (None, None, None) => per_unit(Money::new(0, account.currency())),
    }
}

fn receive(ctx: &Ctx, account: &mut Account, of: Of, quantity: Quantity, value: Value) -> Result<(), Error> {
    let next = account.next();
    let received = account.position.receive(next, &Receipt { quantity, value }).map_err(refused)?;
    account.book(ctx, of, received.changes(EntryKind::Receipt, Vec::new()))
}

/// Just what was written down of the movement, with the signs turned; where some of a receipt is taken back, its share
/// of each.
fn take_back(
    ctx: &Ctx,
    account: &mut Account,
    earlier: &Earlier,
    movement: &Movement,
    wrong: MovementId,
) -> Result<(), Error> {
    let (quantity, of) = (movement.quantity, Of { movement: Some(movement.id), ..Of::default() });
    if quantity.is_positive() {
        let cost = earlier.of(wrong).find_map(|entry| IssueCost::of(&entry.change));
        let Some(mut cost) = cost else { return Err(Error::MovementNotFound) };
        let next = account.next();
        let (received, given) = account.position.take_back(next, &mut cost, quantity).map_err(refused)?;
        let given = if account.method() == Method::Fifo { given } else { Vec::new() };
        return account.book(ctx, of, received.changes(EntryKind::Issue, given));
    }
    let from: Vec<Taken> = earlier.of(wrong).flat_map(into_layers).collect();
    let whole: i64 = earlier.of(wrong).map(|entry| entry.change.quantity.millionths()).sum();
    let (some, whole) = (-quantity, Quantity::from_millionths(whole));
    let (mut sum, mut turned) = (Value::ZERO, Vec::new());
    for entry in earlier.of(wrong) {
        let Change { kind, quantity: mut came, mut value, .. } = entry.change;
        if some != whole {
            value = value.share(some, whole).map_err(refused)?;
            came = came.min(some);
        }
        sum = sum.plus(value).map_err(refused)?;
        turned.push((entry, Change::new(kind, -came, value.negated())));
    }
    let correction = account.position.withdraw(some, sum, &from).map_err(refused)?;
    for (entry, turned) in turned {
        account.note(ctx, Of { returns: entry.returns, landed_cost: entry.landed_cost, ..of }, turned)?;
    }
    account.book(ctx, of, correction)
}
