//! Lists what can be imported into, by name.

use super::App;
use kernel::{Page, PageRequest};
use module::TargetDefinition;

pub fn list_targets<'a>(app: &'a App, request: &PageRequest) -> Page<&'a TargetDefinition> {
    let after = request.cursor.as_deref().unwrap_or_default();
    let limit = usize::from(request.limit);
    let all = app.targets.values().map(|offer| &offer.definition);
    let mut data: Vec<_> = all.filter(|target| target.name.as_str() > after).take(limit + 1).collect();
    let more = data.len() > limit;
    data.truncate(limit);
    let next_cursor = data.last().filter(|_| more).map(|target| target.name.clone());
    Page { data, next_cursor }
}
