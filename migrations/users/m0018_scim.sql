-- What a tenant's directory says of the tenant's people and groups (SCIM). A person is here by the directory's word, and no
-- member until they have accepted an invitation; whoever is a member and was never spoken of has no row.
CREATE TABLE scim_users (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL REFERENCES tenants (public_id),
    public_id UUID NOT NULL,
    membership_id UUID,
    user_name TEXT NOT NULL,
    user_name_key TEXT NOT NULL,
    external_id TEXT,
    -- Where an invitation goes, in lower case.
    email_key TEXT,
    -- By the directory's id of them, which may be one of a member without a row.
    manager_id UUID,
    -- The rest of the directory's copy, as JSON.
    attributes TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, membership_id) REFERENCES memberships (tenant_id, public_id)
);
CREATE UNIQUE INDEX scim_users_user_name ON scim_users (tenant_id, user_name_key) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX scim_users_member ON scim_users (tenant_id, membership_id) WHERE membership_id IS NOT NULL AND deleted_at IS NULL;
CREATE UNIQUE INDEX scim_users_awaited ON scim_users (tenant_id, email_key) WHERE membership_id IS NULL AND email_key IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX scim_users_external ON scim_users (tenant_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX scim_users_of_manager ON scim_users (tenant_id, manager_id) WHERE manager_id IS NOT NULL;
CREATE INDEX scim_users_listed ON scim_users (tenant_id, created_at, public_id);
@tenant_table scim_users

-- Who will be in a team once they are a member.
CREATE TABLE scim_group_members (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    team_id UUID NOT NULL,
    scim_user_id UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, team_id) REFERENCES teams (tenant_id, public_id),
    FOREIGN KEY (tenant_id, scim_user_id) REFERENCES scim_users (tenant_id, public_id)
);
CREATE UNIQUE INDEX scim_group_members_once ON scim_group_members (tenant_id, team_id, scim_user_id) WHERE deleted_at IS NULL;
CREATE INDEX scim_group_members_of_user ON scim_group_members (tenant_id, scim_user_id);
@tenant_table scim_group_members

-- What the directory calls the group that a team is.
ALTER TABLE teams ADD COLUMN external_id TEXT;
CREATE INDEX teams_external ON teams (tenant_id, external_id) WHERE external_id IS NOT NULL;
