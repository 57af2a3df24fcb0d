//! The tree of categories: how deep, and never in a loop. An item has its category by name, which is why a tenant has
//! each name once.

use crate::domain::item::MAX_CATEGORY;
use chrono::{DateTime, Utc};
use inventory_contract::{CategoryChanged, CategoryCreated, CategoryDeleted, CategoryId, CategoryRestored};
use kernel::Faults;
use serde::Serialize;

/// How many categories there are from the root to the lowest, both counted.
pub const MAX_DEPTH: usize = 16;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    pub id: CategoryId,
    pub fields: CategoryFields,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
}

impl Category {
    /// What others are told of it.
    pub fn created(&self) -> CategoryCreated {
        let CategoryFields { name, parent } = self.fields.clone();
        CategoryCreated { category: self.id, name, parent }
    }

    pub fn changed(&self) -> CategoryChanged {
        let CategoryFields { name, parent } = self.fields.clone();
        CategoryChanged { category: self.id, name, parent }
    }

    pub fn deleted(&self) -> CategoryDeleted {
        let CategoryFields { name, parent } = self.fields.clone();
        CategoryDeleted { category: self.id, name, parent }
    }

    pub fn restored(&self) -> CategoryRestored {
        let CategoryFields { name, parent } = self.fields.clone();
        CategoryRestored { category: self.id, name, parent }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CategoryFields {
    pub name: String,
    #[serde(rename = "parent_id")]
    pub parent: Option<CategoryId>,
}

/// What an item's category becomes; `None` where it is none, or none that an item may have.
pub fn name_in_use(category: Option<&str>) -> Option<String> {
    let mut faults = Faults::new();
    let name = faults.text("/category", category?, MAX_CATEGORY);
    faults.is_empty().then_some(name)
}

/// A category on the way to the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub id: CategoryId,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misplaced {
    /// By their names, from the category down to itself.
    Loop(Vec<String>),
    TooDeep,
}

/// Whether a category with so many levels below it may stand under a parent with these above it, the parent first.
pub fn check_placement(
    id: CategoryId,
    levels_below: usize,
    parent_and_above: &[Step],
) -> Result<(), Misplaced> {
    if let Some(end) = parent_and_above.iter().position(|step| step.id == id) {
        let mut names: Vec<String> =
            parent_and_above[..=end].iter().rev().map(|step| step.name.clone()).collect();
        names.push(parent_and_above[end].name.clone());
        return Err(Misplaced::Loop(names));
    }
    if parent_and_above.len() + 1 + levels_below > MAX_DEPTH {
        return Err(Misplaced::TooDeep);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Id;

    fn steps(names: &[&str]) -> Vec<Step> {
        let step = |name: &&str| Step {
            id: Id::from_uuid(uuid::Uuid::from_u128(name.bytes().map(u128::from).sum())),
            name: (*name).to_owned(),
        };
        names.iter().map(step).collect()
    }

    fn check(of: &str, levels_below: usize, parent_and_above: &[&str], expected: Result<(), Misplaced>) {
        let id = steps(&[of])[0].id;
        let found = check_placement(id, levels_below, &steps(parent_and_above));
        assert_eq!(found, expected, "{of} below {parent_and_above:?}");
    }

    #[test]
    fn no_category_stands_below_itself() {
        let loops = |names: &[&str]| {
            Err(Misplaced::Loop(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()))
        };
        check("Tea", 0, &[], Ok(()));
        check("Tea", 0, &["Drinks", "Food"], Ok(()));
        check("Tea", 0, &["Tea", "Drinks"], loops(&["Tea", "Tea"]));
        check("Tea", 2, &["Sencha", "Green", "Tea", "Drinks"], loops(&["Tea", "Green", "Sencha", "Tea"]));
    }

    #[test]
    fn no_category_stands_too_deep() {
        let names: Vec<String> = (0..MAX_DEPTH).map(|level| "x".repeat(level + 1)).collect();
        let above: Vec<&str> = names.iter().map(String::as_str).collect();
        check("Tea", 0, &above[1..], Ok(()));
        check("Tea", 1, &above[1..], Err(Misplaced::TooDeep));
        check("Tea", 0, &above, Err(Misplaced::TooDeep));
        check("Tea", MAX_DEPTH - 1, &[], Ok(()));
        check("Tea", MAX_DEPTH, &[], Err(Misplaced::TooDeep));
    }

    #[test]
    fn what_an_item_may_have_is_a_name() {
        assert_eq!(name_in_use(Some(" Tea ")), Some("Tea".to_owned()));
        for none in [None, Some("  "), Some("a\nb"), Some(&*"x".repeat(MAX_CATEGORY + 1))] {
            assert_eq!(name_in_use(none), None, "{none:?}");
        }
    }
}
