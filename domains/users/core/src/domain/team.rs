//! Teams below teams: how deep, and never in a circle.

use crate::domain::TeamId;

/// How many teams may stand above one.
pub const MAX_DEPTH: u8 = 8;

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlacementError {
    #[error("the team would stand below itself")]
    Circle,
    #[error("teams are nested at most {MAX_DEPTH} deep")]
    TooDeep,
}

/// Whether a team with so many levels below it may stand under a parent with these above it, the parent first.
pub fn check_placement(
    team: TeamId,
    levels_below: usize,
    parent_and_above: &[TeamId],
) -> Result<(), PlacementError> {
    if parent_and_above.contains(&team) {
        return Err(PlacementError::Circle);
    }
    if parent_and_above.len() + levels_below > usize::from(MAX_DEPTH) {
        return Err(PlacementError::TooDeep);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use kernel::Id;

    #[test]
    fn no_team_stands_below_itself_or_too_deep() {
        let ids: Vec<TeamId> = (0..10).map(|_| Id::new(DateTime::UNIX_EPOCH)).collect();
        assert_eq!(check_placement(ids[0], 0, &[]), Ok(()));
        assert_eq!(check_placement(ids[0], 0, &ids[1..9]), Ok(()));
        assert_eq!(check_placement(ids[0], 1, &ids[1..9]), Err(PlacementError::TooDeep));
        assert_eq!(check_placement(ids[0], 0, &ids[1..10]), Err(PlacementError::TooDeep));
        assert_eq!(check_placement(ids[0], 0, &ids[0..1]), Err(PlacementError::Circle));
        assert_eq!(check_placement(ids[0], 3, &ids[0..3]), Err(PlacementError::Circle));
    }
}
