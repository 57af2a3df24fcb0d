//! What the variants that are made at once are called: a text with the names of options in braces.

use super::{FamilyFields, Options};
use kernel::Faults;
use std::collections::BTreeSet;

/// Each name stands for the value that the variant has of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Value(String),
}

impl Pattern {
    pub fn read(faults: &mut Faults, at: &str, text: &str, family: &FamilyFields) -> Self {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            parts.push(Part::Text(before.to_owned()));
            let Some((name, after)) = after.split_once('}') else {
                faults.add(at, "open_brace", "has a { without its }");
                return Self(parts);
            };
            if family.option(name.trim()).is_none() {
                let detail = format!("names {{{}}}, which is not an option of the family", name.trim());
                faults.add(at, "unknown_option", detail);
            }
            parts.push(Part::Value(name.trim().to_owned()));
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        Self(parts)
    }

    /// That tells every variant from every other: it names all options, or else their values come after it.
    pub fn telling_apart(faults: &mut Faults, at: &str, text: &str, family: &FamilyFields) -> Self {
        let mut pattern = Self::read(faults, at, text, family);
        let named: BTreeSet<&str> = pattern.named().collect();
        let left = family.options.iter().filter(|option| !named.contains(option.name.as_str()));
        let left: Vec<String> = left.map(|option| option.name.clone()).collect();
        if named.is_empty() {
            pattern.append("-", "-", &left);
        } else if let Some(name) = left.first() {
            faults.add(at, "option_left_out", format!("must name every option, or none: {{{name}}}"));
        }
        pattern
    }

    /// The family's name, and the values.
    pub fn name_of(family: &FamilyFields) -> Self {
        let mut pattern = Self(vec![Part::Text(family.name.clone())]);
        let all: Vec<String> = family.options.iter().map(|option| option.name.clone()).collect();
        pattern.append(" - ", " / ", &all);
        pattern
    }

    fn append(&mut self, first: &str, then: &str, options: &[String]) {
        for (index, option) in options.iter().enumerate() {
            self.0.push(Part::Text(if index == 0 { first } else { then }.to_owned()));
            self.0.push(Part::Value(option.clone()));
        }
    }

    fn named(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Value(option) => Some(option.as_str()),
            Part::Text(_) => None,
        })
    }

    pub fn fill(&self, options: &Options) -> String {
        let text = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Value(option) => options.get(option).cloned().unwrap_or_default(),
        };
        self.0.iter().map(text).collect()
    }
}
