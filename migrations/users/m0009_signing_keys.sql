-- The keys that access tokens are signed with (Ed25519, RFC 8037). Each node signs with the newest whose signs_from has
-- come; the public ones are published before that, and as long after as a token lives. The private one is sealed.
CREATE TABLE signing_keys (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id UUID NOT NULL UNIQUE,
    -- One after the other, so that of two nodes that make the next at once one does.
    generation BIGINT NOT NULL,
    -- Its thumbprint (RFC 7638).
    key_id TEXT NOT NULL,
    public_key BYTEA NOT NULL,
    sealed_private_key BYTEA NOT NULL,
    signs_from TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT
);
CREATE UNIQUE INDEX signing_keys_generation ON signing_keys (generation) WHERE deleted_at IS NULL;
@platform_table signing_keys
