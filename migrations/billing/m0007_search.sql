-- Codes are found by what tells them apart: another order of the index, and a function that asks it for less. The
-- tables are not written to while the index is built, which takes some seconds for a million rows.
@search_anew customers external_id
@search_anew products external_id
