//! serde fills a struct from a list as well, in the order in which its fields happen to be declared, and denies no
//! unknown field there; of a name that a map has twice it keeps the last. Read through `Objects`, what is an object is
//! written as one and has each name once, at every depth.

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use std::collections::HashSet;
use std::fmt;

/// Around a deserializer, and around all that it hands on.
pub(crate) struct Objects<T>(pub T);

macro_rules! hand_on {
    ($($method:ident($($name:ident: $type:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($name: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method($($name,)* Objects(visitor))
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Objects<D> {
    type Error = D::Error;

    /// Where serde_json would take a list too.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(Objects(visitor))
    }

    hand_on! {
        deserialize_any()
        deserialize_bool()
        deserialize_i8()
        deserialize_i16()
        deserialize_i32()
        deserialize_i64()
        deserialize_i128()
        deserialize_u8()
        deserialize_u16()
        deserialize_u32()
        deserialize_u64()
        deserialize_u128()
        deserialize_f32()
        deserialize_f64()
        deserialize_char()
        deserialize_str()
        deserialize_string()
        deserialize_bytes()
        deserialize_byte_buf()
        deserialize_option()
        deserialize_unit()
        deserialize_unit_struct(name: &'static str)
        deserialize_newtype_struct(name: &'static str)
        deserialize_seq()
        deserialize_tuple(length: usize)
        deserialize_tuple_struct(name: &'static str, length: usize)
        deserialize_map()
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
        deserialize_identifier()
        deserialize_ignored_any()
    }
}

macro_rules! visit {
    ($($method:ident($type:ty))*) => {$(
        fn $method<E: Error>(self, value: $type) -> Result<V::Value, E> {
            self.0.$method(value)
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Objects<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    visit! {
        visit_bool(bool)
        visit_i64(i64)
        visit_i128(i128)
        visit_u64(u64)
        visit_u128(u128)
        visit_f64(f64)
        visit_str(&str)
        visit_borrowed_str(&'de str)
        visit_string(String)
        visit_bytes(&[u8])
        visit_borrowed_bytes(&'de [u8])
        visit_byte_buf(Vec<u8>)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(Objects(inner))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.0.visit_newtype_struct(Objects(inner))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(Objects(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(Named { map, names: HashSet::new() })
    }

    fn visit_enum<A: EnumAccess<'de>>(self, one: A) -> Result<V::Value, A::Error> {
        self.0.visit_enum(Objects(one))
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Objects<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Objects(deserializer))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Objects<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(Objects(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

struct Named<A> {
    map: A,
    names: HashSet<String>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Named<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let Some(name) = self.map.next_key::<String>()? else { return Ok(None) };
        if self.names.contains(&name) {
            return Err(A::Error::custom(format_args!("duplicate field `{name}`")));
        }
        let key = seed.deserialize(StrDeserializer::<A::Error>::new(&name))?;
        self.names.insert(name);
        Ok(Some(key))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.map.next_value_seed(Objects(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.map.size_hint()
    }
}

impl<'de, A: EnumAccess<'de>> EnumAccess<'de> for Objects<A> {
    type Error = A::Error;
    type Variant = Objects<A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self::Variant), A::Error> {
        let (name, variant) = self.0.variant_seed(seed)?;
        Ok((name, Objects(variant)))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Objects<A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.0.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.0.newtype_variant_seed(Objects(seed))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, A::Error> {
        self.0.tuple_variant(length, Objects(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.0.newtype_variant_seed(Fields(visitor))
    }
}

/// Of a variant that is an object.
struct Fields<V>(V);

impl<'de, V: Visitor<'de>> DeserializeSeed<'de> for Fields<V> {
    type Value = V::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        deserializer.deserialize_map(Objects(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Price {
        amount: i64,
        note: Option<Box<Price>>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Rule {
        Never,
        Over(Price),
        Between { least: Price, most: (i64, i64) },
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Order {
        #[serde(default)]
        lines: Vec<Price>,
        #[serde(default)]
        by_name: BTreeMap<String, Price>,
        rule: Option<Rule>,
    }

    fn check(json: &str, expected: Result<(), &str>) {
        let read = Order::deserialize(Objects(&mut serde_json::Deserializer::from_str(json)));
        let told = read.as_ref().map(|_| ()).map_err(ToString::to_string);
        match expected {
            Ok(()) => {
                assert_eq!(told, Ok(()), "{json}");
                assert_eq!(read.unwrap(), serde_json::from_str::<Order>(json).unwrap(), "{json}");
            }
            Err(part) => assert!(told.as_ref().is_err_and(|told| told.contains(part)), "{json}: {told:?}"),
        }
    }

    #[test]
    fn an_object_is_written_as_one_at_every_depth() {
        let list = "invalid type: sequence, expected struct";
        check("[[], {}, null]", Err(list));
        check(r#"{"lines": [[1, null]]}"#, Err(list));
        check(r#"{"lines": [{"amount": 1, "note": [2, null]}]}"#, Err(list));
        check(r#"{"by_name": {"a": [1, null]}}"#, Err(list));
        check(r#"{"rule": {"over": [1, null]}}"#, Err(list));
        check(r#"{"rule": {"between": [{"amount": 1}, [1, 2]]}}"#, Err("invalid type: sequence"));
        check(r#"{"rule": {"between": {"least": [1, null], "most": [1, 2]}}}"#, Err(list));
    }

    #[test]
    fn an_object_has_each_name_once_at_every_depth() {
        check(r#"{"lines": [], "lines": []}"#, Err("duplicate field `lines`"));
        check(r#"{"by_name": {"a": {"amount": 1}, "\u0061": {"amount": 2}}}"#, Err("duplicate field `a`"));
        check(r#"{"lines": [{"amount": 1, "amount": 1}]}"#, Err("duplicate field `amount`"));
        check(r#"{"by_name": {"a": {"amount": 1}, "A": {"amount": 2}}, "lines": [{"amount": 3}]}"#, Ok(()));
    }

    #[test]
    fn all_else_is_read_as_ever() {
        check("{}", Ok(()));
        check(r#"{"lines": [{"amount": 1, "note": {"amount": -2}}, {"amount": 3, "note": null}]}"#, Ok(()));
        check(r#"{"by_name": {"a\u0041": {"amount": 1}}, "rule": "never"}"#, Ok(()));
        check(r#"{"rule": {"over": {"amount": 1}}}"#, Ok(()));
        check(r#"{"rule": {"between": {"least": {"amount": 1}, "most": [1, 2]}}}"#, Ok(()));
        check(r#"{"rulez": null}"#, Err("unknown field `rulez`"));
    }
}
