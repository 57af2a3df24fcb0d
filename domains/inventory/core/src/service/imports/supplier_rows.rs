//! Rows of a file as suppliers: what is there of them, what is written of a batch, and how that is taken back. How a row
//! is decided is in `domain/import_supplier.rs`.

use super::undo_supplier_row::undo_supplier_row;
use super::{built_upon, row_fault};
use crate::domain::import_supplier::{self, Bearer, Decided, SupplierChange, SupplierThere};
use crate::domain::supplier::{Supplier, SupplierFields};
use crate::error::Error;
use crate::permissions::{SUPPLIERS_READ, SUPPLIERS_WRITE};
use crate::store;
use async_trait::async_trait;
use data::{AuditEntry, Tx, Unit};
use inventory_contract::SupplierId;
use kernel::{Ctx, Id, Permission};
use module::{
    BatchOf, Decision, ExportedRows, Identity, ImportRow, Made, RowFault, RowTarget, TargetDefinition,
};
use serde_json::{Map, json};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

pub struct SupplierRows {
    pub definition: TargetDefinition,
}

/// A row is of the supplier with its code. What several rows may be about is an external id, of which there is one.
#[async_trait]
impl RowTarget for SupplierRows {
    type Thing = Bearer;
    type Beside = Option<SupplierThere>;
    type Change = SupplierChange;
    type Error = Error;

    fn definition(&self) -> TargetDefinition {
        self.definition.clone()
    }

    fn permission(&self) -> &'static Permission {
        &SUPPLIERS_WRITE
    }

    fn read_permission(&self) -> &'static Permission {
        &SUPPLIERS_READ
    }

    fn identify(&self, row: &ImportRow) -> Option<Identity> {
        let key = import_supplier::code(&row.values)?;
        let thing = import_supplier::external_id(&row.values).unwrap_or_default().to_owned();
        Some(Identity::Part { thing, key })
    }

    /// Who bears these external ids.
    async fn read(
        &self,
        unit: &mut Unit,
        _: &Ctx,
        names: &BTreeSet<String>,
    ) -> Result<HashMap<String, Bearer>, Error> {
        let external_ids: Vec<String> = names.iter().filter(|name| !name.is_empty()).cloned().collect();
        let found = store::supplier::named_to_change(unit, &[], &external_ids).await?.into_iter();
        let bearers = found.filter_map(|Supplier { fields, .. }| {
            let SupplierFields { code, external_id, .. } = fields;
            Some((external_id?, Bearer { code }))
        });
        Ok(bearers.collect())
    }

    async fn read_beside(
        &self,
        unit: &mut Unit,
        _: &Ctx,
        rows: &[ImportRow],
    ) -> Result<Vec<Option<SupplierThere>>, Error> {
        let named: Vec<Option<String>> = rows.iter().map(|row| import_supplier::code(&row.values)).collect();
        let codes: BTreeSet<&String> = named.iter().flatten().collect();
        let codes: Vec<String> = codes.into_iter().cloned().collect();
        let found = store::supplier::named_to_change(unit, &codes, &[]).await?.into_iter();
        let found: HashMap<String, SupplierThere> = found
            .map(|Supplier { id, version, fields, .. }| {
                (fields.code.clone(), SupplierThere { id, version, fields })
            })
            .collect();
        Ok(named.iter().map(|code| found.get(code.as_ref()?).cloned()).collect())
    }

    fn decide(
        &self,
        row: &ImportRow,
        id: Uuid,
        thing: Option<&Bearer>,
        beside: &Option<SupplierThere>,
    ) -> Decision<Bearer, SupplierChange> {
        let decided = import_supplier::decide(&row.values, Id::from_uuid(id), beside.as_ref(), thing);
        let change = match decided {
            Ok(Decided::Changed(change)) => *change,
            Ok(Decided::Unchanged(supplier)) => return Decision::unchanged(supplier.uuid()),
            Err(faults) => return Decision::refuse(faults.iter().map(row_fault).collect()),
        };
        let named = import_supplier::external_id(&row.values).is_some();
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
        for change in changes {
            let Some(before) = &change.before else { continue };
            let written =
                store::supplier::update(unit, change.supplier, before.version, &change.fields).await?;
            written
                .ok_or_else(|| data::Error::Busy("a supplier was changed while it was imported".into()))?;
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
        let versions: HashMap<SupplierId, i64> =
            found.into_iter().map(|supplier| (supplier.id, supplier.version)).collect();
        let (mut told, mut gone, mut put_back) = (Vec::new(), Vec::new(), Map::new());
        for Made { change, .. } in made {
            let kept = undo_supplier_row(unit, change, versions.get(&change.supplier).copied()).await?;
            match (kept, &change.before) {
                (Some(_), _) => {}
                (None, None) => gone.push(change.supplier),
                (None, Some(before)) => {
                    put_back.insert(change.supplier.to_string(), json!(before.fields));
                }
            }
            told.push(kept.map(|why| built_upon("code", why)));
        }
        unit.audit(AuditEntry {
            action: "inventory.suppliers.undo_import",
            resource: "import",
            resource_id: batch.import.uuid(),
            before: Some(json!({ "batch": batch.number, "created": gone })),
            after: Some(json!({ "deleted": gone, "put_back": put_back })),
        })?;
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
    AuditEntry {
        action: "inventory.suppliers.import",
        resource: "import",
        resource_id: batch.import.uuid(),
        before: (!before.is_empty()).then(|| json!({ "updated": before })),
        after: Some(json!({ "batch": batch.number, "created": created, "updated": after })),
    }
}
