-- What a member may do and how they came: roles of the tenant's own, teams that hand roles down, and invitations.

-- permissions is a JSON list of names, as the domains declare them.
CREATE TABLE roles (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL REFERENCES tenants (public_id),
    public_id UUID NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    permissions TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id)
);
CREATE UNIQUE INDEX roles_name ON roles (tenant_id, name) WHERE deleted_at IS NULL;
CREATE INDEX roles_listed ON roles (tenant_id, created_at, public_id);
@tenant_table roles

-- A member has the role in `role`, or that of the tenant's own in role_id. Nodes of the version before know `role` alone,
-- so beside a role_id it is the least there is. SQLite adds no foreign key of two columns to a table that is there.
ALTER TABLE memberships ADD COLUMN role_id UUID;
ALTER TABLE memberships ADD COLUMN manager_id UUID;
-- postgres:ALTER TABLE memberships ADD FOREIGN KEY (tenant_id, role_id) REFERENCES roles (tenant_id, public_id);
-- postgres:ALTER TABLE memberships ADD FOREIGN KEY (tenant_id, manager_id) REFERENCES memberships (tenant_id, public_id);
-- sqlite:CREATE TRIGGER memberships_references BEFORE UPDATE OF role_id, manager_id ON memberships
-- sqlite:WHEN (NEW.role_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM roles WHERE tenant_id = NEW.tenant_id AND public_id = NEW.role_id))
-- sqlite:OR (NEW.manager_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM memberships WHERE tenant_id = NEW.tenant_id AND public_id = NEW.manager_id))
-- sqlite:BEGIN SELECT RAISE(ABORT, 'FOREIGN KEY constraint failed'); END;
CREATE INDEX memberships_of_role ON memberships (tenant_id, role_id, created_at, public_id) WHERE role_id IS NOT NULL;
CREATE INDEX memberships_by_role ON memberships (tenant_id, role, created_at, public_id);
CREATE INDEX memberships_by_state ON memberships (tenant_id, state, created_at, public_id);
-- Who is taken out loses all of them.
CREATE INDEX sessions_of_member ON sessions (tenant_id, membership_id, created_at, public_id);
CREATE INDEX api_keys_of_member ON api_keys (tenant_id, membership_id, created_at, public_id);
CREATE INDEX memberships_of_manager ON memberships (tenant_id, manager_id, created_at, public_id) WHERE manager_id IS NOT NULL;

-- A team may give its members a role, and those of the teams below it the same.
CREATE TABLE teams (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL REFERENCES tenants (public_id),
    public_id UUID NOT NULL,
    name TEXT NOT NULL,
    parent_id UUID,
    role TEXT CHECK (role IN ('viewer', 'member', 'admin', 'owner')),
    role_id UUID,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    CHECK (role IS NULL OR role_id IS NULL),
    FOREIGN KEY (tenant_id, parent_id) REFERENCES teams (tenant_id, public_id),
    FOREIGN KEY (tenant_id, role_id) REFERENCES roles (tenant_id, public_id)
);
CREATE UNIQUE INDEX teams_name ON teams (tenant_id, name) WHERE deleted_at IS NULL;
CREATE INDEX teams_listed ON teams (tenant_id, created_at, public_id);
CREATE INDEX teams_of_parent ON teams (tenant_id, parent_id, created_at, public_id) WHERE parent_id IS NOT NULL;
CREATE INDEX teams_of_role ON teams (tenant_id, role_id) WHERE role_id IS NOT NULL;
@tenant_table teams

CREATE TABLE team_members (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    team_id UUID NOT NULL,
    membership_id UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, team_id) REFERENCES teams (tenant_id, public_id),
    FOREIGN KEY (tenant_id, membership_id) REFERENCES memberships (tenant_id, public_id)
);
CREATE UNIQUE INDEX team_members_once ON team_members (tenant_id, team_id, membership_id) WHERE deleted_at IS NULL;
CREATE INDEX team_members_listed ON team_members (tenant_id, team_id, created_at, public_id);
CREATE INDEX team_members_of_member ON team_members (tenant_id, membership_id);
@tenant_table team_members

-- Somebody is asked in. Who it is shows when they accept: until then an address, which nobody learns to be known or not.
CREATE TABLE invitations (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL REFERENCES tenants (public_id),
    public_id UUID NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'member', 'admin', 'owner')),
    role_id UUID,
    invited_by UUID NOT NULL,
    hash BYTEA NOT NULL,
    tries BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'revoked')),
    expires_at TIMESTAMPTZ NOT NULL,
    membership_id UUID,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, role_id) REFERENCES roles (tenant_id, public_id),
    FOREIGN KEY (tenant_id, membership_id) REFERENCES memberships (tenant_id, public_id)
);
CREATE UNIQUE INDEX invitations_open ON invitations (tenant_id, email_key) WHERE state = 'open' AND deleted_at IS NULL;
CREATE INDEX invitations_hash ON invitations (hash);
CREATE INDEX invitations_listed ON invitations (tenant_id, created_at, public_id);
CREATE INDEX invitations_by_state ON invitations (tenant_id, state, created_at, public_id);
@platform_tenant_table invitations
