-- Somebody moves to another address: both the old one and the new one confirm it, by a link each.
CREATE TABLE email_changes (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id UUID NOT NULL UNIQUE,
    user_id UUID NOT NULL REFERENCES users (public_id),
    new_email TEXT NOT NULL,
    new_email_key TEXT NOT NULL,
    old_hash BYTEA NOT NULL,
    new_hash BYTEA NOT NULL,
    old_confirmed_at TIMESTAMPTZ,
    new_confirmed_at TIMESTAMPTZ,
    expires_at TIMESTAMPTZ NOT NULL,
    -- When it came about, or was given up for a later one.
    ended_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT
);
CREATE UNIQUE INDEX email_changes_of_user ON email_changes (user_id) WHERE ended_at IS NULL AND deleted_at IS NULL;
-- How many were asked for of late.
CREATE INDEX email_changes_asked ON email_changes (user_id, created_at);
CREATE INDEX email_changes_old ON email_changes (old_hash);
CREATE INDEX email_changes_new ON email_changes (new_hash);
@platform_table email_changes
