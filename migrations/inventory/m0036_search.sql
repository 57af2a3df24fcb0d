-- Codes are found by what tells them apart: another order of the index, and a function that asks it for less. The
-- tables are not written to while the index is built, which takes some seconds for a million rows.
@search_anew items sku category external_id family_id:uuid
@search_anew suppliers code external_id
