-- What has ended is deleted after a while (users.clean_up). Each of its statements finds a batch through one of these.
CREATE INDEX refresh_tokens_spent ON refresh_tokens (expires_at) WHERE used_at IS NOT NULL;
CREATE INDEX refresh_tokens_unspent ON refresh_tokens (expires_at) WHERE used_at IS NULL;
CREATE INDEX sessions_revoked ON sessions (revoked_at) WHERE revoked_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX sessions_of_operators ON sessions (access_expires_at) WHERE operator_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX sessions_deleted ON sessions (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX email_tokens_expiring ON email_tokens (expires_at);
CREATE INDEX password_resets_expiring ON password_resets (expires_at);
CREATE INDEX email_changes_expiring ON email_changes (expires_at);
CREATE INDEX recovery_codes_deleted ON recovery_codes (deleted_at) WHERE deleted_at IS NOT NULL;
-- postgres:GRANT DELETE ON password_resets, email_changes, recovery_codes TO insula_users_system;
