-- An index for every filter of a list.

CREATE INDEX report_runs_by_status ON report_runs (tenant_id, status, created_at, public_id);
CREATE INDEX report_runs_of_report ON report_runs (tenant_id, report, created_at, public_id);
CREATE INDEX report_runs_of_report_by_status ON report_runs (tenant_id, report, status, created_at, public_id);
