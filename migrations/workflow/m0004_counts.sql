-- Counts of stock need approvals too. What a definition or a task is over is money, as before, or a quantity, so neither the
-- money nor its currency is always there. SQLite takes no NOT NULL away: there the column is made anew.

-- postgres:ALTER TABLE definitions ALTER COLUMN total_over_minor DROP NOT NULL, ALTER COLUMN currency DROP NOT NULL;
-- postgres:ALTER TABLE tasks ALTER COLUMN total_minor DROP NOT NULL, ALTER COLUMN currency DROP NOT NULL;
-- sqlite:ALTER TABLE definitions RENAME COLUMN total_over_minor TO former_minor;
-- sqlite:ALTER TABLE definitions RENAME COLUMN currency TO former_currency;
-- sqlite:ALTER TABLE definitions ADD COLUMN total_over_minor BIGINT;
-- sqlite:ALTER TABLE definitions ADD COLUMN currency TEXT;
-- sqlite:UPDATE definitions SET total_over_minor = former_minor, currency = former_currency;
-- sqlite:ALTER TABLE definitions DROP COLUMN former_minor;
-- sqlite:ALTER TABLE definitions DROP COLUMN former_currency;
-- sqlite:ALTER TABLE tasks RENAME COLUMN total_minor TO former_minor;
-- sqlite:ALTER TABLE tasks RENAME COLUMN currency TO former_currency;
-- sqlite:ALTER TABLE tasks ADD COLUMN total_minor BIGINT;
-- sqlite:ALTER TABLE tasks ADD COLUMN currency TEXT;
-- sqlite:UPDATE tasks SET total_minor = former_minor, currency = former_currency;
-- sqlite:ALTER TABLE tasks DROP COLUMN former_minor;
-- sqlite:ALTER TABLE tasks DROP COLUMN former_currency;

ALTER TABLE definitions ADD COLUMN quantity_over BIGINT CHECK ((quantity_over IS NULL) <> (total_over_minor IS NULL) AND (total_over_minor IS NULL) = (currency IS NULL));
ALTER TABLE tasks ADD COLUMN quantity BIGINT CHECK ((quantity IS NULL) <> (total_minor IS NULL) AND (total_minor IS NULL) = (currency IS NULL));
-- Of a count.
ALTER TABLE tasks ADD COLUMN warehouse_id UUID CHECK ((warehouse_id IS NOT NULL) = (subject_kind = 'count'));
