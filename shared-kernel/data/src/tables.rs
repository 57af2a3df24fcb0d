//! What a domain says of its tables, once: every column, what it is of, and of what is personal why it is kept and for how
//! long, in the words of who reads the register. A test holds it against the schema; what a tenant takes with it and what is
//! erased go by it.

use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    pub name: &'static str,
    pub of: Of,
    usual: &'static [Column],
    own: &'static [Column],
    /// By which rows point at others of the same table.
    pub loops: &'static [&'static str],
    /// Where this column is set, a row is of somebody else than the person whom it names.
    pub(crate) anothers_by: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    Tenant,
    /// A tenant's, and append-only.
    Ledger,
    /// A tenant's, of work on its way: nothing to take along.
    Passing,
    Platform,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    pub form: Form,
    pub class: Class,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Id,
    Text,
    Json,
    Number,
    Flag,
    Time,
    Date,
    Bytes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Neutral,
    /// A hash, a key or what is sealed: it is in no export.
    Secret,
    /// The id of a person of users, who is nobody once they are erased.
    Person,
    /// The id of a row of the same domain that has a person's.
    Via(&'static Via),
    /// Names who did it, by their own id or by one that leads to it; the row is not theirs for that.
    Actor,
    /// The e-mail address of the person whom the row is about.
    Address(&'static Purpose, WhenErased),
    Personal(&'static Purpose, WhenErased),
    /// What somebody wrote into the tenant's record. It may name others than the person whom the row is of, so nobody takes it
    /// along but the tenant.
    Words(&'static Purpose, WhenErased),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Via {
    pub table: &'static str,
    /// Its column of the person's id.
    pub person: &'static str,
}

/// What becomes of it when the person whom the row is about is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenErased {
    Null,
    /// The text becomes [`ERASED`].
    Word,
    /// It goes with its row: the tenant's record, or one that users deletes.
    WithRow,
}

pub const ERASED: &str = "erased";

#[derive(Debug, PartialEq, Eq)]
pub struct Purpose {
    pub why: &'static str,
    /// By what right: `contract`, `legitimate interest`, `legal obligation`, `on behalf of the tenant`.
    pub basis: &'static str,
    pub kept: &'static str,
}

/// As every resource has them.
const RESOURCE: &[Column] = &[
    id("public_id"),
    number("version"),
    time("created_at"),
    time("updated_at"),
    time("deleted_at"),
    text("deleted_by").actor(),
];
const RECORD: &[Column] = &[
    id("public_id"),
    time("created_at"),
    time("updated_at"),
    time("deleted_at"),
    text("deleted_by").actor(),
];
const LEDGER: &[Column] = &[id("public_id"), time("created_at")];
const TENANT_ID: Column = id("tenant_id");

pub const fn id(name: &'static str) -> Column {
    Column { name, form: Form::Id, class: Class::Neutral }
}

pub const fn text(name: &'static str) -> Column {
    Column { name, form: Form::Text, class: Class::Neutral }
}

/// JSON, whether the column knows it or has it as text.
pub const fn json(name: &'static str) -> Column {
    Column { name, form: Form::Json, class: Class::Neutral }
}

pub const fn number(name: &'static str) -> Column {
    Column { name, form: Form::Number, class: Class::Neutral }
}

pub const fn flag(name: &'static str) -> Column {
    Column { name, form: Form::Flag, class: Class::Neutral }
}

pub const fn time(name: &'static str) -> Column {
    Column { name, form: Form::Time, class: Class::Neutral }
}

pub const fn date(name: &'static str) -> Column {
    Column { name, form: Form::Date, class: Class::Neutral }
}

pub const fn bytes(name: &'static str) -> Column {
    Column { name, form: Form::Bytes, class: Class::Neutral }
}

impl Column {
    pub const fn secret(self) -> Self {
        self.of_class(Class::Secret)
    }

    pub const fn person(self) -> Self {
        self.of_class(Class::Person)
    }

    pub const fn via(self, via: &'static Via) -> Self {
        self.of_class(Class::Via(via))
    }

    pub const fn actor(self) -> Self {
        self.of_class(Class::Actor)
    }

    pub const fn address(self, purpose: &'static Purpose, when_erased: WhenErased) -> Self {
        self.of_class(Class::Address(purpose, when_erased))
    }

    pub const fn personal(self, purpose: &'static Purpose, when_erased: WhenErased) -> Self {
        self.of_class(Class::Personal(purpose, when_erased))
    }

    pub const fn words(self, purpose: &'static Purpose, when_erased: WhenErased) -> Self {
        self.of_class(Class::Words(purpose, when_erased))
    }

    const fn of_class(self, class: Class) -> Self {
        Self { name: self.name, form: self.form, class }
    }

    pub(crate) fn when_erased(&self) -> Option<WhenErased> {
        match self.class {
            Class::Address(_, when) | Class::Personal(_, when) | Class::Words(_, when) => Some(when),
            _ => None,
        }
    }
}

impl Table {
    /// With a version.
    pub const fn resource(name: &'static str, own: &'static [Column]) -> Self {
        Self { name, of: Of::Tenant, usual: RESOURCE, own, loops: &[], anothers_by: None }
    }

    /// Without one.
    pub const fn record(name: &'static str, own: &'static [Column]) -> Self {
        Self { name, of: Of::Tenant, usual: RECORD, own, loops: &[], anothers_by: None }
    }

    pub const fn ledger(name: &'static str, own: &'static [Column]) -> Self {
        Self { name, of: Of::Ledger, usual: LEDGER, own, loops: &[], anothers_by: None }
    }

    /// Whose rows are written and deleted, and never changed.
    pub const fn detail(name: &'static str, own: &'static [Column]) -> Self {
        Self { name, of: Of::Tenant, usual: LEDGER, own, loops: &[], anothers_by: None }
    }

    pub const fn passing(name: &'static str, own: &'static [Column]) -> Self {
        Self { name, of: Of::Passing, usual: &[], own, loops: &[], anothers_by: None }
    }

    /// Of no tenant.
    pub const fn platform(mut self) -> Self {
        self.of = Of::Platform;
        self
    }

    pub const fn loops(mut self, loops: &'static [&'static str]) -> Self {
        self.loops = loops;
        self
    }

    pub const fn anothers_by(mut self, column: &'static str) -> Self {
        self.anothers_by = Some(column);
        self
    }

    /// All but the number that never leaves the database.
    pub fn columns(&self) -> impl Iterator<Item = Column> {
        let tenant = (self.of != Of::Platform).then_some(TENANT_ID);
        tenant.into_iter().chain(self.usual.iter().copied()).chain(self.own.iter().copied())
    }

    /// What an export has of it, in this order: the tenant is said once for all.
    pub fn exported(&self) -> impl Iterator<Item = Column> {
        self.columns().filter(|column| column.class != Class::Secret && column.name != TENANT_ID.name)
    }

    /// Of a row that is about somebody: what is theirs, which it is and when. The rest is the tenant's, and they may not see it
    /// any more, or not from where they are.
    pub fn exported_to_person(&self) -> impl Iterator<Item = Column> {
        let known = ["public_id", "created_at"];
        self.exported().filter(move |column| match column.class {
            Class::Neutral => known.contains(&column.name),
            Class::Words(..) => false,
            _ => true,
        })
    }

    /// Whether its rows are somebody's.
    pub fn concerns_people(&self) -> bool {
        self.columns()
            .any(|column| matches!(column.class, Class::Person | Class::Via(_) | Class::Address(..)))
    }

    /// Whether a tenant takes its rows along.
    pub fn is_exported(&self) -> bool {
        matches!(self.of, Of::Tenant | Of::Ledger)
    }
}

const ON_ITS_WAY: Purpose = Purpose {
    why: "Work that was asked for and is not done yet, such as a mail to be sent, and who asked for it",
    basis: "contract",
    kept: "While the work waits and runs; a few days after it is done, and until operators discard it where it failed",
};
const ANSWERED: Purpose = Purpose {
    why: "The answer to a request, so that one that is sent again is not done twice",
    basis: "contract",
    kept: "24 hours",
};

const MESSAGES: &[Column] = &[
    id("public_id"),
    text("kind"),
    number("payload_version"),
    text("payload").personal(&ON_ITS_WAY, WhenErased::WithRow),
    text("handler"),
    text("unique_key"),
    text("ordering_key"),
    number("priority"),
    text("status"),
    time("run_at"),
    number("attempts"),
    number("max_attempts"),
    text("lease_owner"),
    time("lease_until"),
    flag("cancel_requested"),
    number("progress_done"),
    number("progress_total"),
    text("last_error").personal(&ON_ITS_WAY, WhenErased::WithRow),
    text("actor").actor(),
    text("act_as"),
    text("request_id"),
    text("traceparent"),
    time("created_at"),
    time("updated_at"),
    time("finished_at"),
];
const INBOX: &[Column] = &[id("message_id"), text("subscriber"), time("applied_at")];
const IDEMPOTENCY_KEYS: &[Column] = &[
    text("actor").actor(),
    text("key"),
    bytes("fingerprint").secret(),
    number("status"),
    text("headers").personal(&ANSWERED, WhenErased::WithRow),
    bytes("body").personal(&ANSWERED, WhenErased::WithRow),
    flag("sealed"),
    time("created_at"),
    time("expires_at"),
];

/// In each domain's database.
pub const KERNEL_TABLES: &[Table] = &[
    Table::passing("messages", MESSAGES),
    Table::passing("inbox", INBOX),
    Table::passing("idempotency_keys", IDEMPOTENCY_KEYS),
];

/// A line of the register of personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RegisterLine {
    /// `users.sessions`.
    pub table: String,
    pub column: &'static str,
    pub why: &'static str,
    pub basis: &'static str,
    pub kept: &'static str,
    /// What becomes of it when the person is erased.
    pub when_erased: &'static str,
}

/// Where a row says who did or asked for something, by id alone.
const BY_ID: Purpose = Purpose {
    why: "Who did it or whom it is about, by an id alone",
    basis: "legitimate interest",
    kept: "As long as the record; once the person is erased the id leads to nobody",
};

/// What is personal in the tables of a domain.
pub fn register(domain: &str, tables: &[Table]) -> Vec<RegisterLine> {
    let tables = tables.iter().chain(KERNEL_TABLES);
    tables.flat_map(|table| table.columns().filter_map(|column| line(domain, table, &column))).collect()
}

fn line(domain: &str, table: &Table, column: &Column) -> Option<RegisterLine> {
    let (purpose, when_erased) = match column.class {
        Class::Neutral | Class::Secret => return None,
        Class::Person | Class::Via(_) | Class::Actor => (&BY_ID, "stays, and leads to nobody"),
        Class::Address(purpose, when) | Class::Personal(purpose, when) | Class::Words(purpose, when) => {
            (purpose, when.told())
        }
    };
    Some(RegisterLine {
        table: format!("{domain}.{}", table.name),
        column: column.name,
        why: purpose.why,
        basis: purpose.basis,
        kept: purpose.kept,
        when_erased,
    })
}

impl WhenErased {
    fn told(self) -> &'static str {
        match self {
            Self::Null => "becomes empty",
            Self::Word => "becomes the word `erased`",
            Self::WithRow => "goes with its row",
        }
    }
}

/// What is wrong with a declaration by itself, whatever the schema is.
pub fn faults(tables: &[Table]) -> Vec<String> {
    let mut faults = Vec::new();
    for table in tables {
        for column in table.columns() {
            let name = format!("{}.{}", table.name, column.name);
            let changes = matches!(column.when_erased(), Some(WhenErased::Null | WhenErased::Word));
            if changes && table.of != Of::Tenant {
                faults.push(format!("{name} cannot be erased alone: its rows are never changed by a tenant"));
            }
            if column.when_erased() == Some(WhenErased::Word) && column.form != Form::Text {
                faults.push(format!("{name} cannot become a word: it is no text"));
            }
            if column.class == Class::Person && column.form != Form::Id {
                faults.push(format!("{name} cannot be a person's id: it is no id"));
            }
            if let Class::Via(via) = column.class {
                let leads = |to: &Table| {
                    let is_person =
                        |column: Column| column.name == via.person && column.class == Class::Person;
                    to.name == via.table && to.columns().any(is_person)
                };
                if column.form != Form::Id || !tables.iter().any(leads) {
                    faults.push(format!("{name} leads to nobody by {}.{}", via.table, via.person));
                }
            }
        }
        for name in table.loops.iter().chain(&table.anothers_by) {
            if !table.columns().any(|column| column.name == *name) {
                faults.push(format!(
                    "{}.{name} is said to point at its own table or to tell whose a row is, and is not there",
                    table.name
                ));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHY: Purpose = Purpose { why: "w", basis: "b", kept: "k" };

    const GOOD: &[Column] = &[text("a").personal(&WHY, WhenErased::Word), id("b").person()];
    const NULLED: &[Column] = &[text("a").personal(&WHY, WhenErased::Null)];
    const KEPT: &[Column] = &[text("a").personal(&WHY, WhenErased::WithRow)];
    const NO_TEXT: &[Column] = &[json("a").personal(&WHY, WhenErased::Word)];
    const NO_ID: &[Column] = &[text("a").person()];
    const MEMBER: Via = Via { table: "t", person: "b" };
    const LED: &[Column] = &[id("c").via(&MEMBER)];
    const MIXED: &[Column] = &[
        text("a").personal(&WHY, WhenErased::Null),
        text("b"),
        bytes("c").secret(),
        id("d").person(),
        WRITTEN,
    ];
    const WRITTEN: Column = text("e").words(&WHY, WhenErased::WithRow);

    #[test]
    fn a_declaration_that_cannot_be_kept_is_told() {
        let check = |table: Table, expected: &[&str]| {
            let told = faults(&[table]);
            assert_eq!(told.len(), expected.len(), "{told:?}");
            for (told, part) in told.iter().zip(expected) {
                assert!(told.contains(part), "{told}");
            }
        };
        check(Table::resource("t", GOOD), &[]);
        check(Table::ledger("t", KEPT), &[]);
        check(Table::ledger("t", NULLED), &["t.a cannot be erased alone"]);
        check(Table::record("t", NO_TEXT), &["t.a cannot become a word"]);
        check(Table::record("t", NO_ID), &["t.a cannot be a person's id"]);
        check(Table::record("t", &[]).loops(&["up"]), &["t.up is said to point"]);
        check(Table::record("t", &[]).anothers_by("who"), &["t.who is said to point"]);
        check(Table::record("u", LED), &["u.c leads to nobody by t.b"]);
        assert_eq!(faults(&[Table::record("t", GOOD), Table::record("u", LED)]), Vec::<String>::new());
        assert!(Table::record("u", LED).concerns_people() && !Table::record("t", KEPT).concerns_people());
        assert_eq!(faults(KERNEL_TABLES), Vec::<String>::new());
    }

    #[test]
    fn the_register_has_what_is_personal_and_no_export_has_a_secret() {
        let table = Table::resource("t", MIXED);
        let lines = register("shop", &[table]);
        let own: Vec<_> =
            lines.iter().filter(|line| line.table == "shop.t").map(|line| line.column).collect();
        assert_eq!(own, ["deleted_by", "a", "d", "e"]);
        let own: Vec<_> = table.exported_to_person().map(|column| column.name).collect();
        assert_eq!(own, ["public_id", "created_at", "deleted_by", "a", "d"]);
        let exported: Vec<_> = table.exported().map(|column| column.name).collect();
        assert!(!exported.contains(&"c") && !exported.contains(&"tenant_id"), "{exported:?}");
        assert!(exported.contains(&"e"), "the tenant's own words: {exported:?}");
    }
}
