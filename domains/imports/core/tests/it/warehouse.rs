//! The target the imports go into: it keeps items by tenant and sku, plans, takes and undoes each batch once, gives
//! what it is told to have in pages, and fails as told.

use kernel::contract::Cause;
use kernel::{Ctx, TenantId};
use module::{
    BatchOutcome, BatchUndone, CloseBatch, ExecuteBatch, ExportPage, ExportedRows, FakeImportTarget,
    FieldKind, ImportError, ImportField, ImportId, ImportOffer, ImportRow, PlanBatch, RefusedRow, RowFault,
    RowOutcome, RowUndone, TargetDefinition, UndoBatch,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use uuid::Uuid;

pub const PERMISSION: &str = "warehouse.items.write";
pub const READ_PERMISSION: &str = "warehouse.items.read";
/// As many rows it gives at a time.
pub const PAGE_ROWS: usize = 2;

#[derive(Clone, Default)]
pub struct Warehouse {
    fake: FakeImportTarget,
    state: Arc<Mutex<State>>,
}

/// A line, its sku, and how that was called before.
type MadeByLine = (u64, String, Option<String>);

#[derive(Default)]
struct State {
    items: BTreeMap<(TenantId, String), (Uuid, String)>,
    /// How often an item was written: more than once is an item taken twice.
    writes: HashMap<String, u32>,
    answers: HashMap<(ImportId, u32), BatchOutcome>,
    /// What it was asked to plan and to execute, in order.
    asked: Vec<(u32, Vec<ImportRow>)>,
    undone: Vec<u32>,
    /// The ids that a plan has given.
    planned: HashMap<(ImportId, String), Uuid>,
    /// It does not say what it has.
    is_mute: bool,
    made: BTreeMap<(ImportId, u32), Vec<MadeByLine>>,
    /// By which asking, and what it came to.
    undo_answers: HashMap<(ImportId, u32), (Option<Uuid>, BatchUndone)>,
    built_upon: BTreeSet<String>,
    /// What it gives out.
    has: HashMap<TenantId, Vec<BTreeMap<String, String>>>,
    troubles: VecDeque<(u32, Trouble)>,
    after: Option<(u32, Box<dyn FnOnce() + Send>)>,
}

/// What happens the next time a batch of this number comes, or a page is asked for.
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
        let (planning, executing, undoing) = (warehouse.clone(), warehouse.clone(), warehouse.clone());
        warehouse.fake.on_plan(move |ctx, request| planning.handle(ctx, request.into()));
        warehouse.fake.on_execute(move |ctx, request| executing.handle(ctx, request.into()));
        warehouse.fake.on_undo(move |ctx, request| undoing.undo(ctx, &request));
        let closing = warehouse.clone();
        warehouse.fake.on_close(move |_, request| closing.close(&request));
        let giving = warehouse.clone();
        warehouse.fake.on_export(move |ctx, request| giving.export(ctx, &request));
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
            read_permission: READ_PERMISSION.to_owned(),
            key: vec!["sku".to_owned()],
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

    /// What an export gives from now on.
    pub fn has(&self, tenant: TenantId, rows: &[&[(&str, &str)]]) {
        let row = |row: &&[(&str, &str)]| {
            row.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())).collect()
        };
        self.state.lock().unwrap().has.insert(tenant, rows.iter().map(row).collect());
    }

    /// What each page was asked to follow, in order.
    pub fn pages(&self) -> Vec<Option<String>> {
        self.fake.export_calls().into_iter().map(|page| page.after).collect()
    }

    /// Happens once, when a batch of this number has been applied or undone, or a page is there, and before that is
    /// answered.
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
        let asked = self.state.lock().unwrap().asked.clone();
        let rows = asked.iter().flat_map(|(_, rows)| rows);
        let mut of_sku = rows.filter(|row| row.values.get("sku").is_some_and(|sent| sent == sku));
        of_sku.next_back()?.values.get(field).cloned()
    }

    /// Which row of an error file it was, as that was sent the last time.
    pub fn corrected(&self, sku: &str) -> Option<RefusedRow> {
        let asked = self.state.lock().unwrap().asked.clone();
        let rows = asked.iter().flat_map(|(_, rows)| rows);
        let mut of_sku = rows.filter(|row| row.values.get("sku").is_some_and(|sent| sent == sku));
        of_sku.next_back()?.corrects
    }

    pub fn written_twice(&self) -> Vec<String> {
        let state = self.state.lock().unwrap();
        state.writes.iter().filter(|(_, writes)| **writes > 1).map(|(sku, _)| sku.clone()).collect()
    }

    /// The numbers and sizes of the batches it was asked for, in order.
    pub fn batches(&self) -> Vec<(u32, usize)> {
        let state = self.state.lock().unwrap();
        state.asked.iter().map(|(batch, rows)| (*batch, rows.len())).collect()
    }

    /// The batches it was asked to undo, in order.
    pub fn undone(&self) -> Vec<u32> {
        self.state.lock().unwrap().undone.clone()
    }

    /// Nobody is told what it has of a batch.
    pub fn mute(&self) {
        self.state.lock().unwrap().is_mute = true;
    }

    /// What nothing takes back as long as that is there.
    pub fn build_upon(&self, sku: &str) {
        self.state.lock().unwrap().built_upon.insert(sku.to_owned());
    }

    /// Nothing is built upon it any more.
    pub fn clear(&self, sku: &str) {
        self.state.lock().unwrap().built_upon.remove(sku);
    }

    pub fn name(&self, tenant: TenantId, sku: &str) -> Option<String> {
        let state = self.state.lock().unwrap();
        state.items.get(&(tenant, sku.to_owned())).map(|(_, name)| name.clone())
    }

    fn handle(&self, ctx: &Ctx, request: Asked) -> Result<BatchOutcome, ImportError> {
        self.state.lock().unwrap().asked.push((request.batch, request.rows.clone()));
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
        self.happens_after(request.batch);
        match trouble {
            Some(Trouble::DiesAfter) => panic!("killed after the batch"),
            Some(Trouble::AnswerLost) => Err(unavailable()),
            _ => Ok(outcome),
        }
    }

    fn close(&self, request: &CloseBatch) -> Result<BatchOutcome, ImportError> {
        let mut state = self.state.lock().unwrap();
        if state.is_mute {
            return Err(ImportError::Unavailable(Cause::new("the warehouse burns")));
        }
        let answers = state.answers.entry((request.import, request.batch));
        Ok(answers.or_insert_with(|| BatchOutcome { rows: Vec::new() }).clone())
    }

    fn happens_after(&self, batch: u32) {
        let after = self.state.lock().unwrap().after.take_if(|(at, _)| *at == batch);
        if let Some((_, happens)) = after {
            happens();
        }
    }

    fn next_trouble(&self, batch: u32) -> Option<Trouble> {
        let mut state = self.state.lock().unwrap();
        let (at, trouble) = state.troubles.front().copied()?;
        (at == batch).then(|| state.troubles.pop_front())?;
        Some(trouble)
    }

    fn apply(&self, tenant: TenantId, request: &Asked) -> BatchOutcome {
        let mut state = self.state.lock().unwrap();
        let key = (request.import, request.batch);
        if let Some(answer) = state.answers.get(&key) {
            return answer.clone();
        }
        let rows = request.rows.iter().map(|row| state.take(tenant, row, request)).collect();
        let outcome = BatchOutcome { rows };
        state.answers.insert(key, outcome.clone());
        outcome
    }

    fn undo(&self, ctx: &Ctx, request: &UndoBatch) -> Result<BatchUndone, ImportError> {
        self.state.lock().unwrap().undone.push(request.batch);
        let trouble = self.next_trouble(request.batch);
        let unavailable = || ImportError::Unavailable(Cause::new("the warehouse burns"));
        if matches!(trouble, Some(Trouble::Unavailable)) {
            return Err(unavailable());
        }
        let undone = self.state.lock().unwrap().undo(ctx.tenant(), request);
        self.happens_after(request.batch);
        match trouble {
            Some(Trouble::DiesAfter) => panic!("killed after the batch"),
            Some(Trouble::AnswerLost) => Err(unavailable()),
            _ => Ok(undone),
        }
    }
}

impl Warehouse {
    fn export(&self, ctx: &Ctx, request: &ExportPage) -> Result<ExportedRows, ImportError> {
        let from: usize = request.after.as_deref().map_or(0, |after| after.parse().unwrap());
        let page = u32::try_from(from / PAGE_ROWS).unwrap();
        let trouble = self.next_trouble(page);
        match trouble {
            Some(Trouble::DiesBefore) => panic!("killed before the page"),
            Some(Trouble::Forbidden) => return Err(ImportError::Forbidden),
            Some(Trouble::Unavailable | Trouble::AnswerLost) => {
                return Err(ImportError::Unavailable(Cause::new("the warehouse burns")));
            }
            _ => {}
        }
        let has = self.state.lock().unwrap().has.get(&ctx.tenant()).cloned().unwrap_or_default();
        let to = has.len().min(from + PAGE_ROWS);
        self.happens_after(page);
        if let Some(Trouble::DiesAfter) = trouble {
            panic!("killed after the page");
        }
        Ok(ExportedRows { rows: has[from..to].to_vec(), next: (to < has.len()).then(|| to.to_string()) })
    }
}

/// To plan or to execute.
struct Asked {
    import: ImportId,
    plan: Option<ImportId>,
    batch: u32,
    dry_run: bool,
    rows: Vec<ImportRow>,
}

impl From<PlanBatch> for Asked {
    fn from(PlanBatch { import, batch, rows, .. }: PlanBatch) -> Self {
        Self { import, plan: None, batch, dry_run: true, rows }
    }
}

impl From<ExecuteBatch> for Asked {
    fn from(ExecuteBatch { import, plan, batch, rows, .. }: ExecuteBatch) -> Self {
        Self { import, plan, batch, dry_run: false, rows }
    }
}

impl State {
    fn undo(&mut self, tenant: TenantId, request: &UndoBatch) -> BatchUndone {
        let key = (request.import, request.batch);
        let before = self.undo_answers.get(&key).cloned();
        if let Some((_, answer)) = before.as_ref().filter(|(asked, _)| *asked == request.asked) {
            return answer.clone();
        }
        let before: Vec<RowUndone> = before.map(|(_, answer)| answer.rows).unwrap_or_default();
        let gone = |line: u64| before.iter().any(|row| row.line == line && row.kept.is_none());
        let made = self.made.get(&key).cloned().unwrap_or_default();
        let mut rows = Vec::new();
        for (line, sku, name_before) in made.into_iter().rev() {
            if gone(line) {
                rows.push(RowUndone { line, kept: None });
                continue;
            }
            let kept = self.built_upon.contains(&sku).then(|| RowFault {
                field: "sku".to_owned(),
                rule: "built_upon".to_owned(),
                detail: "It is in use.".to_owned(),
            });
            if kept.is_none() {
                let item = self.items.remove(&(tenant, sku.clone()));
                if let (Some((id, _)), Some(name)) = (item, name_before) {
                    self.items.insert((tenant, sku), (id, name));
                }
            }
            rows.push(RowUndone { line, kept });
        }
        let undone = BatchUndone { rows };
        self.undo_answers.insert(key, (request.asked, undone.clone()));
        undone
    }

    fn take(&mut self, tenant: TenantId, row: &ImportRow, request: &Asked) -> RowOutcome {
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
        let planned = request.plan.and_then(|plan| self.planned.get(&(plan, sku.clone())).copied());
        let id = known.as_ref().map_or_else(|| planned.unwrap_or_else(Uuid::new_v4), |(id, _)| *id);
        if request.dry_run {
            self.planned.insert((request.import, sku.clone()), id);
        } else if known.as_ref().is_none_or(|(_, known)| known != name) {
            let before = known.as_ref().map(|(_, name)| name.clone());
            let made = self.made.entry((request.import, request.batch)).or_default();
            made.push((row.line, sku.clone(), before));
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
