-- An index for the tasks that somebody may decide: those asked of a role, and those asked of a person.

CREATE INDEX tasks_of_role ON tasks (tenant_id, approver_role, created_at, public_id) WHERE approver_role IS NOT NULL;
CREATE INDEX tasks_of_user ON tasks (tenant_id, approver_user_id, created_at, public_id) WHERE approver_user_id IS NOT NULL;
