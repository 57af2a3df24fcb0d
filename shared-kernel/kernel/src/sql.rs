//! Our values as sea-orm values: an id is a UUID, a quantity an integer of millionths, a currency its code.

use crate::{Currency, Id, Quantity};
use sea_orm::sea_query::{ArrayType, ColumnType, Nullable, StringLen, Value, ValueType, ValueTypeErr};
use sea_orm::{ColIdx, DbErr, QueryResult, TryFromU64, TryGetError, TryGetable};
use uuid::Uuid;

impl<K> From<Id<K>> for Value {
    fn from(id: Id<K>) -> Self {
        id.uuid().into()
    }
}
impl<K> TryGetable for Id<K> {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        Uuid::try_get_by(row, index).map(Self::from_uuid)
    }
}
impl<K> ValueType for Id<K> {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        <Uuid as ValueType>::try_from(value).map(Self::from_uuid)
    }
    fn type_name() -> String {
        "Id".to_owned()
    }
    fn array_type() -> ArrayType {
        ArrayType::Uuid
    }
    fn column_type() -> ColumnType {
        ColumnType::Uuid
    }
}
impl<K> Nullable for Id<K> {
    fn null() -> Value {
        <Uuid as Nullable>::null()
    }
}
impl<K> TryFromU64 for Id<K> {
    fn try_from_u64(_: u64) -> Result<Self, DbErr> {
        Err(DbErr::ConvertFromU64("Id"))
    }
}

impl From<Quantity> for Value {
    fn from(quantity: Quantity) -> Self {
        quantity.millionths().into()
    }
}
impl TryGetable for Quantity {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        i64::try_get_by(row, index).map(Self::from_millionths)
    }
}
impl ValueType for Quantity {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        <i64 as ValueType>::try_from(value).map(Self::from_millionths)
    }
    fn type_name() -> String {
        "Quantity".to_owned()
    }
    fn array_type() -> ArrayType {
        ArrayType::BigInt
    }
    fn column_type() -> ColumnType {
        ColumnType::BigInteger
    }
}
impl Nullable for Quantity {
    fn null() -> Value {
        <i64 as Nullable>::null()
    }
}

impl From<Currency> for Value {
    fn from(currency: Currency) -> Self {
        currency.code().into()
    }
}
impl TryGetable for Currency {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        let code = String::try_get_by(row, index)?;
        code.parse().map_err(|error| TryGetError::DbErr(DbErr::Type(format!("currency: {error}"))))
    }
}
impl ValueType for Currency {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        <String as ValueType>::try_from(value)?.parse().map_err(|_| ValueTypeErr)
    }
    fn type_name() -> String {
        "Currency".to_owned()
    }
    fn array_type() -> ArrayType {
        ArrayType::String
    }
    fn column_type() -> ColumnType {
        ColumnType::String(StringLen::N(3))
    }
}
impl Nullable for Currency {
    fn null() -> Value {
        <String as Nullable>::null()
    }
}
