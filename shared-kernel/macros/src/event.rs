//! `#[derive(DomainEvent)]`: an event's kind, version and aggregate, declared on the struct that is its payload.

use crate::shape::is_lower_snake;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DataStruct, DeriveInput, Error, LitInt, LitStr, Member, Result};

const EXAMPLE: &str = "#[event(kind = \"billing.invoice_finalized\", version = 1, aggregate = invoice_id)]";

pub fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let name = &input.ident;
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(name, "#[derive(DomainEvent)] stands on a struct"));
    };
    let (mut kind, mut version, mut aggregate) = (None, None, None);
    for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("event")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("kind") {
                kind = Some(meta.value()?.parse::<LitStr>()?);
            } else if meta.path.is_ident("version") {
                version = Some(meta.value()?.parse::<LitInt>()?);
            } else if meta.path.is_ident("aggregate") {
                aggregate = Some(meta.value()?.parse::<Member>()?);
            } else {
                return Err(meta.error("unknown; #[event] takes kind, version and aggregate"));
            }
            Ok(())
        })?;
    }
    let lacks = |what: &str| Error::new_spanned(name, format!("the event lacks its {what}, as in {EXAMPLE}"));
    let kind = kind.ok_or_else(|| lacks("kind"))?;
    let version = version.ok_or_else(|| lacks("version"))?;
    let aggregate = aggregate.ok_or_else(|| lacks("aggregate"))?;
    check_kind(&kind)?;
    let version = read_version(&version)?;
    check_aggregate(data, &aggregate)?;
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    Ok(quote! {
        impl #generics ::kernel::event::DomainEvent for #name #arguments #bounds {
            const KIND: &'static str = #kind;
            const VERSION: u16 = #version;

            fn aggregate(&self) -> ::std::string::String {
                ::std::string::ToString::to_string(&self.#aggregate)
            }
        }
    })
}

fn check_kind(kind: &LitStr) -> Result<()> {
    let text = kind.value();
    match text.split_once('.') {
        Some((domain, what)) if is_lower_snake(domain) && is_lower_snake(what) => Ok(()),
        _ => {
            let advice = "a kind is the publisher's domain and what happened, in the past tense, as in \
                \"billing.invoice_finalized\"";
            Err(Error::new_spanned(kind, advice))
        }
    }
}

fn read_version(version: &LitInt) -> Result<u16> {
    match version.base10_parse() {
        Ok(number @ 1..) => Ok(number),
        _ => Err(Error::new_spanned(version, "a version is a number from 1 to 65535")),
    }
}

fn check_aggregate(data: &DataStruct, aggregate: &Member) -> Result<()> {
    if data.fields.members().any(|member| member == *aggregate) {
        return Ok(());
    }
    Err(Error::new_spanned(
        aggregate,
        "the event has no such field; `aggregate` names the one that holds the id",
    ))
}
