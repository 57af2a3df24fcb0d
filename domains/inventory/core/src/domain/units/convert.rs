//! From one unit to another. Within a dimension the ratios are fixed; between dimensions, and into or out of a package or
//! a word of the tenant's own, only the item's own conversions lead.

use super::ratio::{Converted, Ratio, scale};
use super::{Dimension, Entered, Unit, UnitName};
use kernel::Quantity;
use serde::{Deserialize, Serialize};

/// Of one item.
pub const MAX_ITEM_CONVERSIONS: usize = 16;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    #[error(
        "{from} measures {from_dimension} and {to} measures {to_dimension}: use a unit of {to_dimension}, \
         or give the item a conversion between the two"
    )]
    OtherDimension { from: String, from_dimension: Dimension, to: String, to_dimension: Dimension },
    /// Of a package, or of a word that no table knows.
    #[error(
        "how many {to} one {from} is, only a conversion of the item can say: give it one by \
         PUT /items/{{id}}/conversions{}",
        suggestion(.meant)
    )]
    NoConversion { from: String, to: String, meant: Option<(String, Unit)> },
    #[error("the quantity is too large to convert from {from} to {to}")]
    TooLarge { from: String, to: String },
    #[error("both quantities of a conversion must be greater than 0")]
    NotPositive,
    #[error("how many {to} one {from} is, is fixed: leave this conversion out")]
    Fixed { from: String, to: String },
    #[error("the other conversions give another ratio from {from} to {to}: correct one or take it out")]
    Contradiction { from: String, to: String },
    #[error("an item has at most {MAX_ITEM_CONVERSIONS} conversions")]
    TooMany,
}

fn suggestion(meant: &Option<(String, Unit)>) -> String {
    let told = meant.as_ref().map(|(word, unit)| {
        format!(". If {word} stands for {}, the code of that is {}", unit.name(), unit.code())
    });
    told.unwrap_or_default()
}

impl UnitError {
    pub fn code(&self) -> &'static str {
        match self {
            Self::OtherDimension { .. } => "other_dimension",
            Self::NoConversion { .. } => "no_conversion",
            Self::TooLarge { .. } => "too_large",
            Self::NotPositive => "not_positive",
            Self::Fixed { .. } => "fixed_ratio",
            Self::Contradiction { .. } => "contradicting_conversions",
            Self::TooMany => "too_many",
        }
    }

    fn too_large(from: &UnitName, to: &UnitName) -> Self {
        Self::TooLarge { from: from.to_string(), to: to.to_string() }
    }
}

/// Within one the ratios are fixed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Class {
    Measure(Dimension),
    Package(&'static str),
    Own(String),
}

impl UnitName {
    fn class(&self) -> Class {
        match self.standard {
            Some(unit) if unit.ratio().is_some() => Class::Measure(unit.dimension()),
            Some(unit) => Class::Package(unit.code()),
            None => Class::Own(self.text.to_lowercase()),
        }
    }

    /// To the base of its class; a package and a word are alone in theirs.
    fn ratio(&self) -> Ratio {
        self.standard.and_then(Unit::ratio).unwrap_or(Ratio::ONE)
    }

    fn dimension(&self) -> Option<Dimension> {
        self.standard.filter(|unit| unit.ratio().is_some()).map(Unit::dimension)
    }

    fn meant(&self) -> Option<(String, Unit)> {
        if self.standard.is_some() {
            return None;
        }
        Unit::meant_by(&self.text).map(|unit| (self.text.clone(), unit))
    }
}

fn no_way(from: &UnitName, to: &UnitName) -> UnitError {
    let (from_text, to_text) = (from.to_string(), to.to_string());
    match (from.dimension(), to.dimension()) {
        (Some(from_dimension), Some(to_dimension)) => {
            UnitError::OtherDimension { from: from_text, from_dimension, to: to_text, to_dimension }
        }
        _ => {
            let meant = from.meant().or_else(|| to.meant());
            UnitError::NoConversion { from: from_text, to: to_text, meant }
        }
    }
}

/// Of one item: so much of the one unit is so much of the other, such as 1 XBX = 12 EA, or 1 EA = 0.35 KGM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Equation {
    pub from: Entered,
    pub to: Entered,
}

impl Equation {
    /// How many bases of `to`'s class one base of `from`'s is.
    fn ratio(&self) -> Result<Ratio, UnitError> {
        let (from, to) = (&self.from.unit, &self.to.unit);
        if from.class() == to.class() {
            return Err(UnitError::Fixed { from: from.to_string(), to: to.to_string() });
        }
        let millionths = |entered: &Entered| u128::try_from(entered.quantity.millionths()).unwrap_or(0);
        let told = Ratio::new(millionths(&self.to), millionths(&self.from)).ok_or(UnitError::NotPositive)?;
        let ratio = told.times(to.ratio()).and_then(|told| told.times(from.ratio().inverse()));
        ratio.ok_or_else(|| UnitError::too_large(from, to))
    }
}

/// All of one item's. No two ways from one unit to another disagree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemConversions {
    equations: Vec<Equation>,
    reached: Vec<Reached>,
}

/// What the conversions lead to: classes of one group are convertible into each other.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Reached {
    class: Class,
    group: usize,
    /// How many bases of the group's first class one base of this is.
    ratio: Ratio,
}

struct Edge<'a> {
    at: usize,
    from: &'a UnitName,
    to: &'a UnitName,
    ratio: Ratio,
}

impl ItemConversions {
    /// An error is of the conversion at that place.
    pub fn new(equations: Vec<Equation>) -> Result<Self, (usize, UnitError)> {
        if equations.len() > MAX_ITEM_CONVERSIONS {
            return Err((MAX_ITEM_CONVERSIONS, UnitError::TooMany));
        }
        let mut edges = Vec::new();
        for (at, equation) in equations.iter().enumerate() {
            let ratio = equation.ratio().map_err(|error| (at, error))?;
            edges.push(Edge { at, from: &equation.from.unit, to: &equation.to.unit, ratio });
        }
        let reached = reach(edges)?;
        Ok(Self { equations, reached })
    }

    pub fn as_slice(&self) -> &[Equation] {
        &self.equations
    }

    /// By the standard's ratio where there is one, else by the item's conversions.
    pub fn convert(
        &self,
        quantity: Quantity,
        from: &UnitName,
        to: &UnitName,
    ) -> Result<Converted, UnitError> {
        let between = self.between(from, to)?;
        let ratio = between.and_then(|ratio| from.ratio().times(ratio));
        let ratio = ratio.and_then(|ratio| ratio.times(to.ratio().inverse()));
        let converted = ratio.and_then(|ratio| scale(quantity, ratio));
        converted.ok_or_else(|| UnitError::too_large(from, to))
    }

    /// Of the bases of the two classes; `None` when it is too large.
    fn between(&self, from: &UnitName, to: &UnitName) -> Result<Option<Ratio>, UnitError> {
        let (of_from, of_to) = (from.class(), to.class());
        if of_from == of_to {
            return Ok(Some(Ratio::ONE));
        }
        let find = |class: &Class| self.reached.iter().find(|reached| reached.class == *class);
        match (find(&of_from), find(&of_to)) {
            (Some(one), Some(other)) if one.group == other.group => {
                Ok(one.ratio.times(other.ratio.inverse()))
            }
            _ => Err(no_way(from, to)),
        }
    }
}

fn reach(mut edges: Vec<Edge<'_>>) -> Result<Vec<Reached>, (usize, UnitError)> {
    let mut reached = Vec::new();
    let mut group = 0;
    while let Some(first) = edges.first() {
        reached.push(Reached { class: first.from.class(), group, ratio: Ratio::ONE });
        edges = grow(&mut reached, group, edges)?;
        group += 1;
    }
    Ok(reached)
}

/// Reaches all that hangs together with what is reached already; what is left is of other groups.
fn grow<'a>(
    reached: &mut Vec<Reached>,
    group: usize,
    mut edges: Vec<Edge<'a>>,
) -> Result<Vec<Edge<'a>>, (usize, UnitError)> {
    loop {
        let before = edges.len();
        let mut left = Vec::new();
        for edge in edges {
            let known = |unit: &UnitName| {
                let class = unit.class();
                reached.iter().find(|one| one.class == class).map(|one| one.ratio)
            };
            let too_large = || (edge.at, UnitError::too_large(edge.from, edge.to));
            match (known(edge.from), known(edge.to)) {
                (None, None) => left.push(edge),
                (Some(ratio), None) => {
                    let ratio = ratio.times(edge.ratio.inverse()).ok_or_else(too_large)?;
                    reached.push(Reached { class: edge.to.class(), group, ratio });
                }
                (None, Some(ratio)) => {
                    let ratio = ratio.times(edge.ratio).ok_or_else(too_large)?;
                    reached.push(Reached { class: edge.from.class(), group, ratio });
                }
                (Some(of_from), Some(of_to)) => {
                    if of_to.times(edge.ratio).ok_or_else(too_large)? != of_from {
                        let (from, to) = (edge.from.to_string(), edge.to.to_string());
                        return Err((edge.at, UnitError::Contradiction { from, to }));
                    }
                }
            }
        }
        if left.len() == before || left.is_empty() {
            return Ok(left);
        }
        edges = left;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::sample::select;

    fn unit(code: &str) -> UnitName {
        UnitName::of(code)
    }

    /// `"2.5 KGM"`.
    fn entered(text: &str) -> Entered {
        let (quantity, unit) = text.split_once(' ').unwrap();
        Entered { quantity: quantity.parse().unwrap(), unit: UnitName::of(unit) }
    }

    fn convert(quantity: Quantity, from: &UnitName, to: &UnitName) -> Result<Converted, UnitError> {
        ItemConversions::default().convert(quantity, from, to)
    }

    /// The quantity, and what rounding left where it did.
    fn shown(converted: Result<Converted, UnitError>) -> Result<(String, Option<String>), &'static str> {
        let converted = converted.map_err(|error| error.code())?;
        let remainder = converted.remainder.to_string();
        assert_eq!(converted.is_exact(), remainder == "0/1");
        Ok((converted.quantity.to_string(), Some(remainder).filter(|_| !converted.is_exact())))
    }

    fn check(from: &str, to: &str, expected: Result<(&str, Option<&str>), &'static str>) {
        let from = entered(from);
        let expected =
            expected.map(|(quantity, remainder)| (quantity.to_owned(), remainder.map(str::to_owned)));
        assert_eq!(shown(convert(from.quantity, &from.unit, &unit(to))), expected, "{from:?} in {to}");
    }

    #[test]
    fn a_quantity_is_converted_exactly() {
        check("1 DZN", "EA", Ok(("12", None)));
        check("1 GGR", "GRO", Ok(("12", None)));
        check("-2.5 KGM", "GRM", Ok(("-2500", None)));
        check("250 MLT", "LTR", Ok(("0.25", None)));
        check("1 XBX", "XBX", Ok(("1", None)));
        check("1 SMI", "FOT", Ok(("5280", None)));
        check("1 FTQ", "INQ", Ok(("1728", None)));
        check("1 FTK", "INK", Ok(("144", None)));
        check("1 WEE", "HUR", Ok(("168", None)));
        // NIST Handbook 44, appendix C: 1 lb = 16 oz = 7000 gr; 1 gal = 4 qt = 128 fl oz; 1 bu = 64 dry pt.
        check("1 LBR", "ONZ", Ok(("16", None)));
        check("1 LBR", "GRN", Ok(("7000", None)));
        check("1 GLL", "OZA", Ok(("128", None)));
        check("1 GLL", "QTL", Ok(("4", None)));
        check("1 BUA", "PTD", Ok(("64", None)));
        check("1 BLL", "GLL", Ok(("42", None)));
        // Weights and Measures Act 1985, schedule 1: 1 gal = 160 fl oz; 1 ton = 20 cwt = 2240 lb.
        check("1 GLI", "OZI", Ok(("160", None)));
        check("1 LTN", "CWI", Ok(("20", None)));
        check("1 LTN", "LBR", Ok(("2240", None)));
        check("1 STI", "LBR", Ok(("14", None)));
    }

    #[test]
    fn what_a_millionth_cannot_hold_is_told() {
        // 453592.37 millionths of a kilogram.
        check("1 LBR", "KGM", Ok(("0.453592", Some("37/100"))));
        check("-1 LBR", "KGM", Ok(("-0.453592", Some("-37/100"))));
        // 3785411.784 millionths of a litre.
        check("1 GLL", "LTR", Ok(("3.785412", Some("-27/125"))));
        check("1 EA", "DZN", Ok(("0.083333", Some("1/3"))));
        check("2 EA", "DZN", Ok(("0.166667", Some("-1/3"))));
        // Half a millionth goes to the even one.
        check("0.000001 EA", "PR", Ok(("0", Some("1/2"))));
        check("0.000003 EA", "PR", Ok(("0.000002", Some("-1/2"))));
        check("-0.000005 EA", "PR", Ok(("-0.000002", Some("-1/2"))));
    }

    #[test]
    fn what_cannot_be_converted_says_why() {
        check("1 KGM", "LTR", Err("other_dimension"));
        check("1 EA", "MTR", Err("other_dimension"));
        check("1 MTK", "MTR", Err("other_dimension"));
        check("1 XBX", "EA", Err("no_conversion"));
        check("1 EA", "XBX", Err("no_conversion"));
        check("1 XPX", "XBX", Err("no_conversion"));
        check("1 thing", "EA", Err("no_conversion"));
        check("9000000000000 TNE", "MC", Err("too_large"));
        let told = |from: &str, to: &str| {
            convert(Quantity::whole(1), &unit(from), &unit(to)).unwrap_err().to_string()
        };
        let expected = "KGM measures mass and LTR measures volume: use a unit of volume, or give the item a \
                        conversion between the two";
        assert_eq!(told("KGM", "LTR"), expected);
        let expected = "how many GRM one kg is, only a conversion of the item can say: give it one by \
                        PUT /items/{id}/conversions. If kg stands for kilogram, the code of that is KGM";
        assert_eq!(told("kg", "GRM"), expected);
    }

    /// `"1 XBX = 12 EA"`.
    fn conversions(equations: &[&str]) -> Result<ItemConversions, (usize, &'static str)> {
        let read = |equation: &&str| {
            let (from, to) = equation.split_once(" = ").unwrap();
            Equation { from: entered(from), to: entered(to) }
        };
        let read = equations.iter().map(read).collect();
        ItemConversions::new(read).map_err(|(at, error)| (at, error.code()))
    }

    fn check_item(from: &str, to: &str, expected: Result<&str, &'static str>) {
        let equations = [
            "1 XPX = 40 XBX",
            "1 XBX = 1 DZN",
            "1 EA = 0.35 KGM",
            "3 XRO = 100 MTR",
            "1 CS = 12 each",
            "1 Half-case = 0.5 cs",
        ];
        let from = entered(from);
        let found = conversions(&equations).unwrap().convert(from.quantity, &from.unit, &unit(to));
        let found = found.map(|converted| converted.quantity.to_string()).map_err(|error| error.code());
        assert_eq!(found, expected.map(str::to_owned), "{from:?} in {to}");
    }

    #[test]
    fn an_item_has_conversions_of_its_own() {
        check_item("2 XBX", "EA", Ok("24"));
        check_item("6 EA", "XBX", Ok("0.5"));
        check_item("1 XPX", "PR", Ok("240"));
        check_item("3 DZN", "GRM", Ok("12600"));
        check_item("1 XBX", "KGM", Ok("4.2"));
        check_item("0.7 KGM", "EA", Ok("2"));
        check_item("3 XRO", "CMT", Ok("10000"));
        check_item("1 XRO", "MTR", Ok("33.333333"));
        check_item("1 LBR", "ONZ", Ok("16"));
        check_item("1 XPX", "KGM", Ok("168"));
        check_item("2 cs", "each", Ok("24"));
        check_item("1 half-CASE", "EA", Ok("6"));
        check_item("1 XPX", "CS", Ok("40"));
        check_item("1 XRO", "EA", Err("no_conversion"));
        check_item("1 XCT", "EA", Err("no_conversion"));
        check_item("1 MTR", "KGM", Err("other_dimension"));
        check_item("1 EA", "LTR", Err("other_dimension"));
    }

    fn check_conversions(equations: &[&str], expected: Result<usize, (usize, &'static str)>) {
        let found = conversions(equations).map(|all| all.as_slice().len());
        assert_eq!(found, expected, "{equations:?}");
    }

    #[test]
    fn conversions_are_positive_and_agree() {
        check_conversions(&[], Ok(0));
        check_conversions(&["1 XBX = 12 EA", "1 EA = 0.35 KGM", "1 XBX = 4.2 KGM"], Ok(3));
        check_conversions(&["1 XBX = 12 EA", "12 H87 = 1 XBX"], Ok(2));
        check_conversions(&["1 XBX = 12 EA", "1 XBX = 10 EA"], Err((1, "contradicting_conversions")));
        check_conversions(
            &["1 XBX = 12 EA", "1 XBX = 5 KGM", "1 EA = 0.35 KGM"],
            Err((2, "contradicting_conversions")),
        );
        check_conversions(
            &["1 a = 2 b", "1 c = 2 d", "1 b = 2 c", "1 a = 7 d"],
            Err((1, "contradicting_conversions")),
        );
        check_conversions(&["1 a = 2 b", "1 c = 2 d", "1 b = 2 c", "1 a = 8 d"], Ok(4));
        check_conversions(&["1 XCT = 2 KGM", "0 XBX = 12 EA"], Err((1, "not_positive")));
        check_conversions(&["1 XBX = -12 EA"], Err((0, "not_positive")));
        check_conversions(&["1 DZN = 13 EA"], Err((0, "fixed_ratio")));
        check_conversions(&["1 XBX = 2 xbx"], Err((0, "fixed_ratio")));
        check_conversions(&["1 case = 2 Case"], Err((0, "fixed_ratio")));
        let most = ["1 XBX = 12 EA"; MAX_ITEM_CONVERSIONS + 1];
        check_conversions(&most[1..], Ok(MAX_ITEM_CONVERSIONS));
        check_conversions(&most, Err((MAX_ITEM_CONVERSIONS, "too_many")));
    }

    fn of_one_dimension() -> impl Strategy<Value = (UnitName, UnitName)> {
        let exact: Vec<Unit> = Unit::all().filter(|unit| unit.ratio().is_some()).collect();
        let pairs = select(exact.clone()).prop_flat_map(move |from| {
            let of_this = |to: &Unit| to.dimension() == from.dimension();
            let alike: Vec<Unit> = exact.iter().copied().filter(of_this).collect();
            (Just(from), select(alike))
        });
        pairs.prop_map(|(from, to)| (unit(from.code()), unit(to.code())))
    }

    fn signed(value: u128) -> i128 {
        i128::try_from(value).unwrap()
    }

    proptest! {
        #[test]
        fn there_and_back_is_exact_when_nothing_was_rounded(
            (from, to) in of_one_dimension(),
            millionths in prop_oneof![any::<i64>(), -1_000_000_000..1_000_000_000i64],
            whole in -1_000_000..1_000_000i32,
        ) {
            for quantity in [Quantity::from_millionths(millionths), Quantity::whole(whole)] {
                if let Ok(there) = convert(quantity, &from, &to)
                    && there.is_exact()
                {
                    let back = convert(there.quantity, &to, &from).unwrap();
                    prop_assert_eq!((back.quantity, back.is_exact()), (quantity, true));
                }
            }
        }

        #[test]
        fn what_is_told_adds_up(
            (from, to) in of_one_dimension(),
            millionths in -1_000_000_000_000..1_000_000_000_000i64,
        ) {
            let ratio = from.ratio().times(to.ratio().inverse()).unwrap();
            if let Ok(there) = convert(Quantity::from_millionths(millionths), &from, &to) {
                let left = there.remainder;
                prop_assert!(left.numerator.unsigned_abs() * 2 <= left.denominator);
                prop_assert_eq!(ratio.denominator % left.denominator, 0);
                let exact = i128::from(millionths) * signed(ratio.numerator);
                let told = i128::from(there.quantity.millionths()) * signed(ratio.denominator);
                let rest = left.numerator * signed(ratio.denominator / left.denominator);
                prop_assert_eq!(exact, told + rest);
            }
        }

        #[test]
        fn an_item_converts_back_what_it_converted(pieces in 1..1_000_000i32, held in 1..10_000i32) {
            let told = format!("1 XBX = {held} EA");
            let all = conversions(&[told.as_str()]).unwrap();
            let boxes = all.convert(Quantity::whole(pieces), &unit("EA"), &unit("XBX")).unwrap();
            if boxes.is_exact() {
                let back = all.convert(boxes.quantity, &unit("XBX"), &unit("EA")).unwrap();
                prop_assert_eq!((back.quantity, back.is_exact()), (Quantity::whole(pieces), true));
            }
        }
    }
}
