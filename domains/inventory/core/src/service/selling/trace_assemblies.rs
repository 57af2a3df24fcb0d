//! A lot's trace, on through assemblies: which lots were made of it, which lots were made of those, and the other way
//! round of which it was made. Where a bound leaves some out, that is told.

use crate::domain::movement::{DocumentKind, Movement};
use crate::domain::unique::unique;
use crate::error::Error;
use crate::store;
use data::Tx;
use inventory_contract::{ItemId, LotId};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

#[derive(Clone, Copy)]
struct Bounds {
    /// How many assemblies lie one behind the other; each takes two statements.
    levels: i64,
    /// From all assemblies of a page together.
    lots: usize,
    /// Of all assemblies, or all lots, of a level.
    movements: usize,
}

const BOUNDS: Bounds = Bounds { levels: 8, lots: 200, movements: 2_000 };

/// What lies beyond an assembly that the lot went into or came out of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beyond {
    pub lots: Vec<Related>,
    /// Whether there is more than the bounds let be found.
    pub truncated: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    pub lot: LotId,
    pub item: ItemId,
    pub code: String,
    /// How many assemblies away, from 1.
    pub level: i64,
}

/// The assembly that a movement of the lot is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Start {
    document: Uuid,
    /// Whether the lot came out of it, so that it goes on to what went in.
    came: bool,
}

impl Start {
    pub fn of(movement: &Movement) -> Option<Self> {
        let document = movement.document.filter(|document| document.kind == DocumentKind::Assembly)?;
        Some(Self { document: document.id, came: movement.quantity.is_positive() })
    }
}

/// Of the movements of a lot.
pub async fn trace_assemblies(
    tx: &Tx,
    id: LotId,
    movements: &[Movement],
) -> Result<BTreeMap<Start, Beyond>, Error> {
    let mut search = Search::of(id, BOUNDS);
    let most = BOUNDS.movements + 1;
    let mut trails = Search::trails(movements);
    // The last finds nothing, and learns whether there is more.
    for level in 1..=BOUNDS.levels + 1 {
        let assemblies = unique(trails.iter().map(|(_, assembly)| *assembly));
        let moved = store::movement::lots_of_assemblies(tx, &assemblies, most).await?;
        let reached = search.reach(level, &trails, &moved);
        let lots: Vec<LotId> = reached.keys().copied().collect();
        let moved = store::movement::assemblies_of_lots(tx, &lots, most).await?;
        trails = search.go_on(&reached, &moved);
        if trails.is_empty() {
            break;
        }
    }
    name(tx, &mut search.beyond).await?;
    Ok(search.beyond)
}

/// Where it started, and the assembly that it has come to.
type Trails = BTreeSet<(Start, Uuid)>;
/// The lots of a level that are new, with where each was reached from.
type Reached = BTreeMap<LotId, BTreeSet<Start>>;

struct Search {
    lot: LotId,
    bounds: Bounds,
    seen: BTreeSet<(Start, LotId)>,
    beyond: BTreeMap<Start, Beyond>,
}

impl Search {
    fn of(lot: LotId, bounds: Bounds) -> Self {
        Self { lot, bounds, seen: BTreeSet::new(), beyond: BTreeMap::new() }
    }

    fn trails(movements: &[Movement]) -> Trails {
        movements.iter().filter_map(Start::of).map(|start| (start, start.document)).collect()
    }

    /// To the lots on the other side of the assemblies that the trails have come to.
    fn reach(&mut self, level: i64, trails: &Trails, moved: &[Movement]) -> Reached {
        let moved = self.looked_at(moved, trails.iter().map(|(start, _)| *start));
        let mut of_assembly: BTreeMap<Uuid, Vec<&Movement>> = BTreeMap::new();
        for movement in moved {
            if let Some(document) = movement.document {
                of_assembly.entry(document.id).or_default().push(movement);
            }
        }
        let mut reached = Reached::new();
        for (start, assembly) in trails {
            let both_sides = of_assembly.get(assembly).into_iter().flatten();
            let other_side = both_sides.filter(|movement| movement.quantity.is_positive() != start.came);
            for (lot, item) in other_side.filter_map(|movement| Some((movement.lot?, movement.item))) {
                if lot == self.lot || self.seen.contains(&(*start, lot)) {
                    continue;
                }
                let beyond = self.beyond.entry(*start).or_default();
                if level > self.bounds.levels || self.seen.len() >= self.bounds.lots {
                    beyond.truncated = true;
                    continue;
                }
                self.seen.insert((*start, lot));
                beyond.lots.push(Related { lot, item, code: String::new(), level });
                reached.entry(lot).or_default().insert(*start);
            }
        }
        reached
    }

    /// To the assemblies that a lot went into when what it is made of did, or came out of.
    fn go_on(&mut self, reached: &Reached, moved: &[Movement]) -> Trails {
        let mut trails = Trails::new();
        for movement in self.looked_at(moved, reached.values().flatten().copied()) {
            let (Some(lot), Some(document)) = (movement.lot, movement.document) else { continue };
            let starts = reached.get(&lot).into_iter().flatten();
            let starts = starts.filter(|start| start.came == movement.quantity.is_positive());
            trails.extend(starts.map(|start| (*start, document.id)));
        }
        trails
    }

    /// Not those beyond the bound. Any of the starts may have led to one.
    fn looked_at<'a>(
        &mut self,
        moved: &'a [Movement],
        starts: impl Iterator<Item = Start>,
    ) -> &'a [Movement] {
        if moved.len() <= self.bounds.movements {
            return moved;
        }
        for start in starts {
            self.beyond.entry(start).or_default().truncated = true;
        }
        &moved[..self.bounds.movements]
    }
}

async fn name(tx: &Tx, beyond: &mut BTreeMap<Start, Beyond>) -> Result<(), data::Error> {
    let lots = unique(beyond.values().flat_map(|beyond| &beyond.lots).map(|one| one.lot));
    let named = store::lot::find_all(tx, &lots).await?;
    let codes: BTreeMap<LotId, String> = named.into_iter().map(|lot| (lot.id, lot.code)).collect();
    for Beyond { lots, .. } in beyond.values_mut() {
        for one in lots.iter_mut() {
            one.code = codes.get(&one.lot).cloned().unwrap_or_default();
        }
        lots.sort_by_cached_key(|one| (one.level, one.code.clone(), one.lot));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::movement::{Document, MovementKind};
    use chrono::DateTime;
    use kernel::{Id, Quantity};

    fn uuid(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    /// Of a lot, by an assembly.
    fn moved((assembly, lot, quantity): (u128, u128, i32)) -> Movement {
        Movement {
            id: Id::from_uuid(uuid(1)),
            item: Id::from_uuid(uuid(1)),
            warehouse: Id::from_uuid(uuid(1)),
            location: Id::from_uuid(uuid(1)),
            lot: Some(Id::from_uuid(uuid(lot))),
            sequence: 1,
            kind: MovementKind::Assembly,
            quantity: Quantity::whole(quantity),
            entered: None,
            happened_at: DateTime::UNIX_EPOCH,
            recorded_at: DateTime::UNIX_EPOCH,
            reservation: None,
            document: Some(Document { kind: DocumentKind::Assembly, id: uuid(assembly) }),
            reverses: None,
            reference: None,
            actor: String::new(),
            reason: None,
        }
    }

    /// Of lot 10 three are made, and of one of these another, which goes into something without a lot.
    const MOVED: [(u128, u128, i32); 7] =
        [(1, 10, -1), (1, 11, 1), (1, 12, 1), (1, 13, 1), (2, 11, -1), (2, 14, 1), (3, 14, -1)];

    /// How many lots are found of lot 10, and whether some are left out.
    fn check((levels, lots, movements): (i64, usize, usize), expected: (usize, bool)) {
        let all = MOVED.map(moved);
        let mut search = Search::of(Id::from_uuid(uuid(10)), Bounds { levels, lots, movements });
        let mut trails = Search::trails(&all[..1]);
        for level in 1..=levels + 1 {
            let of_trails = |movement: &&Movement| {
                trails.iter().any(|(_, id)| movement.document.is_some_and(|document| document.id == *id))
            };
            let found: Vec<Movement> = all.iter().filter(of_trails).cloned().collect();
            let reached = search.reach(level, &trails, &found);
            let of_lots = |movement: &&Movement| movement.lot.is_some_and(|lot| reached.contains_key(&lot));
            let found: Vec<Movement> = all.iter().filter(of_lots).cloned().collect();
            trails = search.go_on(&reached, &found);
        }
        let start = Start { document: uuid(1), came: false };
        let Beyond { lots: found, truncated } = search.beyond.remove(&start).unwrap();
        assert_eq!((found.len(), truncated), expected, "{levels} levels, {lots} lots, {movements} movements");
    }

    #[test]
    fn what_a_bound_leaves_out_is_told() {
        check((8, 200, 2_000), (4, false));
        check((2, 4, 4), (4, false));
        check((1, 4, 4), (3, true));
        check((2, 3, 4), (3, true));
        check((2, 2, 4), (2, true));
        // One of the four movements of the first assembly is not looked at.
        check((2, 4, 3), (3, true));
    }
}
