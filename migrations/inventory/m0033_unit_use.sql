-- Before an item gets another unit, it is asked what counts in the one that it has.

CREATE INDEX sales_order_lines_of_item ON sales_order_lines (tenant_id, item_id);
CREATE INDEX transfer_lines_of_item ON transfer_lines (tenant_id, item_id);
CREATE INDEX count_lines_of_item ON count_lines (tenant_id, item_id);
