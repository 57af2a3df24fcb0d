//! The Merkle tree of RFC 6962 (and RFC 9162, which proves and verifies alike), by SHA-256: its root says what all leaves are
//! and in which order. What a proof is made of is told as spans of leaves, so that whoever keeps the tree reads only what
//! it takes; kept are the leaves, and the roots of every 256 leaves, of every 256 of those, and so on.

use sha2::{Digest, Sha256};

pub type Hash = [u8; 32];

/// How many levels one tile has below it, and how many hashes that is.
pub const TILE_LEVELS: u32 = 8;
pub const TILE: u64 = 1 << TILE_LEVELS;

pub fn leaf_hash(data: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(data).finalize().into()
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root over these, largest subtree first; that of nothing is the hash of nothing.
pub fn folded(roots: &[Hash]) -> Hash {
    let mut rest = roots.iter().rev();
    match rest.next() {
        None => Sha256::digest([]).into(),
        Some(last) => rest.fold(*last, |right, left| node_hash(left, &right)),
    }
}

/// A complete subtree: of `2^level` leaves, the first of which is the one at `index · 2^level`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    pub level: u32,
    pub index: u64,
}

/// 256 hashes of one level that is kept, or as many as there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tile {
    pub level: u32,
    pub number: u64,
}

impl Node {
    pub fn is_kept(self) -> bool {
        self.level.is_multiple_of(TILE_LEVELS)
    }

    /// Where that is which its root is made of.
    pub fn tile(self) -> Tile {
        let height = self.level % TILE_LEVELS;
        Tile { level: self.level - height, number: (self.index << height) >> TILE_LEVELS }
    }

    /// Its root, of the hashes of that tile; `None` where they are too few.
    pub fn root_in(self, tile: &[Hash]) -> Option<Hash> {
        let height = self.level % TILE_LEVELS;
        let first = usize::try_from((self.index << height) % TILE).ok()?;
        let below = tile.get(first..first + (1 << height))?;
        Some(Frontier::of(below).root())
    }
}

/// Leaves that the recursion of RFC 6962 takes together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    start: u64,
    end: u64,
}

impl Span {
    pub fn whole(size: u64) -> Self {
        Self { start: 0, end: size }
    }

    /// The leaves of these tiles, where it speaks of tiles, in a tree of so many leaves.
    pub fn of_tiles(self, size: u64) -> Self {
        Self { start: self.start * TILE, end: (self.end * TILE).min(size) }
    }

    /// The complete subtrees that its root is [`folded`] of.
    pub fn nodes(self) -> Vec<Node> {
        let Self { mut start, end } = self;
        let mut nodes = Vec::new();
        while start < end {
            let level = (end - start).ilog2();
            nodes.push(Node { level, index: start >> level });
            start += 1 << level;
        }
        nodes
    }
}

/// All of a tree that it takes to append to it: the roots of the complete subtrees that it consists of, largest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    roots: Vec<Hash>,
}

impl Frontier {
    pub fn of(leaves: &[Hash]) -> Self {
        let mut frontier = Self::default();
        for leaf in leaves {
            frontier.append(*leaf);
        }
        frontier
    }

    /// As it was stored; `None` where that is not one of a tree of this size.
    pub fn read(size: u64, bytes: &[u8]) -> Option<Self> {
        let (roots, rest) = bytes.as_chunks::<32>();
        let fits = rest.is_empty() && roots.len() == usize::try_from(size.count_ones()).ok()?;
        fits.then(|| Self { size, roots: roots.to_vec() })
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.roots.concat()
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn root(&self) -> Hash {
        folded(&self.roots)
    }

    /// The subtrees that this leaf completes and their roots, smallest first.
    pub fn append(&mut self, leaf: Hash) -> Vec<(Node, Hash)> {
        let (mut hash, mut level) = (leaf, 0);
        let mut completed = Vec::new();
        while (self.size >> level) & 1 == 1
            && let Some(left) = self.roots.pop()
        {
            hash = node_hash(&left, &hash);
            level += 1;
            completed.push((Node { level, index: self.size >> level }, hash));
        }
        self.roots.push(hash);
        self.size += 1;
        completed
    }
}

/// The largest power of two below a count of two or more: so many leaves go to the left.
fn left_of(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

/// What the roots of an inclusion proof are those of, in its order; `None` where there is no such leaf.
pub fn inclusion(index: u64, size: u64) -> Option<Vec<Span>> {
    if index >= size {
        return None;
    }
    let Span { mut start, mut end } = Span::whole(size);
    let mut path = Vec::new();
    while end - start > 1 {
        let middle = start + left_of(end - start);
        if index < middle {
            path.push(Span { start: middle, end });
            end = middle;
        } else {
            path.push(Span { start, end: middle });
            start = middle;
        }
    }
    path.reverse();
    Some(path)
}

/// What the roots of a consistency proof are those of, in its order; `None` unless a tree of the one size, which is not
/// nothing, grows to the other.
pub fn consistency(from: u64, to: u64) -> Option<Vec<Span>> {
    if from == 0 || from > to {
        return None;
    }
    let Span { mut start, mut end } = Span::whole(to);
    let mut path = Vec::new();
    while from != end {
        let middle = start + left_of(end - start);
        if from <= middle {
            path.push(Span { start: middle, end });
            end = middle;
        } else {
            path.push(Span { start, end: middle });
            start = middle;
        }
    }
    // The verifier knows the root of the older tree.
    if start > 0 {
        path.push(Span { start, end });
    }
    path.reverse();
    Some(path)
}

/// The root that an inclusion proof leads to (RFC 9162, 2.1.3.2); `None` of what is none for this index and size.
pub fn root_by_inclusion(leaf: Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    let (mut at, mut last, mut root) = (index, size - 1, leaf);
    for hash in path {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            root = node_hash(hash, &root);
            skip_to_a_right_one(&mut at, &mut last);
        } else {
            root = node_hash(&root, hash);
        }
        at >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(root)
}

/// Whether the proof leads from the one tree to the other (RFC 9162, 2.1.4.2). Of two of one size it is empty.
pub fn is_consistent((from, from_root): (u64, &Hash), (to, to_root): (u64, &Hash), path: &[Hash]) -> bool {
    if from == to {
        return path.is_empty() && from_root == to_root;
    }
    if from == 0 || from > to {
        return false;
    }
    let mut path = path.iter();
    let (mut at, mut last) = (from - 1, to - 1);
    let levels = at.trailing_ones();
    at >>= levels;
    last >>= levels;
    let first = if from.is_power_of_two() { Some(from_root) } else { path.next() };
    let Some(first) = first else { return false };
    let (mut older, mut newer) = (*first, *first);
    for hash in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            older = node_hash(hash, &older);
            newer = node_hash(hash, &newer);
            skip_to_a_right_one(&mut at, &mut last);
        } else {
            newer = node_hash(&newer, hash);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && older == *from_root && newer == *to_root
}

/// Past the levels where the last one of a tree has no other beside it.
fn skip_to_a_right_one(at: &mut u64, last: &mut u64) {
    while *at & 1 == 0 && *at != 0 {
        *at >>= 1;
        *last >>= 1;
    }
}

#[cfg(test)]
mod tests;
