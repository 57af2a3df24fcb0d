-- A tenant lets the operators of the installation look at it through one of its members, for a time and up to a role.
CREATE TABLE support_grants (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL REFERENCES tenants (public_id),
    public_id UUID NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'member', 'admin')),
    reason TEXT NOT NULL,
    granted_by UUID NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, granted_by) REFERENCES memberships (tenant_id, public_id)
);
CREATE INDEX support_grants_listed ON support_grants (tenant_id, created_at, public_id);
@platform_tenant_table support_grants

-- Of a session that an operator has as a member: who it really is, and by which grant. SQLite adds no foreign key of two
-- columns to a table that is there. Nodes of the version before do not look at them, and refuse the token of such a session,
-- as they do every signed one.
ALTER TABLE sessions ADD COLUMN operator_id UUID REFERENCES operators (public_id);
ALTER TABLE sessions ADD COLUMN support_grant_id UUID;
-- postgres:ALTER TABLE sessions ADD FOREIGN KEY (tenant_id, support_grant_id) REFERENCES support_grants (tenant_id, public_id);
-- sqlite:CREATE TRIGGER sessions_references BEFORE INSERT ON sessions
-- sqlite:WHEN NEW.support_grant_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM support_grants WHERE tenant_id = NEW.tenant_id AND public_id = NEW.support_grant_id)
-- sqlite:BEGIN SELECT RAISE(ABORT, 'FOREIGN KEY constraint failed'); END;
CREATE INDEX sessions_of_support_grant ON sessions (tenant_id, support_grant_id) WHERE support_grant_id IS NOT NULL;
