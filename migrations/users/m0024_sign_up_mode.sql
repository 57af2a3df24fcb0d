-- Whether the sign-up that a link goes with asked for a live or a test tenant, since each link applies its own. Null, of nodes of
-- the version before: the tenant keeps what the first sign-up made of it.
ALTER TABLE email_tokens ADD COLUMN mode TEXT CHECK (mode IN ('live', 'test'));
