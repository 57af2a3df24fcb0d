//! What notifications' table is of: mail, and to whom it went.

use data::tables::WhenErased::{Null, Word};
use data::tables::{Column, Purpose, Table, bytes, number, text, time};

const MAIL: Purpose = Purpose {
    why: "To send the mail, and to say later that it was sent and to whom",
    basis: "contract",
    kept: "As long as the tenant is there, or until whoever has the address is erased; to an address that they had before, \
        as long as the tenant is there. What the letter was made of is deleted once it is sent, and of one that says what \
        was erased the addressee too",
};

const EMAILS: &[Column] = &[
    text("to_address").address(&MAIL, Word),
    text("subject").personal(&MAIL, Word),
    text("template"),
    bytes("params_sealed").secret(),
    text("message_id"),
    text("status"),
    number("attempts"),
    time("sent_at"),
    text("last_error").personal(&MAIL, Null),
];

/// One that others point at comes before those.
pub const TABLES: &[Table] = &[Table::resource("emails", EMAILS)];
