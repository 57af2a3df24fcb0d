-- An index for every filter of a list.

CREATE INDEX emails_by_status ON emails (tenant_id, status, created_at, public_id);
