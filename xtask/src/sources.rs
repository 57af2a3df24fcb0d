//! The text files of the repository, and Rust text as a flat list of tokens: comments and the inside of strings are
//! not code, so no rule trips over them.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::path::Path;
use std::{fs, io};

#[derive(Clone, Debug)]
pub struct Source {
    /// Relative to the root, with `/`.
    pub path: String,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    pub line: usize,
}

/// Every file with one of these extensions (or names), hidden folders and what git ignores left out.
pub fn read(root: &Path, endings: &[&str]) -> io::Result<Vec<Source>> {
    let mut found = Vec::new();
    walk(root, root, endings, &mut found)?;
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// `Err` names what the lexer refused.
    pub fn tokens(&self) -> Result<Vec<Token>, String> {
        let stream: TokenStream = self.text.parse().map_err(|error| format!("{error}"))?;
        let mut tokens = Vec::new();
        flatten(stream, &mut tokens);
        Ok(tokens)
    }
}

fn walk(root: &Path, folder: &Path, endings: &[&str], found: &mut Vec<Source>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            let ignored = folder == root && ["target", "data", "demo-data"].contains(&name.as_str());
            if !ignored && !name.starts_with('.') {
                walk(root, &path, endings, found)?;
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            let relative = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            found.push(Source { path: relative, text: fs::read_to_string(&path)? });
        }
    }
    Ok(())
}

fn flatten(stream: TokenStream, tokens: &mut Vec<Token>) {
    for tree in stream {
        let line = tree.span().start().line;
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                tokens.push(Token { text: open.to_owned(), line });
                flatten(group.stream(), tokens);
                tokens.push(Token { text: close.to_owned(), line: group.span_close().start().line });
            }
            other => tokens.push(Token { text: other.to_string(), line }),
        }
    }
}
