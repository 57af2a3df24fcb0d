-- An order counts a kit in the kit's unit beside its parts' lines, so who gives a kit another unit asks for it too.

CREATE INDEX sales_order_lines_of_kit ON sales_order_lines (tenant_id, kit_item_id)
    WHERE kit_item_id IS NOT NULL;
