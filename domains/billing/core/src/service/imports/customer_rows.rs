//! Rows of a file as customers: what is there of them, what is written of a batch, and how that is taken back.

use super::{built_upon, row_fault};
use crate::domain::customer::Customer;
use crate::domain::import_customer::{self, CustomerChange, CustomerKey, Decided};
use crate::error::Error;
use crate::service::{App, audit};
use crate::store::{customers, invoices, subscriptions};
use async_trait::async_trait;
use billing_contract::CustomerId;
use data::{AuditEntry, Tx, Unit};
use kernel::{Ctx, Id};
use module::{BatchOf, Decision, ExportedRows, Identity, ImportRow, Made, RowFault, RowTarget};
use serde_json::{Map, json};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

pub struct CustomerRows {
    pub app: App,
}

#[async_trait]
impl RowTarget for CustomerRows {
    type Thing = Customer;
    type Beside = ();
    type Change = CustomerChange;
    type Error = Error;

    fn identify(&self, row: &ImportRow) -> Option<Identity> {
        Some(Identity::Key(CustomerKey::of(&row.values)?.name()))
    }

    async fn read(
        &self,
        unit: &mut Unit,
        _: &Ctx,
        names: &BTreeSet<String>,
    ) -> Result<HashMap<String, Customer>, Error> {
        let (mut ids, mut external_ids) = (Vec::new(), Vec::new());
        for name in names {
            match CustomerKey::named(name) {
                Some(CustomerKey::Id(id)) => ids.push(id),
                Some(CustomerKey::ExternalId(external_id)) => external_ids.push(external_id),
                None => {}
            }
        }
        let mut found = HashMap::new();
        for customer in customers::all_by_external_ids_to_change(unit, &external_ids).await? {
            let Some(external_id) = customer.fields.external_id.clone() else { continue };
            found.insert(CustomerKey::ExternalId(external_id).name(), customer);
        }
        for customer in customers::all_to_change(unit, &ids).await? {
            found.insert(CustomerKey::Id(customer.id).name(), customer);
        }
        Ok(found)
    }

    async fn read_beside(
        &self,
        _: &mut Unit,
        _: &Ctx,
        rows: &[ImportRow],
        _: &HashMap<String, Customer>,
    ) -> Result<Vec<()>, Error> {
        Ok(vec![(); rows.len()])
    }

    fn decide(
        &self,
        row: &ImportRow,
        id: Uuid,
        thing: Option<&Customer>,
        (): &(),
    ) -> Decision<Customer, CustomerChange> {
        match import_customer::decide(&row.values, Id::from_uuid(id), thing) {
            Ok(Decided::Changed(change)) if change.before.is_none() => Decision::create(id, *change),
            Ok(Decided::Changed(change)) => Decision::update(change.id.uuid(), *change),
            Ok(Decided::Unchanged(customer)) => Decision::unchanged(customer.uuid()),
            Err(faults) => Decision::refuse(faults.iter().map(row_fault).collect()),
        }
    }

    async fn write(
        &self,
        unit: &mut Unit,
        _: &Ctx,
        batch: BatchOf,
        made: &[Made<CustomerChange>],
    ) -> Result<(), Error> {
        let changes: Vec<&CustomerChange> = made.iter().map(|made| &made.change).collect();
        let new: Vec<_> = changes.iter().filter(|change| change.before.is_none()).collect();
        let new: Vec<_> = new.iter().map(|change| (change.id, &change.fields)).collect();
        customers::insert_all(unit, &new).await?;
        for change in &changes {
            let Some(before) = &change.before else { continue };
            let updated = customers::update(unit, before, &change.fields).await?;
            updated
                .ok_or_else(|| data::Error::Busy("a customer was changed while it was imported".into()))?;
            unit.forget(&self.app.customers, change.id.to_string());
        }
        unit.audit(written(batch, &changes))?;
        Ok(())
    }

    async fn undo(
        &self,
        unit: &mut Unit,
        _: &Ctx,
        batch: BatchOf,
        made: &[Made<CustomerChange>],
    ) -> Result<Vec<Option<RowFault>>, Error> {
        let ids: Vec<CustomerId> = made.iter().map(|made| made.change.id).collect();
        let there = customers::all_to_change(unit, &ids).await?;
        let there: HashMap<CustomerId, Customer> =
            there.into_iter().map(|customer| (customer.id, customer)).collect();
        let (mut told, mut gone, mut put_back) = (Vec::new(), Vec::new(), Map::new());
        for Made { change, .. } in made {
            let kept = self.undo_row(unit, change, there.get(&change.id)).await?;
            match (kept, &change.before) {
                (Some(_), _) => {}
                (None, None) => gone.push(change.id),
                (None, Some(before)) => {
                    put_back.insert(change.id.to_string(), audit::customer(&before.fields));
                }
            }
            told.push(kept.map(|detail| built_upon("external_id", detail)));
        }
        let mut after = Map::new();
        after.insert("deleted".to_owned(), json!(gone));
        after.insert("put_back".to_owned(), json!(put_back));
        let before = Some(json!({ "created": gone }));
        unit.audit(audit::of_import("billing.customers.undo_import", batch, before, after))?;
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
        let found = customers::after(tx, last, most).await?;
        let next = found.last().filter(|_| found.len() == most).map(|customer| customer.id.to_string());
        Ok(ExportedRows { rows: found.iter().map(import_customer::exported).collect(), next })
    }
}

impl CustomerRows {
    /// The customer as it is now, held, where it is there. Says why it stays, where it does; nothing is written then.
    async fn undo_row(
        &self,
        unit: &mut Unit,
        change: &CustomerChange,
        now: Option<&Customer>,
    ) -> Result<Option<&'static str>, Error> {
        let Some(now) = now else { return Ok(Some("the customer is deleted already")) };
        if let Some(why) = change.built_upon(now) {
            return Ok(Some(why));
        }
        let done = if let Some(before) = &change.before {
            customers::update(unit, now, &before.fields).await?.is_some()
        } else if subscriptions::any_of(unit, now.id).await? || invoices::any_of(unit, now.id).await? {
            return Ok(Some("the customer has a subscription or an invoice by now: it is needed for that"));
        } else {
            customers::delete(unit, now.id).await?
        };
        if !done {
            return Err(data::Error::Busy("a customer was changed while its import was undone".into()).into());
        }
        unit.forget(&self.app.customers, now.id.to_string());
        Ok(None)
    }
}

/// One for the batch: it names the customers, and what of those that were there was changed.
fn written(batch: BatchOf, changes: &[&CustomerChange]) -> AuditEntry {
    let (mut created, mut before, mut after) = (Vec::new(), Map::new(), Map::new());
    for change in changes {
        let Some(present) = &change.before else {
            created.push(change.id);
            continue;
        };
        let (was, is) = audit::differing(audit::customer(&present.fields), audit::customer(&change.fields));
        before.insert(change.id.to_string(), was);
        after.insert(change.id.to_string(), is);
    }
    let before = (!before.is_empty()).then(|| json!({ "updated": before }));
    let mut told = Map::new();
    told.insert("created".to_owned(), json!(created));
    told.insert("updated".to_owned(), json!(after));
    audit::of_import("billing.customers.import", batch, before, told)
}
