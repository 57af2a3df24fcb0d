-- By how many letters a tenant has asked people in since when: a day has so many and no more. Null: by none yet.
ALTER TABLE tenants ADD COLUMN invitation_mails BIGINT;
ALTER TABLE tenants ADD COLUMN invitation_mails_since TIMESTAMPTZ;
CREATE INDEX invitations_by_end ON invitations (tenant_id, state, expires_at);

-- Who is erased is looked for in what files said in every tenant, also where they never were a member. The system door finds the
-- tenants, and no more: each is entered to delete what is there. The index serves both.
DROP INDEX import_decisions_of_address;
CREATE INDEX import_decisions_by_address ON import_decisions (row_key, tenant_id) WHERE row_key IS NOT NULL;
-- postgres:DROP POLICY tenant ON import_decisions;
-- postgres:DROP POLICY owner ON import_decisions;
@platform_tenant_table import_decisions
-- postgres:REVOKE UPDATE ON import_decisions FROM insula_users;
-- postgres:REVOKE INSERT, UPDATE, DELETE ON import_decisions FROM insula_users_system;
