//! What can be wrong with a request to billing, with the words its caller reads.

use billing_contract::BillingError;
use kernel::contract::Cause;
use kernel::problem::VERSION_MISMATCH;
use kernel::{Faults, FieldError, Problem};
use macros::Problems;

#[derive(Debug, thiserror::Error, Problems)]
pub enum Error {
    #[error("There is no customer with this id.")]
    #[problem(code = "billing.customer_not_found", status = 404, title = "No such customer")]
    CustomerNotFound,
    #[error("There is no product with this id.")]
    #[problem(code = "billing.product_not_found", status = 404, title = "No such product")]
    ProductNotFound,
    #[error("There is no price with this id.")]
    #[problem(code = "billing.price_not_found", status = 404, title = "No such price")]
    PriceNotFound,
    #[error("There is no subscription with this id.")]
    #[problem(code = "billing.subscription_not_found", status = 404, title = "No such subscription")]
    SubscriptionNotFound,
    #[error("There is no invoice with this id.")]
    #[problem(code = "billing.invoice_not_found", status = 404, title = "No such invoice")]
    InvoiceNotFound,
    #[error("There is a resource with this id already. Leave the id out, or send a new one.")]
    #[problem(code = "billing.id_taken", status = 409, title = "The id is taken")]
    IdTaken,
    #[error("Another one has this external_id.")]
    #[problem(code = "billing.external_id_taken", status = 409, title = "The external id is taken")]
    ExternalIdTaken,
    #[error("The customer has an active subscription, or an invoice that is not final yet.")]
    #[problem(code = "billing.customer_in_use", status = 409, title = "The customer is in use")]
    CustomerInUse,
    #[error("An active subscription is to a price of this product.")]
    #[problem(code = "billing.product_in_use", status = 409, title = "The product is in use")]
    ProductInUse,
    #[error("It is not deleted, so there is nothing to restore.")]
    #[problem(code = "billing.not_deleted", status = 409, title = "It is not deleted")]
    NotDeleted,
    #[error("Only a draft can be changed or finalized, and this invoice is none any more.")]
    #[problem(code = "billing.invoice_not_draft", status = 409, title = "The invoice is not a draft")]
    InvoiceNotDraft,
    #[error("The subscription's current period has an invoice already.")]
    #[problem(code = "billing.period_already_invoiced", status = 409, title = "The period is invoiced")]
    PeriodAlreadyInvoiced,
    #[error("The subscription is canceled.")]
    #[problem(code = "billing.subscription_canceled", status = 409, title = "The subscription is canceled")]
    SubscriptionCanceled,
    /// Asked through the contract alone.
    #[error("The invoice is not held by this hold.")]
    #[problem(code = "billing.not_held", status = 409, title = "The invoice is not held")]
    NotHeld,
    #[error(transparent)]
    #[problem(transparent)]
    Data(#[from] data::Error),
    #[error(transparent)]
    #[problem(transparent)]
    Other(#[from] Problem),
}

impl Error {
    pub fn stale() -> Self {
        let detail = "The resource has changed since you read it: read it again and retry.";
        Self::Other(Problem::new(VERSION_MISMATCH, detail))
    }

    /// One field of the body that is wrong.
    pub fn field(pointer: &str, code: &'static str, detail: &str) -> Self {
        let mut faults = Faults::new();
        faults.add(pointer, code, detail);
        faults.into_errors().into()
    }

    /// What stands behind a broken unique rule on a client's own id.
    pub fn or_id_taken(error: data::Error, table: &str) -> Self {
        if error.is_unique(&format!("{table}_public_id"), &format!("{table}.public_id")) {
            return Self::IdTaken;
        }
        error.into()
    }
}

impl From<Vec<FieldError>> for Error {
    fn from(errors: Vec<FieldError>) -> Self {
        Self::Other(Problem::invalid(errors))
    }
}

/// As other domains learn of it.
impl From<Error> for BillingError {
    fn from(error: Error) -> Self {
        match error {
            Error::InvoiceNotFound => Self::InvoiceNotFound,
            Error::NotHeld => Self::NotHeld,
            Error::Other(problem) if problem.kind.status == 422 => {
                Self::Invalid { detail: problem.detail.into_owned() }
            }
            error => Self::Unavailable(Cause::new(error)),
        }
    }
}

pub const KINDS: &[kernel::ProblemKind] = <Error as kernel::problem::Problems>::KINDS;
