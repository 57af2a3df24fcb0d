//! The table `import_rows`, read in the order of the file.

use super::{from_json, signed, to_json, unknown, unsigned};
use crate::domain::row::{Fault, Outcome, RowResult};
use data::{Tx, Unit};
use imports_contract::ImportRunId;
use kernel::{Ctx, Page, PageRequest, TenantId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "import_rows")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: Uuid,
    pub run_id: ImportRunId,
    pub line: i64,
    pub outcome: String,
    pub resource_id: Option<Uuid>,
    pub faults: String,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(record);

/// What can be undone.
const MADE: [&str; 2] = ["created", "updated"];

pub async fn insert_all(unit: &Unit, ctx: &Ctx, rows: &[RowResult]) -> Result<(), data::Error> {
    let row = |row: &RowResult| {
        Ok(ActiveModel {
            public_id: Set(ctx.new_id::<()>().uuid()),
            run_id: Set(row.run),
            line: Set(signed(row.line)),
            outcome: Set(row.outcome.name().to_owned()),
            resource_id: Set(row.resource_id),
            faults: Set(to_json(&row.faults)?),
            ..Default::default()
        })
    };
    unit.insert_all(rows.iter().map(row).collect::<Result<Vec<_>, data::Error>>()?).await
}

/// By line; the cursor is the last line of the page before.
pub async fn page(
    tx: &Tx,
    run: ImportRunId,
    outcome: Option<Outcome>,
    request: &PageRequest,
) -> Result<Page<RowResult>, data::Error> {
    let mut find = tx.find::<Entity>().filter(Column::RunId.eq(run));
    if let Some(outcome) = outcome {
        find = find.filter(Column::Outcome.eq(outcome.name()));
    }
    if let Some(cursor) = &request.cursor {
        let line: i64 = cursor.parse().map_err(|_| data::Error::Cursor)?;
        find = find.filter(Column::Line.gt(line));
    }
    let limit = usize::from(request.limit);
    let mut rows = find.order_by_asc(Column::Line).limit(u64::from(request.limit) + 1).all().await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next_cursor = rows.last().filter(|_| more).map(|row| row.line.to_string());
    let data = rows.into_iter().map(RowResult::try_from).collect::<Result<_, _>>()?;
    Ok(Page { data, next_cursor })
}

/// Refused ones below a line, in the order of the file.
pub async fn refused_below(
    tx: &Tx,
    run: ImportRunId,
    line: u64,
    most: u64,
) -> Result<Vec<RowResult>, data::Error> {
    let refused = tx.find::<Entity>().filter(Column::RunId.eq(run));
    let refused =
        refused.filter(Column::Outcome.eq(Outcome::Refused.name())).filter(Column::Line.gt(signed(line)));
    let found = refused.order_by_asc(Column::Line).limit(most).all().await?;
    found.into_iter().map(RowResult::try_from).collect()
}

/// How many of these lines had created or updated something, and are undone by now.
pub async fn undo(unit: &Unit, run: ImportRunId, lines: &[u64]) -> Result<u64, data::Error> {
    if lines.is_empty() {
        return Ok(0);
    }
    let undone = unit.update::<Entity>().set(Column::Outcome, Outcome::Undone.name());
    // An earlier asking may have said why they stay.
    let undone = undone.set(Column::Faults, "[]");
    let undone =
        undone.filter(Column::RunId.eq(run)).filter(Column::Line.is_in(lines.iter().copied().map(signed)));
    undone.filter(Column::Outcome.is_in(MADE)).exec().await
}

/// Says why lines were left as they are.
pub async fn keep(unit: &Unit, run: ImportRunId, lines: &[u64], why: &Fault) -> Result<u64, data::Error> {
    let kept = unit.update::<Entity>().set(Column::Faults, to_json(&[why])?);
    let kept =
        kept.filter(Column::RunId.eq(run)).filter(Column::Line.is_in(lines.iter().copied().map(signed)));
    kept.filter(Column::Outcome.is_in(MADE)).exec().await
}

impl TryFrom<Model> for RowResult {
    type Error = data::Error;

    fn try_from(row: Model) -> Result<Self, data::Error> {
        Ok(Self {
            run: row.run_id,
            line: unsigned(row.line),
            outcome: Outcome::parse(&row.outcome).ok_or_else(|| unknown("outcome", &row.outcome))?,
            resource_id: row.resource_id,
            faults: from_json(&row.faults)?,
        })
    }
}
