-- What was answered to a refresh token while its child is unused, sealed: a client that lost the answer, or asked twice at
-- once, is told the same again for a few seconds.
ALTER TABLE refresh_tokens ADD COLUMN answer BYTEA;
