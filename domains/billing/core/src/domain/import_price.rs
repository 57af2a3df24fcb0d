//! One row of a file as a price. A price never changes, so a row is one of its product's prices, or makes another
//! beside them; a row with the id of a price compares itself with that one, and is refused where it differs.

use super::import_cells::{Cells, Field, amount, check_names, field, reference, text};
use super::named::Named;
use super::product::{Interval, Price, Product};
use billing_contract::{PriceId, ProductId};
use kernel::reference::check_external_id;
use kernel::{Currency, Faults, FieldError, Money};
use module::FieldKind;
use serde::{Deserialize, Serialize};

pub const FIELDS: [Field; 5] = [
    field("product", "The external_id of the product", true, FieldKind::Text),
    field("interval", "How often it is due: month, year or one_time", true, FieldKind::Text),
    field("unit_amount", "What one costs, in major units: 249.90", true, FieldKind::Decimal),
    field("currency", "ISO 4217 code of the amount", true, FieldKind::Currency),
    field(
        "id",
        "Of a price that is there, as an export has it; without it the row makes a price that is not",
        false,
        FieldKind::Text,
    ),
];

const FIXED: &str = "a price never changes: leave the id out, and the row makes another price";

/// What a row knows its price by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PriceKey {
    Terms(Terms),
    Id(PriceId),
}

/// All that there is to a price, of a product by the tenant's reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    pub product: String,
    pub unit_amount: Money,
    pub interval: Interval,
}

impl PriceKey {
    /// None where the row does not say, or says it wrongly; [`decide`] has its reasons to refuse it then.
    pub fn of(cells: &Cells) -> Option<Self> {
        if let Some(id) = text(cells, "id") {
            return id.parse().ok().map(Self::Id);
        }
        let product = reference(cells, "product")?;
        let Said { interval, unit_amount, .. } = read(&mut Faults::new(), cells);
        Some(Self::Terms(Terms { product, unit_amount: unit_amount?, interval: interval? }))
    }

    pub fn name(&self) -> String {
        match self {
            Self::Terms(Terms { product, unit_amount: Money { amount_minor, currency }, interval }) => {
                format!("{}/{currency}/{amount_minor}/{product}", interval.name())
            }
            Self::Id(id) => format!("id/{id}"),
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        let (first, rest) = name.split_once('/')?;
        if first == "id" {
            return rest.parse().ok().map(Self::Id);
        }
        let mut parts = rest.splitn(3, '/');
        let (currency, amount, product) = (parts.next()?, parts.next()?, parts.next()?);
        let unit_amount = Money::new(amount.parse().ok()?, currency.parse().ok()?);
        let interval = Interval::named(first)?;
        Some(Self::Terms(Terms { product: product.to_owned(), unit_amount, interval }))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPrice {
    pub id: PriceId,
    pub product: ProductId,
    pub unit_amount: Money,
    pub interval: Interval,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    New(NewPrice),
    Unchanged(PriceId),
}

/// What becomes of a row; `id` is for a price that it makes, and `product` the one that it names, where there is one.
/// All faults of the row at once.
pub fn decide(
    cells: &Cells,
    id: PriceId,
    there: Option<&Price>,
    product: Option<ProductId>,
) -> Result<Decided, Vec<FieldError>> {
    let mut faults = Faults::new();
    check_names(&mut faults, cells, &FIELDS);
    let said = read(&mut faults, cells);
    if product.is_none() && reference(cells, "product").is_some() {
        let detail = "there is no product with this external_id: create it first";
        faults.add("/product", "unknown_product", detail);
    }
    if let Some(named) = text(cells, "id") {
        if faults.parse::<PriceId>("/id", "not_an_id", named).is_some() {
            match there {
                Some(there) => compare(&mut faults, &said, product, there),
                None => {
                    let detail = "there is no price with this id: leave it out, and the row makes a price";
                    faults.add("/id", "unknown_price", detail);
                }
            }
        }
        // Without a fault there is one.
        let found = there.map_or(id, |there| there.id);
        return faults.finish(Decided::Unchanged(found));
    }
    for field in FIELDS.iter().filter(|field| field.required && text(cells, field.name).is_none()) {
        let given_with = field.name == "currency" && text(cells, "unit_amount").is_some();
        if !given_with {
            faults.add(format!("/{}", field.name), "required", "is required");
        }
    }
    match (product, said.unit_amount, said.interval) {
        (Some(product), Some(unit_amount), Some(interval)) if faults.is_empty() => {
            let new = NewPrice { id, product, unit_amount, interval };
            Ok(there.map_or(Decided::New(new), |there| Decided::Unchanged(there.id)))
        }
        _ => Err(faults.into_errors()),
    }
}

/// What the row says of a price that is there has to be so.
fn compare(faults: &mut Faults, said: &Said, product: Option<ProductId>, there: &Price) {
    let Price { unit_amount, interval, .. } = *there;
    let differs = [
        ("/product", product.is_some_and(|product| product != there.product)),
        ("/interval", said.interval.is_some_and(|said| said != interval)),
        ("/unit_amount", said.unit_amount.is_some_and(|said| said.amount_minor != unit_amount.amount_minor)),
        ("/currency", said.currency.is_some_and(|said| said != unit_amount.currency)),
    ];
    for (pointer, _) in differs.into_iter().filter(|(_, differs)| *differs) {
        faults.add(pointer, "price_is_fixed", FIXED);
    }
}

/// What cannot be read is absent.
struct Said {
    interval: Option<Interval>,
    currency: Option<Currency>,
    unit_amount: Option<Money>,
}

fn read(faults: &mut Faults, cells: &Cells) -> Said {
    check_external_id(faults, "/product", text(cells, "product").map(str::to_owned));
    let interval = text(cells, "interval").and_then(|cell| {
        let interval = Interval::named(&cell.to_ascii_lowercase());
        faults.require(
            interval.is_some(),
            "/interval",
            "unknown_interval",
            "must be month, year or one_time",
        );
        interval
    });
    let currency = text(cells, "currency").and_then(|code| {
        faults.parse::<Currency>("/currency", "unknown_currency", &code.to_ascii_uppercase())
    });
    let unit_amount = text(cells, "unit_amount").and_then(|cell| {
        if text(cells, "currency").is_none() {
            faults.add("/currency", "required", "is required with a unit amount");
        }
        amount(faults, "/unit_amount", cell, currency)
    });
    Said { interval, currency, unit_amount }
}

/// A price as a row that would leave it as it is.
pub fn exported(price: &Price, product: &Product) -> Cells {
    let cells = [
        ("product", product.fields.external_id.clone()),
        ("interval", Some(price.interval.name().to_owned())),
        ("unit_amount", Some(price.unit_amount.to_decimal())),
        ("currency", Some(price.unit_amount.currency.to_string())),
        ("id", Some(price.id.to_string())),
    ];
    cells.into_iter().filter_map(|(name, cell)| Some((name.to_owned(), cell?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::product::ProductFields;
    use kernel::{Clock, Id, Metadata};
    use uuid::Uuid;

    const NEW: PriceId = Id::from_uuid(Uuid::nil());
    const OLD: PriceId = Id::from_uuid(Uuid::from_u128(1));
    const BOX: ProductId = Id::from_uuid(Uuid::from_u128(2));
    const TEA: ProductId = Id::from_uuid(Uuid::from_u128(3));

    fn cells(pairs: &[(&str, &str)]) -> Cells {
        pairs.iter().map(|(name, cell)| ((*name).to_owned(), (*cell).to_owned())).collect()
    }

    fn price() -> Price {
        let now = Clock::system().now();
        let unit_amount = Money::new(24_900, Currency::USD);
        Price {
            id: OLD,
            product: BOX,
            unit_amount,
            interval: Interval::Month,
            created_at: now,
            updated_at: now,
        }
    }

    /// `created`, `unchanged`, or the faults.
    fn told(row: &Cells, there: Option<&Price>, product: Option<ProductId>) -> String {
        match decide(row, NEW, there, product) {
            Ok(Decided::New(new)) => {
                assert_eq!((new.id, Some(new.product)), (NEW, product));
                "created".to_owned()
            }
            Ok(Decided::Unchanged(id)) => {
                assert_eq!(id, OLD);
                "unchanged".to_owned()
            }
            Err(faults) => {
                let faults: Vec<_> =
                    faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect();
                faults.join(", ")
            }
        }
    }

    const GOOD: [(&str, &str); 4] =
        [("product", "box"), ("interval", "month"), ("unit_amount", "249"), ("currency", "USD")];

    #[test]
    fn a_row_is_checked_fully() {
        let check = |pairs: &[(&str, &str)], product: Option<ProductId>, expected: &str| {
            assert_eq!(told(&cells(pairs), None, product), expected, "{pairs:?}");
        };
        check(&GOOD, Some(BOX), "created");
        check(&GOOD, None, "/product unknown_product");
        let all = "/product required, /interval required, /unit_amount required, /currency required";
        check(&[], None, all);
        check(&[&GOOD[..3], &[("currency", " ")]].concat(), Some(BOX), "/currency required");
        check(
            &[
                ("product", ".."),
                ("interval", "week"),
                ("unit_amount", "1,5"),
                ("currency", "XYZ"),
                ("x", "y"),
            ],
            None,
            "/x unknown_field, /product dots_alone, /interval unknown_interval, /currency unknown_currency, \
             /unit_amount not_a_number",
        );
        let wrong = |amount| [&GOOD[..2], &[("unit_amount", amount), ("currency", "usd")]].concat();
        check(&wrong("-1"), Some(BOX), "/unit_amount negative");
        check(&wrong("1.999"), Some(BOX), "/unit_amount too_precise");
        check(&wrong("99999999999999999999"), Some(BOX), "/unit_amount too_large");
        check(&wrong("0"), Some(BOX), "created");
    }

    #[test]
    fn a_row_is_a_price_that_is_there_or_another_one() {
        assert_eq!(told(&cells(&GOOD), Some(&price()), Some(BOX)), "unchanged");
        let (key, other) = (PriceKey::of(&cells(&GOOD)), cells(&[&GOOD[..2], &GOOD[3..]].concat()));
        assert!(key.is_some() && PriceKey::of(&other).is_none());
        let spelt = cells(&[
            ("product", " box "),
            ("interval", "Month"),
            ("unit_amount", "249.00"),
            ("currency", "usd"),
        ]);
        assert_eq!(PriceKey::of(&spelt), key);
    }

    #[test]
    fn a_row_with_an_id_is_as_that_price_is() {
        let check =
            |pairs: &[(&str, &str)], there: Option<&Price>, product: Option<ProductId>, expected: &str| {
                let row = cells(&[&[("id", &*OLD.to_string())], pairs].concat());
                assert_eq!(told(&row, there, product), expected, "{pairs:?}");
            };
        let there = price();
        check(&[], Some(&there), None, "unchanged");
        check(&GOOD, Some(&there), Some(BOX), "unchanged");
        check(&GOOD, None, Some(BOX), "/id unknown_price");
        check(&GOOD, Some(&there), Some(TEA), "/product price_is_fixed");
        check(&GOOD, Some(&there), None, "/product unknown_product");
        check(
            &[("interval", "year"), ("unit_amount", "250"), ("currency", "EUR")],
            Some(&there),
            None,
            "/interval price_is_fixed, /unit_amount price_is_fixed, /currency price_is_fixed",
        );
        check(&[("unit_amount", "249")], Some(&there), None, "/currency required");
        assert_eq!(told(&cells(&[("id", "7")]), None, None), "/id not_an_id");
    }

    #[test]
    fn what_is_exported_changes_nothing() {
        let (there, now) = (price(), Clock::system().now());
        for external_id in [Some("box".to_owned()), None] {
            let fields = ProductFields {
                name: "Box".to_owned(),
                description: None,
                active: false,
                external_id: external_id.clone(),
                metadata: Metadata::new(),
            };
            let product =
                Product { id: BOX, fields, version: 1, created_at: now, updated_at: now, deleted_at: None };
            let row = exported(&there, &product);
            assert_eq!(told(&row, Some(&there), external_id.map(|_| BOX)), "unchanged", "{row:?}");
        }
    }

    #[test]
    fn a_key_is_found_again_by_its_name() {
        let terms = Terms {
            product: "a/b/c".to_owned(),
            unit_amount: Money::new(0, Currency::JPY),
            interval: Interval::OneTime,
        };
        for key in [PriceKey::Terms(terms), PriceKey::Id(OLD)] {
            assert_eq!(PriceKey::named(&key.name()), Some(key));
        }
    }
}
