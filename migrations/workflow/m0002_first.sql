-- The first tables of workflow: which invoices need whose approval, and the approvals asked for.

CREATE TABLE definitions (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    name TEXT NOT NULL,
    trigger TEXT NOT NULL,
    total_over_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    approver_role TEXT,
    approver_user_id UUID,
    requester_may_decide BOOLEAN NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('draft', 'published', 'retired')),
    published_at TIMESTAMPTZ,
    retired_at TIMESTAMPTZ,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    CHECK ((approver_role IS NULL) <> (approver_user_id IS NULL))
);
CREATE INDEX definitions_listed ON definitions (tenant_id, created_at, public_id);
@tenant_table definitions

-- `hold_id` is billing's: each round of each rule on an invoice is a hold of its own, so one hold is one task.
CREATE TABLE tasks (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    definition_id UUID NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id UUID NOT NULL,
    hold_id UUID NOT NULL,
    title TEXT NOT NULL,
    total_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    approver_role TEXT,
    approver_user_id UUID,
    requester_may_decide BOOLEAN NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'approved', 'rejected', 'cleared')),
    requested_by UUID,
    decided_by UUID,
    decided_at TIMESTAMPTZ,
    comment TEXT,
    applied_at TIMESTAMPTZ,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, definition_id) REFERENCES definitions (tenant_id, public_id),
    CHECK ((approver_role IS NULL) <> (approver_user_id IS NULL)),
    CHECK ((status IN ('approved', 'rejected')) = (decided_at IS NOT NULL))
);
CREATE UNIQUE INDEX tasks_hold ON tasks (tenant_id, hold_id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_listed ON tasks (tenant_id, created_at, public_id);
CREATE INDEX tasks_by_status ON tasks (tenant_id, status, created_at, public_id);
CREATE INDEX tasks_of_definition ON tasks (tenant_id, definition_id);
@tenant_table tasks

-- `public_id` is billing's id of the hold. A hold may be cleared before its announcement is heard.
CREATE TABLE holds (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    cleared_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id)
);
@tenant_table holds
