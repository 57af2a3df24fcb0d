-- Codes are found by what tells them apart: another order of the index, and a function that asks it for less. On
-- PostgreSQL nobody reads or writes these tables until their indexes are built: up to a minute for a million rows.
@search_anew items sku category external_id family_id:uuid
@search_anew suppliers code external_id
