//! The statements on the message table, as text for each backend. They name the table with its schema, so that a
//! connection shared between domains keeps its plans.

use crate::message::{COLUMNS, NEVER_DEAD};

/// What the partial indexes are on; to be used, they need these very words.
pub(crate) const UNFINISHED: &str = "('queued', 'retrying', 'leased')";

pub(crate) struct Sql {
    pub claim: String,
    pub bury: String,
    pub next_due: String,
    pub settle: String,
    pub renew: String,
    pub progress: String,
    pub schedule: String,
    pub backlog: String,
    pub prune: String,
}

impl Sql {
    pub fn new(postgres: bool, table: &str, handlers: &[&str]) -> Self {
        let handlers = known(handlers);
        Self {
            claim: if postgres { claim_postgres(table, &handlers) } else { claim_sqlite(table, &handlers) },
            bury: bury(table, &handlers),
            next_due: next_due(table, &handlers),
            settle: settle(postgres, table),
            renew: renew(postgres, table),
            progress: format!(
                "UPDATE {table} SET progress_done = $1, progress_total = $2, updated_at = $3, \
                 max_attempts = COALESCE($7, max_attempts) \
                 WHERE id = $4 AND attempts = $5 AND lease_owner = $6 AND status = 'leased' RETURNING cancel_requested"
            ),
            schedule: schedule(table),
            backlog: format!(
                "SELECT count(*) AS pending, min(CASE WHEN status <> 'leased' AND run_at <= $1 THEN run_at END) AS oldest \
                 FROM {table} WHERE status IN {UNFINISHED}"
            ),
            prune: format!(
                "DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE status IN ('done', 'cancelled') \
                 AND finished_at < $1 ORDER BY finished_at LIMIT $2)"
            ),
        }
    }
}

/// Handlers that are on this node; a row for another is left to the node that has it.
fn known(handlers: &[&str]) -> String {
    let quoted: Vec<String> = handlers.iter().map(|name| format!("'{}'", name.replace('\'', "''"))).collect();
    if quoted.is_empty() { "('')".to_owned() } else { format!("({})", quoted.join(", ")) }
}

/// Whether a row can start at `$1`: its time has come or its lease has run out, and nothing unfinished of the same
/// ordering key comes before it.
fn startable(row: &str, table: &str, handlers: &str) -> String {
    format!(
        "{row}.status IN {UNFINISHED} AND {row}.handler IN {handlers} \
         AND ((({row}.status <> 'leased') AND {row}.run_at <= $1) OR ({row}.status = 'leased' AND {row}.lease_until <= $1 \
           AND NOT {row}.cancel_requested AND ({row}.attempts < {row}.max_attempts OR {row}.kind = '{NEVER_DEAD}'))) \
         AND ({row}.ordering_key IS NULL OR NOT EXISTS (SELECT 1 FROM {table} AS earlier \
           WHERE earlier.handler = {row}.handler AND earlier.ordering_key = {row}.ordering_key \
           AND earlier.tenant_id IS NOT DISTINCT FROM {row}.tenant_id \
           AND earlier.id < {row}.id AND earlier.status IN {UNFINISHED}))"
    )
}

/// The tenants that have unfinished rows, by hops along an index rather than a scan of the backlog. The last hop finds
/// none and gives NULL, which stands for the rows of no tenant.
fn tenants(table: &str) -> String {
    let hop = |beyond: &str| {
        format!(
            "(SELECT next.tenant_id FROM {table} AS next WHERE next.status IN {UNFINISHED} \
             AND next.tenant_id IS NOT NULL {beyond} ORDER BY next.tenant_id LIMIT 1)"
        )
    };
    let (first, further) = (hop(""), hop("AND next.tenant_id > tenants.tenant_id"));
    format!(
        "WITH RECURSIVE tenants(tenant_id) AS (SELECT {first} UNION ALL \
         SELECT {further} FROM tenants WHERE tenants.tenant_id IS NOT NULL)"
    )
}

/// A row's turn comes after what its tenant has running and what it would start before it.
const TURN: &str = "COALESCE(r.held, 0) + row_number() OVER (PARTITION BY c.tenant_id \
    ORDER BY c.priority DESC, c.run_at, c.id) AS turn";
/// Who goes first in a turn rotates: those behind the tenant that was served last. Two share a place: the rows of no
/// tenant, which schedules write, and those of the nil tenant, which operators do; of these the older goes first.
const ORDER: &str = "turn, (place > $5) DESC, place, id";
/// Where the rows of no tenant stand in the rotation.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";
const LEASED: &str =
    "status = 'leased', attempts = attempts + 1, lease_owner = $2, lease_until = $3, updated_at = $1";

/// How many of each tenant's rows run, on all nodes.
fn running(table: &str) -> String {
    format!(
        "running AS (SELECT tenant_id, count(*) AS held FROM {table} \
         WHERE status IN {UNFINISHED} AND status = 'leased' AND lease_until > $1 GROUP BY tenant_id)"
    )
}

/// `$1` now, `$2` owner, `$3` lease until, `$4` how many, `$5` the tenant served last. Each tenant's first rows are ranked
/// and taken in turns. A few more than asked are looked at, since other claimers may have them locked.
fn claim_postgres(table: &str, handlers: &str) -> String {
    let first_of = |tenant: &str| {
        format!(
            "SELECT d.id, d.tenant_id, d.priority, d.run_at FROM {table} AS d WHERE {tenant} AND {} \
             ORDER BY d.priority DESC, d.run_at, d.id LIMIT $4 + 100",
            startable("d", table, handlers)
        )
    };
    let (of_tenant, of_none) = (first_of("d.tenant_id = tenants.tenant_id"), first_of("d.tenant_id IS NULL"));
    let (tenants, running, still) = (tenants(table), running(table), startable("m", table, handlers));
    let columns = prefixed("m", ", ");
    let set = LEASED.replace("= attempts + 1", "= m.attempts + 1");
    format!(
        "{tenants}, candidates AS (SELECT first.* FROM tenants CROSS JOIN LATERAL ({of_tenant}) AS first \
         UNION ALL SELECT * FROM ({of_none}) AS platform), \
         {running}, ranked AS (SELECT c.id, COALESCE(c.tenant_id, '{NOBODY}'::UUID) AS place, {TURN} \
         FROM candidates AS c LEFT JOIN running AS r ON r.tenant_id IS NOT DISTINCT FROM c.tenant_id), \
         picked AS MATERIALIZED (SELECT m.id FROM ranked JOIN {table} AS m ON m.id = ranked.id WHERE {still} \
         ORDER BY {ORDER} LIMIT $4 FOR UPDATE OF m SKIP LOCKED) \
         UPDATE {table} AS m SET {set} FROM picked WHERE m.id = picked.id RETURNING {columns}"
    )
}

fn claim_sqlite(table: &str, handlers: &str) -> String {
    let (tenants, running, startable) = (tenants(table), running(table), startable("d", table, handlers));
    let (nobody, columns) = (NOBODY.replace('-', ""), COLUMNS.join(", "));
    format!(
        "{tenants}, {running}, ranked AS (SELECT c.id, COALESCE(c.tenant_id, x'{nobody}') AS place, {TURN} \
         FROM tenants CROSS JOIN {table} AS c LEFT JOIN running AS r ON r.tenant_id IS c.tenant_id \
         WHERE c.id IN (SELECT d.id FROM {table} AS d WHERE d.tenant_id IS tenants.tenant_id AND {startable} \
         ORDER BY d.priority DESC, d.run_at, d.id LIMIT $4)) \
         UPDATE {table} SET {LEASED} WHERE id IN (SELECT id FROM ranked ORDER BY {ORDER} LIMIT $4) RETURNING {columns}"
    )
}

fn prefixed(row: &str, separator: &str) -> String {
    let columns: Vec<String> = COLUMNS.iter().map(|column| format!("{row}.{column}")).collect();
    columns.join(separator)
}

/// `$1` now. `handler || ''` keeps SQLite off the unique index, which goes through all that was ever finished.
/// Rows whose worker is gone and that must not run again.
fn bury(table: &str, handlers: &str) -> String {
    format!(
        "UPDATE {table} SET status = CASE WHEN cancel_requested THEN 'cancelled' ELSE 'dead' END, lease_owner = NULL, \
         lease_until = NULL, updated_at = $1, finished_at = $1, \
         last_error = COALESCE(last_error || '; ', '') || 'the lease of the last attempt ran out: its worker died or lost the database' \
         WHERE status = 'leased' AND lease_until <= $1 AND handler || '' IN {handlers} \
         AND (cancel_requested OR (attempts >= max_attempts AND kind <> '{NEVER_DEAD}')) \
         RETURNING public_id, handler, status"
    )
}

/// `$1` now. When something will become startable that is not now; a lease of one's own too, since nobody may be left
/// who holds it.
fn next_due(table: &str, handlers: &str) -> String {
    format!(
        "SELECT min(due) AS due FROM (\
         SELECT min(run_at) AS due FROM {table} WHERE status IN {UNFINISHED} AND status <> 'leased' AND run_at > $1 \
         AND handler || '' IN {handlers} \
         UNION ALL SELECT min(lease_until) AS due FROM {table} WHERE status = 'leased' AND lease_until > $1 \
         AND handler || '' IN {handlers}) AS times"
    )
}

/// `$1` the records as JSON, `$2` owner, `$3` now. A late worker's record matches nothing: the owner or the attempt differs.
fn settle(postgres: bool, table: &str) -> String {
    let records = if postgres {
        "jsonb_to_recordset($1) AS r(id BIGINT, attempts INT, status TEXT, run_at TIMESTAMPTZ, last_error TEXT, refund INT)"
            .to_owned()
    } else {
        let column = |name: &str| format!("json_extract(value, '$.{name}') AS {name}");
        let columns: Vec<String> =
            ["id", "attempts", "status", "run_at", "last_error", "refund"].into_iter().map(column).collect();
        format!("(SELECT {} FROM json_each($1)) AS r", columns.join(", "))
    };
    // What was cancelled while it ran does not run again.
    let status = "CASE WHEN m.cancel_requested AND r.status IN ('queued', 'retrying') THEN 'cancelled' ELSE r.status END";
    // SQLite returns columns of the changed table alone and takes no name before them.
    let returned = if postgres { "m.public_id, m.handler, m.status" } else { "public_id, handler, status" };
    format!(
        "UPDATE {table} AS m SET status = {status}, run_at = COALESCE(r.run_at, m.run_at), attempts = m.attempts - r.refund, \
         last_error = COALESCE(r.last_error, m.last_error), lease_owner = NULL, lease_until = NULL, updated_at = $3, \
         finished_at = CASE WHEN {status} IN ('done', 'cancelled', 'dead') THEN $3 END \
         FROM {records} WHERE m.id = r.id AND m.attempts = r.attempts AND m.lease_owner = $2 AND m.status = 'leased' \
         RETURNING {returned}"
    )
}

/// `$1` the ids as JSON, `$2` owner, `$3` lease until. Answers which are still ours.
fn renew(postgres: bool, table: &str) -> String {
    let ids = if postgres {
        "SELECT value::BIGINT FROM jsonb_array_elements_text($1)"
    } else {
        "SELECT value FROM json_each($1)"
    };
    format!(
        "UPDATE {table} SET lease_until = $3 WHERE id IN ({ids}) AND lease_owner = $2 AND status = 'leased' \
         RETURNING id, attempts, cancel_requested"
    )
}

/// A schedule's tick: a row of no tenant. `$5` is its unique key, so any number of nodes writes one.
fn schedule(table: &str) -> String {
    format!(
        "INSERT INTO {table} (public_id, tenant_id, kind, payload_version, payload, handler, unique_key, ordering_key, priority, \
         run_at, max_attempts, actor, act_as, request_id, traceparent, created_at, status, attempts, cancel_requested, \
         progress_done, updated_at) VALUES ($1, NULL, $2, $3, $4, $2, $5, NULL, 0, $6, $7, $8, 'system', $9, $10, $11, \
         'queued', 0, FALSE, 0, $11) ON CONFLICT (handler, unique_key) DO NOTHING"
    )
}
