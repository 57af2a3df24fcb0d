-- For how many days the details of a tenant's audit log are kept; none: as long as the tenant is there.
ALTER TABLE tenant_policies ADD COLUMN audit_detail_days BIGINT;
CREATE INDEX tenant_policies_retention ON tenant_policies (tenant_id) WHERE audit_detail_days IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX audit_details_old ON audit_details (tenant_id, created_at);

-- One for each person who was erased. It speaks of an id that is nobody's any more. Whom to erase and to tell is sealed, and
-- gone once they are told; done_up_to is the last tenant that has nothing of theirs.
CREATE TABLE user_erasures (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id UUID NOT NULL UNIQUE,
    user_id UUID NOT NULL REFERENCES users (public_id),
    because TEXT NOT NULL CHECK (because IN ('asked', 'tenant_erased')),
    state TEXT NOT NULL CHECK (state IN ('erasing', 'erased')),
    sealed_person BYTEA,
    done_up_to UUID,
    erased_at TIMESTAMPTZ,
    certificate TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT
);
CREATE UNIQUE INDEX user_erasures_once ON user_erasures (user_id) WHERE deleted_at IS NULL;
@platform_table user_erasures
-- What somebody proves themselves by is deleted with them.
-- postgres:GRANT DELETE ON passkeys, totp_factors TO insula_users_system;
CREATE INDEX invitations_of_address ON invitations (email_key, tenant_id);
CREATE INDEX data_exports_of_person ON data_exports (tenant_id, of_person) WHERE of_person IS NOT NULL;
CREATE INDEX tenant_closures_asked_by ON tenant_closures (requested_by) WHERE address IS NOT NULL;
