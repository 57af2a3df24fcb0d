//! Plans, executes and undoes batches of any target: each in one transaction with the record of what it came to, so
//! that the same batch again is answered from there.

use super::decision::{self, After, Decided};
use super::identity::{NewLine, Occurrence};
use super::lines::{self, Line, Lines, next};
use super::undone::{self, Undone};
use super::{BatchOf, Decision, Identity, Made, RowTarget, TargetSpec, batch, identity, unavailable};
use crate::import_target::{
    BatchOutcome, BatchUndone, CloseBatch, ExecuteBatch, ExportPage, ExportedRows, ImportError, ImportId,
    ImportRow, ImportTarget, PlanBatch, RefusedRow, RowFault, RowOutcome, RowUndone, UndoBatch,
};
use async_trait::async_trait;
use data::{Databases, Unit};
use kernel::Ctx;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// A batch is one transaction; a larger one would hold its locks too long.
const MAX_ROWS: usize = 1_000;
const MAX_STORED_BYTES: usize = 500;

pub struct Driver<T> {
    pub databases: Databases,
    pub spec: TargetSpec,
    pub target: T,
}

#[async_trait]
impl<T: RowTarget> ImportTarget for Driver<T> {
    async fn plan(&self, ctx: &Ctx, request: PlanBatch) -> Result<BatchOutcome, ImportError> {
        self.check(ctx, &request.target, request.rows.len())?;
        let PlanBatch { import, batch, rows, .. } = request;
        let planned = self.plan_once(ctx, import, batch, &rows).await;
        self.answered(ctx, import, batch, planned).await
    }

    async fn execute(&self, ctx: &Ctx, request: ExecuteBatch) -> Result<BatchOutcome, ImportError> {
        self.check(ctx, &request.target, request.rows.len())?;
        let executed = self.execute_once(ctx, &request).await;
        self.answered(ctx, request.import, request.batch, executed).await
    }

    async fn close(&self, ctx: &Ctx, request: CloseBatch) -> Result<BatchOutcome, ImportError> {
        self.check_name(&request.target)?;
        let CloseBatch { import, batch, .. } = request;
        let closed = self.close_once(ctx, import, batch).await;
        self.answered(ctx, import, batch, closed).await
    }

    async fn undo(&self, ctx: &Ctx, request: UndoBatch) -> Result<BatchUndone, ImportError> {
        self.check(ctx, &request.target, 0)?;
        let error = match self.undo_once(ctx, &request).await {
            Ok(undone) => return Ok(undone.into()),
            Err(error) => error,
        };
        // As in `answered`; what an earlier asking came to is no answer.
        let UndoBatch { import, batch, asked, .. } = request;
        let read = self.databases.read(ctx).await.map_err(unavailable)?;
        let last = undone::last(&read, import, batch).await.map_err(unavailable)?;
        let answer = last.filter(|last| last.answers(asked));
        answer.map(BatchUndone::from).ok_or_else(|| unavailable(error))
    }

    async fn export(&self, ctx: &Ctx, request: ExportPage) -> Result<ExportedRows, ImportError> {
        self.check_name(&request.target)?;
        ctx.may(self.spec.read_permission).map_err(|_| ImportError::Forbidden)?;
        let most = usize::from(request.most).clamp(1, MAX_ROWS);
        let read = self.databases.read(ctx).await.map_err(unavailable)?;
        self.target.export(&read, ctx, request.after.as_deref(), most).await.map_err(unavailable)
    }
}

impl<T: RowTarget> Driver<T> {
    fn check(&self, ctx: &Ctx, target: &str, rows: usize) -> Result<(), ImportError> {
        self.check_name(target)?;
        ctx.may(self.spec.permission).map_err(|_| ImportError::Forbidden)?;
        if rows > MAX_ROWS {
            return Err(unavailable(format!("a batch has at most {MAX_ROWS} rows")));
        }
        Ok(())
    }

    fn check_name(&self, target: &str) -> Result<(), ImportError> {
        if target == self.spec.name { Ok(()) } else { Err(ImportError::UnknownTarget) }
    }

    /// Where another transaction was faster with this very batch, what that one recorded is the answer.
    async fn answered<A: DeserializeOwned + Send>(
        &self,
        ctx: &Ctx,
        import: ImportId,
        number: u32,
        done: Result<A, T::Error>,
    ) -> Result<A, ImportError> {
        let error = match done {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let read = self.databases.read(ctx).await.map_err(unavailable)?;
        let recorded = batch::recorded(&read, import, number).await.map_err(unavailable)?;
        recorded.ok_or_else(|| unavailable(error))
    }

    async fn plan_once(
        &self,
        ctx: &Ctx,
        import: ImportId,
        number: u32,
        rows: &[ImportRow],
    ) -> Result<BatchOutcome, T::Error> {
        let mut unit = self.databases.write(ctx).await?;
        if let Some(outcome) = batch::recorded(&unit, import, number).await? {
            return Ok(outcome);
        }
        let mut known = Known::read(self, &mut unit, ctx, (import, number), rows).await?;
        known.overlay(&unit, import, number).await?;
        let mut decided = known.decide_all(self, ctx, rows, &HashMap::new())?;
        known.tell_later_batches(&mut decided)?;
        let outcome = decided.outcome();
        decision::insert_all(&unit, ctx, import, number, &decided.rows).await?;
        batch::record(&unit, ctx, import, number, &outcome).await?;
        Ok(unit.commit(outcome).await?)
    }

    async fn execute_once(&self, ctx: &Ctx, request: &ExecuteBatch) -> Result<BatchOutcome, T::Error> {
        let ExecuteBatch { import, plan, batch: number, rows, .. } = request;
        let (import, number) = (*import, *number);
        let mut unit = self.databases.write(ctx).await?;
        if let Some(outcome) = batch::recorded(&unit, import, number).await? {
            return Ok(outcome);
        }
        let kept = match plan {
            Some(plan) => decision::of_batch(&unit, *plan, number, MAX_ROWS).await?,
            None => Vec::new(),
        };
        let kept: HashMap<u64, Decided> = kept.into_iter().map(|row| (row.line, row)).collect();
        let mut known = Known::read(self, &mut unit, ctx, (import, number), rows).await?;
        let decided = known.decide_all(self, ctx, rows, &kept)?;
        let outcome = decided.outcome();
        self.target.write(&mut unit, ctx, BatchOf { import, number }, &decided.made).await?;
        decision::insert_all(&unit, ctx, import, number, &decided.rows).await?;
        identity::insert_all(&unit, ctx, import, &decided.lines).await?;
        identity::found_to_be(&unit, &decided.found).await?;
        batch::record(&unit, ctx, import, number, &outcome).await?;
        Ok(unit.commit(outcome).await?)
    }

    async fn close_once(&self, ctx: &Ctx, import: ImportId, number: u32) -> Result<BatchOutcome, T::Error> {
        let unit = self.databases.write(ctx).await?;
        if let Some(outcome) = batch::recorded(&unit, import, number).await? {
            return Ok(outcome);
        }
        let nothing = BatchOutcome { rows: Vec::new() };
        batch::record(&unit, ctx, import, number, &nothing).await?;
        Ok(unit.commit(nothing).await?)
    }

    async fn undo_once(&self, ctx: &Ctx, request: &UndoBatch) -> Result<Undone, T::Error> {
        let UndoBatch { import, batch: number, asked, .. } = *request;
        let mut unit = self.databases.write(ctx).await?;
        let before = match undone::last(&unit, import, number).await? {
            Some(before) if before.answers(asked) => return Ok(before),
            before => before,
        };
        let gone_before = before.as_ref().map(Undone::gone).unwrap_or_default();
        if batch::recorded::<BatchOutcome>(&unit, import, number).await?.is_none() {
            // A worker that has not heard of it may still carry this batch out: not any more.
            batch::record(&unit, ctx, import, number, &BatchOutcome { rows: Vec::new() }).await?;
        }
        let mut executed = decision::of_batch(&unit, import, number, MAX_ROWS).await?;
        executed.reverse();
        executed.retain(|row| !gone_before.contains(&row.line));
        let (mut made, mut rows) = (Vec::new(), Vec::new());
        for row in executed {
            let Some(change) = row.change else { continue };
            match serde_json::from_str::<T::Change>(&change) {
                Ok(change) => made.push(Made { line: row.line, outcome: row.outcome, change }),
                Err(_) => rows.push(RowUndone { line: row.line, kept: Some(of_another_version()) }),
            }
        }
        if !made.is_empty() {
            let kept = self.target.undo(&mut unit, ctx, BatchOf { import, number }, &made).await?;
            if kept.len() != made.len() {
                return Err(data::Error::internal("a target did not tell of each row").into());
            }
            rows.extend(made.iter().zip(kept).map(|(row, kept)| RowUndone { line: row.line, kept }));
        }
        let gone: Vec<u64> = rows.iter().filter(|row| row.kept.is_none()).map(|row| row.line).collect();
        identity::forget(&unit, import, &gone).await?;
        rows.extend(gone_before.into_iter().map(|line| RowUndone { line, kept: None }));
        rows.sort_by_key(|row| std::cmp::Reverse(row.line));
        let undone = Undone::after(before.as_ref(), asked, rows);
        undone::record(&unit, ctx, import, number, &undone).await?;
        Ok(unit.commit(undone).await?)
    }
}

/// A row that is refused for its key alone says nothing, so that no other row is decided upon what it names.
fn without_repeated<'a>(
    rows: &'a [ImportRow],
    identities: &[Option<Identity>],
    before: &HashMap<String, i64>,
) -> Cow<'a, [ImportRow]> {
    let mut occurrences = before.clone();
    let mut named = Cow::Borrowed(rows);
    for (index, identity) in identities.iter().enumerate() {
        let Some(identity) = identity.as_ref().filter(|one| !matches!(one, Identity::Line { .. })) else {
            continue;
        };
        if next(&mut occurrences, &counted_by(identity)) > 1
            && let Some(row) = named.to_mut().get_mut(index)
        {
            row.values.clear();
        }
    }
    named
}

fn of_another_version() -> RowFault {
    RowFault {
        field: String::new(),
        rule: "not_undoable".to_owned(),
        detail: "an earlier version of the program made this, and kept it otherwise: change it by hand"
            .to_owned(),
    }
}

/// What the rows of a batch are decided upon.
struct Known<T: RowTarget> {
    identities: Vec<Option<Identity>>,
    /// One for each row.
    beside: Vec<T::Beside>,
    /// By what a row is counted by: how often it occurred before.
    occurrences: HashMap<String, i64>,
    lines: Lines,
    things: HashMap<String, T::Thing>,
    steps: HashMap<String, i64>,
}

/// What was decided of a batch.
struct DecidedBatch<C> {
    rows: Vec<Decided>,
    made: Vec<Made<C>>,
    /// The new ones among the lines of documents.
    lines: Vec<NewLine>,
    /// Those that rows of error files were found to be.
    found: Vec<(Occurrence, RefusedRow)>,
    /// By the thing: which row is the last to leave it otherwise.
    left: BTreeMap<String, usize>,
}

impl<C> DecidedBatch<C> {
    fn outcome(&self) -> BatchOutcome {
        BatchOutcome { rows: self.rows.iter().map(|row| row.outcome.clone()).collect() }
    }

    fn add_line(&mut self, line: &Line, row: &ImportRow, outcome: &RowOutcome) {
        let (identity, corrects) = (line.identity, row.corrects);
        if let RowOutcome::Created { id } | RowOutcome::Updated { id } = outcome {
            self.lines.push(NewLine { identity, line: row.line, resource: *id, corrects });
        } else if line.is_found {
            self.found.extend(corrects.map(|refused| (identity, refused)));
        }
    }
}

impl<T: RowTarget> Known<T> {
    async fn read(
        driver: &Driver<T>,
        unit: &mut Unit,
        ctx: &Ctx,
        (import, number): (ImportId, u32),
        rows: &[ImportRow],
    ) -> Result<Self, T::Error> {
        let target = &driver.target;
        let identities: Vec<_> = rows.iter().map(|row| target.identify(row)).collect();
        let names: BTreeSet<String> =
            identities.iter().flatten().map(|identity| identity.thing().to_owned()).collect();
        let things = target.read(unit, ctx, &names).await?;
        let keys: BTreeSet<String> = identities.iter().flatten().map(counted_by).collect();
        let occurrences = decision::occurrences(unit, import, number, keys.into_iter().collect()).await?;
        let named = without_repeated(rows, &identities, &occurrences);
        let beside = target.read_beside(unit, ctx, &named, &things).await?;
        if beside.len() != rows.len() {
            return Err(data::Error::internal("a target did not read beside each row").into());
        }
        let of_lines = rows.iter().zip(&identities).filter_map(|(row, identity)| match identity {
            Some(line @ Identity::Line { .. }) => Some((counted_by(line), row.corrects)),
            _ => None,
        });
        let of_lines: Vec<_> = of_lines.collect();
        let lines = Lines::read(unit, driver.spec.name, (import, number), &of_lines, &occurrences).await?;
        Ok(Self { identities, beside, occurrences, lines, things, steps: HashMap::new() })
    }

    /// As the earlier batches of a plan would leave what they are about.
    async fn overlay(&mut self, unit: &Unit, import: ImportId, number: u32) -> Result<(), data::Error> {
        let named = self.identities.iter().flatten().map(Identity::thing);
        let named: BTreeMap<String, String> = named.map(|thing| (stored(thing), thing.to_owned())).collect();
        let things = named.keys().cloned().collect();
        for After { thing, step, state } in decision::states(unit, import, number, things).await? {
            let Some(name) = named.get(&thing) else { continue };
            let state = serde_json::from_str(&state).map_err(data::Error::internal)?;
            self.things.insert(name.clone(), state);
            self.steps.insert(name.clone(), step);
        }
        Ok(())
    }

    fn decide_all(
        &mut self,
        driver: &Driver<T>,
        ctx: &Ctx,
        rows: &[ImportRow],
        kept: &HashMap<u64, Decided>,
    ) -> Result<DecidedBatch<T::Change>, data::Error> {
        let Driver { spec, target, .. } = driver;
        let identities = std::mem::take(&mut self.identities);
        let beside = std::mem::take(&mut self.beside);
        let mut batch = DecidedBatch {
            rows: Vec::new(),
            made: Vec::new(),
            lines: Vec::new(),
            found: Vec::new(),
            left: BTreeMap::new(),
        };
        for ((row, identity), beside) in rows.iter().zip(identities).zip(beside) {
            let key = identity.as_ref().map(counted_by);
            let is_line = matches!(identity, Some(Identity::Line { .. }));
            let occurrence = match &key {
                Some(key) if !is_line => next(&mut self.occurrences, key),
                _ => 1,
            };
            let place = match &key {
                Some(key) if is_line => self.lines.find(key, row.corrects).map(Some),
                _ if occurrence > 1 => Err(repeated(spec.key)),
                _ => Ok(None),
            };
            let (line, fault) = match place {
                Ok(line) => (line, None),
                Err(fault) => (None, Some(fault)),
            };
            let there = line.as_ref().and_then(|line| line.there);
            let thing = identity.as_ref().and_then(|identity| self.things.get(identity.thing()));
            let seen = print(&(thing, there, &beside))?;
            let decision = match (fault, there) {
                (Some(fault), _) => Decision::refuse(vec![fault]),
                (None, Some(id)) => Decision::unchanged(id),
                (None, None) => decide(target, ctx, row, (thing, &beside), seen, kept.get(&row.line)),
            };
            let Decision { outcome, change, after } = decision;
            if let (Some(identity), Some(after)) = (&identity, after) {
                let name = identity.thing();
                self.things.insert(name.to_owned(), after);
                batch.left.insert(name.to_owned(), batch.rows.len());
            }
            let is_refused = matches!(outcome, RowOutcome::Refused { .. });
            let (key, occurrence) = match (line, key) {
                (Some(line), Some(key)) if !is_refused => {
                    let (_, occurrence) = line.identity;
                    self.lines.take(&key, occurrence);
                    batch.add_line(&line, row, &outcome);
                    (Some(if row.corrects.is_some() { lines::marked(&key) } else { key }), occurrence)
                }
                (_, key) => (key.filter(|_| !is_line), occurrence),
            };
            let text = change.as_ref().map(serde_json::to_string).transpose();
            let text = text.map_err(data::Error::internal)?;
            batch.rows.push(Decided {
                line: row.line,
                key,
                occurrence,
                seen,
                outcome: outcome.clone(),
                change: text,
                after: None,
            });
            batch.made.extend(change.map(|change| Made { line: row.line, outcome, change }));
        }
        Ok(batch)
    }

    /// In a plan: how this batch leaves each thing, and not how its rows did one by one. The batches of an import read
    /// what those before have written.
    fn tell_later_batches(&self, batch: &mut DecidedBatch<T::Change>) -> Result<(), data::Error> {
        for (name, last) in &batch.left {
            let (Some(thing), Some(row)) = (self.things.get(name), batch.rows.get_mut(*last)) else {
                continue;
            };
            let step = self.steps.get(name).copied().unwrap_or_default() + 1;
            let state = serde_json::to_string(thing).map_err(data::Error::internal)?;
            row.after = Some(After { thing: stored(name), step, state });
        }
        Ok(())
    }
}

/// As it was planned, where that was decided upon the same; else anew, with the id that was planned.
fn decide<T: RowTarget>(
    target: &T,
    ctx: &Ctx,
    row: &ImportRow,
    (thing, beside): (Option<&T::Thing>, &T::Beside),
    seen: Uuid,
    kept: Option<&Decided>,
) -> Decision<T::Thing, T::Change> {
    let planned = match kept.map(|kept| &kept.outcome) {
        Some(RowOutcome::Created { id }) => Some(*id),
        _ => None,
    };
    let id = planned.unwrap_or_else(|| ctx.new_id::<()>().uuid());
    let anew = target.decide(row, id, thing, beside);
    let Some(kept) = kept.filter(|kept| kept.seen == seen) else { return anew };
    let Some(change) = kept.change.as_deref().map(serde_json::from_str).transpose().ok() else { return anew };
    Decision { outcome: kept.outcome.clone(), change, after: anew.after }
}

/// And for nothing else: what is wrong with it beside depends on whether the first one is written yet.
fn repeated(key: &[&str]) -> RowFault {
    let field = key.first().copied().unwrap_or_default().to_owned();
    let rule = if key.len() == 1 { format!("duplicate_{field}") } else { "duplicate_row".to_owned() };
    let detail = format!("an earlier row of this file has the same {}", key.join(", "));
    RowFault { field, rule, detail }
}

/// What its occurrences are counted by: a key, or a print of a line.
fn counted_by(identity: &Identity) -> String {
    match identity {
        Identity::Key(key) | Identity::Part { key, .. } => stored(key),
        Identity::Line { document, content, .. } => {
            let line = format!("{}:{document}{content}", document.len());
            Uuid::new_v5(&Uuid::NAMESPACE_OID, line.as_bytes()).to_string()
        }
    }
}

/// As it is found by: an index takes no text of any length.
fn stored(name: &str) -> String {
    if name.len() <= MAX_STORED_BYTES {
        return name.to_owned();
    }
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()).to_string()
}

/// Of what a row was decided upon.
fn print(thing: &impl Serialize) -> Result<Uuid, data::Error> {
    let bytes = serde_json::to_vec(thing).map_err(data::Error::internal)?;
    Ok(Uuid::new_v5(&Uuid::NAMESPACE_OID, &bytes))
}
