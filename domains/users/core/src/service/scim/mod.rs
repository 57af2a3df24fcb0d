//! What a tenant's directory does by SCIM: people, of whom some are members and some are asked in, and groups, which are the
//! tenant's teams.

pub mod ask_in;
pub mod change_group;
pub mod change_person;
pub mod create_group;
pub mod create_person;
pub mod group;
pub mod join;
pub mod person;
pub mod remove_group;
pub mod remove_person;
pub mod search;
pub mod show_groups;
pub mod show_people;
pub mod version;

use crate::app::App;

/// Below it is all that is told of.
pub fn base(app: &App) -> String {
    format!("{}/scim/v2", app.issuer.trim_end_matches('/'))
}
