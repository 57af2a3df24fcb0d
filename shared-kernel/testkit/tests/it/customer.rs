//! A tenant's table as a domain would describe it; billing's customers serve.

use data::Unit;
use kernel::Ctx;
use sea_orm::Set;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "customers")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: Uuid,
    pub public_id: Uuid,
    pub name: String,
    pub metadata: String,
    pub search_text: String,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
data::tenant_entity!(resource);

pub async fn insert(unit: &Unit, ctx: &Ctx, name: &str) -> Model {
    unit.insert(row(ctx, name)).await.unwrap()
}

pub async fn insert_all(unit: &Unit, ctx: &Ctx, names: &[String]) {
    unit.insert_all(names.iter().map(|name| row(ctx, name)).collect()).await.unwrap();
}

fn row(ctx: &Ctx, name: &str) -> ActiveModel {
    ActiveModel {
        public_id: Set(ctx.new_id::<()>().uuid()),
        name: Set(name.to_owned()),
        metadata: Set("{}".to_owned()),
        search_text: Set(kernel::search::search_text([Some(name)])),
        ..Default::default()
    }
}
