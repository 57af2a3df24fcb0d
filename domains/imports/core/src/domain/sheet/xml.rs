//! Reads XML piece by piece: no piece is longer, no nesting deeper than a sheet needs, and there are no entities but
//! XML's own.

use super::SheetError;
use quick_xml::events::{BytesEnd, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read};

/// A cell of Excel has at most 32,767 characters.
const MAX_PIECE_BYTES: usize = 1 << 20;
const MAX_DEPTH: usize = 256;
/// The names of the open elements are held.
const MAX_NAME_BYTES: usize = 1_000;

pub struct Xml<S: Read> {
    reader: Reader<Bounded<S>>,
    buffer: Vec<u8>,
    depth: usize,
}

pub enum Node<'a> {
    Open(BytesStart<'a>),
    Close(BytesEnd<'a>),
    Text(Cow<'a, str>),
    Other,
    End,
}

impl<S: Read> Xml<S> {
    pub fn of(source: S) -> Self {
        let mut reader =
            Reader::from_reader(Bounded { source: BufReader::new(source), left: MAX_PIECE_BYTES });
        reader.config_mut().expand_empty_elements = true;
        Self { reader, buffer: Vec::new(), depth: 0 }
    }

    pub fn node(&mut self) -> Result<Node<'_>, SheetError> {
        self.buffer.clear();
        self.reader.get_mut().left = MAX_PIECE_BYTES;
        let event = self.reader.read_event_into(&mut self.buffer).map_err(broken)?;
        match event {
            Event::Start(start) => {
                self.depth += 1;
                if self.depth > MAX_DEPTH || start.name().into_inner().len() > MAX_NAME_BYTES {
                    return Err(SheetError::damaged("its elements are nested too deeply".to_owned()));
                }
                Ok(Node::Open(start))
            }
            Event::Empty(start) => Ok(Node::Open(start)),
            Event::End(end) => {
                self.depth = self.depth.saturating_sub(1);
                Ok(Node::Close(end))
            }
            Event::Text(text) => Ok(Node::Text(text.xml10_content().map_err(|error| broken(error.into()))?)),
            Event::CData(text) => Ok(Node::Text(text.xml10_content().map_err(|error| broken(error.into()))?)),
            Event::GeneralRef(reference) => {
                if let Some(character) = reference.resolve_char_ref().map_err(broken)? {
                    return Ok(Node::Text(Cow::Owned(character.to_string())));
                }
                let name = reference.decode().map_err(|error| broken(error.into()))?;
                let known = match &*name {
                    "lt" => "<",
                    "gt" => ">",
                    "amp" => "&",
                    "apos" => "'",
                    "quot" => "\"",
                    _ => return Err(SheetError::damaged("it names an entity".to_owned())),
                };
                Ok(Node::Text(Cow::Borrowed(known)))
            }
            Event::DocType(_) => Err(SheetError::damaged("it declares a document type".to_owned())),
            Event::Eof => {
                if self.depth > 0 {
                    return Err(SheetError::damaged("its XML is cut off".to_owned()));
                }
                Ok(Node::End)
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => Ok(Node::Other),
        }
    }
}

/// The attribute of this local name; those that LibreOffice adds beside the standard's are others.
pub fn attribute(element: &BytesStart<'_>, name: &[u8]) -> Result<Option<String>, SheetError> {
    find_attribute(element, |key| !key.starts_with(b"calcext:") && local(key) == name)
}

pub fn attribute_of_full_name(element: &BytesStart<'_>, name: &[u8]) -> Result<Option<String>, SheetError> {
    find_attribute(element, |key| key == name)
}

fn find_attribute(
    element: &BytesStart<'_>,
    wanted: impl Fn(&[u8]) -> bool,
) -> Result<Option<String>, SheetError> {
    let mut attributes = element.attributes();
    for attribute in attributes.with_checks(false) {
        let attribute = attribute.map_err(|error| SheetError::damaged(error.to_string()))?;
        if wanted(attribute.key.into_inner()) {
            let value = attribute.decoded_and_normalized_value(XmlVersion::Implicit1_0, element.decoder());
            return Ok(Some(value.map_err(broken)?.into_owned()));
        }
    }
    Ok(None)
}

/// The name without its prefix.
pub fn local(name: &[u8]) -> &[u8] {
    name.iter().position(|byte| *byte == b':').map_or(name, |at| &name[at + 1..])
}

fn broken(error: quick_xml::Error) -> SheetError {
    let quick_xml::Error::Io(error) = &error else { return SheetError::damaged(error.to_string()) };
    SheetError::of_io(error)
}

/// Ends with an error where a piece is too long.
struct Bounded<S> {
    source: BufReader<S>,
    left: usize,
}

impl<S: Read> Read for Bounded<S> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?;
        let read = bytes.len().min(target.len());
        target[..read].copy_from_slice(&bytes[..read]);
        self.consume(read);
        Ok(read)
    }
}

impl<S: Read> BufRead for Bounded<S> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::other(SheetError::damaged(
                "a piece of it is longer than 1 MiB".to_owned(),
            )));
        }
        let bytes = self.source.fill_buf()?;
        Ok(&bytes[..bytes.len().min(self.left)])
    }

    fn consume(&mut self, read: usize) {
        self.left = self.left.saturating_sub(read);
        self.source.consume(read);
    }
}
