//! Lists what can be imported into, by name, each with the mapping that was used last, which may have values in it
//! and so is for who may read the target.

use super::{App, has};
use crate::domain::mapping::Mapping;
use crate::error::Error;
use crate::store;
use imports_contract::MappingId;
use kernel::{Ctx, Page, PageRequest};
use module::TargetDefinition;

pub struct TargetShown<'a> {
    pub definition: &'a TargetDefinition,
    pub last: Option<(Mapping, Option<MappingId>)>,
}

pub async fn list_targets<'a>(
    app: &'a App,
    ctx: &Ctx,
    request: &PageRequest,
) -> Result<Page<TargetShown<'a>>, Error> {
    let after = request.cursor.as_deref().unwrap_or_default();
    let limit = usize::from(request.limit);
    let all = app.targets.values().map(|offer| &offer.definition);
    let mut found: Vec<_> = all.filter(|target| target.name.as_str() > after).take(limit + 1).collect();
    let more = found.len() > limit;
    found.truncate(limit);
    let next_cursor = found.last().filter(|_| more).map(|target| target.name.clone());
    let read = app.databases.read(ctx).await?;
    let mut data = Vec::with_capacity(found.len());
    for definition in found {
        let last = if has(ctx, &definition.read_permission) {
            store::run::last_mapping(&read, &definition.name).await?
        } else {
            None
        };
        data.push(TargetShown { definition, last });
    }
    Ok(Page { data, next_cursor })
}
