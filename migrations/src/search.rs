//! What `@search_table` stands for. PostgreSQL: an index of trigrams and the tenant, and a function of the owner's,
//! for whom row-level security does not forbid that index. It reads the tenant from the transaction, so the runtime
//! role finds its tenant's rows and nobody else's; it gives one page's ids, in order. SQLite: an FTS5 table kept by
//! triggers.

/// Read in the order of creation before the index is asked; and so many more of them where so many have the text.
const NEXT_FEW: u32 = 100;
const NEXT_MANY: u32 = 2_000;
const MANY_HAVE_IT: u32 = 5;
/// The first of them tell what is common: what so many of these have.
const SAMPLE: u32 = 50;
const COMMON: u32 = 3;
/// What the index is asked for in the place of the whole text has at least as many characters.
const PART_CHARS: u32 = 5;

/// A column, and what a text becomes to be compared with it.
struct Filter<'a> {
    column: &'a str,
    cast: String,
}

/// `table column…`, where a column that is no text says what it is: `family_id:uuid`.
fn parts(mark: &str) -> (&str, Vec<Filter<'_>>) {
    let mut words = mark.split_whitespace();
    let table = words.next().unwrap_or_default();
    let filter = |word| match str::split_once(word, ':') {
        Some((column, kind)) => Filter { column, cast: format!("::{kind}") },
        None => Filter { column: word, cast: String::new() },
    };
    (table, words.map(filter).collect())
}

/// In the order of the index's columns PostgreSQL looks for the next row that has all: were the tenant before the text,
/// a large tenant's rows would be sought once for each row that has a part of the text.
pub fn on_postgres(domain: &str, mark: &str) -> String {
    let (table, _) = parts(mark);
    let index = format!(
        "CREATE INDEX {table}_search ON {table} USING gin (search_text public.gin_trgm_ops, tenant_id);"
    );
    format!("{index}\n{}", function_on_postgres(domain, mark))
}

/// The same in the place of an older one. The old index goes first, and with that the table is its alone: who asked
/// for this only once the new one is built would wait for those who wait for it.
pub fn anew_on_postgres(domain: &str, mark: &str) -> String {
    let (table, _) = parts(mark);
    format!("DROP INDEX {table}_search;\n{}", on_postgres(domain, mark))
}

/// The function alone, in the place of an older one.
pub fn function_on_postgres(domain: &str, mark: &str) -> String {
    let (table, columns) = parts(mark);
    let list = |of: &dyn Fn(usize, &Filter<'_>) -> String| -> String {
        columns.iter().enumerate().map(|(index, filter)| of(index, filter)).collect()
    };
    let parameters = list(&|_, Filter { column, .. }| format!(", wanted_{column} TEXT"));
    let types = list(&|_, _| ", TEXT".to_owned());
    let values = list(&|_, Filter { column, .. }| format!(", wanted_{column}"));
    let filters = list(&|index, Filter { column, cast }| {
        let place = index + 8;
        format!(
            "\n    || CASE WHEN wanted_{column} IS NULL THEN '' ELSE ' AND {column} = ${place}{cast}' END"
        )
    });
    let using =
        format!("USING {}, pattern, after_at, after_id, from_at, until_at, most{values}", crate::ddl::TENANT);
    let part = format!("${}", columns.len() + 8);
    let signature = format!(
        "{table}_matching(TEXT, BOOLEAN, BOOLEAN, TIMESTAMPTZ, UUID, TIMESTAMPTZ, TIMESTAMPTZ, BIGINT{types})"
    );
    format!(
        "CREATE OR REPLACE FUNCTION {table}_matching(pattern TEXT, with_deleted BOOLEAN, newest BOOLEAN,
    after_at TIMESTAMPTZ, after_id UUID, from_at TIMESTAMPTZ, until_at TIMESTAMPTZ, most BIGINT{parameters})
RETURNS SETOF UUID LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 30 SET search_path = {domain}, pg_temp AS $body$
DECLARE
  scope CONSTANT TEXT := ' FROM {table} WHERE tenant_id = $1'
    || CASE WHEN with_deleted THEN '' ELSE ' AND deleted_at IS NULL' END
    || CASE WHEN after_at IS NULL THEN '' WHEN newest THEN ' AND (created_at, public_id) < ($3, $4)'
            ELSE ' AND (created_at, public_id) > ($3, $4)' END
    || CASE WHEN from_at IS NULL THEN '' ELSE ' AND created_at >= $5' END
    || CASE WHEN until_at IS NULL THEN '' ELSE ' AND created_at < $6' END{filters};
  sorted CONSTANT TEXT :=
    CASE WHEN newest THEN ' ORDER BY created_at DESC, public_id DESC' ELSE ' ORDER BY created_at, public_id' END;
  whole CONSTANT TEXT := substr(pattern, 2, length(pattern) - 2);
  few INT := {NEXT_FEW};
  found UUID[];
  seen BIGINT;
  sample TEXT[];
  part TEXT;
BEGIN
  -- A text that many rows have fills the page from the next few; the index would give all of them, to be sorted.
  LOOP
    EXECUTE 'SELECT array_agg(public_id) FILTER (WHERE search_text LIKE $2), count(*),
      (array_agg(search_text))[1:{SAMPLE}]
      FROM (SELECT public_id, search_text' || scope || sorted || ' LIMIT ' || few || ') next_few'
      INTO found, seen, sample {using};
    IF seen < few OR cardinality(found) >= most THEN
      RETURN QUERY SELECT unnest(found[1:most::INT]);
      RETURN;
    END IF;
    EXIT WHEN few = {NEXT_MANY} OR coalesce(cardinality(found), 0) < {MANY_HAVE_IT};
    few := {NEXT_MANY};
  END LOOP;
  -- Codes begin alike, and what all have is sought in the index once for each row that has the rest. So it is asked for
  -- one word of what is between the first and the last characters that are not common, the seldomest and longest: it
  -- counts the ends of words as characters. A part of an escape would mean something else.
  IF strpos(whole, '\\') = 0 THEN
    SELECT word INTO part
      FROM (SELECT substr(whole, min(at), max(at) - min(at) + 3) AS rest FROM generate_series(1, length(whole) - 2) at
        WHERE (SELECT count(*) FROM unnest(sample) AS known(line) WHERE strpos(line, substr(whole, at, 3)) > 0)
          < {COMMON}) seldom,
        regexp_split_to_table(rest, '[^[:alnum:]]+') word
      WHERE length(word) >= {PART_CHARS}
      ORDER BY (SELECT count(*) FROM unnest(sample) AS known(line) WHERE strpos(line, word) > 0), length(word) DESC
      LIMIT 1;
  END IF;
  RETURN QUERY EXECUTE 'SELECT public_id' || scope || ' AND search_text LIKE {part} AND search_text || '''' LIKE $2'
    || sorted || ' LIMIT $7' {using}, coalesce('%' || part || '%', pattern);
END $body$;
REVOKE ALL ON FUNCTION {signature} FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {signature} TO insula_{domain};"
    )
}

pub fn on_sqlite(mark: &str) -> String {
    let (table, _) = parts(mark);
    let add = format!(
        "INSERT INTO {table}_search (rowid, search_text, tenant_id, public_id) \
         VALUES (new.id, new.search_text, new.tenant_id, new.public_id);"
    );
    let remove = format!("DELETE FROM {table}_search WHERE rowid = old.id;");
    format!(
        "CREATE VIRTUAL TABLE {table}_search USING fts5(search_text, tenant_id UNINDEXED, public_id UNINDEXED, \
         tokenize = 'trigram case_sensitive 1');
INSERT INTO {table}_search (rowid, search_text, tenant_id, public_id) SELECT id, search_text, tenant_id, public_id FROM {table};
CREATE TRIGGER {table}_search_insert AFTER INSERT ON {table} BEGIN {add} END;
CREATE TRIGGER {table}_search_update AFTER UPDATE OF search_text ON {table}
    WHEN old.search_text <> new.search_text BEGIN {remove} {add} END;
CREATE TRIGGER {table}_search_delete AFTER DELETE ON {table} BEGIN {remove} END;"
    )
}
