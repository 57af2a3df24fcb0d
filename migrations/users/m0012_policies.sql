-- What a tenant asks of its members' sign-ins. Without a row it asks for nothing.
CREATE TABLE tenant_policies (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL REFERENCES tenants (public_id),
    public_id UUID NOT NULL,
    second_factor TEXT NOT NULL CHECK (second_factor IN ('optional', 'required', 'passkey')),
    -- JSON lists. An empty one of address ranges allows all.
    sign_in_methods TEXT NOT NULL,
    address_ranges TEXT NOT NULL,
    -- From the sign-in on; NULL is as long as the tokens are renewed.
    session_minutes BIGINT,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id)
);
CREATE UNIQUE INDEX tenant_policies_once ON tenant_policies (tenant_id) WHERE deleted_at IS NULL;
@platform_tenant_table tenant_policies
