//! Rows of a file as people who are to be members: who is no member is asked in as over HTTP, a member is changed as
//! there. How a row is decided is in `domain/import_member/`; planning and repeating a batch is the same for every
//! target.

use super::export_members::export_members;
use super::reach::may;
use super::read_beside::read_beside;
use super::undo_member_row::undo_member_row;
use crate::app::App;
use crate::domain::import_member::{
    self, Asked, Beside, Decided, MemberChange, RowChange, RowsBefore, address,
};
use crate::domain::{Email, InvitationId, MembershipId, RoleRef};
use crate::error::Error;
use crate::permissions::MEMBERS_INVITE;
use crate::service::members::change_member::change_within;
use crate::service::members::invite;
use crate::service::roles::authority::{self, Acting};
use crate::service::teams::add_team_member::add_within;
use crate::store::{membership, tenant};
use async_trait::async_trait;
use data::{AuditEntry, Tx, Unit};
use kernel::{Ctx, FieldError};
use module::{BatchOf, Decision, ExportedRows, Identity, ImportRow, Made, RowFault, RowTarget};
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

pub struct MemberRows {
    pub app: App,
}

/// What all rows are about. Whether one asks somebody in or changes a member is not known before it is decided.
const FILE: &str = "file";

#[async_trait]
impl RowTarget for MemberRows {
    /// What is there is read beside each row.
    type Thing = RowsBefore;
    type Beside = Beside;
    type Change = RowChange;
    type Error = Error;

    fn identify(&self, row: &ImportRow) -> Option<Identity> {
        let key = address(&row.values, "email")?;
        Some(Identity::Part { thing: FILE.to_owned(), key })
    }

    async fn read(
        &self,
        _: &mut Unit,
        _: &Ctx,
        _: &BTreeSet<String>,
    ) -> Result<HashMap<String, RowsBefore>, Error> {
        Ok(HashMap::new())
    }

    async fn read_beside(
        &self,
        unit: &mut Unit,
        ctx: &Ctx,
        rows: &[ImportRow],
        _: &HashMap<String, RowsBefore>,
    ) -> Result<Vec<Beside>, Error> {
        read_beside(&self.app, ctx, unit, rows).await
    }

    fn decide(
        &self,
        row: &ImportRow,
        id: Uuid,
        thing: Option<&RowsBefore>,
        beside: &Beside,
    ) -> Decision<RowsBefore, RowChange> {
        let change = match import_member::decide(&row.values, InvitationId::from_uuid(id), thing, beside) {
            Ok(Decided::Unchanged(id)) => return Decision::unchanged(id),
            Ok(Decided::Changed(change)) => *change,
            Err(faults) => return Decision::refuse(faults.iter().map(row_fault).collect()),
        };
        let after = import_member::left(thing, beside, &change);
        let decision = match change {
            RowChange::Invite(_) => Decision::create(id, change),
            RowChange::Change(MemberChange { member, .. }) => Decision::update(member.uuid(), change),
        };
        Decision { after, ..decision }
    }

    /// What was decided holds: the tenant, whoever imports and all that was read are held since.
    async fn write(
        &self,
        unit: &mut Unit,
        ctx: &Ctx,
        batch: BatchOf,
        made: &[Made<RowChange>],
    ) -> Result<(), Error> {
        let acting = authority::hold(&self.app, ctx, unit, &MEMBERS_INVITE).await?;
        for row in made {
            match &row.change {
                RowChange::Invite(asked) => ask_in(&self.app, ctx, unit, asked).await?,
                RowChange::Change(change) => alter(&self.app, ctx, unit, &acting, change).await?,
            }
        }
        unit.audit(written(batch, made))?;
        Ok(())
    }

    async fn undo(
        &self,
        unit: &mut Unit,
        ctx: &Ctx,
        batch: BatchOf,
        made: &[Made<RowChange>],
    ) -> Result<Vec<Option<RowFault>>, Error> {
        tenant::own_to_change(unit).await?.ok_or(Error::NotAMember)?;
        let acting = authority::hold(&self.app, ctx, unit, &MEMBERS_INVITE).await?;
        let may = may(ctx, &acting);
        let (mut told, mut revoked, mut put_back) = (Vec::new(), Vec::new(), Map::new());
        for row in made {
            let kept = undo_member_row(&self.app, ctx, unit, (&acting, may), &row.change).await?;
            match (&kept, &row.change) {
                (Some(_), _) => {}
                (None, RowChange::Invite(asked)) => revoked.push(asked.invitation),
                (None, RowChange::Change(change)) => {
                    put_back.insert(change.member.to_string(), was(change));
                }
            }
            told.push(kept.map(built_upon));
        }
        unit.audit(AuditEntry {
            action: "users.members.undo_import",
            resource: "import",
            resource_id: batch.import.uuid(),
            before: Some(json!({ "batch": batch.number, "invited": revoked })),
            after: Some(json!({ "revoked": revoked, "put_back": put_back })),
        })?;
        Ok(told)
    }

    async fn export(
        &self,
        tx: &Tx,
        ctx: &Ctx,
        after: Option<&str>,
        most: usize,
    ) -> Result<ExportedRows, Error> {
        export_members(tx, ctx, after, most).await
    }
}

async fn ask_in(app: &App, ctx: &Ctx, unit: &mut Unit, asked: &Asked) -> Result<(), Error> {
    let invited_by = ctx.actor().user().ok_or(Error::SessionRequired)?;
    let email: Email = asked.email.parse().map_err(data::Error::internal)?;
    let asked = invite::Asked {
        id: asked.invitation,
        email: &email,
        role: asked.role,
        invited_by,
        team: asked.team,
        manager: asked.manager,
    };
    invite::ask_in(app, ctx, unit, asked).await.map(drop)
}

async fn alter(
    app: &App,
    ctx: &Ctx,
    unit: &mut Unit,
    acting: &Acting,
    change: &MemberChange,
) -> Result<(), Error> {
    let before = membership::by_id_to_change(unit, change.member).await?;
    let before = before.filter(|before| before.version == change.before.version);
    let before =
        before.ok_or_else(|| data::Error::Busy("a member was changed while they were imported".into()))?;
    if change.rewrites() {
        change_within(app, ctx, unit, acting, &before, change.role, change.manager).await?;
    }
    if let Some(team) = change.joins {
        add_within(app, ctx, unit, acting, team, change.member).await?;
    }
    Ok(())
}

fn row_fault(error: &FieldError) -> RowFault {
    RowFault {
        field: error.pointer.trim_start_matches('/').to_owned(),
        rule: error.code.to_string(),
        detail: error.detail.clone(),
    }
}

fn built_upon(detail: &str) -> RowFault {
    RowFault { field: "email".to_owned(), rule: "built_upon".to_owned(), detail: detail.to_owned() }
}

/// One for the batch; each invitation and each member has one of its own.
fn written(batch: BatchOf, made: &[Made<RowChange>]) -> AuditEntry {
    let (mut invited, mut before, mut after) = (Vec::new(), Map::new(), Map::new());
    for row in made {
        match &row.change {
            RowChange::Invite(asked) => invited.push(asked.invitation),
            RowChange::Change(change) => {
                before.insert(change.member.to_string(), was(change));
                let mut is = membership_of(change.role, change.manager);
                is["joined"] = json!(change.joins);
                after.insert(change.member.to_string(), is);
            }
        }
    }
    AuditEntry {
        action: "users.members.import",
        resource: "import",
        resource_id: batch.import.uuid(),
        before: (!before.is_empty()).then(|| json!({ "updated": before })),
        after: Some(json!({ "batch": batch.number, "invited": invited, "updated": after })),
    }
}

fn was(change: &MemberChange) -> Value {
    membership_of(change.before.role, change.before.manager)
}

fn membership_of(role: RoleRef, manager: Option<MembershipId>) -> Value {
    json!({ "role": role.name(), "role_id": role.id(), "manager": manager })
}
