//! The units of measure that quantities can be converted between: what the program was built with.

use crate::domain::units::{Dimension, Unit};
use kernel::{Page, PageRequest};

/// In the order of the table; the cursor is the last code of the page before.
pub fn list_units(dimension: Option<Dimension>, request: &PageRequest) -> Page<Unit> {
    let wanted = Unit::all().filter(|unit| dimension.is_none_or(|wanted| unit.dimension() == wanted));
    let mut rest: Vec<Unit> = wanted.collect();
    if let Some(last) = request.cursor.as_deref() {
        let shown = rest.iter().position(|unit| unit.code() == last).map_or(rest.len(), |place| place + 1);
        rest.drain(..shown);
    }
    let limit = usize::from(request.limit);
    let more = rest.len() > limit;
    rest.truncate(limit);
    let next_cursor = rest.last().filter(|_| more).map(|last| last.code().to_owned());
    Page { data: rest, next_cursor }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_comes_once() {
        let mut request = PageRequest { limit: 7, ..PageRequest::default() };
        let mut found = Vec::new();
        loop {
            let page = list_units(None, &request);
            found.extend(page.data);
            request.cursor = page.next_cursor;
            if request.cursor.is_none() {
                break;
            }
        }
        assert_eq!(found, Unit::all().collect::<Vec<_>>());
        let masses = list_units(Some(Dimension::Mass), &PageRequest { limit: 100, ..PageRequest::default() });
        assert!(masses.data.iter().all(|unit| unit.dimension() == Dimension::Mass));
        assert_eq!((masses.data[0].code(), masses.next_cursor), ("KGM", None));
    }
}
