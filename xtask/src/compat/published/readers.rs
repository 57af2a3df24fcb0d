//! Which handler reads which versions of a payload, as the sources register them.

use crate::sources::Source;
use syn::visit::{self, Visit};
use syn::{Expr, ExprCall, ExprMethodCall, File, GenericArgument, Lit, Pat, PathArguments};

/// `jobs::subscriber::<InvoiceFinalized>(…).also_reads(1)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// The payload's type, by the last part of its path.
    pub payload: String,
    pub file: String,
    pub also: Vec<u16>,
}

/// Calls that make a handler, and which of the closure's arguments is the payload.
const MAKERS: [&str; 3] = ["subscriber", "job", "running_job"];
const PAYLOAD_ARGUMENT: usize = 1;

pub fn of(source: &Source, file: &File) -> Vec<Reader> {
    let mut search = Search { file: source.path.clone(), also: Vec::new(), found: Vec::new() };
    search.visit_file(file);
    search.found
}

struct Search {
    file: String,
    /// Of the chain of calls that is being walked down.
    also: Vec<u16>,
    found: Vec<Reader>,
}

impl<'ast> Visit<'ast> for Search {
    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        let before = self.also.len();
        if call.method == "also_reads"
            && let Some(Expr::Lit(version)) = call.args.first()
            && let Lit::Int(version) = &version.lit
            && let Ok(version) = version.base10_parse()
        {
            self.also.push(version);
        }
        self.visit_expr(&call.receiver);
        self.also.truncate(before);
        let outside = std::mem::take(&mut self.also);
        call.args.iter().for_each(|argument| self.visit_expr(argument));
        self.also = outside;
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        if let Some(payload) = payload(call) {
            self.found.push(Reader { payload, file: self.file.clone(), also: self.also.clone() });
        }
        let outside = std::mem::take(&mut self.also);
        visit::visit_expr_call(self, call);
        self.also = outside;
    }
}

fn payload(call: &ExprCall) -> Option<String> {
    let Expr::Path(path) = &*call.func else { return None };
    let last = path.path.segments.last().filter(|last| MAKERS.iter().any(|maker| last.ident == maker))?;
    if let PathArguments::AngleBracketed(arguments) = &last.arguments
        && let Some(GenericArgument::Type(ty)) = arguments.args.first()
    {
        return Some(super::Type::of(ty).name);
    }
    let closure = call.args.iter().find_map(|argument| match argument {
        Expr::Closure(closure) => Some(closure),
        _ => None,
    })?;
    match closure.inputs.iter().nth(PAYLOAD_ARGUMENT)? {
        Pat::Type(typed) => Some(super::Type::of(&typed.ty).name),
        _ => None,
    }
}
