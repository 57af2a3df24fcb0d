//! Every column of every table is declared by its domain, and nothing else is: what is new in the schema is thought about
//! before it is kept of anybody.

use app::wiring::TABLES;
use data::tables::{Form, KERNEL_TABLES, Of, Table, faults};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// By name, with its type as PostgreSQL calls it.
type Columns = BTreeMap<String, String>;

#[test]
fn every_column_is_declared() {
    for (domain, tables) in TABLES {
        assert_eq!(faults(tables), Vec::<String>::new(), "{domain}");
        let schema = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../migrations/schema/postgres");
        let schema = std::fs::read_to_string(schema.join(format!("{domain}.sql"))).unwrap();
        let told = compare(domain, &columns(&schema), tables);
        assert!(told.is_empty(), "mend domains/{domain}/core/src/tables.rs: {told:#?}");
        let ledgers = ledgers(&schema, domain);
        let declared =
            tables.iter().filter(|table| table.of == Of::Ledger).map(|table| table.name.to_owned());
        assert_eq!(
            declared.collect::<BTreeSet<_>>(),
            ledgers,
            "the ledgers of {domain}, which nobody may change"
        );
        let told = out_of_order(&schema, tables);
        assert!(told.is_empty(), "mend the order in domains/{domain}/core/src/tables.rs: {told:#?}");
    }
}

#[test]
fn a_new_table_or_column_of_any_domain_is_noticed() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../migrations/schema/postgres");
    let files = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path());
    let schemas: BTreeSet<_> =
        files.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    let declared: BTreeSet<_> = TABLES.iter().map(|(domain, _)| (*domain).to_owned()).collect();
    assert_eq!(schemas, declared, "each domain that has tables declares them in app/src/wiring/modules.rs");
    for (domain, tables) in TABLES {
        let schema = std::fs::read_to_string(folder.join(format!("{domain}.sql"))).unwrap();
        for table in columns(&schema).into_keys().chain(["zz_new".to_owned()]) {
            let told = compare(domain, &columns(&format!("{schema}{table}.zz_new text\n")), tables);
            let is_told = told.iter().any(|told| told.starts_with(&format!("{domain}.{table}")));
            assert!(is_told, "{domain}.{table}: {told:?}");
        }
    }
}

#[test]
fn what_is_not_declared_is_named() {
    let schema = "t.id bigint NOT NULL\nt.tenant_id uuid NOT NULL\nt.message_id uuid NOT NULL\nt.subscriber bytea\n\
                  t.new text\nother.id bigint NOT NULL\n";
    const GONE: &[data::tables::Column] =
        &[data::tables::id("message_id"), data::tables::text("subscriber"), data::tables::text("gone")];
    let told = compare("shop", &columns(schema), &[Table::passing("t", GONE)]);
    let expected = [
        "shop.t.gone is declared, and there is no such column: take its line away",
        "shop.t.new is not declared: say what it is of, and if it is personal why it is kept and for how long",
        "shop.t.subscriber is declared as Text and is bytea",
        "shop.other is not declared",
    ];
    for expected in expected {
        assert!(told.iter().any(|told| told == expected), "{expected}: {told:#?}");
    }
    let schema = "a constraint b FOREIGN KEY (tenant_id, b_id) REFERENCES shop.b(tenant_id, public_id)\n";
    let wrong = [Table::passing("a", &[]), Table::passing("b", &[])];
    assert_eq!(out_of_order(schema, &wrong), ["a points at b, and comes before it"]);
}

fn compare(domain: &str, schema: &BTreeMap<String, Columns>, tables: &[Table]) -> Vec<String> {
    let mut told = Vec::new();
    let declared: BTreeMap<&str, &Table> =
        tables.iter().chain(KERNEL_TABLES).map(|table| (table.name, table)).collect();
    for (name, columns) in schema {
        let Some(table) = declared.get(name.as_str()) else {
            told.push(format!("{domain}.{name} is not declared"));
            continue;
        };
        let mut undeclared: BTreeSet<&str> = columns.keys().map(String::as_str).collect();
        undeclared.remove("id");
        for column in table.columns() {
            let place = format!("{domain}.{name}.{}", column.name);
            undeclared.remove(column.name);
            match columns.get(column.name) {
                None => {
                    told.push(format!("{place} is declared, and there is no such column: take its line away"))
                }
                Some(kind) if !fits(column.form, kind) => {
                    told.push(format!("{place} is declared as {:?} and is {kind}", column.form));
                }
                Some(_) => {}
            }
        }
        told.extend(undeclared.iter().map(|column| {
            format!(
                "{domain}.{name}.{column} is not declared: say what it is of, and if it is personal why it is kept and \
                 for how long"
            )
        }));
    }
    let gone = tables.iter().filter(|table| !schema.contains_key(table.name));
    told.extend(gone.map(|table| format!("{domain}.{} is declared, and there is no such table", table.name)));
    told
}

fn fits(form: Form, kind: &str) -> bool {
    match form {
        Form::Id => kind == "uuid",
        Form::Text => kind == "text",
        Form::Json => ["text", "jsonb"].contains(&kind),
        Form::Number => ["bigint", "integer", "smallint"].contains(&kind),
        Form::Flag => kind == "boolean",
        Form::Time => kind == "timestamp with time zone",
        Form::Date => kind == "date",
        Form::Bytes => kind == "bytea",
    }
}

/// `table.column type [NOT NULL]` of the golden schema.
fn columns(schema: &str) -> BTreeMap<String, Columns> {
    let mut tables = BTreeMap::<String, Columns>::new();
    for line in schema.lines() {
        let Some((place, kind)) = line.split_once(' ') else { continue };
        let Some((table, column)) = place.split_once('.') else { continue };
        if table.ends_with("_migrations") {
            continue;
        }
        let kind = kind.trim_end_matches(" NOT NULL");
        tables.entry(table.to_owned()).or_default().insert(column.to_owned(), kind.to_owned());
    }
    tables
}

/// Where the runtime's role may write and read, and no more.
fn ledgers(schema: &str, domain: &str) -> BTreeSet<String> {
    let rights = format!(" grant INSERT, SELECT to insula_{domain}");
    schema.lines().filter_map(|line| line.strip_suffix(rights.as_str())).map(str::to_owned).collect()
}

/// A tenant is erased from the last table to the first.
fn out_of_order(schema: &str, tables: &[Table]) -> Vec<String> {
    let place = |name: &str| tables.iter().position(|table| table.name == name);
    let mut told = Vec::new();
    for line in schema.lines().filter(|line| line.contains("FOREIGN KEY")) {
        let from = line.split(' ').next().unwrap_or_default();
        let to = line.split("REFERENCES ").nth(1).and_then(|rest| rest.split('(').next()).unwrap_or_default();
        let to = to.rsplit('.').next().unwrap_or_default();
        let (Some(first), Some(second)) = (place(from), place(to)) else { continue };
        if from != to && first < second && tables[first].of != Of::Platform {
            told.push(format!("{from} points at {to}, and comes before it"));
        }
        if from == to && tables[first].loops.is_empty() {
            told.push(format!("{from} points at its own rows: name the columns by `.loops(…)`"));
        }
    }
    told
}
