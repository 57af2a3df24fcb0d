//! The reports on offer, by name.

use kernel::{Page, PageRequest};
use module::{ReportDefinition, ReportOffer};
use std::collections::BTreeMap;
use std::ops::Bound;

pub struct Catalogue(BTreeMap<String, ReportOffer>);

impl Catalogue {
    pub fn new(offers: Vec<ReportOffer>) -> Self {
        Self(offers.into_iter().map(|offer| (offer.definition.name.clone(), offer)).collect())
    }

    pub fn find(&self, report: &str) -> Option<&ReportOffer> {
        self.0.get(report)
    }

    /// In the order of their names; the cursor is the last name of the page before.
    pub fn page(&self, request: &PageRequest) -> Page<ReportDefinition> {
        let after = request.cursor.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        let limit = usize::from(request.limit);
        let rest = self.0.range::<str, _>((after, Bound::Unbounded));
        let mut data: Vec<_> = rest.take(limit + 1).map(|(_, offer)| offer.definition.clone()).collect();
        let more = data.len() > limit;
        data.truncate(limit);
        let next_cursor = data.last().filter(|_| more).map(|last| last.name.clone());
        Page { data, next_cursor }
    }
}
