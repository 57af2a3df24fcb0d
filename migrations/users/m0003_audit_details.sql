-- The personal detail of an audit entry is kept apart from it, so that it can be erased and the entry still stands: the
-- ledger has a hash over salt and detail, and both go together. Expands: nodes of the version before still write before,
-- after and client_address into the entry while this one is rolled out; a later migration moves those and drops the columns.

ALTER TABLE audit_entries ADD COLUMN detail_hash BYTEA;
ALTER TABLE audit_entries ADD COLUMN actor_user UUID;

-- public_id is the entry's. detail is the text that was hashed.
CREATE TABLE audit_details (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    salt BYTEA NOT NULL,
    detail TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, public_id) REFERENCES audit_entries (tenant_id, public_id)
);
@tenant_table audit_details
-- It is written and deleted, and never changed.
-- postgres:REVOKE UPDATE ON audit_details FROM insula_users;
-- sqlite:CREATE TRIGGER audit_details_no_update BEFORE UPDATE ON audit_details BEGIN SELECT RAISE(ABORT, 'audit_details is never changed'); END;

-- Entries from before: their detail moves, unsealed, since SQL cannot hash it; an empty hash says so. The ledger refuses
-- every change but this one.
-- sqlite:DROP TRIGGER audit_entries_no_update;
-- sqlite:INSERT INTO audit_details (tenant_id, public_id, salt, detail, created_at)
-- sqlite:    SELECT tenant_id, public_id, zeroblob(0), json_object('after', json(after), 'before', json(before),
-- sqlite:    'client_address', client_address), created_at FROM audit_entries;
-- sqlite:UPDATE audit_entries SET before = NULL, after = NULL, client_address = NULL, detail_hash = zeroblob(0),
-- sqlite:    actor_user = unhex(replace(coalesce(json_extract(actor, '$.owner'),
-- sqlite:    CASE json_extract(actor, '$.kind') WHEN 'user' THEN json_extract(actor, '$.id') END), '-', ''));
-- sqlite:CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END;
-- postgres:INSERT INTO audit_details (tenant_id, public_id, salt, detail, created_at)
-- postgres:    SELECT tenant_id, public_id, ''::bytea, json_build_object('after', after, 'before', before,
-- postgres:    'client_address', client_address)::text, created_at FROM audit_entries;
-- postgres:UPDATE audit_entries SET before = NULL, after = NULL, client_address = NULL, detail_hash = ''::bytea,
-- postgres:    actor_user = coalesce(actor ->> 'owner', CASE actor ->> 'kind' WHEN 'user' THEN actor ->> 'id' END)::uuid;

CREATE INDEX audit_entries_of_actor ON audit_entries (tenant_id, actor_user, created_at, public_id);
CREATE INDEX audit_entries_of_action ON audit_entries (tenant_id, action, created_at, public_id);
