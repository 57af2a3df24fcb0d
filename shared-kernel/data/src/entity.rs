//! What a sea-orm entity of a tenant's table must say of itself, so that every query can start from its tenant.

use sea_orm::EntityTrait;

/// Declared by [`tenant_entity!`](crate::tenant_entity) beside the entity.
pub trait TenantEntity: EntityTrait<Model: Send + Sync> {
    fn tenant_id() -> Self::Column;
    fn public_id() -> Self::Column;
    fn created_at() -> Self::Column;
    fn updated_at() -> Option<Self::Column>;
    fn deleted_at() -> Option<Self::Column>;
    fn deleted_by() -> Option<Self::Column>;
    fn version() -> Option<Self::Column>;
}

/// `tenant_entity!(resource)` in an entity's module: all the conventional columns.
/// `tenant_entity!(ledger)`: append-only, so neither updated, deleted nor versioned.
/// `tenant_entity!(record)`: updated and deleted, but not versioned.
#[macro_export]
macro_rules! tenant_entity {
    (resource) => {
        $crate::tenant_entity!(
            @ Some(Column::UpdatedAt), Some(Column::DeletedAt), Some(Column::DeletedBy), Some(Column::Version)
        );
    };
    (record) => {
        $crate::tenant_entity!(@ Some(Column::UpdatedAt), Some(Column::DeletedAt), Some(Column::DeletedBy), None);
    };
    (ledger) => {
        $crate::tenant_entity!(@ None, None, None, None);
    };
    (@ $updated:expr, $deleted:expr, $deleted_by:expr, $version:expr) => {
        impl $crate::TenantEntity for Entity {
            fn tenant_id() -> Column {
                Column::TenantId
            }
            fn public_id() -> Column {
                Column::PublicId
            }
            fn created_at() -> Column {
                Column::CreatedAt
            }
            fn updated_at() -> Option<Column> {
                $updated
            }
            fn deleted_at() -> Option<Column> {
                $deleted
            }
            fn deleted_by() -> Option<Column> {
                $deleted_by
            }
            fn version() -> Option<Column> {
                $version
            }
        }
    };
}

/// An entity of a table that belongs to no tenant, or is looked up before the tenant is known. Each says why.
pub trait PlatformEntity: EntityTrait<Model: Send + Sync> {
    const REASON: &'static str;
}
