//! Contracts, problem enums and events by macro: what would otherwise be written by hand in every domain, the
//! same each time. What they expand to needs only `kernel` (and `thiserror` where an enum derives it).

mod contract;
mod event;
mod problems;
mod remote_error;
mod shape;

use proc_macro::TokenStream;
use syn::DeriveInput;

/// On a trait of `async fn verb(&self, ctx: &Ctx, request: Req) -> Result<Res, Err>`: makes it object-safe and
/// generates, for `Billing`, `RemoteBilling` over a `Transport`, `BillingServer` for the receiving side (with
/// `CONTRACT` and `METHODS`), and `FakeBilling` for the tests of other domains.
///
/// Requests must be `Clone`; requests, responses and errors go over the wire as JSON; the error derives
/// [`RemoteError`](macro@RemoteError). An implementation stands under `#[async_trait]`.
#[proc_macro_attribute]
pub fn contract(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let expanded = syn::parse(item).and_then(|item| contract::expand(arguments.into(), item));
    expanded.unwrap_or_else(syn::Error::into_compile_error).into()
}

/// On an error enum: `#[problem(code = "billing.invoice_not_found", status = 404, title = "No such invoice")]`
/// for each variant, or `#[problem(transparent)]` to pass on the problem of its one field.
///
/// The detail is the variant's `Display` text; a `Vec<FieldError>` becomes `errors`; a `Cause`, `#[source]` or
/// `#[from]` becomes the internal cause. 429 and 503 ask the client back after `retry_after_seconds` (1).
#[proc_macro_derive(Problems, attributes(problem))]
pub fn problems(item: TokenStream) -> TokenStream {
    derive(item, problems::expand)
}

/// On the error enum of a contract: finds the variants `Unavailable(Cause)` and `DeadlineExceeded`.
#[proc_macro_derive(RemoteError)]
pub fn remote_error(item: TokenStream) -> TokenStream {
    derive(item, remote_error::expand)
}

/// On a struct: `#[event(kind = "billing.invoice_finalized", version = 1, aggregate = invoice_id)]`.
#[proc_macro_derive(DomainEvent, attributes(event))]
pub fn domain_event(item: TokenStream) -> TokenStream {
    derive(item, event::expand)
}

type Expand = fn(&DeriveInput) -> syn::Result<proc_macro2::TokenStream>;

fn derive(item: TokenStream, expand: Expand) -> TokenStream {
    let expanded = syn::parse(item).and_then(|input| expand(&input));
    expanded.unwrap_or_else(syn::Error::into_compile_error).into()
}
