-- What is not found among the next few is asked of the index sooner, and by one word.
@search_function items sku category external_id family_id:uuid
@search_function suppliers code external_id
