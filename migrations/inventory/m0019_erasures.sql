-- A row says that a tenant is being erased: its ledgers let go of it in the transaction that has the row, and in no other.
CREATE TABLE erasures (
    tenant_id UUID PRIMARY KEY,
    ordered_at TIMESTAMPTZ NOT NULL
);
@tenant_table erasures
@erasable_ledger movements
@erasable_ledger import_batches
@erasable_ledger import_skus
