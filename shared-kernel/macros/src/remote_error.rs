//! `#[derive(RemoteError)]`: the two ways any remote call can fail, found among the variants of a contract's
//! error enum.

use crate::shape::is_named;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, Result};

const ADVICE: &str = "any remote call can fail in two ways, so every contract's error enum has the variants \
    `Unavailable(Cause)` and `DeadlineExceeded`";

pub fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let name = &input.ident;
    let Data::Enum(data) = &input.data else {
        return Err(Error::new_spanned(name, "#[derive(RemoteError)] stands on an enum"));
    };
    let find = |wanted: &str| {
        let found = data.variants.iter().find(|variant| variant.ident == wanted);
        found.ok_or_else(|| Error::new_spanned(name, format!("`{name}` has no `{wanted}`; {ADVICE}")))
    };
    let (unavailable, deadline) = match (find("Unavailable"), find("DeadlineExceeded")) {
        (Ok(unavailable), Ok(deadline)) => (unavailable, deadline),
        (Err(_), Err(_)) => {
            return Err(Error::new_spanned(name, format!("`{name}` lacks both; {ADVICE}")));
        }
        (Err(fault), _) | (_, Err(fault)) => return Err(fault),
    };
    let holds_cause = matches!(&unavailable.fields, Fields::Unnamed(fields)
        if fields.unnamed.len() == 1 && fields.unnamed.iter().all(|field| is_named(&field.ty, "Cause")));
    if !holds_cause {
        return Err(Error::new_spanned(unavailable, format!("this is not `Unavailable(Cause)`; {ADVICE}")));
    }
    if !matches!(deadline.fields, Fields::Unit) {
        return Err(Error::new_spanned(deadline, format!("`DeadlineExceeded` has no fields; {ADVICE}")));
    }
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    Ok(quote! {
        impl #generics ::kernel::contract::RemoteError for #name #arguments #bounds {
            fn unavailable(cause: ::kernel::contract::Cause) -> Self {
                Self::Unavailable(cause)
            }

            fn deadline_exceeded() -> Self {
                Self::DeadlineExceeded
            }
        }
    })
}
