//! `#[contract]`: reads the trait, holds it to the one shape a contract method has, and writes the trait, its
//! remote client, its server and its fake.

use crate::shape::{is_named, snake_case, type_arguments};
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{
    Attribute, Error, FnArg, Ident, Item, ItemTrait, Pat, Result, ReturnType, TraitItem, TraitItemFn, Type,
    Visibility,
};

const SHAPE: &str = "a contract method has one shape, so that it can be called in process or over the wire: \
    `async fn verb(&self, ctx: &Ctx, request: Req) -> Result<Res, Err>`";

pub fn expand(arguments: TokenStream, item: Item) -> Result<TokenStream> {
    if !arguments.is_empty() {
        return Err(Error::new_spanned(arguments, "#[contract] takes no arguments"));
    }
    let Item::Trait(item) = item else {
        return Err(Error::new_spanned(item, "#[contract] stands on a trait"));
    };
    let contract = Contract::read(item)?;
    let parts = [contract.as_trait(), contract.remote(), contract.server(), contract.fake()];
    Ok(parts.into_iter().collect())
}

struct Contract {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    name: Ident,
    /// As it is called on the wire.
    text: String,
    methods: Vec<Method>,
}

struct Method {
    item: TraitItemFn,
    name: Ident,
    text: String,
    ctx: Type,
    request: Type,
    response: Type,
    error: Type,
}

impl Contract {
    fn read(item: ItemTrait) -> Result<Self> {
        refuse_generics(&item.generics)?;
        if let Some(unsafety) = &item.unsafety {
            return Err(Error::new_spanned(unsafety, "a contract is not unsafe"));
        }
        if !item.supertraits.is_empty() {
            let advice = "a contract has no supertraits: #[contract] adds `Send + Sync + 'static`, and its client \
                and fake could implement no other";
            return Err(Error::new_spanned(&item.supertraits, advice));
        }
        if item.items.is_empty() {
            return Err(Error::new_spanned(&item.ident, "a contract has at least one method"));
        }
        let mut methods = Vec::new();
        let mut faults = Vec::new();
        for item in item.items {
            match Method::read(item) {
                Ok(method) => methods.push(method),
                Err(fault) => faults.push(fault),
            }
        }
        all_of(faults)?;
        let text = snake_case(&item.ident.unraw().to_string());
        Ok(Self { attributes: item.attrs, visibility: item.vis, name: item.ident, text, methods })
    }

    fn as_trait(&self) -> TokenStream {
        let Self { attributes, visibility, name, methods, .. } = self;
        let items = methods.iter().map(|method| &method.item);
        quote! {
            #(#attributes)*
            #[::kernel::private::async_trait]
            #visibility trait #name: ::core::marker::Send + ::core::marker::Sync + 'static {
                #(#items)*
            }
        }
    }

    fn remote(&self) -> TokenStream {
        let Self { visibility, name, text, methods, .. } = self;
        let remote = format_ident!("Remote{}", name);
        let doc = format!("[`{name}`] in another process.");
        let call = remote_call(text);
        let methods = methods.iter().map(|Method { name, text, ctx, request, response, error, .. }| {
            quote! {
                async fn #name(
                    &self, ctx: #ctx, request: #request,
                ) -> ::core::result::Result<#response, #error> {
                    self.__call(#text, ctx, request).await
                }
            }
        });
        let unused = allow_unused();
        quote! {
            #[doc = #doc]
            #unused
            #[derive(::core::clone::Clone)]
            #visibility struct #remote {
                transport: ::std::sync::Arc<dyn ::kernel::contract::Transport>,
            }

            #unused
            impl #remote {
                pub fn new(transport: ::std::sync::Arc<dyn ::kernel::contract::Transport>) -> Self {
                    Self { transport }
                }

                #call
            }

            #[::kernel::private::async_trait]
            impl #name for #remote {
                #(#methods)*
            }
        }
    }

    fn server(&self) -> TokenStream {
        let Self { visibility, name, text, methods, .. } = self;
        let server = format_ident!("{}Server", name);
        let doc = format!("Answers other processes' calls of [`{name}`].");
        let texts = methods.iter().map(|method| &method.text);
        let arms = methods.iter().map(|Method { name: method, text, request, .. }| {
            quote! {
                #text => {
                    let request: #request = ::kernel::private::serde_json::from_slice(request)
                        .map_err(::kernel::contract::DispatchError::Unreadable)?;
                    let answer = #name::#method(&*self.local, ctx, request).await;
                    ::kernel::private::serde_json::to_vec(&answer)
                        .map_err(::kernel::contract::DispatchError::Unwritable)
                }
            }
        });
        let unused = allow_unused();
        quote! {
            #[doc = #doc]
            #unused
            #[derive(::core::clone::Clone)]
            #visibility struct #server {
                local: ::std::sync::Arc<dyn #name>,
            }

            #unused
            impl #server {
                pub const CONTRACT: &'static str = #text;
                /// In the order of the trait.
                pub const METHODS: &'static [&'static str] = &[#(#texts),*];

                pub fn new(local: ::std::sync::Arc<dyn #name>) -> Self {
                    Self { local }
                }
            }

            #[::kernel::private::async_trait]
            impl ::kernel::contract::ContractServer for #server {
                fn contract(&self) -> &'static str {
                    Self::CONTRACT
                }

                async fn dispatch(
                    &self,
                    ctx: &::kernel::Ctx,
                    method: &str,
                    request: &[u8],
                ) -> ::core::result::Result<::std::vec::Vec<u8>, ::kernel::contract::DispatchError> {
                    match method {
                        #(#arms)*
                        _ => ::core::result::Result::Err(::kernel::contract::DispatchError::UnknownMethod {
                            contract: Self::CONTRACT,
                            method: ::std::borrow::ToOwned::to_owned(method),
                        }),
                    }
                }
            }
        }
    }

    fn fake(&self) -> TokenStream {
        let Self { visibility, name, methods, .. } = self;
        let fake = format_ident!("Fake{}", name);
        let doc = format!(
            "[`{name}`] for tests of others: it answers what the test says, and records what it was asked. \
             Clones share both."
        );
        let fields = methods.iter().map(Method::fake_fields);
        let controls = methods.iter().map(Method::fake_controls);
        let answers = methods.iter().map(|method| method.fake_answer(&self.text));
        let unused = allow_unused();
        quote! {
            #[doc = #doc]
            #unused
            #[derive(::core::clone::Clone, ::core::default::Default)]
            #visibility struct #fake {
                #(#fields)*
            }

            #unused
            impl #fake {
                /// Every call fails as unavailable until the test gives it a handler.
                pub fn new() -> Self {
                    ::core::default::Default::default()
                }

                #(#controls)*
            }

            #[::kernel::private::async_trait]
            impl #name for #fake {
                #(#answers)*
            }
        }
    }
}

impl Method {
    fn read(item: TraitItem) -> Result<Self> {
        let TraitItem::Fn(item) = item else {
            return Err(wrong(&item, "a contract has methods only"));
        };
        let signature = &item.sig;
        if let Some(attribute) = item.attrs.iter().find(|attribute| !attribute.path().is_ident("doc")) {
            return Err(wrong(attribute, "a contract method has no attributes but its documentation"));
        }
        if let Some(body) = &item.default {
            return Err(wrong(body, "a contract method has no body"));
        }
        if signature.asyncness.is_none() {
            return Err(wrong(signature, "this method is not `async`"));
        }
        if signature.unsafety.is_some() || signature.abi.is_some() || signature.variadic.is_some() {
            return Err(wrong(signature, "this method is not a plain function"));
        }
        refuse_generics(&signature.generics)?;
        let mut inputs = signature.inputs.iter();
        let (Some(receiver), Some(ctx), Some(request), None) =
            (inputs.next(), inputs.next(), inputs.next(), inputs.next())
        else {
            return Err(wrong(
                signature,
                "this method has other arguments than `&self`, `ctx` and `request`",
            ));
        };
        if !is_shared_self(receiver) {
            return Err(wrong(receiver, "the receiver is `&self`"));
        }
        let ctx = argument(ctx, "ctx", is_shared_ctx)
            .ok_or_else(|| wrong(ctx, "the first argument is `ctx: &Ctx`"))?;
        let request = argument(request, "request", is_owned)
            .ok_or_else(|| wrong(request, "the second argument is `request: Req`, an owned type"))?;
        let (response, error) = answer(&signature.output)
            .ok_or_else(|| wrong(signature, "the answer is `Result<Res, Err>`, both owned and named"))?;
        let name = signature.ident.clone();
        Ok(Self { text: name.unraw().to_string(), name, ctx, request, response, error, item })
    }

    fn handler_field(&self) -> Ident {
        format_ident!("{}_handler", self.name)
    }

    fn calls_field(&self) -> Ident {
        format_ident!("{}_calls", self.name)
    }

    fn handler_bounds(&self) -> TokenStream {
        let Self { ctx, request, response, error, .. } = self;
        quote! {
            ::core::ops::Fn(#ctx, #request) -> ::core::result::Result<#response, #error>
                + ::core::marker::Send + ::core::marker::Sync + 'static
        }
    }

    fn fake_fields(&self) -> TokenStream {
        let (handler, calls, request) = (self.handler_field(), self.calls_field(), &self.request);
        let bounds = self.handler_bounds();
        quote! {
            #handler: ::std::sync::Arc<
                ::std::sync::Mutex<::core::option::Option<::std::sync::Arc<dyn #bounds>>>,
            >,
            #calls: ::std::sync::Arc<::std::sync::Mutex<::std::vec::Vec<#request>>>,
        }
    }

    fn fake_controls(&self) -> TokenStream {
        let (handler, calls, request) = (self.handler_field(), self.calls_field(), &self.request);
        let on = format_ident!("on_{}", self.name);
        let bounds = self.handler_bounds();
        let on_doc = format!("Answers `{}` from now on.", self.text);
        let calls_doc = format!("What `{}` was asked so far, expected or not.", self.text);
        let handler_slot = locked(&handler);
        let recorded = locked(&calls);
        quote! {
            #[doc = #on_doc]
            pub fn #on(&self, handler: impl #bounds) -> &Self {
                *#handler_slot = ::core::option::Option::Some(::std::sync::Arc::new(handler));
                self
            }

            #[doc = #calls_doc]
            pub fn #calls(&self) -> ::std::vec::Vec<#request> {
                ::core::clone::Clone::clone(&*#recorded)
            }
        }
    }

    /// The handler is called outside the lock, so that it may use the fake itself.
    fn fake_answer(&self, contract: &str) -> TokenStream {
        let Self { name, text, ctx, request, response, error, .. } = self;
        let handler_slot = locked(&self.handler_field());
        let recorded = locked(&self.calls_field());
        let unexpected =
            format!("the test did not expect a call of {contract}.{text}; tell the fake with on_{text}");
        quote! {
            async fn #name(
                &self, ctx: #ctx, request: #request,
            ) -> ::core::result::Result<#response, #error> {
                #recorded.push(::core::clone::Clone::clone(&request));
                let handler = ::core::clone::Clone::clone(&*#handler_slot);
                match handler {
                    ::core::option::Option::Some(handler) => handler(ctx, request),
                    ::core::option::Option::None => {
                        ::core::result::Result::Err(<#error as ::kernel::contract::RemoteError>::unavailable(
                            ::kernel::contract::Cause::new(#unexpected),
                        ))
                    }
                }
            }
        }
    }
}

/// The way every method of a remote client goes.
fn remote_call(contract: &str) -> TokenStream {
    quote! {
        async fn __call<Q, A, E>(
            &self,
            method: &'static str,
            ctx: &::kernel::Ctx,
            request: Q,
        ) -> ::core::result::Result<A, E>
        where
            Q: ::kernel::private::serde::Serialize + ::core::marker::Send,
            A: ::kernel::private::serde::de::DeserializeOwned,
            E: ::kernel::private::serde::de::DeserializeOwned + ::kernel::contract::RemoteError,
        {
            if ctx.time_left().is_zero() {
                return ::core::result::Result::Err(E::deadline_exceeded());
            }
            let request = ::kernel::private::serde_json::to_vec(&request)
                .map_err(|error| E::unavailable(::kernel::contract::Cause::new(error)))?;
            let answer = self.transport.call(#contract, method, ctx, request).await.map_err(|error| match error {
                ::kernel::contract::TransportError::Unavailable(cause) => {
                    E::unavailable(::kernel::contract::Cause::new(cause))
                }
                ::kernel::contract::TransportError::DeadlineExceeded => E::deadline_exceeded(),
            })?;
            ::kernel::private::serde_json::from_slice::<::core::result::Result<A, E>>(&answer)
                .map_err(|error| E::unavailable(::kernel::contract::Cause::new(error)))?
        }
    }
}

fn locked(field: &Ident) -> TokenStream {
    quote! { self.#field.lock().unwrap_or_else(::std::sync::PoisonError::into_inner) }
}

fn allow_unused() -> TokenStream {
    quote! { #[allow(dead_code, reason = "not every contract is used in every form")] }
}

fn is_shared_self(argument: &FnArg) -> bool {
    matches!(argument, FnArg::Receiver(receiver) if receiver.mutability.is_none()
        && receiver.colon_token.is_none()
        && matches!(receiver.reference, Some((_, None))))
}

/// The type of the argument, when it has this name and its type this form.
fn argument(argument: &FnArg, name: &str, has_form: fn(&Type) -> bool) -> Option<Type> {
    let FnArg::Typed(typed) = argument else { return None };
    let Pat::Ident(pattern) = &*typed.pat else { return None };
    let plain = pattern.by_ref.is_none() && pattern.mutability.is_none() && pattern.ident == name;
    (plain && has_form(&typed.ty)).then(|| (*typed.ty).clone())
}

fn is_shared_ctx(ty: &Type) -> bool {
    matches!(ty, Type::Reference(reference) if reference.mutability.is_none()
        && reference.lifetime.is_none()
        && is_named(&reference.elem, "Ctx"))
}

fn is_owned(ty: &Type) -> bool {
    !matches!(
        ty,
        Type::Reference(_) | Type::ImplTrait(_) | Type::TraitObject(_) | Type::Ptr(_) | Type::Infer(_)
    )
}

fn answer(output: &ReturnType) -> Option<(Type, Type)> {
    let ReturnType::Type(_, output) = output else { return None };
    match type_arguments(output, "Result").as_slice() {
        [response, error] if is_owned(response) && is_owned(error) => {
            Some(((*response).clone(), (*error).clone()))
        }
        _ => None,
    }
}

fn refuse_generics(generics: &syn::Generics) -> Result<()> {
    if generics.params.is_empty() && generics.where_clause.is_none() {
        return Ok(());
    }
    let place: &dyn ToTokens =
        if generics.params.is_empty() { &generics.where_clause } else { &generics.params };
    Err(wrong(&place.to_token_stream(), "a contract is not generic"))
}

fn wrong(place: &impl ToTokens, what: &str) -> Error {
    Error::new_spanned(place, format!("{what}; {SHAPE}"))
}

fn all_of(faults: Vec<Error>) -> Result<()> {
    let combined = faults.into_iter().reduce(|mut all, fault| {
        all.combine(fault);
        all
    });
    combined.map_or(Ok(()), Err)
}
