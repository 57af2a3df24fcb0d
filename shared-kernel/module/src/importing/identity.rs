//! The table `import_identities`: the lines of documents that were imported, so that the same line again is known,
//! whichever file it comes in. Those that say the same are counted from 1, and where some are undone the last ones take
//! their places: a file that has a line once means the first of them, whoever brought it.

use super::alike::Imported;
use crate::import_target::{ImportId, RefusedRow};
use data::{Tx, Unit};
use kernel::{Ctx, TenantId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "import_identities")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: Uuid,
    pub identity: Uuid,
    pub occurrence: i64,
    pub import_id: ImportId,
    pub line: i64,
    pub resource_id: Uuid,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<String>,
    pub corrects_import: Option<ImportId>,
    pub corrects_line: Option<i64>,
}

impl Model {
    fn corrects(&self) -> Option<RefusedRow> {
        let line = u64::try_from(self.corrects_line?).ok()?;
        Some(RefusedRow { import: self.corrects_import?, line })
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(record);

/// What a line says, and the how many-th it is that says so.
pub type Occurrence = (Uuid, i64);

/// One that was imported.
pub struct NewLine {
    pub identity: Occurrence,
    /// Of the file.
    pub line: u64,
    pub resource: Uuid,
    pub corrects: Option<RefusedRow>,
}

/// Each that is there, with what it made.
pub async fn known(tx: &Tx, wanted: &[Occurrence]) -> Result<HashMap<Occurrence, Uuid>, data::Error> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let (identities, occurrences): (BTreeSet<Uuid>, BTreeSet<i64>) = wanted.iter().copied().unzip();
    // Few beside the wanted ones: the rows of a batch are mostly the first of their kind, or all the same.
    let most = identities.len() as u64 * occurrences.len() as u64;
    let found = tx.find::<Entity>().filter(Column::Identity.is_in(identities));
    let found = found.filter(Column::Occurrence.is_in(occurrences)).limit(most).all().await?;
    Ok(found.into_iter().map(|row| ((row.identity, row.occurrence), row.resource_id)).collect())
}

/// Those of what these say, the first occurrences first: up to this one, and at most so many.
pub async fn alike(
    tx: &Tx,
    identities: BTreeSet<Uuid>,
    (to, most): (i64, usize),
) -> Result<Vec<(Occurrence, Imported)>, data::Error> {
    let found = tx.find::<Entity>().filter(Column::Identity.is_in(identities));
    let found = found.filter(Column::Occurrence.lte(to)).order_by_asc(Column::Occurrence);
    let found = found.limit(most as u64).all().await?;
    let one = |row: Model| {
        let imported = Imported { resource: row.resource_id, corrects: row.corrects() };
        ((row.identity, row.occurrence), imported)
    };
    Ok(found.into_iter().map(one).collect())
}

/// They are these rows of error files: no other row of the files that refused them is taken for them.
pub async fn found_to_be(unit: &Unit, found: &[(Occurrence, RefusedRow)]) -> Result<(), data::Error> {
    for ((identity, occurrence), RefusedRow { import, line }) in found {
        let line = i64::try_from(*line).map_err(data::Error::internal)?;
        let row =
            unit.update::<Entity>().set(Column::CorrectsImport, *import).set(Column::CorrectsLine, line);
        let row = row.filter(Column::Identity.eq(*identity));
        row.filter(Column::Occurrence.eq(*occurrence)).exec().await?;
    }
    Ok(())
}

pub async fn insert_all(
    unit: &Unit,
    ctx: &Ctx,
    import: ImportId,
    new: &[NewLine],
) -> Result<(), data::Error> {
    let row = |new: &NewLine| {
        let NewLine { identity: (identity, occurrence), line, resource, corrects } = new;
        let corrects_line = corrects.map(|refused| i64::try_from(refused.line)).transpose();
        Ok(ActiveModel {
            public_id: Set(ctx.new_id::<()>().uuid()),
            identity: Set(*identity),
            occurrence: Set(*occurrence),
            import_id: Set(import),
            line: Set(i64::try_from(*line).map_err(data::Error::internal)?),
            resource_id: Set(*resource),
            corrects_import: Set(corrects.map(|refused| refused.import)),
            corrects_line: Set(corrects_line.map_err(data::Error::internal)?),
            ..Default::default()
        })
    };
    unit.insert_all(new.iter().map(row).collect::<Result<Vec<_>, data::Error>>()?).await
}

pub async fn forget(unit: &Unit, import: ImportId, lines: &[u64]) -> Result<(), data::Error> {
    if lines.is_empty() {
        return Ok(());
    }
    let lines = lines.iter().filter_map(|line| i64::try_from(*line).ok());
    let of_import = unit.delete::<Entity>().filter(Column::ImportId.eq(import));
    let gone = of_import.filter(Column::Line.is_in(lines)).returning().await?;
    let Some(first) = gone.iter().map(|row| row.occurrence).min() else { return Ok(()) };
    let mut gaps = BTreeMap::<Uuid, BTreeSet<i64>>::new();
    for row in gone {
        gaps.entry(row.identity).or_default().insert(row.occurrence);
    }
    let later = unit.find::<Entity>().filter(Column::Identity.is_in(gaps.keys().copied()));
    // Mostly they were the last ones.
    if later.filter(Column::Occurrence.gt(first)).count().await? == 0 {
        return Ok(());
    }
    for (identity, gaps) in gaps {
        close(unit, identity, gaps).await?;
    }
    Ok(())
}

/// The last ones, which other imports brought, take the places that are free.
async fn close(unit: &Unit, identity: Uuid, gaps: BTreeSet<i64>) -> Result<(), data::Error> {
    let last = unit.find::<Entity>().filter(Column::Identity.eq(identity));
    let last = last.order_by_desc(Column::Occurrence).limit(gaps.len() as u64).to_change().all().await?;
    for (row, gap) in last.into_iter().zip(gaps).take_while(|(row, gap)| row.occurrence > *gap) {
        let moved = unit.update::<Entity>().set(Column::Occurrence, gap);
        moved.filter(Column::PublicId.eq(row.public_id)).exec().await?;
    }
    Ok(())
}
