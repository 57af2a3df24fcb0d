//! Mail by its state. A mail that was sent stays sent.

use crate::domain::email::{Email, EmailStatus};
use crate::domain::letter::is_last_word;
use chrono::{DateTime, Utc};
use data::tables::ERASED;
use data::{Error, Find, Tx, Unit, Update};
use kernel::{Page, PageRequest, TenantId};
use notifications_contract::EmailId;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "emails")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: EmailId,
    pub to_address: String,
    pub subject: String,
    pub template: String,
    pub params_sealed: Option<Vec<u8>>,
    pub message_id: String,
    pub status: String,
    pub attempts: i64,
    pub sent_at: Option<DateTime<Utc>>,
    pub last_error: Option<String>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(resource);

pub struct NewEmail<'a> {
    pub id: EmailId,
    pub to_address: &'a str,
    pub subject: String,
    pub template: &'a str,
    pub params_sealed: Vec<u8>,
    pub message_id: String,
}

pub async fn insert(unit: &Unit, email: NewEmail<'_>) -> Result<Email, Error> {
    let row = ActiveModel {
        public_id: Set(email.id),
        to_address: Set(email.to_address.to_owned()),
        subject: Set(email.subject),
        template: Set(email.template.to_owned()),
        params_sealed: Set(Some(email.params_sealed)),
        message_id: Set(email.message_id),
        status: Set(EmailStatus::Queued.name().to_owned()),
        attempts: Set(0),
        ..Default::default()
    };
    read(unit.insert(row).await?)
}

pub async fn find(tx: &Tx, id: EmailId) -> Result<Option<Email>, Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(read).transpose()
}

pub async fn page(tx: &Tx, status: Option<EmailStatus>, request: &PageRequest) -> Result<Page<Email>, Error> {
    let mut emails: Find<'_, Entity> = tx.find();
    if let Some(status) = status {
        emails = emails.filter(Column::Status.eq(status.name()));
    }
    let Page { data, next_cursor } = emails.page(request).await?;
    Ok(Page { data: data.into_iter().map(read).collect::<Result<_, _>>()?, next_cursor })
}

/// `false` when it was sent before. A last word's row forgets to whom it went.
pub async fn sent(unit: &Unit, of: &Email, now: DateTime<Utc>) -> Result<bool, Error> {
    let mut update = unsent(unit, of.id)
        .set(Column::Status, EmailStatus::Sent.name())
        .set(Column::SentAt, now)
        .set(Column::LastError, None::<String>)
        .set(Column::ParamsSealed, None::<Vec<u8>>);
    if is_last_word(&of.template) {
        update = update.set(Column::ToAddress, ERASED).set(Column::Subject, ERASED);
    }
    Ok(update.exec().await? > 0)
}

pub async fn not_sent(unit: &Unit, id: EmailId, status: EmailStatus, error: &str) -> Result<bool, Error> {
    let update = unsent(unit, id).set(Column::Status, status.name()).set(Column::LastError, error);
    Ok(update.exec().await? > 0)
}

/// `false` when it does not wait to be sent.
pub async fn give_up(unit: &Unit, id: EmailId, error: &str) -> Result<bool, Error> {
    let update = unit
        .update::<Entity>()
        .filter(Column::PublicId.eq(id))
        .filter(Column::Status.eq(EmailStatus::Queued.name()))
        .set(Column::Status, EmailStatus::Failed.name())
        .set(Column::LastError, error);
    Ok(update.exec().await? > 0)
}

/// One more attempt at a mail that was not sent.
fn unsent(unit: &Unit, id: EmailId) -> Update<'_, Entity> {
    unit.update::<Entity>()
        .filter(Column::PublicId.eq(id))
        .filter(Column::Status.ne(EmailStatus::Sent.name()))
        .set_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
}

fn read(row: Model) -> Result<Email, Error> {
    let status = EmailStatus::parse(&row.status);
    Ok(Email {
        id: row.public_id,
        to_address: row.to_address,
        subject: row.subject,
        template: row.template,
        params_sealed: row.params_sealed,
        message_id: row.message_id,
        status: status.ok_or_else(|| Error::internal("a mail of an unknown status"))?,
        attempts: u64::try_from(row.attempts).unwrap_or(0),
        sent_at: row.sent_at,
        last_error: row.last_error,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}
