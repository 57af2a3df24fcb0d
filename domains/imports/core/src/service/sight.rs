//! Who sees what is in a file and what became of its rows: these say what only somebody may see who may read what
//! they are of. The permission to import is not enough.

use super::{App, has};
use crate::domain::run::Run;
use crate::domain::upload::Upload;
use crate::error::Error;
use crate::store;
use kernel::Ctx;
use std::collections::BTreeSet;

/// The targets that the caller may read.
pub fn readable(app: &App, ctx: &Ctx) -> BTreeSet<String> {
    let all = app.targets.values().map(|offer| &offer.definition);
    all.filter(|target| has(ctx, &target.read_permission)).map(|target| target.name.clone()).collect()
}

pub(super) fn may_see_rows(app: &App, ctx: &Ctx, run: &Run) -> Result<(), Error> {
    let gone = || Error::TargetGone { target: run.target.clone() };
    let definition = &app.targets.get(&run.target).ok_or_else(gone)?.definition;
    if has(ctx, &definition.read_permission) {
        return Ok(());
    }
    Err(Error::RowsForbidden { target: run.target.clone(), permission: definition.read_permission.clone() })
}

/// Whoever sent it; who may read a target that it was imported into; and who may read every target, since it is for one
/// of them. A run that names a file needs the same, so that nobody comes to see one by importing it.
pub(super) async fn may_see_upload(app: &App, ctx: &Ctx, upload: &Upload) -> Result<(), Error> {
    if upload.uploaded_by.as_ref().is_some_and(|sender| *sender == ctx.actor().to_string()) {
        return Ok(());
    }
    let readable = readable(app, ctx);
    if readable.len() == app.targets.len() {
        return Ok(());
    }
    let read = app.databases.read(ctx).await?;
    if !readable.is_empty() && store::run::is_any_into(&read, upload.id, readable).await? {
        return Ok(());
    }
    Err(Error::UploadForbidden)
}
