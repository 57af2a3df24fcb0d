//! The target the imports go into: it keeps items by tenant and sku, takes each batch once, and fails as told.

use kernel::contract::Cause;
use kernel::{Ctx, TenantId};
use module::{
    ApplyBatch, BatchOutcome, FakeImportTarget, FieldKind, ImportError, ImportField, ImportId, ImportOffer,
    ImportRow, RowFault, RowOutcome, TargetDefinition,
};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use uuid::Uuid;

pub const PERMISSION: &str = "warehouse.items.write";

#[derive(Clone, Default)]
pub struct Warehouse {
    fake: FakeImportTarget,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    items: BTreeMap<(TenantId, String), (Uuid, String)>,
    /// How often an item was written: more than once is an item taken twice.
    writes: HashMap<String, u32>,
    answers: HashMap<(ImportId, u32), BatchOutcome>,
    troubles: VecDeque<(u32, Trouble)>,
    after: Option<(u32, Box<dyn FnOnce() + Send>)>,
}

/// What happens the next time a batch of this number comes.
#[derive(Clone, Copy, Debug)]
pub enum Trouble {
    DiesBefore,
    DiesAfter,
    /// Applied, but the answer does not arrive.
    AnswerLost,
    Unavailable,
    Forbidden,
    /// An answer for other rows than were sent.
    Short,
}

impl Warehouse {
    pub fn new() -> Self {
        let warehouse = Self::default();
        let handling = warehouse.clone();
        warehouse.fake.on_apply(move |ctx, request| handling.handle(ctx, request));
        warehouse
    }

    pub fn offer(&self) -> ImportOffer {
        let field = |name: &str, kind, required| ImportField {
            name: name.to_owned(),
            description: format!("The item's {name}"),
            kind,
            required,
        };
        let definition = TargetDefinition {
            name: "warehouse.items".to_owned(),
            title: "Items".to_owned(),
            permission: PERMISSION.to_owned(),
            fields: vec![
                field("sku", FieldKind::Text, true),
                field("name", FieldKind::Text, true),
                field("unit_cost", FieldKind::Decimal, false),
                field("currency", FieldKind::Currency, false),
            ],
        };
        ImportOffer { definition, target: Arc::new(self.fake.clone()) }
    }

    pub fn trouble(&self, batch: u32, trouble: Trouble) {
        self.state.lock().unwrap().troubles.push_back((batch, trouble));
    }

    /// Happens once, when a batch of this number has been applied and before that is answered.
    pub fn after(&self, batch: u32, happens: impl FnOnce() + Send + 'static) {
        self.state.lock().unwrap().after = Some((batch, Box::new(happens)));
    }

    pub fn skus(&self, tenant: TenantId) -> Vec<String> {
        let state = self.state.lock().unwrap();
        state.items.keys().filter(|(owner, _)| *owner == tenant).map(|(_, sku)| sku.clone()).collect()
    }

    pub fn cost(&self, sku: &str) -> Option<String> {
        self.sent(sku, "unit_cost")
    }

    /// A field as it was sent the last time.
    pub fn sent(&self, sku: &str, field: &str) -> Option<String> {
        let calls = self.fake.apply_calls();
        let rows = calls.iter().flat_map(|call| &call.rows);
        let mut of_sku = rows.filter(|row| row.values.get("sku").is_some_and(|sent| sent == sku));
        of_sku.next_back()?.values.get(field).cloned()
    }

    pub fn written_twice(&self) -> Vec<String> {
        let state = self.state.lock().unwrap();
        state.writes.iter().filter(|(_, writes)| **writes > 1).map(|(sku, _)| sku.clone()).collect()
    }

    /// The numbers and sizes of the batches it was asked for, in order.
    pub fn batches(&self) -> Vec<(u32, usize)> {
        self.fake.apply_calls().iter().map(|call| (call.batch, call.rows.len())).collect()
    }

    fn handle(&self, ctx: &Ctx, request: ApplyBatch) -> Result<BatchOutcome, ImportError> {
        let trouble = self.next_trouble(request.batch);
        let unavailable = || ImportError::Unavailable(Cause::new("the warehouse burns"));
        match trouble {
            Some(Trouble::DiesBefore) => panic!("killed before the batch"),
            Some(Trouble::Unavailable) => return Err(unavailable()),
            Some(Trouble::Forbidden) => return Err(ImportError::Forbidden),
            Some(Trouble::Short) => return Ok(BatchOutcome { rows: Vec::new() }),
            _ => {}
        }
        let outcome = self.apply(ctx.tenant(), &request);
        let after = self.state.lock().unwrap().after.take_if(|(batch, _)| *batch == request.batch);
        if let Some((_, happens)) = after {
            happens();
        }
        match trouble {
            Some(Trouble::DiesAfter) => panic!("killed after the batch"),
            Some(Trouble::AnswerLost) => Err(unavailable()),
            _ => Ok(outcome),
        }
    }

    fn next_trouble(&self, batch: u32) -> Option<Trouble> {
        let mut state = self.state.lock().unwrap();
        let (at, trouble) = state.troubles.front().copied()?;
        (at == batch).then(|| state.troubles.pop_front())?;
        Some(trouble)
    }

    fn apply(&self, tenant: TenantId, request: &ApplyBatch) -> BatchOutcome {
        let mut state = self.state.lock().unwrap();
        let key = (request.import, request.batch);
        if let Some(answer) = state.answers.get(&key) {
            return answer.clone();
        }
        let rows = request.rows.iter().map(|row| state.take(tenant, row, request.dry_run)).collect();
        let outcome = BatchOutcome { rows };
        state.answers.insert(key, outcome.clone());
        outcome
    }
}

impl State {
    fn take(&mut self, tenant: TenantId, row: &ImportRow, dry_run: bool) -> RowOutcome {
        let refused = |field: &str, rule: &str| {
            let fault = RowFault {
                field: field.to_owned(),
                rule: rule.to_owned(),
                detail: "It is wrong.".to_owned(),
            };
            RowOutcome::Refused { faults: vec![fault] }
        };
        let (Some(sku), Some(name)) = (row.values.get("sku"), row.values.get("name")) else {
            return refused("name", "required");
        };
        if row.values.get("unit_cost").is_some_and(|cost| cost.parse::<f64>().is_err()) {
            return refused("unit_cost", "not_a_number");
        }
        let decimals = |cost: &String| cost.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        if row.values.get("unit_cost").map(decimals).is_some_and(|decimals| decimals > 2) {
            return refused("unit_cost", "too_precise");
        }
        let known = self.items.get(&(tenant, sku.clone())).cloned();
        let id = known.as_ref().map_or_else(Uuid::new_v4, |(id, _)| *id);
        if !dry_run && known.as_ref().is_none_or(|(_, known)| known != name) {
            self.items.insert((tenant, sku.clone()), (id, name.clone()));
            *self.writes.entry(format!("{tenant} {sku} {name}")).or_default() += 1;
        }
        match known {
            None => RowOutcome::Created { id },
            Some((_, known)) if known == *name => RowOutcome::Unchanged { id },
            Some(_) => RowOutcome::Updated { id },
        }
    }
}
