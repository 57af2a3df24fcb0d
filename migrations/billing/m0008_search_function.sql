-- What is not found among the next few is asked of the index sooner, and by one word.
@search_function customers external_id
@search_function products external_id
