//! Families, what their variants may say, which are missing, and what those are called.

use super::*;
use kernel::Id;

fn option(name: &str, values: &[&str]) -> FamilyOption {
    FamilyOption { name: name.to_owned(), values: values.iter().map(|value| (*value).to_owned()).collect() }
}

fn shirts() -> FamilyFields {
    let options = vec![option("Size", &["S", "M", "L"]), option("Colour", &["Red", "Blue"])];
    FamilyFields { name: "Shirt".to_owned(), options }
}

fn options(pairs: &[(&str, &str)]) -> Options {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn found(errors: &[FieldError]) -> Vec<(&str, &str)> {
    errors.iter().map(|fault| (fault.pointer.as_str(), &*fault.code)).collect()
}

#[test]
fn a_family_is_checked_fully() {
    let check = |options: Vec<FamilyOption>, expected: &[(&str, &str)]| {
        let errors = FamilyFields { name: " Shirt ".to_owned(), options }.check().err().unwrap_or_default();
        assert_eq!(found(&errors), expected);
    };
    check(shirts().options, &[]);
    check(vec![], &[("/options", "bad_number")]);
    check(vec![option("Size", &[])], &[("/options/0/values", "bad_number")]);
    check(vec![option("A{", &["1"])], &[("/options/0/name", "brace")]);
    check(vec![option("a", &["1", " 1 "])], &[("/options/0/values/1", "duplicate")]);
    check(
        vec![option("a", &["x"]), option("A", &["y", " "])],
        &[("/options/1/name", "duplicate"), ("/options/1/values/1", "blank")],
    );
    let six: Vec<_> = (0..6).map(|number| option(&number.to_string(), &["x"])).collect();
    check(six, &[("/options", "bad_number")]);
    let cleaned = FamilyFields { name: " Shirt ".to_owned(), options: vec![option(" Size ", &[" S "])] };
    let expected = FamilyFields { name: "Shirt".to_owned(), options: vec![option("Size", &["S"])] };
    assert_eq!(cleaned.check().unwrap(), expected);
}

#[test]
fn an_item_says_all_that_its_family_asks_and_nothing_else() {
    let check = |pairs: &[(&str, &str)], expected: &[(&str, &str)]| {
        assert_eq!(found(&shirts().faults_of(&options(pairs))), expected, "{pairs:?}");
    };
    check(&[("Size", "L"), ("Colour", "Red")], &[]);
    check(&[("Size", "L")], &[("/options/Colour", "required")]);
    check(
        &[("Size", "XL"), ("Colour", "red")],
        &[("/options/Colour", "unknown_value"), ("/options/Size", "unknown_value")],
    );
    check(&[("Size", "L"), ("Colour", "Red"), ("a/b", "x")], &[("/options/a~1b", "unknown_option")]);
}

#[test]
fn options_are_those_of_a_family() {
    let family = Id::from_uuid(uuid::Uuid::from_u128(1));
    let other = Id::from_uuid(uuid::Uuid::from_u128(2));
    let red = options(&[("Colour", " Red ")]);
    let mut faults = Faults::new();
    let variant = check_variant(&mut faults, Some(family), &red).unwrap();
    assert_eq!(variant.options, options(&[("Colour", "Red")]));
    assert_eq!(check_variant(&mut faults, None, &Options::new()), None);
    assert!(faults.is_empty());
    assert_eq!(check_variant(&mut faults, None, &red), None);
    assert_eq!(found(&faults.into_errors()), [("/options", "no_family")]);

    let large = options(&[("Size", "L")]);
    let both = options(&[("Colour", "Red"), ("Size", "L")]);
    for (family_id, given, expected) in [
        (None, None, (Some(family), variant.options.clone())),
        (None, Some(large.clone()), (Some(family), both)),
        (Some(None), None, (None, Options::new())),
        (Some(Some(other)), Some(large.clone()), (Some(other), large)),
    ] {
        assert_eq!(patch_variant(Some(&variant), family_id, given), expected);
    }
}

#[test]
fn what_a_variant_has_is_not_taken_away() {
    let variant = options(&[("Size", "L"), ("Colour", "Red")]);
    let check = |options: Vec<FamilyOption>, expected: Option<Unfit>| {
        assert_eq!(FamilyFields { options, ..shirts() }.unfit(&variant), expected);
    };
    let value =
        |option: &str, value: &str| Some(Unfit::Value { option: option.to_owned(), value: value.to_owned() });
    check(shirts().options, None);
    check(vec![option("Colour", &["Red"]), option("Size", &["XL", "L"])], None);
    check(vec![option("Size", &["L"])], value("Colour", "Red"));
    check(vec![option("Size", &["S"]), option("Colour", &["Red"])], value("Size", "L"));
    let more = [shirts().options, vec![option("Fit", &["Slim"])]].concat();
    check(more, Some(Unfit::Lacks { option: "Fit".to_owned() }));
}

#[test]
fn the_missing_are_found_in_order_and_no_further_than_asked() {
    let check = |wanted: &[(&str, &[&str])], present: &[&[(&str, &str)]], most, expected: &[&str]| {
        let wanted = wanted.iter().map(|(name, values)| {
            ((*name).to_owned(), values.iter().map(|value| (*value).to_owned()).collect())
        });
        let choices = shirts().choices(&wanted.collect()).unwrap();
        let present = present.iter().map(|pairs| options(pairs)).collect();
        let missing = missing(&choices, &present, most);
        let told: Vec<_> =
            missing.iter().map(|options| format!("{} {}", options["Size"], options["Colour"])).collect();
        assert_eq!(told, expected);
    };
    let all = ["S Red", "S Blue", "M Red", "M Blue", "L Red", "L Blue"];
    check(&[], &[], 10, &all);
    check(&[], &[], 2, &all[..2]);
    check(&[], &[&[("Size", "S"), ("Colour", "Red")]], 1, &["S Blue"]);
    check(&[("Size", &["L", "M"]), ("Colour", &["Blue"])], &[], 10, &["M Blue", "L Blue"]);
    let wanted = BTreeMap::from([("Fit".to_owned(), vec![]), ("Size".to_owned(), vec!["XL".to_owned()])]);
    let errors = shirts().choices(&wanted).unwrap_err();
    assert_eq!(found(&errors), [("/options/Fit", "unknown_option"), ("/options/Size/0", "unknown_value")]);
}

#[test]
fn a_pattern_tells_variants_apart() {
    let large = options(&[("Size", "L"), ("Colour", "Red")]);
    let check = |text: &str, expected: Result<&str, &str>| {
        let mut faults = Faults::new();
        let pattern = Pattern::telling_apart(&mut faults, "/sku", text, &shirts());
        let told = pattern.fill(&large);
        let errors = faults.into_errors();
        let told = errors.first().map_or(Ok(told.as_str()), |fault| Err(&*fault.code));
        assert_eq!(told, expected, "{text}");
    };
    check("TEE", Ok("TEE-L-Red"));
    check("{Colour}/TEE/{ Size }", Ok("Red/TEE/L"));
    check("TEE-{Size}", Err("option_left_out"));
    check("TEE-{Size}-{Colour}-{Fit}", Err("unknown_option"));
    check("TEE-{Size", Err("open_brace"));
    assert_eq!(Pattern::name_of(&shirts()).fill(&large), "Shirt - L / Red");
}
