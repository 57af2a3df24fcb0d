//! The AIs that a label may have and that say nothing the platform keeps: how long a value of each is, so that it is told
//! from what stands behind it. Of the GS1 General Specifications, 3.2, as the GS1 Barcode Syntax Dictionary lists them;
//! parts of one value are taken together.

use super::element_string::Shape;
use super::is_digits;

pub(super) fn shape_of(ai: &str) -> Option<Shape> {
    if !is_digits(ai) || ai.starts_with('0') {
        return None;
    }
    let number = ai.parse::<u16>().ok()?;
    Some(match number {
        4321..=4323 | 7252 => Shape::Digits(1),
        7241 => Shape::Digits(2),
        422 | 424 | 426 => Shape::Digits(3),
        3940..=3943 | 8111 => Shape::Digits(4),
        3950..=3955 | 4326 | 7006 | 8005 => Shape::Digits(6),
        3100..=3699 if is_measure(number) => Shape::Digits(6),
        7250 => Shape::Digits(8),
        4324 | 4325 | 7003 => Shape::Digits(10),
        7251 => Shape::Digits(12),
        7001 => Shape::Digits(13),
        8001 => Shape::Digits(14),
        402 => Shape::Digits(17),
        8006 | 8017 | 8018 | 8026 => Shape::Digits(18),
        4309 => Shape::Digits(20),
        7004 => Shape::DigitsUpTo(4),
        242 => Shape::DigitsUpTo(6),
        7011 | 8019 => Shape::DigitsUpTo(10),
        7007 | 8008 | 8011 => Shape::DigitsUpTo(12),
        423 | 425 | 3900..=3909 | 3920..=3929 => Shape::DigitsUpTo(15),
        3910..=3919 | 3930..=3939 => Shape::DigitsUpTo(18),
        255 => Shape::DigitsUpTo(25),
        4307 | 4317 | 7010 => Shape::TextUpTo(2),
        427 | 7008 | 7258 => Shape::TextUpTo(3),
        7040 => Shape::TextUpTo(4),
        4330..=4333 => Shape::TextUpTo(7),
        7009 | 7255 => Shape::TextUpTo(10),
        421 | 7005 => Shape::TextUpTo(12),
        710..=716 | 4318 | 7020..=7022 | 7240 | 8002 | 8012 => Shape::TextUpTo(20),
        7242 | 8013 | 8014 | 8020 => Shape::TextUpTo(25),
        235 => Shape::TextUpTo(28),
        253 | 4308 | 4319 | 7002 | 7023 | 7030..=7039 | 7230..=7239 | 8003 | 8004 => Shape::TextUpTo(30),
        8007 => Shape::TextUpTo(34),
        4300 | 4301 | 4310 | 4311 | 4320 => Shape::TextUpTo(35),
        7253 | 7254 | 7259 => Shape::TextUpTo(40),
        8009 => Shape::TextUpTo(50),
        4302..=4306 | 4312..=4316 | 7257 | 8110 | 8112 | 8200 => Shape::TextUpTo(70),
        7256 | 8030 => Shape::TextUpTo(90),
        // Its set of characters has one that others have not.
        8010 => Shape::AnyUpTo(30),
        _ => return None,
    })
}

/// Of whatever unit, with up to five decimals.
fn is_measure(number: u16) -> bool {
    number % 10 <= 5 && matches!(number / 10, 310..=316 | 320..=337 | 340..=357 | 360..=369)
}
