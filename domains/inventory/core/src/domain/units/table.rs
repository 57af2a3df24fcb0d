//! The units a stock keeper meets, each with its exact ratio to the base unit of its dimension.
//!
//! Codes and names: UNECE Recommendation 20, revision 17 (2021), and for packages Recommendation 21, revision
//! 12 (2021). Ratios: the definitions behind the standard's rounded figures. SI prefixes; the international
//! yard and pound agreement of 1959 (1 yd = 0.9144 m, 1 lb = 0.45359237 kg); NIST Handbook 44, appendix C,
//! for the US units; the Weights and Measures Act 1985, schedule 1, for those of the UK (1 gal = 4.54609 l).

use super::{Dimension, Ratio};

#[derive(Debug, PartialEq, Eq)]
pub struct Definition {
    pub code: &'static str,
    pub name: &'static str,
    pub dimension: Dimension,
    /// `None` of a package: what it holds is the item's.
    pub ratio: Option<Ratio>,
}

pub static UNITS: &[Definition] = &[
    // Counts, in ones.
    count("C62", "one", 1),
    count("EA", "each", 1),
    count("H87", "piece", 1),
    count("NAR", "number of articles", 1),
    count("PR", "pair", 2),
    count("P5", "five pack", 5),
    count("TP", "ten pack", 10),
    count("DZN", "dozen", 12),
    count("DPC", "dozen piece", 12),
    count("SCO", "score", 20),
    count("TPR", "ten pair", 20),
    count("DPR", "dozen pair", 24),
    count("CEN", "hundred", 100),
    count("HC", "hundred count", 100),
    count("GRO", "gross", 144),
    count("MIL", "thousand", 1000),
    count("T3", "thousand piece", 1000),
    count("GGR", "great gross", 1728),
    count("MIO", "million", 1_000_000),
    // Mass, in kilograms. The pound is 0.45359237 kg, the grain its 7000th part, a troy ounce 480 grains.
    mass("KGM", "kilogram", 1, 1),
    mass("MC", "microgram", 1, 1_000_000_000),
    mass("MGM", "milligram", 1, 1_000_000),
    mass("CGM", "centigram", 1, 100_000),
    mass("DG", "decigram", 1, 10_000),
    mass("GRM", "gram", 1, 1000),
    mass("DJ", "decagram", 1, 100),
    mass("HGM", "hectogram", 1, 10),
    mass("DTN", "decitonne", 100, 1),
    mass("TNE", "tonne", 1000, 1),
    mass("KTN", "kilotonne", 1_000_000, 1),
    mass("CTM", "metric carat", 2, 10_000),
    mass("GRN", "grain", 6_479_891, 100_000_000_000),
    mass("ONZ", "ounce (avoirdupois)", 28_349_523_125, 1_000_000_000_000),
    mass("LBR", "pound", 45_359_237, 100_000_000),
    mass("STI", "stone (UK)", 635_029_318, 100_000_000),
    mass("QTR", "quarter (UK)", 1_270_058_636, 100_000_000),
    mass("CWA", "hundred weight (US)", 45_359_237, 1_000_000),
    mass("CWI", "hundred weight (UK)", 5_080_234_544, 100_000_000),
    mass("STN", "ton (US) or short ton", 90_718_474, 100_000),
    mass("LTN", "ton (UK) or long ton", 10_160_469_088, 10_000_000),
    mass("DWT", "pennyweight", 155_517_384, 100_000_000_000),
    mass("APZ", "troy ounce", 311_034_768, 10_000_000_000),
    // Volume, in litres. The US gallon is 231 in³, the US bushel 2150.42 in³, the UK gallon 4.54609 l. A board
    // foot is 144 in³; Recommendation 20 has its description and the cord's the wrong way round.
    volume("LTR", "litre", 1, 1),
    volume("4G", "microlitre", 1, 1_000_000),
    volume("MMQ", "cubic millimetre", 1, 1_000_000),
    volume("MLT", "millilitre", 1, 1000),
    volume("CMQ", "cubic centimetre", 1, 1000),
    volume("CLT", "centilitre", 1, 100),
    volume("DLT", "decilitre", 1, 10),
    volume("DMQ", "cubic decimetre", 1, 1),
    volume("A44", "decalitre", 10, 1),
    volume("HLT", "hectolitre", 100, 1),
    volume("K6", "kilolitre", 1000, 1),
    volume("MTQ", "cubic metre", 1000, 1),
    volume("INQ", "cubic inch", 16_387_064, 1_000_000_000),
    volume("BFT", "board foot", 2_359_737_216, 1_000_000_000),
    volume("FTQ", "cubic foot", 28_316_846_592, 1_000_000_000),
    volume("YDQ", "cubic yard", 764_554_857_984, 1_000_000_000),
    volume("G25", "teaspoon (US)", 492_892_159_375, 100_000_000_000_000),
    volume("G24", "tablespoon (US)", 1_478_676_478_125, 100_000_000_000_000),
    volume("OZA", "fluid ounce (US)", 295_735_295_625, 10_000_000_000_000),
    volume("G21", "cup (US)", 2_365_882_365, 10_000_000_000),
    volume("PTL", "liquid pint (US)", 473_176_473, 1_000_000_000),
    volume("QTL", "liquid quart (US)", 946_352_946, 1_000_000_000),
    volume("GLL", "gallon (US)", 3_785_411_784, 1_000_000_000),
    volume("BLL", "barrel (US)", 158_987_294_928, 1_000_000_000),
    volume("PTD", "dry pint (US)", 5_506_104_713_575, 10_000_000_000_000),
    volume("QTD", "dry quart (US)", 1_101_220_942_715, 1_000_000_000_000),
    volume("GLD", "dry gallon (US)", 440_488_377_086, 100_000_000_000),
    volume("BUA", "bushel (US)", 3_523_907_016_688, 100_000_000_000),
    volume("OZI", "fluid ounce (UK)", 284_130_625, 10_000_000_000),
    volume("GII", "gill (UK)", 1_420_653_125, 10_000_000_000),
    volume("PTI", "pint (UK)", 56_826_125, 100_000_000),
    volume("QTI", "quart (UK)", 11_365_225, 10_000_000),
    volume("GLI", "gallon (UK)", 454_609, 100_000),
    volume("BUI", "bushel (UK)", 3_636_872, 100_000),
    // Length, in metres. The yard is 0.9144 m, the nautical mile 1852 m.
    length("MTR", "metre", 1, 1),
    length("LM", "linear metre", 1, 1),
    length("4H", "micrometre", 1, 1_000_000),
    length("MMT", "millimetre", 1, 1000),
    length("CMT", "centimetre", 1, 100),
    length("DMT", "decimetre", 1, 10),
    length("HMT", "hectometre", 100, 1),
    length("KMT", "kilometre", 1000, 1),
    length("INH", "inch", 254, 10_000),
    length("FOT", "foot", 3048, 10_000),
    length("LF", "linear foot", 3048, 10_000),
    length("YRD", "yard", 9144, 10_000),
    length("LY", "linear yard", 9144, 10_000),
    length("AK", "fathom", 18_288, 10_000),
    length("SMI", "mile (statute)", 1_609_344, 1000),
    length("NMI", "nautical mile", 1852, 1),
    // Area, in square metres. The acre is of 43,560 square US survey feet of 1200/3937 m, as the figure that
    // Recommendation 20 prints (4046.873) shows; that of the foot of 0.3048 m would be 4046.856.
    area("MTK", "square metre", 1, 1),
    area("MMK", "square millimetre", 1, 1_000_000),
    area("CMK", "square centimetre", 1, 10_000),
    area("DMK", "square decimetre", 1, 100),
    area("ARE", "are", 100, 1),
    area("DAA", "decare", 1000, 1),
    area("HAR", "hectare", 10_000, 1),
    area("KMK", "square kilometre", 1_000_000, 1),
    area("INK", "square inch", 64_516, 100_000_000),
    area("FTK", "square foot", 9_290_304, 100_000_000),
    area("YDK", "square yard", 83_612_736, 100_000_000),
    area("SQR", "square, roofing", 9_290_304, 1_000_000),
    area("ACR", "acre", 62_726_400_000, 15_499_969),
    area("MIK", "square mile (statute)", 2_589_988_110_336, 1_000_000),
    // Time, in seconds. By Recommendation 20 the year has 365.25 days, and the month is its twelfth part.
    time("SEC", "second", 1, 1),
    time("MIN", "minute", 60, 1),
    time("HUR", "hour", 3600, 1),
    time("DAY", "day", 86_400, 1),
    time("WEE", "week", 604_800, 1),
    time("MON", "month", 2_629_800, 1),
    time("ANN", "year", 31_557_600, 1),
    // Of Recommendation 20, without a number the standard fixes: a ream is "typically 500" sheets.
    package("SET", "set"),
    package("KT", "kit"),
    package("AS", "assortment"),
    package("NMP", "number of packs"),
    package("QR", "quire"),
    package("RM", "ream"),
    // Of Recommendation 21, with the X that tells them from units.
    package("XBA", "barrel"),
    package("XBC", "bottlecrate"),
    package("XBE", "bundle"),
    package("XBG", "bag"),
    package("XBH", "bunch"),
    package("XBJ", "bucket"),
    package("XBK", "basket"),
    package("XBL", "bale, compressed"),
    package("XBO", "bottle"),
    package("XBX", "box"),
    package("XCA", "can, rectangular"),
    package("XCL", "coil"),
    package("XCQ", "cartridge"),
    package("XCR", "crate"),
    package("XCS", "case"),
    package("XCT", "carton"),
    package("XCX", "can, cylindrical"),
    package("XCY", "cylinder"),
    package("XDR", "drum"),
    package("XEN", "envelope"),
    package("XJR", "jar"),
    package("XKG", "keg"),
    package("XKI", "kit"),
    package("XOH", "pallet ISO 1 (1/1 EURO)"),
    package("XPA", "packet"),
    package("XPC", "parcel"),
    package("XPK", "package"),
    package("XPL", "pail"),
    package("XPO", "pouch"),
    package("XPT", "pot"),
    package("XPU", "tray"),
    package("XPX", "pallet"),
    package("XRL", "reel"),
    package("XRO", "roll"),
    package("XSA", "sack"),
    package("XSH", "sachet"),
    package("XSO", "spool"),
    package("XST", "sheet"),
    package("XTB", "tub"),
    package("XTN", "tin"),
    package("XTU", "tube"),
    package("XVI", "vial"),
    package("XWA", "intermediate bulk container"),
];

const fn count(code: &'static str, name: &'static str, ones: u128) -> Definition {
    Definition { code, name, dimension: Dimension::Count, ratio: Ratio::new(ones, 1) }
}

const fn mass(code: &'static str, name: &'static str, numerator: u128, denominator: u128) -> Definition {
    Definition { code, name, dimension: Dimension::Mass, ratio: Ratio::new(numerator, denominator) }
}

const fn volume(code: &'static str, name: &'static str, numerator: u128, denominator: u128) -> Definition {
    Definition { code, name, dimension: Dimension::Volume, ratio: Ratio::new(numerator, denominator) }
}

const fn length(code: &'static str, name: &'static str, numerator: u128, denominator: u128) -> Definition {
    Definition { code, name, dimension: Dimension::Length, ratio: Ratio::new(numerator, denominator) }
}

const fn area(code: &'static str, name: &'static str, numerator: u128, denominator: u128) -> Definition {
    Definition { code, name, dimension: Dimension::Area, ratio: Ratio::new(numerator, denominator) }
}

const fn time(code: &'static str, name: &'static str, numerator: u128, denominator: u128) -> Definition {
    Definition { code, name, dimension: Dimension::Time, ratio: Ratio::new(numerator, denominator) }
}

const fn package(code: &'static str, name: &'static str) -> Definition {
    Definition { code, name, dimension: Dimension::Count, ratio: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn ratio(code: &str) -> Ratio {
        UNITS.iter().find(|unit| unit.code == code).unwrap().ratio.unwrap()
    }

    #[test]
    fn each_code_is_there_once_and_only_packages_have_no_ratio() {
        let codes: BTreeSet<&str> = UNITS.iter().map(|unit| unit.code).collect();
        assert_eq!(codes.len(), UNITS.len());
        for unit in UNITS {
            let fits = (2..=3).contains(&unit.code.len());
            assert!(fits && unit.code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()));
            assert!(!unit.name.is_empty());
            let of_package = unit.code.starts_with('X');
            let of_count = ["SET", "KT", "AS", "NMP", "QR", "RM"].contains(&unit.code);
            assert_eq!(unit.ratio.is_none(), of_package || of_count, "{}", unit.code);
            let base = unit.dimension.base_code();
            assert_eq!(Some(ratio(base)), Ratio::new(1, 1), "{base}");
        }
    }

    /// The figure that Recommendation 20 prints, as `digits` times ten to the `exponent` of the base unit
    /// here: within a millionth of the exact ratio. The troy ounce's is printed with 10⁻³ kg where it has to
    /// be 10⁻² kg.
    fn check(code: &str, digits: u128, exponent: i32) {
        let (ratio, power) = (ratio(code), 10u128.pow(exponent.unsigned_abs()));
        let (up, down) = if exponent < 0 { (1, power) } else { (power, 1) };
        let (exact, printed) = (ratio.numerator * down, digits * up * ratio.denominator);
        assert!(exact.abs_diff(printed) * 1_000_000 <= exact, "{code}: {exact} is not {printed}");
    }

    #[test]
    fn ratios_are_those_the_standard_rounds() {
        check("DZN", 12, 0);
        check("GRO", 144, 0);
        check("SCO", 20, 0);
        check("MIL", 1000, 0);
        check("MIO", 1_000_000, 0);
        check("LBR", 45_359_237, -8);
        check("GRN", 6_479_891, -11);
        check("ONZ", 2_834_952, -8);
        check("CWI", 5_080_235, -5);
        check("CWA", 453_592, -4);
        check("LTN", 1_016_047, -3);
        check("STI", 6_350_293, -6);
        check("STN", 9_071_847, -4);
        check("DWT", 1_555_174, -9);
        check("QTR", 1_270_059, -5);
        check("APZ", 3_110_348, -8);
        check("DTN", 100, 0);
        check("KTN", 1, 6);
        check("MC", 1, -9);
        check("MGM", 1, -6);
        check("CGM", 1, -5);
        check("DG", 1, -4);
        check("DJ", 1, -2);
        check("HGM", 1, -1);
        check("TNE", 1000, 0);
        check("INQ", 16_387_064, -9);
        check("FTQ", 2_831_685, -5);
        check("YDQ", 764_555, -3);
        check("GLI", 4_546_092, -6);
        check("GLL", 3_785_412, -6);
        check("PTI", 568_261, -6);
        check("QTI", 11_365_225, -7);
        check("PTL", 4_731_765, -7);
        check("QTL", 9_463_529, -7);
        check("PTD", 5_506_105, -7);
        check("OZI", 2_841_306, -8);
        check("OZA", 2_957_353, -8);
        check("BUI", 3_636_872, -5);
        check("BUA", 3_523_907, -5);
        check("BLL", 1_589_873, -4);
        check("GLD", 4_404_884, -6);
        check("QTD", 1_101_221, -6);
        check("G21", 2_365_882, -7);
        check("G24", 1_478_676, -8);
        check("G25", 4_928_922, -9);
        check("GII", 1_420_653, -7);
        check("HLT", 100, 0);
        check("A44", 10, 0);
        check("K6", 1000, 0);
        check("MMQ", 1, -6);
        check("4G", 1, -6);
        check("CLT", 1, -2);
        check("DLT", 1, -1);
        check("INH", 254, -4);
        check("FOT", 3048, -4);
        check("YRD", 9144, -4);
        check("AK", 18_288, -4);
        check("SMI", 1_609_344, -3);
        check("NMI", 1852, 0);
        check("KMT", 1000, 0);
        check("4H", 1, -6);
        check("INK", 64_516, -8);
        check("FTK", 9_290_304, -8);
        check("YDK", 8_361_274, -7);
        check("ACR", 4_046_873, -3);
        check("MIK", 2_589_988, 0);
        check("HAR", 1, 4);
        check("DAA", 1000, 0);
        check("KMK", 1, 6);
        check("WEE", 604_800, 0);
        check("MON", 2_629_800, 0);
        check("ANN", 31_557_600, 0);
        check("DAY", 86_400, 0);
    }
}
