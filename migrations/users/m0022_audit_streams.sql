-- A tenant's audit log on its way to collectors of the tenant's own. Leaves of the log below next_leaf have been delivered or
-- were not asked for, and batch_end is where the batch ends that is being tried, so that a repeat is the same batch.
CREATE TABLE audit_streams (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL REFERENCES tenants (public_id),
    public_id UUID NOT NULL,
    url TEXT NOT NULL,
    action_prefix TEXT,
    made_by UUID NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'paused')),
    paused_because TEXT CHECK (paused_because IN ('asked', 'gone', 'failed')),
    sealed_secret BYTEA NOT NULL,
    sealed_previous BYTEA,
    previous_until TIMESTAMPTZ,
    next_leaf BIGINT NOT NULL CHECK (next_leaf >= 0),
    batch_end BIGINT,
    delivered_at TIMESTAMPTZ,
    failing_since TIMESTAMPTZ,
    failures BIGINT NOT NULL,
    last_error TEXT,
    next_try_at TIMESTAMPTZ,
    -- Whether a job is there that will look at the log once more, and which of them has the turn.
    woken BOOLEAN NOT NULL,
    sender UUID,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id)
);
CREATE INDEX audit_streams_listed ON audit_streams (tenant_id, created_at, public_id);
@platform_tenant_table audit_streams

-- How the log is searched. In the transaction of m0017, which changes the table, nobody could read the log until they are built;
-- here only those who append to it wait. An action is domain.resource.verb; what is trimmed away from its end is the verb, and
-- then the resource.
CREATE INDEX audit_entries_of_kind ON audit_entries (tenant_id, resource, created_at, public_id);
CREATE INDEX audit_entries_of_request ON audit_entries (tenant_id, request_id, created_at, public_id);
CREATE INDEX audit_entries_of_actions ON audit_entries
    (tenant_id, rtrim(action, 'abcdefghijklmnopqrstuvwxyz_0123456789'), created_at, public_id);
CREATE INDEX audit_entries_of_domain ON audit_entries
    (tenant_id, rtrim(rtrim(rtrim(action, 'abcdefghijklmnopqrstuvwxyz_0123456789'), '.'), 'abcdefghijklmnopqrstuvwxyz_0123456789'), created_at, public_id);
CREATE INDEX audit_entries_of_impersonator ON audit_entries
    (tenant_id, (impersonator ->> 'kind'), created_at, public_id) WHERE impersonator IS NOT NULL;
