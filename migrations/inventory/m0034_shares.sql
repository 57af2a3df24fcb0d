-- What is said in a line's own unit is a share of the line, so the line remembers how much of it was said so far. And
-- what rounding left out of what was entered is kept beside it; of earlier lines it is not known.

ALTER TABLE sales_order_lines ADD COLUMN shipped_entered BIGINT NOT NULL DEFAULT 0 CHECK (shipped_entered >= 0);
ALTER TABLE sales_order_lines ADD COLUMN returned_entered BIGINT NOT NULL DEFAULT 0 CHECK (returned_entered >= 0);
ALTER TABLE sales_order_lines ADD COLUMN entered_rounding TEXT
    CHECK (entered_rounding IS NULL OR entered_quantity IS NOT NULL);
ALTER TABLE purchase_order_lines ADD COLUMN entered_rounding TEXT;
ALTER TABLE transfer_lines ADD COLUMN settled_entered BIGINT NOT NULL DEFAULT 0 CHECK (settled_entered >= 0);
ALTER TABLE transfer_lines ADD COLUMN entered_rounding TEXT
    CHECK (entered_rounding IS NULL OR entered_quantity IS NOT NULL);
ALTER TABLE count_lines ADD COLUMN entered_rounding TEXT
    CHECK (entered_rounding IS NULL OR entered_quantity IS NOT NULL);
ALTER TABLE bill_components ADD COLUMN entered_rounding TEXT
    CHECK (entered_rounding IS NULL OR entered_quantity IS NOT NULL);
