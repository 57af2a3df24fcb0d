//! The examples of the reference implementation, and every proof of every small tree.

use super::*;
use crate::domain::hex;

/// Those of the reference implementation's tests (certificate-transparency-go).
const LEAVES: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];
/// Of none, one and so on.
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
const L1: &str = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
const L4: &str = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
const N2_3: &str = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
const N4_5: &str = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
const N6_7: &str = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
const N4_7: &str = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";

fn reference() -> Vec<Hash> {
    LEAVES.iter().map(|data| leaf_hash(data)).collect()
}

fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|at| leaf_hash(&at.to_be_bytes())).collect()
}

/// As the RFC defines it (2.1).
fn defined(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [one] => *one,
        many => {
            let (left, right) = many.split_at(usize::try_from(left_of(many.len() as u64)).unwrap());
            node_hash(&defined(left), &defined(right))
        }
    }
}

fn roots(leaves: &[Hash], spans: &[Span]) -> Vec<Hash> {
    let root = |span: &Span| {
        let [start, end] = [span.start, span.end].map(|at| usize::try_from(at).unwrap());
        defined(&leaves[start..end])
    };
    spans.iter().map(root).collect()
}

#[test]
fn the_roots_of_the_reference() {
    for (size, expected) in ROOTS.iter().enumerate() {
        let leaves = &reference()[..size];
        assert_eq!(hex::written(&Frontier::of(leaves).root()), *expected, "{size}");
        assert_eq!(hex::written(&defined(leaves)), *expected, "{size}");
    }
}

#[test]
fn the_inclusion_proofs_of_the_reference() {
    let check = |index: u64, size: u64, expected: &[&str]| {
        let leaves = &reference()[..usize::try_from(size).unwrap()];
        let path = roots(leaves, &inclusion(index, size).unwrap());
        let told: Vec<_> = path.iter().map(|hash| hex::written(hash)).collect();
        assert_eq!(told, expected, "{index} of {size}");
        let leaf = leaves[usize::try_from(index).unwrap()];
        assert_eq!(root_by_inclusion(leaf, index, size, &path), Some(defined(leaves)));
    };
    check(0, 1, &[]);
    check(0, 2, &[L1]);
    check(1, 2, &[ROOTS[1]]);
    check(2, 3, &[ROOTS[2]]);
    check(1, 5, &[ROOTS[1], N2_3, L4]);
    check(0, 8, &[L1, N2_3, N4_7]);
    check(5, 8, &[L4, N6_7, ROOTS[4]]);
}

#[test]
fn the_consistency_proofs_of_the_reference() {
    let check = |from: usize, to: usize, expected: &[&str]| {
        let leaves = &reference()[..to];
        let path = roots(leaves, &consistency(from as u64, to as u64).unwrap());
        let told: Vec<_> = path.iter().map(|hash| hex::written(hash)).collect();
        assert_eq!(told, expected, "{from} to {to}");
        let (older, newer) = (defined(&leaves[..from]), defined(leaves));
        assert!(is_consistent((from as u64, &older), (to as u64, &newer), &path));
    };
    check(1, 1, &[]);
    check(1, 8, &[L1, N2_3, N4_7]);
    check(2, 5, &[N2_3, L4]);
    check(2, 8, &[N2_3, N4_7]);
    check(6, 8, &[N4_5, N6_7, ROOTS[4]]);
}

#[test]
fn nothing_else_has_a_proof() {
    for (index, size) in [(0, 0), (1, 1), (9, 8)] {
        assert_eq!(inclusion(index, size), None);
        assert_eq!(root_by_inclusion([0; 32], index, size, &[]), None);
    }
    for (from, to) in [(0, 0), (0, 1), (2, 1)] {
        assert_eq!(consistency(from, to), None);
    }
    assert!(!is_consistent((0, &folded(&[])), (1, &[1; 32]), &[]));
    assert!(!is_consistent((2, &[1; 32]), (1, &[1; 32]), &[]));
    assert!(!is_consistent((1, &[1; 32]), (2, &[1; 32]), &[]));
    assert!(!is_consistent((3, &[1; 32]), (4, &[1; 32]), &[]));
}

/// Every proof that could be mistaken for it: one bit of one hash, one hash more or less.
fn spoilt(path: &[Hash]) -> Vec<Vec<Hash>> {
    let mut all: Vec<Vec<Hash>> = (0..path.len())
        .flat_map(|at| {
            [0, 7, 255].map(|bit| {
                let mut other = path.to_vec();
                other[at][bit / 8] ^= 1 << (bit % 8);
                other
            })
        })
        .collect();
    all.push([path, &[[7; 32]][..]].concat());
    all.push([&[[7; 32]][..], path].concat());
    if let ([_, rest @ ..], [front @ .., _]) = (path, path) {
        all.push(rest.to_vec());
        all.push(front.to_vec());
    }
    all
}

#[test]
fn every_leaf_is_proved_and_nothing_else() {
    for size in 1..=70 {
        let leaves = leaves(size);
        let root = defined(&leaves);
        for index in 0..size {
            let path = roots(&leaves, &inclusion(index, size).unwrap());
            let leaf = leaves[usize::try_from(index).unwrap()];
            let leads =
                |leaf, index, size, path: &[Hash]| root_by_inclusion(leaf, index, size, path) == Some(root);
            assert!(leads(leaf, index, size, &path), "{index} of {size}");
            for other in spoilt(&path) {
                assert!(!leads(leaf, index, size, &other), "{index} of {size}: {other:?}");
            }
            for other in (0..=size).filter(|other| *other != index) {
                assert!(!leads(leaf, other, size, &path), "{index} of {size} as {other}");
            }
            let mut altered = leaf;
            altered[31] ^= 1;
            assert!(!leads(altered, index, size, &path), "{index} of {size}");
            assert!(!leads(leaf, index, size * 2 + 1, &path), "{index} of {size} as of more");
        }
    }
}

#[test]
fn every_growth_is_proved_and_nothing_else() {
    for to in 1..=70 {
        let leaves = leaves(to);
        let newer = defined(&leaves);
        for from in 1..=to {
            let older = defined(&leaves[..usize::try_from(from).unwrap()]);
            let path = roots(&leaves, &consistency(from, to).unwrap());
            assert!(is_consistent((from, &older), (to, &newer), &path), "{from} to {to}");
            for other in spoilt(&path) {
                assert!(!is_consistent((from, &older), (to, &newer), &other), "{from} to {to}: {other:?}");
            }
            for bit in [0, 255] {
                let mut altered = [older, newer];
                for root in &mut altered {
                    root[bit / 8] ^= 1 << (bit % 8);
                }
                assert!(!is_consistent((from, &altered[0]), (to, &newer), &path), "{from} to {to}");
                assert!(!is_consistent((from, &older), (to, &altered[1]), &path), "{from} to {to}");
            }
            for other in (1..=to).filter(|other| *other != from) {
                assert!(!is_consistent((other, &older), (to, &newer), &path), "{from} as {other} to {to}");
            }
        }
    }
}

#[test]
fn a_frontier_is_stored_and_read_again() {
    let mut frontier = Frontier::default();
    for (size, leaf) in leaves(70).into_iter().enumerate() {
        let size = size as u64;
        assert_eq!(Frontier::read(size, &frontier.bytes()).as_ref(), Some(&frontier));
        assert_eq!(Frontier::read(size ^ 1, &frontier.bytes()), None, "{size}");
        frontier.append(leaf);
    }
    assert_eq!((frontier.size(), frontier.root()), (70, defined(&leaves(70))));
    assert_eq!(Frontier::read(1, &[0; 31]), None);
    assert_eq!(Frontier::read(1, &[0; 33]), None);
}

/// Of what a large tree keeps, each span's root is read from few tiles.
#[test]
fn proofs_are_made_of_tiles() {
    let size = 70_000;
    let all = leaves(size);
    let mut kept: std::collections::BTreeMap<Tile, Vec<Hash>> = Default::default();
    let mut frontier = Frontier::default();
    for (index, leaf) in all.iter().enumerate() {
        let leaf_node = Node { level: 0, index: index as u64 };
        let completed = frontier.append(*leaf).into_iter().filter(|(node, _)| node.is_kept());
        for (node, hash) in [(leaf_node, *leaf)].into_iter().chain(completed) {
            kept.entry(node.tile()).or_default().push(hash);
        }
    }
    assert_eq!(kept.keys().map(|tile| tile.level).max(), Some(16));
    let root = |span: &Span| {
        let roots = span.nodes().into_iter().map(|node| node.root_in(&kept[&node.tile()]).unwrap());
        folded(&roots.collect::<Vec<_>>())
    };
    assert_eq!(root(&Span::whole(size)), frontier.root());
    for index in [0, 255, 256, 65_535, 65_536, 69_999] {
        let spans = inclusion(index, size).unwrap();
        let path: Vec<_> = spans.iter().map(root).collect();
        let leaf = all[usize::try_from(index).unwrap()];
        assert_eq!(root_by_inclusion(leaf, index, size, &path), Some(frontier.root()), "{index}");
        let tiles: std::collections::BTreeSet<_> =
            spans.iter().flat_map(|span| span.nodes()).map(Node::tile).collect();
        assert!(tiles.len() <= 6, "{tiles:?}");
    }
    for from in [1, 256, 1_000, 65_536, 69_999] {
        let older = Frontier::of(&all[..usize::try_from(from).unwrap()]).root();
        let path: Vec<_> = consistency(from, size).unwrap().iter().map(root).collect();
        assert!(is_consistent((from, &older), (size, &frontier.root()), &path), "{from}");
    }
}
