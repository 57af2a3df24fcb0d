//! Bills of materials: what is needed, what can be made, and what goes round in a circle.

use super::*;
use kernel::Id;

fn item(letter: char) -> ItemId {
    Id::from_uuid(uuid::Uuid::from_u128(u128::from(letter)))
}

/// `"K=2a+1B B:3a"`: K is a kit of two a and one B, B is made of three a.
fn bills(text: &str) -> Bills {
    let mut bills = Bills::default();
    for bill in text.split_whitespace() {
        let name = bill.chars().next().unwrap();
        let kind = if bill.chars().nth(1) == Some('=') { BillKind::Kit } else { BillKind::Assembly };
        let parts = bill[2..].split('+').map(|part| {
            let (quantity, name) = part.split_at(part.len() - 1);
            (item(name.chars().next().unwrap()), quantity.parse().unwrap())
        });
        bills.insert(item(name), kind, parts.collect());
    }
    bills
}

fn check_loop(text: &str, of: char, expected: Option<&str>) {
    let expected = expected.map(|path| path.chars().map(item).collect::<Vec<_>>());
    assert_eq!(bills(text).loop_of(item(of)), expected, "{text}");
}

#[test]
fn a_loop_is_found_with_its_path() {
    check_loop("K=1a+1b", 'K', None);
    check_loop("K=1K", 'K', Some("KK"));
    check_loop("K=1a+1L L:2M M=1K", 'K', Some("KLMK"));
    check_loop("K=1L+1M L=1N M=1N N=1a", 'K', None);
    check_loop("K=1L L=1M M=1L", 'K', None);
}

fn check_levels(text: &str, of: char, expected: usize) {
    assert_eq!(bills(text).levels(item(of)), expected, "{text}");
}

#[test]
fn levels_are_counted_along_the_longest_way() {
    check_levels("", 'a', 0);
    check_levels("K=1a", 'K', 1);
    check_levels("K=1a+1L L=1M M:1a", 'K', 3);
    check_levels("K=1M+1L L=1M M:1a", 'K', 3);
}

fn check_parts(text: &str, of: char, quantity: &str, expected: &[(char, &str)]) {
    let parts = bills(text).for_one(item(of)).unwrap();
    let quantity = quantity.parse().unwrap();
    let found: Vec<_> =
        parts.into_iter().map(|(part, per)| (part, per.of(quantity).unwrap().to_string())).collect();
    let expected: Vec<_> = expected.iter().map(|(part, text)| (item(*part), (*text).to_owned())).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn a_kit_comes_to_its_parts_each_once() {
    check_parts("K=2a+1b", 'K', "3", &[('a', "6"), ('b', "3")]);
    check_parts("K=2a+2L L=3a+0.5b", 'K', "1", &[('a', "8"), ('b', "1")]);
    // By two ways of different length.
    check_parts("K=1M+1L L=2M M=1a", 'K', "1", &[('a', "3")]);
    check_parts("K=1L+1M L=2M M=1a", 'K', "1", &[('a', "3")]);
}

#[test]
fn an_assembly_in_it_is_taken_from_stock() {
    check_parts("K=1A+1a A:5a", 'K', "2", &[('A', "2"), ('a', "2")]);
    check_parts("A:2B+1K B:7a K=3a", 'A', "1", &[('B', "2"), ('a', "3")]);
}

fn check_most(text: &str, there: &[(char, &str)], counted: bool, expected: Option<(&str, char)>) {
    let parts = bills(text).for_one(item('K')).unwrap();
    let available = |part: ItemId| {
        let found = there.iter().find(|(letter, _)| item(*letter) == part);
        found.map_or(Quantity::ZERO, |(_, text)| text.parse().unwrap())
    };
    let found = most(&parts, available, counted).unwrap();
    let found = found.map(|most| (most.quantity.to_string(), most.part));
    assert_eq!(found, expected.map(|(text, part)| (text.to_owned(), item(part))), "{text} {there:?}");
}

#[test]
fn as_many_are_available_as_the_scarcest_part_allows() {
    check_most("K=2a+1b", &[('a', "7"), ('b', "9")], true, Some(("3", 'a')));
    check_most("K=2a+1b", &[('a', "7"), ('b', "9")], false, Some(("3.5", 'a')));
    check_most("K=2a+1b", &[('a', "7")], true, Some(("0", 'b')));
    check_most("K=2a+1b", &[('a', "-7"), ('b', "1")], true, Some(("0", 'a')));
    // What two of its parts share is not there twice.
    check_most("K=2a+1L L=3a", &[('a', "9")], true, Some(("1", 'a')));
}

#[test]
fn what_was_told_to_be_available_is_covered() {
    for there in ["1", "7", "9.999999", "0.000001", "1000000"] {
        let parts = bills("K=0.3a+0.7L L=0.9a+0.000001b").for_one(item('K')).unwrap();
        let there: Quantity = there.parse().unwrap();
        let found = most(&parts, |_| there, false).unwrap().unwrap();
        for per in parts.values() {
            assert!(per.of(found.quantity).unwrap() <= there, "{there} {found:?}");
        }
    }
}

#[test]
fn only_measures_can_be_split() {
    for (unit, counted) in [
        ("each", true),
        ("EA", true),
        ("DZN", true),
        ("XBX", true),
        ("Box", true),
        ("KGM", false),
        ("LTR", false),
    ] {
        assert_eq!(is_counted(unit), counted, "{unit}");
    }
    assert!(is_whole(Quantity::whole(3)) && !is_whole("2.5".parse().unwrap()));
}

#[test]
fn kinds_are_read_as_they_are_written() {
    for kind in BillKind::ALL {
        assert_eq!(BillKind::parse(kind.name()), Some(kind));
    }
    for direction in Direction::ALL {
        assert_eq!(Direction::parse(direction.name()), Some(direction));
    }
    assert_eq!((BillKind::parse("set"), Direction::parse("broken")), (None, None));
}
