//! Families: items that differ by their options alone, as a shirt by its size and colour. Which options there are, and
//! which value an item has of each.

mod pattern;
#[cfg(test)]
mod tests;

pub use pattern::Pattern;

use chrono::{DateTime, Utc};
use inventory_contract::FamilyId;
use kernel::{Faults, FieldError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashSet};

pub const MAX_FAMILY_NAME: usize = 200;
pub const MAX_OPTIONS: usize = 5;
pub const MAX_VALUES: usize = 100;
/// With the next, so that five of both fit an entry of an index.
pub const MAX_OPTION_NAME: usize = 40;
pub const MAX_OPTION_VALUE: usize = 60;
/// Of a family: they are read at once when it changes.
pub const MAX_VARIANTS: usize = 2_000;
/// In one call.
pub const MAX_MADE: usize = 250;

/// The value of each option, by its name. Sorted, so that one combination is one text.
pub type Options = BTreeMap<String, String>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    pub id: FamilyId,
    pub fields: FamilyFields,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FamilyFields {
    pub name: String,
    pub options: Vec<FamilyOption>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FamilyOption {
    pub name: String,
    pub values: Vec<String>,
}

/// What an item is of a family.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    pub family_id: FamilyId,
    pub options: Options,
}

/// Why a variant would be none of its family any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It has a value that is taken away.
    Value { option: String, value: String },
    /// It has no value of an option that is added.
    Lacks { option: String },
}

impl FamilyFields {
    /// Trimmed. A name in braces stands for a value in a pattern, so it has none itself.
    pub fn check(&self) -> Result<Self, Vec<FieldError>> {
        let mut faults = Faults::new();
        let name = faults.text("/name", &self.name, MAX_FAMILY_NAME);
        let few = (1..=MAX_OPTIONS).contains(&self.options.len());
        faults.require(few, "/options", "bad_number", &format!("must be 1 to {MAX_OPTIONS} options"));
        let mut names = BTreeSet::new();
        let mut options = Vec::new();
        for (index, option) in self.options.iter().take(MAX_OPTIONS).enumerate() {
            let at = format!("/options/{index}");
            let name = faults.text(&format!("{at}/name"), &option.name, MAX_OPTION_NAME);
            let plain = !name.contains(['{', '}']);
            faults.require(plain, &format!("{at}/name"), "brace", "must not hold braces");
            let new = names.insert(name.to_lowercase());
            faults.require(new, &format!("{at}/name"), "duplicate", "is the name of another option too");
            options.push(FamilyOption { name, values: check_values(&mut faults, &at, &option.values) });
        }
        faults.finish(Self { name, options })
    }

    fn option(&self, name: &str) -> Option<&FamilyOption> {
        self.options.iter().find(|option| option.name == name)
    }

    /// What is wrong with what an item says of itself.
    pub fn faults_of(&self, options: &Options) -> Vec<FieldError> {
        let mut faults = Faults::new();
        for (name, value) in options {
            match self.option(name) {
                None => faults.add(pointer(name), "unknown_option", "is not an option of the family"),
                Some(option) if !option.values.contains(value) => {
                    faults.add(pointer(name), "unknown_value", "is not a value that the family has of it");
                }
                Some(_) => {}
            }
        }
        for option in self.options.iter().filter(|option| !options.contains_key(&option.name)) {
            faults.add(pointer(&option.name), "required", "is an option of the family: give its value");
        }
        faults.into_errors()
    }

    /// `None` where a variant with these is one of this family.
    pub fn unfit(&self, options: &Options) -> Option<Unfit> {
        let lost = options
            .iter()
            .find(|(name, value)| self.option(name).is_none_or(|option| !option.values.contains(value)));
        if let Some((option, value)) = lost {
            return Some(Unfit::Value { option: option.clone(), value: value.clone() });
        }
        let lacking = self.options.iter().find(|option| !options.contains_key(&option.name));
        lacking.map(|option| Unfit::Lacks { option: option.name.clone() })
    }

    /// The values to combine: all, or of an option that is named those that are. In the family's order.
    pub fn choices(
        &self,
        wanted: &BTreeMap<String, Vec<String>>,
    ) -> Result<Vec<FamilyOption>, Vec<FieldError>> {
        let mut faults = Faults::new();
        for (name, values) in wanted {
            let Some(option) = self.option(name) else {
                faults.add(pointer(name), "unknown_option", "is not an option of the family");
                continue;
            };
            let few = (1..=MAX_VALUES).contains(&values.len());
            faults.require(few, &pointer(name), "bad_number", &format!("must be 1 to {MAX_VALUES} values"));
            for (index, value) in values.iter().take(MAX_VALUES).enumerate() {
                let known = option.values.contains(value);
                let at = format!("{}/{index}", pointer(name));
                faults.require(known, &at, "unknown_value", "is not a value that the family has of it");
            }
        }
        let chosen = self.options.iter().map(|option| {
            let wanted = wanted.get(&option.name);
            let is_wanted = |value: &&String| wanted.is_none_or(|wanted| wanted.contains(value));
            let values = option.values.iter().filter(is_wanted).cloned().collect();
            FamilyOption { name: option.name.clone(), values }
        });
        faults.finish(chosen.collect())
    }
}

fn check_values(faults: &mut Faults, at: &str, values: &[String]) -> Vec<String> {
    let few = (1..=MAX_VALUES).contains(&values.len());
    let detail = format!("must be 1 to {MAX_VALUES} values");
    faults.require(few, &format!("{at}/values"), "bad_number", &detail);
    let mut seen = BTreeSet::new();
    let mut checked = Vec::new();
    for (index, value) in values.iter().take(MAX_VALUES).enumerate() {
        let pointer = format!("{at}/values/{index}");
        let value = faults.text(&pointer, value, MAX_OPTION_VALUE);
        let new = seen.insert(value.to_lowercase());
        faults.require(new, &pointer, "duplicate", "is there already");
        checked.push(value);
    }
    checked
}

/// An option's name is a key of the item's options.
fn pointer(option: &str) -> String {
    format!("/options/{}", option.replace('~', "~0").replace('/', "~1"))
}

/// What an item says of its family, by itself; whether the family has such options is asked of the family.
pub fn check_variant(faults: &mut Faults, family: Option<FamilyId>, options: &Options) -> Option<Variant> {
    let Some(family_id) = family else {
        let detail = "are those of a family: say which, by family_id";
        faults.require(options.is_empty(), "/options", "no_family", detail);
        return None;
    };
    let few = options.len() <= MAX_OPTIONS;
    faults.require(few, "/options", "too_many", &format!("must be at most {MAX_OPTIONS}"));
    let trimmed = options.iter().take(MAX_OPTIONS);
    let options = trimmed.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect();
    Some(Variant { family_id, options })
}

/// A merge patch. Another family has other options, so those of the one before are not kept.
pub fn patch_variant(
    present: Option<&Variant>,
    family: Option<Option<FamilyId>>,
    options: Option<Options>,
) -> (Option<FamilyId>, Options) {
    let family = family.unwrap_or(present.map(|present| present.family_id));
    let kept = present.filter(|present| Some(present.family_id) == family);
    let mut merged = kept.map(|kept| kept.options.clone()).unwrap_or_default();
    merged.extend(options.unwrap_or_default());
    (family, merged)
}

/// The combinations that nothing has yet, at most so many. The last option turns fastest.
pub fn missing(choices: &[FamilyOption], present: &HashSet<Options>, most: usize) -> Vec<Options> {
    let mut found = Vec::new();
    if choices.iter().any(|option| option.values.is_empty()) {
        return found;
    }
    let mut at = vec![0; choices.len()];
    while found.len() < most {
        let values = choices.iter().zip(&at);
        let options: Options =
            values.map(|(option, index)| (option.name.clone(), option.values[*index].clone())).collect();
        if !present.contains(&options) {
            found.push(options);
        }
        let turns = |option: &usize| at[*option] + 1 < choices[*option].values.len();
        let Some(turned) = (0..at.len()).rev().find(turns) else { break };
        at[turned] += 1;
        at[turned + 1..].fill(0);
    }
    found
}
