//! Rows as sales, each with all that is wrong with it.

use super::*;
use kernel::Id;
use uuid::Uuid;

fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let good = [("document", "536365"), ("sku", "85123A"), ("quantity", "6"), ("sold_at", "2010-12-01")];
    let pairs = good.iter().chain(pairs);
    pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn named() -> Named {
    let (item, warehouse) = (Id::from_uuid(Uuid::nil()), Id::from_uuid(Uuid::nil()));
    Named { item: Some(item), warehouse: Some(warehouse), ahead: false, may_bring: true, sale: None }
}

const THERE: StockThere = StockThere {
    floor: Quantity::from_millionths(6_000_000),
    free: Quantity::from_millionths(5_000_000),
    may_be_negative: false,
    tracked: false,
    kit: false,
};

/// Beside a good row; each fault as `field: rule`.
fn check(pairs: &[(&str, &str)], found: &Named, expected: &[&str]) {
    let errors = decide(&values(pairs), Some(&THERE), found).err().unwrap_or_default();
    let found: Vec<_> =
        errors.iter().map(|fault| format!("{}: {}", &fault.pointer[1..], fault.code)).collect();
    assert_eq!(found, expected, "{pairs:?}");
}

#[test]
fn a_row_is_checked_fully() {
    let all = named();
    check(&[], &all, &[]);
    check(&[("quantity", "-2.5"), ("unit_price", "0.0"), ("currency", "gbp")], &all, &[]);
    check(&[("currency", "GBP"), ("customer", "17850.0")], &all, &[]);
    check(&[("quantity", "0")], &all, &["quantity: zero"]);
    check(&[("quantity", "1000000001")], &all, &["quantity: too_large"]);
    check(&[("quantity", "-1000000001")], &all, &["quantity: too_large"]);
    check(&[("quantity", "six")], &all, &["quantity: not_a_number"]);
    check(&[("unit_price", "2.55")], &all, &["currency: required"]);
    check(&[("unit_price", "-2"), ("currency", "GBP")], &all, &["unit_price: negative"]);
    check(&[("unit_price", "2.555"), ("currency", "GBP")], &all, &["unit_price: too_precise"]);
    check(
        &[("unit_price", "x"), ("currency", "XYZ")],
        &all,
        &["currency: unknown_currency", "unit_price: not_a_number"],
    );
    let dear = [("unit_price", "10000000000.01"), ("currency", "GBP")];
    check(&[&dear[..], &[("quantity", "1000")]].concat(), &all, &["unit_price: too_large"]);
    check(&[&dear[..], &[("quantity", "-1000")]].concat(), &all, &["unit_price: too_large"]);
    check(&[&dear[..], &[("quantity", "999")]].concat(), &all, &[]);
    check(&[("sold_at", "1969-12-31")], &all, &["sold_at: too_early"]);
    let back = [("quantity", "-1"), ("warehouse", "north")];
    let stranger = Named { may_bring: false, ..all.clone() };
    check(&back, &stranger, &["warehouse: not_permitted"]);
    check(&back[..1], &Named { warehouse: None, ..stranger }, &[]);
    check(&[("colour", "red"), ("sale_id", "7")], &all, &["colour: unknown_field", "sale_id: not_an_id"]);
    let nothing = Named { item: None, warehouse: None, ahead: true, may_bring: true, sale: None };
    check(
        &[("document", " "), ("warehouse", "north")],
        &nothing,
        &["document: blank", "sku: unknown_item", "warehouse: unknown_warehouse", "sold_at: in_the_future"],
    );
    check(
        &[("document", ""), ("sku", ""), ("quantity", ""), ("sold_at", "")],
        &nothing_but_now(),
        &["document: blank", "sku: blank", "quantity: blank", "sold_at: blank"],
    );
}

fn nothing_but_now() -> Named {
    Named { item: None, warehouse: None, ahead: false, may_bring: true, sale: None }
}

fn check_time(text: &str, expected: Option<&str>) {
    let found = time(text).map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true));
    assert_eq!(found.as_deref(), expected, "{text:?}");
}

#[test]
fn a_time_is_read_in_one_form() {
    check_time("2010-12-01 08:26:00", Some("2010-12-01T08:26:00Z"));
    check_time(" 2010-12-01T08:26 ", Some("2010-12-01T08:26:00Z"));
    check_time("2010-12-01", Some("2010-12-01T00:00:00Z"));
    check_time("2010-12-01t08:26:00z", Some("2010-12-01T08:26:00Z"));
    check_time("2010-12-01T08:26:00+01:00", Some("2010-12-01T07:26:00Z"));
    check_time("2010-12-01 08:26-0530", Some("2010-12-01T13:56:00Z"));
    check_time("2010-12-01T08:26:00.1234567Z", Some("2010-12-01T08:26:00.123456Z"));
    for wrong in [
        "01/12/2010",
        "2010-13-01",
        "2010-02-30",
        "2010-1-1",
        "2010-12-01T",
        "2010-12-01T24:00:00",
        "2010-12-01T08:26:60",
        "2010-12-01  08:26",
        "2010-12-01x08:26",
        "12010-12-01",
        "2010-12-0é",
        "",
    ] {
        check_time(wrong, None);
    }
}

#[test]
fn two_rows_that_say_the_same_are_one_line() {
    let cells = |pairs: &[(&str, &str)]| {
        let row = read(&mut Faults::new(), &values(pairs)).unwrap();
        assert_eq!(read(&mut Faults::new(), &row.cells()), Some(row.clone()), "{pairs:?}");
        row.cells()
    };
    let one = cells(&[("sku", "85123a"), ("quantity", "6.0"), ("sold_at", "2010-12-01 00:00:00")]);
    assert_eq!(one, cells(&[]));
    let priced = cells(&[("unit_price", "2.550"), ("currency", "gbp"), ("warehouse", " north ")]);
    assert_eq!(priced, cells(&[("unit_price", "2.55"), ("currency", "GBP"), ("warehouse", "NORTH")]));
    assert_ne!(one, priced);
    assert_eq!(cells(&[("currency", "GBP")]), one, "a currency says nothing without a price");
}

fn check_stock(quantity: &str, there: StockThere, expected: Result<(i32, i32), &str>) {
    let row = values(&[("quantity", quantity), ("warehouse", "NORTH")]);
    let found = decide(&row, Some(&there), &named());
    let found = found.map(|(_, left)| left.map(|left| (left.floor, left.free)));
    let whole = |(floor, free)| Some((Quantity::whole(floor), Quantity::whole(free)));
    let found = found.map_err(|faults| faults[0].code.to_string());
    assert_eq!(found, expected.map(whole).map_err(str::to_owned), "{quantity} of {there:?}");
}

#[test]
fn goods_leave_the_floor_where_they_are_free() {
    check_stock("5", THERE, Ok((1, 0)));
    check_stock("6", THERE, Err("not_enough"));
    check_stock("7", THERE, Err("not_enough"));
    check_stock("5", StockThere { floor: Quantity::whole(4), ..THERE }, Err("not_enough"));
    check_stock("7", StockThere { may_be_negative: true, ..THERE }, Ok((-1, -2)));
    check_stock("-2", THERE, Ok((8, 7)));
    check_stock("1", StockThere { tracked: true, ..THERE }, Err("tracked"));
    check_stock("-1", StockThere { kit: true, ..THERE }, Err("kit"));
    // What is promised beyond what is there does not keep goods from coming back.
    check_stock("-1", StockThere { free: Quantity::whole(-3), ..THERE }, Ok((7, -2)));
    let history = decide(&values(&[]), None, &Named { warehouse: None, ..named() });
    assert_eq!(history.unwrap().1, None);
}

#[test]
fn a_row_that_names_a_sale_is_as_that_sale_is() {
    let id = SaleId::from_uuid(Uuid::nil());
    let there = read(&mut Faults::new(), &values(&[])).unwrap().cells();
    let check = |pairs: &[(&str, &str)], expected: Result<SaleId, &[&str]>| {
        let found = Named { sale: Some((id, there.clone())), ..named() };
        let found = compare(&values(pairs), &found).unwrap().map_err(|faults| {
            faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect::<Vec<_>>()
        });
        let expected = expected.map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(found, expected, "{pairs:?}");
    };
    check(&[], Ok(id));
    check(&[("sku", "85123a"), ("quantity", "6.0")], Ok(id));
    check(
        &[("quantity", "7"), ("customer", "Ada")],
        Err(&["/quantity sale_is_fixed", "/customer sale_is_fixed"]),
    );
    check(&[("quantity", "0")], Err(&["/quantity zero"]));
    let of_another = values(&[("sale_id", &id.to_string())]);
    assert_eq!((compare(&of_another, &named()), sale_id(&of_another)), (None, Some(id)));
}
