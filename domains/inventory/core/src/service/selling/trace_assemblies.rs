//! A lot's trace, on through assemblies: which lots were made of it, which lots were made of those, and the other way
//! round of which it was made.

use crate::domain::movement::{DocumentKind, Movement};
use crate::error::Error;
use crate::store;
use data::Tx;
use inventory_contract::{ItemId, LotId};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// How many assemblies lie one behind the other; each takes two statements.
const MAX_LEVELS: i64 = 8;
/// From all assemblies of a page together.
const MAX_LOTS: usize = 200;

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
) -> Result<BTreeMap<Start, Vec<Related>>, Error> {
    // Where it started, and the assembly that it has come to.
    let mut trails: BTreeSet<(Start, Uuid)> =
        movements.iter().filter_map(Start::of).map(|start| (start, start.document)).collect();
    let mut seen: BTreeSet<(Start, LotId)> = BTreeSet::new();
    let mut related: BTreeMap<Start, Vec<Related>> = BTreeMap::new();
    for level in 1..=MAX_LEVELS {
        let assemblies: BTreeSet<Uuid> = trails.iter().map(|(_, assembly)| *assembly).collect();
        let assemblies: Vec<Uuid> = assemblies.into_iter().collect();
        let moved = store::movement::lots_of_assemblies(tx, &assemblies).await?;
        let mut of_assembly: BTreeMap<Uuid, Vec<&Movement>> = BTreeMap::new();
        for movement in &moved {
            if let Some(document) = movement.document {
                of_assembly.entry(document.id).or_default().push(movement);
            }
        }
        let mut reached: BTreeMap<LotId, BTreeSet<Start>> = BTreeMap::new();
        for (start, assembly) in &trails {
            let both_sides = of_assembly.get(assembly).into_iter().flatten();
            let other_side = both_sides.filter(|movement| movement.quantity.is_positive() != start.came);
            for (lot, item) in other_side.filter_map(|movement| Some((movement.lot?, movement.item))) {
                if lot != id && seen.len() < MAX_LOTS && seen.insert((*start, lot)) {
                    let code = String::new();
                    related.entry(*start).or_default().push(Related { lot, item, code, level });
                    reached.entry(lot).or_default().insert(*start);
                }
            }
        }
        let lots: Vec<LotId> = reached.keys().copied().collect();
        let on = store::movement::assemblies_of_lots(tx, &lots).await?;
        trails = on.iter().flat_map(|movement| goes_on(movement, &reached)).collect();
        if trails.is_empty() {
            break;
        }
    }
    name(tx, &mut related).await?;
    Ok(related)
}

/// To the assemblies that a lot went into when what it is made of did, or came out of.
fn goes_on(movement: &Movement, reached: &BTreeMap<LotId, BTreeSet<Start>>) -> Vec<(Start, Uuid)> {
    let (Some(lot), Some(document)) = (movement.lot, movement.document) else { return Vec::new() };
    let starts = reached.get(&lot).into_iter().flatten();
    let starts = starts.filter(|start| start.came == movement.quantity.is_positive());
    starts.map(|start| (*start, document.id)).collect()
}

async fn name(tx: &Tx, related: &mut BTreeMap<Start, Vec<Related>>) -> Result<(), data::Error> {
    let lots: BTreeSet<LotId> = related.values().flatten().map(|related| related.lot).collect();
    let lots: Vec<LotId> = lots.into_iter().collect();
    let named = store::lot::find_all(tx, &lots).await?;
    let codes: BTreeMap<LotId, String> = named.into_iter().map(|lot| (lot.id, lot.code)).collect();
    for related in related.values_mut() {
        for one in related.iter_mut() {
            one.code = codes.get(&one.lot).cloned().unwrap_or_default();
        }
        related.sort_by_cached_key(|one| (one.level, one.code.clone(), one.lot));
    }
    Ok(())
}
