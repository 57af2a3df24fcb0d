-- How each uploaded file is read, as it was declared or found out when it came in. Without a delimiter or an encoding a CSV
-- file came in under the version before, which read commas in UTF-8 alone.

ALTER TABLE uploads ADD COLUMN delimiter TEXT CHECK (delimiter IN ('comma', 'semicolon', 'tab', 'pipe'));
ALTER TABLE uploads ADD COLUMN encoding TEXT;
ALTER TABLE uploads ADD COLUMN sheet_name TEXT;
ALTER TABLE uploads ADD COLUMN epoch BIGINT CHECK (epoch IN (1900, 1904));
ALTER TABLE uploads ADD COLUMN header_row BIGINT NOT NULL DEFAULT 1;
