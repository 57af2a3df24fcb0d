//! `#[derive(Problems)]`: an error enum's variants as kinds of problems, each declared once, beside its text.

use crate::shape::{is_lower_snake, is_named, type_arguments};
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use std::collections::BTreeMap;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Field, Ident, LitInt, LitStr, Member, Result, Variant};

const EXAMPLE: &str =
    "#[problem(code = \"billing.invoice_not_found\", status = 404, title = \"No such invoice\")]";
const DEFAULT_RETRY_AFTER_SECONDS: u64 = 1;

pub fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Enum(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "#[derive(Problems)] stands on an enum"));
    };
    let mut arms = Vec::new();
    let mut kinds = Kinds::default();
    let mut faults: Option<Error> = None;
    for variant in &data.variants {
        match arm(variant, &mut kinds) {
            Ok(arm) => arms.push(arm),
            Err(fault) => match &mut faults {
                Some(faults) => faults.combine(fault),
                None => faults = Some(fault),
            },
        }
    }
    if let Some(faults) = faults {
        return Err(faults);
    }
    let detail =
        (!kinds.list.is_empty()).then(|| quote! { let detail = ::std::string::ToString::to_string(&self); });
    let name = &input.ident;
    let kinds = &kinds.list;
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    Ok(quote! {
        impl #generics ::kernel::problem::Problems for #name #arguments #bounds {
            const KINDS: &'static [::kernel::problem::ProblemKind] = &[#(#kinds),*];

            fn into_problem(self) -> ::kernel::problem::Problem {
                #detail
                match self {
                    #(#arms)*
                }
            }
        }

        impl #generics ::core::convert::From<#name #arguments> for ::kernel::problem::Problem #bounds {
            fn from(error: #name #arguments) -> Self {
                ::kernel::problem::Problems::into_problem(error)
            }
        }
    })
}

/// Variants may share a code when they mean the same to a client; it is listed once.
#[derive(Default)]
struct Kinds {
    list: Vec<TokenStream>,
    by_code: BTreeMap<String, (u16, String)>,
}

impl Kinds {
    fn add(&mut self, kind: &Kind) -> Result<TokenStream> {
        let Kind { code, status, title, .. } = kind;
        let tokens = quote! {
            ::kernel::problem::ProblemKind { code: #code, status: #status, title: #title }
        };
        let meaning = (*status, title.value());
        match self.by_code.get(&code.value()) {
            Some(known) if *known == meaning => {}
            Some(_) => {
                let advice =
                    "another variant has this code with another status or title; one code means one thing";
                return Err(Error::new_spanned(code, advice));
            }
            None => {
                self.by_code.insert(code.value(), meaning);
                self.list.push(tokens.clone());
            }
        }
        Ok(tokens)
    }
}

enum Attribute {
    Transparent,
    Kind(Kind),
}

struct Kind {
    code: LitStr,
    status: u16,
    title: LitStr,
    retry_after_seconds: Option<u64>,
}

fn arm(variant: &Variant, kinds: &mut Kinds) -> Result<TokenStream> {
    let name = &variant.ident;
    let kind = match attribute(variant)? {
        Attribute::Kind(kind) => kind,
        Attribute::Transparent => {
            let member = only_member(variant)?;
            return Ok(quote! {
                Self::#name { #member: inner } => <::kernel::problem::Problem as ::core::convert::From<_>>::from(inner),
            });
        }
    };
    let tokens = kinds.add(&kind)?;
    let errors =
        member(variant, is_field_errors, "two fields of type Vec<FieldError>; a problem has one list")?;
    let cause = member(variant, is_cause, "two causes; a problem has one")?;
    if let Some((_, field)) = &cause {
        keep_cause_out_of_text(variant, field)?;
    }
    let bindings = [&errors, &cause].into_iter().zip(["errors", "cause"]).filter_map(|(found, binding)| {
        let (member, _) = found.as_ref()?;
        let binding = format_ident!("{binding}");
        Some(quote! { #member: #binding, })
    });
    let with_errors = errors.as_ref().map(|_| quote! { .with_errors(errors) });
    let with_cause = cause.as_ref().map(|(_, field)| {
        if is_named(&field.ty, "Cause") {
            quote! { .with_cause(cause.into_inner()) }
        } else {
            quote! { .with_cause(cause) }
        }
    });
    let with_retry_after = kind.retry_after_seconds.map(|seconds| {
        quote! { .with_retry_after(::core::time::Duration::from_secs(#seconds)) }
    });
    Ok(quote! {
        Self::#name { #(#bindings)* .. } => {
            ::kernel::problem::Problem::new(#tokens, detail) #with_errors #with_cause #with_retry_after
        }
    })
}

fn attribute(variant: &Variant) -> Result<Attribute> {
    let name = &variant.ident;
    let (mut code, mut status, mut title, mut retry_after) = (None, None, None, None);
    let mut transparent = None;
    let mut place: Option<Span> = None;
    for attribute in variant.attrs.iter().filter(|attribute| attribute.path().is_ident("problem")) {
        place = Some(attribute.path().span());
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("code") {
                code = Some(meta.value()?.parse::<LitStr>()?);
            } else if meta.path.is_ident("status") {
                status = Some(meta.value()?.parse::<LitInt>()?);
            } else if meta.path.is_ident("title") {
                title = Some(meta.value()?.parse::<LitStr>()?);
            } else if meta.path.is_ident("retry_after_seconds") {
                retry_after = Some(meta.value()?.parse::<LitInt>()?);
            } else if meta.path.is_ident("transparent") {
                transparent = Some(meta.path.span());
            } else {
                return Err(meta.error(
                    "unknown; #[problem] takes code, status, title and retry_after_seconds, or transparent alone",
                ));
            }
            Ok(())
        })?;
    }
    let Some(place) = place else {
        let advice = format!(
            "`{name}` has no #[problem]; say what kind of problem it is, as in {EXAMPLE}, or write \
             #[problem(transparent)] to pass on the problem of its one field"
        );
        return Err(Error::new(name.span(), advice));
    };
    if let Some(transparent) = transparent {
        if code.is_some() || status.is_some() || title.is_some() || retry_after.is_some() {
            return Err(Error::new(transparent, "`transparent` stands alone: the field brings its own kind"));
        }
        return Ok(Attribute::Transparent);
    }
    let lacks = |what: &str| {
        Error::new(place, format!("the #[problem] of `{name}` lacks its {what}, as in {EXAMPLE}"))
    };
    let code = code.ok_or_else(|| lacks("code"))?;
    let status = status.ok_or_else(|| lacks("status"))?;
    let title = title.ok_or_else(|| lacks("title"))?;
    check_code(&code)?;
    if title.value().trim().is_empty() {
        return Err(Error::new_spanned(title, "the title is empty; say in a few words what went wrong"));
    }
    let status = read_status(&status)?;
    let retry_after_seconds = match retry_after {
        Some(seconds) => Some(seconds.base10_parse()?),
        None => matches!(status, 429 | 503).then_some(DEFAULT_RETRY_AFTER_SECONDS),
    };
    Ok(Attribute::Kind(Kind { code, status, title, retry_after_seconds }))
}

fn check_code(code: &LitStr) -> Result<()> {
    let text = code.value();
    let parts: Vec<&str> = text.split('.').collect();
    if parts.len() <= 2 && parts.iter().all(|part| is_lower_snake(part)) {
        return Ok(());
    }
    let advice = "a code is `lower_snake` or `domain.lower_snake`, as in \"billing.invoice_not_found\"";
    Err(Error::new_spanned(code, advice))
}

fn read_status(status: &LitInt) -> Result<u16> {
    match status.base10_parse() {
        Ok(number @ 400..=599) => Ok(number),
        _ => Err(Error::new_spanned(status, "a problem has an HTTP status from 400 to 599")),
    }
}

fn only_member(variant: &Variant) -> Result<Member> {
    let mut members = variant.fields.members();
    match (members.next(), members.next()) {
        (Some(member), None) => Ok(member),
        _ => {
            let advice = "a transparent variant has one field, whose problem is passed on";
            Err(Error::new_spanned(&variant.ident, advice))
        }
    }
}

/// The one field of this kind, if there is any.
fn member<'a>(
    variant: &'a Variant,
    is_it: fn(&Field) -> bool,
    too_many: &str,
) -> Result<Option<(Member, &'a Field)>> {
    let mut found = variant.fields.members().zip(&variant.fields).filter(|(_, field)| is_it(field));
    let first = found.next();
    match found.next() {
        Some((_, field)) => Err(Error::new_spanned(field, format!("`{}` has {too_many}", variant.ident))),
        None => Ok(first),
    }
}

fn is_field_errors(field: &Field) -> bool {
    matches!(type_arguments(&field.ty, "Vec").as_slice(), [item] if is_named(item, "FieldError"))
}

/// As thiserror sees it, and our own `Cause`.
fn is_cause(field: &Field) -> bool {
    is_named(&field.ty, "Cause")
        || field.ident.as_ref().is_some_and(|name| name == "source")
        || field.attrs.iter().any(|a| a.path().is_ident("source") || a.path().is_ident("from"))
}

/// The Display text is what a client reads; a `Cause` in it would carry the log's text outside.
fn keep_cause_out_of_text(variant: &Variant, cause: &Field) -> Result<()> {
    if !is_named(&cause.ty, "Cause") {
        return Ok(());
    }
    let position = variant.fields.iter().position(|field| field == cause).unwrap_or_default();
    let name = cause.ident.as_ref().map_or_else(|| position.to_string(), Ident::to_string);
    for attribute in variant.attrs.iter().filter(|attribute| attribute.path().is_ident("error")) {
        let text = attribute.parse_args_with(|input: syn::parse::ParseStream<'_>| {
            let text = input.parse::<Option<LitStr>>()?;
            input.parse::<TokenStream>()?;
            Ok(text)
        })?;
        let Some(text) = text else { continue };
        if ["}", ":"].iter().any(|end| text.value().contains(&format!("{{{name}{end}"))) {
            let advice =
                "this text is for the client, and a `Cause` is for the log; leave it out, it is kept beside";
            return Err(Error::new_spanned(text, advice));
        }
    }
    Ok(())
}
