//! Nested teams and who is in them.

pub mod add_team_member;
pub mod change_team;
pub mod create_team;
pub mod delete_team;
pub mod list_team_members;
pub mod remove_team_member;
pub mod restore_team;
pub mod show_teams;
