-- Kits in orders of customers. A line that names one is kept as a line for each of its parts, and those share what was
-- ordered: which of the lines that were said it was (`kit_line`), what kit, how much of it, and its price.

ALTER TABLE sales_order_lines ADD COLUMN kit_line BIGINT CHECK (kit_line > 0);
ALTER TABLE sales_order_lines ADD COLUMN kit_item_id UUID CHECK ((kit_item_id IS NULL) = (kit_line IS NULL));
ALTER TABLE sales_order_lines ADD COLUMN kit_quantity BIGINT
    CHECK ((kit_quantity IS NULL) = (kit_line IS NULL) AND (kit_quantity IS NULL OR kit_quantity > 0));
ALTER TABLE sales_order_lines ADD COLUMN kit_entered_quantity BIGINT
    CHECK (kit_entered_quantity IS NULL OR kit_line IS NOT NULL);
ALTER TABLE sales_order_lines ADD COLUMN kit_entered_unit TEXT
    CHECK ((kit_entered_unit IS NULL) = (kit_entered_quantity IS NULL));
ALTER TABLE sales_order_lines ADD COLUMN kit_unit_price_minor BIGINT
    CHECK (kit_unit_price_minor >= 0 AND (kit_unit_price_minor IS NULL OR kit_line IS NOT NULL));
