//! Rows of a file as suppliers: what is there of them, what is written of a batch, and how that is taken back. How a
//! row is decided is in `domain/import_supplier.rs`.

use super::undo_supplier_row::undo_supplier_row;
use super::{built_upon, of_import, row_fault};
use crate::domain::import_row::cells::{Bearer, external_id};
use crate::domain::import_supplier::{self, Beside, Decided, SupplierChange, SupplierThere};
use crate::domain::supplier::{Supplier, SupplierFields};
use crate::domain::unique::unique;
use crate::error::Error;
use crate::store;
use async_trait::async_trait;
use data::{AuditEntry, Tx, Unit};
use inventory_contract::SupplierId;
use kernel::{Ctx, Id};
use module::{BatchOf, Decision, ExportedRows, Identity, ImportRow, Made, RowFault, RowTarget};
use serde_json::{Map, json};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

pub struct SupplierRows;

/// A row is of the supplier with its code. What several rows may be about is an external id, of which there is one.
#[async_trait]
impl RowTarget for SupplierRows {
    type Thing = Bearer;
    type Beside = Beside;
    type Change = SupplierChange;
    type Error = Error;

    fn identify(&self, row: &ImportRow) -> Option<Identity> {
        let key = import_supplier::code(&row.values)?;
        let thing = external_id(&row.values).unwrap_or_default().to_owned();
        Some(Identity::Part { thing, key })
    }

    /// Nothing yet: suppliers are held by one statement, so that no two imports wait for each other, and what they are
    /// told apart by are codes as well.
    async fn read(
        &self,
        _: &mut Unit,
        _: &Ctx,
        _: &BTreeSet<String>,
    ) -> Result<HashMap<String, Bearer>, Error> {
        Ok(HashMap::new())
    }

    async fn read_beside(
        &self,
        unit: &mut Unit,
        _: &Ctx,
        rows: &[ImportRow],
        _: &HashMap<String, Bearer>,
    ) -> Result<Vec<Beside>, Error> {
        let named: Vec<Option<String>> = rows.iter().map(|row| import_supplier::code(&row.values)).collect();
        let codes = unique(named.iter().flatten().cloned());
        let external_ids = rows.iter().filter_map(|row| external_id(&row.values));
        let external_ids = unique(external_ids.map(str::to_owned));
        let (mut there, mut bearers) = (HashMap::new(), HashMap::new());
        for found in store::supplier::named_to_change(unit, &codes, &external_ids).await? {
            let Supplier { id, version, fields, .. } = found;
            bearers.extend(fields.external_id.clone().map(|external_id| (external_id, fields.code.clone())));
            there.insert(fields.code.clone(), SupplierThere { id, version, fields });
        }
        let beside = |(row, code): (&ImportRow, &Option<String>)| Beside {
            there: code.as_ref().and_then(|code| there.get(code).cloned()),
            bearer: external_id(&row.values).and_then(|id| bearers.get(id).cloned()),
        };
        Ok(rows.iter().zip(&named).map(beside).collect())
    }

    fn decide(
        &self,
        row: &ImportRow,
        id: Uuid,
        thing: Option<&Bearer>,
        beside: &Beside,
    ) -> Decision<Bearer, SupplierChange> {
        let decided = import_supplier::decide(&row.values, Id::from_uuid(id), thing, beside);
        let change = match decided {
            Ok(Decided::Changed(change)) => *change,
            Ok(Decided::Unchanged(supplier)) => return Decision::unchanged(supplier.uuid()),
            Err(faults) => return Decision::refuse(faults.iter().map(row_fault).collect()),
        };
        let named = external_id(&row.values).is_some();
        let after = named.then(|| Bearer { code: change.fields.code.clone() });
        let decision = match change.before {
            None => Decision::create(id, change),
            Some(_) => Decision::update(change.supplier.uuid(), change),
        };
        Decision { after, ..decision }
    }

    async fn write(
        &self,
        unit: &mut Unit,
        _: &Ctx,
        batch: BatchOf,
        made: &[Made<SupplierChange>],
    ) -> Result<(), Error> {
        let changes: Vec<&SupplierChange> = made.iter().map(|made| &made.change).collect();
        let new: Vec<(SupplierId, &SupplierFields)> = changes
            .iter()
            .filter(|change| change.before.is_none())
            .map(|change| (change.supplier, &change.fields))
            .collect();
        store::supplier::insert_all(unit, &new).await?;
        for (id, fields) in new {
            unit.publish(&fields.created(id))?;
        }
        for change in changes {
            let Some(before) = &change.before else { continue };
            let written =
                store::supplier::update(unit, change.supplier, before.version, &change.fields).await?;
            written
                .ok_or_else(|| data::Error::Busy("a supplier was changed while it was imported".into()))?;
            unit.publish(&change.fields.changed(change.supplier))?;
        }
        unit.audit(written(batch, made))?;
        Ok(())
    }

    async fn undo(
        &self,
        unit: &mut Unit,
        _: &Ctx,
        batch: BatchOf,
        made: &[Made<SupplierChange>],
    ) -> Result<Vec<Option<RowFault>>, Error> {
        let ids: Vec<SupplierId> = made.iter().map(|made| made.change.supplier).collect();
        let found = store::supplier::with_ids_to_change(unit, &ids).await?;
        let there: HashMap<SupplierId, Supplier> =
            found.into_iter().map(|supplier| (supplier.id, supplier)).collect();
        let (mut told, mut gone, mut put_back) = (Vec::new(), Vec::new(), Map::new());
        for Made { change, .. } in made {
            let kept = undo_supplier_row(unit, change, there.get(&change.supplier)).await?;
            match (kept, &change.before) {
                (Some(_), _) => {}
                (None, None) => gone.push(change.supplier),
                (None, Some(before)) => {
                    put_back.insert(change.supplier.to_string(), json!(before.fields));
                }
            }
            told.push(kept.map(|why| built_upon("code", why)));
        }
        let before = json!({ "batch": batch.number, "created": gone });
        let after = json!({ "deleted": gone, "put_back": put_back });
        unit.audit(of_import("inventory.suppliers.undo_import", batch, Some(before), after))?;
        Ok(told)
    }

    async fn export(
        &self,
        tx: &Tx,
        _: &Ctx,
        after: Option<&str>,
        most: usize,
    ) -> Result<ExportedRows, Error> {
        let last = after.map(str::parse).transpose().map_err(data::Error::internal)?;
        let suppliers = store::supplier::after(tx, last, most).await?;
        let next = suppliers.last().filter(|_| suppliers.len() == most).map(|last| last.id.to_string());
        Ok(ExportedRows { rows: suppliers.iter().map(import_supplier::exported).collect(), next })
    }
}

/// One for the batch: the suppliers that it made, and what it changed of others.
fn written(batch: BatchOf, made: &[Made<SupplierChange>]) -> AuditEntry {
    let (mut created, mut before, mut after) = (Map::new(), Map::new(), Map::new());
    for Made { change, .. } in made {
        let supplier = change.supplier.to_string();
        match &change.before {
            None => {
                created.insert(supplier, json!(change.fields));
            }
            Some(was) => {
                before.insert(supplier.clone(), json!(was.fields));
                after.insert(supplier, json!(change.fields));
            }
        }
    }
    let before = (!before.is_empty()).then(|| json!({ "updated": before }));
    let after = json!({ "batch": batch.number, "created": created, "updated": after });
    of_import("inventory.suppliers.import", batch, before, after)
}
