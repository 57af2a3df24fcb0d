idempotency_keys.tenant_id uuid NOT NULL
idempotency_keys.actor text NOT NULL
idempotency_keys.key text NOT NULL
idempotency_keys.fingerprint bytea NOT NULL
idempotency_keys.status smallint NOT NULL
idempotency_keys.headers text NOT NULL
idempotency_keys.body bytea NOT NULL
idempotency_keys.sealed boolean NOT NULL
idempotency_keys.created_at timestamp with time zone NOT NULL
idempotency_keys.expires_at timestamp with time zone NOT NULL
idempotency_keys constraint idempotency_keys_pkey PRIMARY KEY (tenant_id, actor, key)
CREATE INDEX idempotency_keys_expired ON reports.idempotency_keys USING btree (expires_at)
CREATE UNIQUE INDEX idempotency_keys_pkey ON reports.idempotency_keys USING btree (tenant_id, actor, key)
idempotency_keys policy owner to {insula_reports_owner} using true
idempotency_keys policy system to {insula_reports_system} using true
idempotency_keys policy tenant to {insula_reports} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
idempotency_keys grant DELETE, INSERT, SELECT, UPDATE to insula_reports
idempotency_keys grant DELETE, INSERT, SELECT, UPDATE to insula_reports_system
inbox.message_id uuid NOT NULL
inbox.subscriber text NOT NULL
inbox.tenant_id uuid
inbox.applied_at timestamp with time zone NOT NULL
inbox constraint inbox_pkey PRIMARY KEY (message_id, subscriber)
CREATE INDEX inbox_applied ON reports.inbox USING btree (applied_at)
CREATE UNIQUE INDEX inbox_pkey ON reports.inbox USING btree (message_id, subscriber)
inbox policy owner to {insula_reports_owner} using true
inbox policy system to {insula_reports_system} using true
inbox policy tenant to {insula_reports} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
inbox grant DELETE, INSERT, SELECT, UPDATE to insula_reports
inbox grant DELETE, INSERT, SELECT, UPDATE to insula_reports_system
messages.id bigint NOT NULL
messages.public_id uuid NOT NULL
messages.tenant_id uuid
messages.kind text NOT NULL
messages.payload_version integer NOT NULL
messages.payload text NOT NULL
messages.handler text NOT NULL
messages.unique_key text
messages.ordering_key text
messages.priority smallint NOT NULL
messages.status text NOT NULL
messages.run_at timestamp with time zone NOT NULL
messages.attempts integer NOT NULL
messages.max_attempts integer NOT NULL
messages.lease_owner text
messages.lease_until timestamp with time zone
messages.cancel_requested boolean NOT NULL
messages.progress_done bigint NOT NULL
messages.progress_total bigint
messages.last_error text
messages.actor text NOT NULL
messages.act_as text NOT NULL
messages.request_id text NOT NULL
messages.traceparent text NOT NULL
messages.created_at timestamp with time zone NOT NULL
messages.updated_at timestamp with time zone NOT NULL
messages.finished_at timestamp with time zone
messages constraint messages_handler_unique_key_key UNIQUE (handler, unique_key)
messages constraint messages_pkey PRIMARY KEY (id)
messages constraint messages_public_id_key UNIQUE (public_id)
messages constraint messages_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'leased'::text, 'retrying'::text, 'done'::text, 'cancelled'::text, 'dead'::text])))
CREATE INDEX messages_due ON reports.messages USING btree (run_at) WHERE (status = ANY (ARRAY['queued'::text, 'retrying'::text, 'leased'::text]))
CREATE INDEX messages_finished ON reports.messages USING btree (finished_at) WHERE (finished_at IS NOT NULL)
CREATE UNIQUE INDEX messages_handler_unique_key_key ON reports.messages USING btree (handler, unique_key)
CREATE INDEX messages_leased ON reports.messages USING btree (lease_until) WHERE (status = 'leased'::text)
CREATE INDEX messages_of_tenant ON reports.messages USING btree (tenant_id, created_at, public_id)
CREATE INDEX messages_ordered ON reports.messages USING btree (handler, ordering_key, id) WHERE (status = ANY (ARRAY['queued'::text, 'retrying'::text, 'leased'::text]))
CREATE UNIQUE INDEX messages_pkey ON reports.messages USING btree (id)
CREATE UNIQUE INDEX messages_public_id_key ON reports.messages USING btree (public_id)
CREATE INDEX messages_turns ON reports.messages USING btree (tenant_id, priority DESC, run_at, id) WHERE (status = ANY (ARRAY['queued'::text, 'retrying'::text, 'leased'::text]))
messages policy owner to {insula_reports_owner} using true
messages policy system to {insula_reports_system} using true
messages policy tenant to {insula_reports} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
messages grant DELETE, INSERT, SELECT, UPDATE to insula_reports
messages grant DELETE, INSERT, SELECT, UPDATE to insula_reports_system
report_runs.id bigint NOT NULL
report_runs.tenant_id uuid NOT NULL
report_runs.public_id uuid NOT NULL
report_runs.report text NOT NULL
report_runs.title text NOT NULL
report_runs.permission text NOT NULL
report_runs.parameters jsonb NOT NULL
report_runs.status text NOT NULL
report_runs.rows_written bigint NOT NULL
report_runs.size_bytes bigint
report_runs.failure_detail text
report_runs.requested_by uuid
report_runs.notify boolean NOT NULL
report_runs.blob_name text NOT NULL
report_runs.finished_at timestamp with time zone
report_runs.version bigint NOT NULL
report_runs.created_at timestamp with time zone NOT NULL
report_runs.updated_at timestamp with time zone NOT NULL
report_runs.deleted_at timestamp with time zone
report_runs.deleted_by text
report_runs constraint report_runs_check CHECK (((status = ANY (ARRAY['ready'::text, 'failed'::text, 'cancelled'::text])) = (finished_at IS NOT NULL)))
report_runs constraint report_runs_check1 CHECK (((status = 'ready'::text) = (size_bytes IS NOT NULL)))
report_runs constraint report_runs_check2 CHECK (((status = 'failed'::text) = (failure_detail IS NOT NULL)))
report_runs constraint report_runs_pkey PRIMARY KEY (id)
report_runs constraint report_runs_public_id UNIQUE (tenant_id, public_id)
report_runs constraint report_runs_rows_written_check CHECK ((rows_written >= 0))
report_runs constraint report_runs_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'ready'::text, 'failed'::text, 'cancelled'::text])))
CREATE INDEX report_runs_by_status ON reports.report_runs USING btree (tenant_id, status, created_at, public_id)
CREATE INDEX report_runs_newest ON reports.report_runs USING btree (tenant_id, created_at, public_id)
CREATE INDEX report_runs_of_report ON reports.report_runs USING btree (tenant_id, report, created_at, public_id)
CREATE INDEX report_runs_of_report_by_status ON reports.report_runs USING btree (tenant_id, report, status, created_at, public_id)
CREATE UNIQUE INDEX report_runs_pkey ON reports.report_runs USING btree (id)
CREATE UNIQUE INDEX report_runs_public_id ON reports.report_runs USING btree (tenant_id, public_id)
report_runs policy owner to {insula_reports_owner} using true
report_runs policy tenant to {insula_reports} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
report_runs grant DELETE, INSERT, SELECT, UPDATE to insula_reports
reports_migrations.version character varying NOT NULL
reports_migrations.applied_at bigint NOT NULL
reports_migrations constraint reports_migrations_pkey PRIMARY KEY (version)
CREATE UNIQUE INDEX reports_migrations_pkey ON reports.reports_migrations USING btree (version)
