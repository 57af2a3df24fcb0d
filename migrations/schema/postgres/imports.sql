exports.id bigint NOT NULL
exports.tenant_id uuid NOT NULL
exports.public_id uuid NOT NULL
exports.target text NOT NULL
exports.permission text NOT NULL
exports.status text NOT NULL
exports.row_count bigint NOT NULL
exports.size_bytes bigint
exports.failure_detail text
exports.file_name text NOT NULL
exports.requested_by uuid
exports.finished_at timestamp with time zone
exports.version bigint NOT NULL
exports.created_at timestamp with time zone NOT NULL
exports.updated_at timestamp with time zone NOT NULL
exports.deleted_at timestamp with time zone
exports.deleted_by text
exports.file_id uuid
exports constraint exports_check CHECK (((status = ANY (ARRAY['done'::text, 'failed'::text, 'cancelled'::text])) = (finished_at IS NOT NULL)))
exports constraint exports_check1 CHECK (((status = 'done'::text) = (size_bytes IS NOT NULL)))
exports constraint exports_check2 CHECK (((status = 'failed'::text) = (failure_detail IS NOT NULL)))
exports constraint exports_pkey PRIMARY KEY (id)
exports constraint exports_public_id UNIQUE (tenant_id, public_id)
exports constraint exports_row_count_check CHECK ((row_count >= 0))
exports constraint exports_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'done'::text, 'failed'::text, 'cancelled'::text])))
CREATE INDEX exports_newest ON imports.exports USING btree (tenant_id, created_at, public_id)
CREATE UNIQUE INDEX exports_pkey ON imports.exports USING btree (id)
CREATE UNIQUE INDEX exports_public_id ON imports.exports USING btree (tenant_id, public_id)
exports policy owner to {insula_imports_owner} using true
exports policy tenant to {insula_imports} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
exports grant DELETE, INSERT, SELECT, UPDATE to insula_imports
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
CREATE INDEX idempotency_keys_expired ON imports.idempotency_keys USING btree (expires_at)
CREATE UNIQUE INDEX idempotency_keys_pkey ON imports.idempotency_keys USING btree (tenant_id, actor, key)
idempotency_keys policy owner to {insula_imports_owner} using true
idempotency_keys policy system to {insula_imports_system} using true
idempotency_keys policy tenant to {insula_imports} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
idempotency_keys grant DELETE, INSERT, SELECT, UPDATE to insula_imports
idempotency_keys grant DELETE, INSERT, SELECT, UPDATE to insula_imports_system
import_mappings.id bigint NOT NULL
import_mappings.tenant_id uuid NOT NULL
import_mappings.public_id uuid NOT NULL
import_mappings.name text NOT NULL
import_mappings.target text NOT NULL
import_mappings.mapping text NOT NULL
import_mappings.version bigint NOT NULL
import_mappings.created_at timestamp with time zone NOT NULL
import_mappings.updated_at timestamp with time zone NOT NULL
import_mappings.deleted_at timestamp with time zone
import_mappings.deleted_by text
import_mappings constraint import_mappings_pkey PRIMARY KEY (id)
import_mappings constraint import_mappings_public_id UNIQUE (tenant_id, public_id)
CREATE UNIQUE INDEX import_mappings_name ON imports.import_mappings USING btree (tenant_id, target, name) WHERE (deleted_at IS NULL)
CREATE INDEX import_mappings_newest ON imports.import_mappings USING btree (tenant_id, created_at, public_id)
CREATE INDEX import_mappings_of_target ON imports.import_mappings USING btree (tenant_id, target, created_at, public_id)
CREATE UNIQUE INDEX import_mappings_pkey ON imports.import_mappings USING btree (id)
CREATE UNIQUE INDEX import_mappings_public_id ON imports.import_mappings USING btree (tenant_id, public_id)
import_mappings policy owner to {insula_imports_owner} using true
import_mappings policy tenant to {insula_imports} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
import_mappings grant DELETE, INSERT, SELECT, UPDATE to insula_imports
import_rows.id bigint NOT NULL
import_rows.tenant_id uuid NOT NULL
import_rows.public_id uuid NOT NULL
import_rows.run_id uuid NOT NULL
import_rows.line bigint NOT NULL
import_rows.outcome text NOT NULL
import_rows.resource_id uuid
import_rows.faults text NOT NULL
import_rows.created_at timestamp with time zone NOT NULL
import_rows.updated_at timestamp with time zone NOT NULL
import_rows.deleted_at timestamp with time zone
import_rows.deleted_by text
import_rows constraint import_rows_id UNIQUE (tenant_id, public_id)
import_rows constraint import_rows_of_line UNIQUE (tenant_id, run_id, line)
import_rows constraint new_import_rows_outcome_check CHECK ((outcome = ANY (ARRAY['created'::text, 'updated'::text, 'unchanged'::text, 'refused'::text, 'undone'::text])))
import_rows constraint new_import_rows_pkey PRIMARY KEY (id)
import_rows constraint new_import_rows_tenant_id_run_id_fkey FOREIGN KEY (tenant_id, run_id) REFERENCES imports.import_runs(tenant_id, public_id)
CREATE INDEX import_rows_by_outcome ON imports.import_rows USING btree (tenant_id, run_id, outcome, line)
CREATE UNIQUE INDEX import_rows_id ON imports.import_rows USING btree (tenant_id, public_id)
CREATE UNIQUE INDEX import_rows_of_line ON imports.import_rows USING btree (tenant_id, run_id, line)
CREATE UNIQUE INDEX new_import_rows_pkey ON imports.import_rows USING btree (id)
import_rows policy owner to {insula_imports_owner} using true
import_rows policy tenant to {insula_imports} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
import_rows grant DELETE, INSERT, SELECT, UPDATE to insula_imports
import_runs.id bigint NOT NULL
import_runs.tenant_id uuid NOT NULL
import_runs.public_id uuid NOT NULL
import_runs.upload_id uuid NOT NULL
import_runs.target text NOT NULL
import_runs.mapping text NOT NULL
import_runs.mode text NOT NULL
import_runs.status text NOT NULL
import_runs.cancel_requested boolean NOT NULL
import_runs.rows_total bigint NOT NULL
import_runs.rows_done bigint NOT NULL
import_runs.rows_created bigint NOT NULL
import_runs.rows_updated bigint NOT NULL
import_runs.rows_unchanged bigint NOT NULL
import_runs.rows_refused bigint NOT NULL
import_runs.next_batch bigint NOT NULL
import_runs.resume_byte bigint NOT NULL
import_runs.resume_line bigint NOT NULL
import_runs.message_id uuid NOT NULL
import_runs.failure_detail text
import_runs.requested_by uuid
import_runs.started_at timestamp with time zone
import_runs.finished_at timestamp with time zone
import_runs.version bigint NOT NULL
import_runs.created_at timestamp with time zone NOT NULL
import_runs.updated_at timestamp with time zone NOT NULL
import_runs.deleted_at timestamp with time zone
import_runs.deleted_by text
import_runs.mapping_id uuid
import_runs.plan_id uuid
import_runs.undoable boolean NOT NULL
import_runs.undo_status text
import_runs.undo_next_batch bigint NOT NULL
import_runs.undo_id uuid
import_runs.undo_failure_detail text
import_runs.rows_undone bigint NOT NULL
import_runs.rows_kept bigint NOT NULL
import_runs constraint import_runs_mode_check CHECK ((mode = ANY (ARRAY['dry_run'::text, 'apply'::text])))
import_runs constraint import_runs_pkey PRIMARY KEY (id)
import_runs constraint import_runs_public_id UNIQUE (tenant_id, public_id)
import_runs constraint import_runs_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'done'::text, 'failed'::text, 'cancelled'::text])))
import_runs constraint import_runs_tenant_id_upload_id_fkey FOREIGN KEY (tenant_id, upload_id) REFERENCES imports.uploads(tenant_id, public_id)
import_runs constraint import_runs_undo_status_check CHECK ((undo_status = ANY (ARRAY['queued'::text, 'running'::text, 'done'::text, 'failed'::text])))
CREATE INDEX import_runs_listed ON imports.import_runs USING btree (tenant_id, created_at, public_id)
CREATE UNIQUE INDEX import_runs_of_plan ON imports.import_runs USING btree (tenant_id, plan_id) WHERE ((plan_id IS NOT NULL) AND (deleted_at IS NULL))
CREATE INDEX import_runs_of_target ON imports.import_runs USING btree (tenant_id, target, created_at, public_id)
CREATE INDEX import_runs_of_upload ON imports.import_runs USING btree (tenant_id, upload_id)
CREATE UNIQUE INDEX import_runs_pkey ON imports.import_runs USING btree (id)
CREATE UNIQUE INDEX import_runs_public_id ON imports.import_runs USING btree (tenant_id, public_id)
import_runs policy owner to {insula_imports_owner} using true
import_runs policy tenant to {insula_imports} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
import_runs grant DELETE, INSERT, SELECT, UPDATE to insula_imports
imports_migrations.version character varying NOT NULL
imports_migrations.applied_at bigint NOT NULL
imports_migrations constraint imports_migrations_pkey PRIMARY KEY (version)
CREATE UNIQUE INDEX imports_migrations_pkey ON imports.imports_migrations USING btree (version)
inbox.message_id uuid NOT NULL
inbox.subscriber text NOT NULL
inbox.tenant_id uuid
inbox.applied_at timestamp with time zone NOT NULL
inbox constraint inbox_pkey PRIMARY KEY (message_id, subscriber)
CREATE INDEX inbox_applied ON imports.inbox USING btree (applied_at)
CREATE UNIQUE INDEX inbox_pkey ON imports.inbox USING btree (message_id, subscriber)
inbox policy owner to {insula_imports_owner} using true
inbox policy system to {insula_imports_system} using true
inbox policy tenant to {insula_imports} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
inbox grant DELETE, INSERT, SELECT, UPDATE to insula_imports
inbox grant DELETE, INSERT, SELECT, UPDATE to insula_imports_system
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
CREATE INDEX messages_due ON imports.messages USING btree (run_at) WHERE (status = ANY (ARRAY['queued'::text, 'retrying'::text, 'leased'::text]))
CREATE INDEX messages_finished ON imports.messages USING btree (finished_at) WHERE (finished_at IS NOT NULL)
CREATE UNIQUE INDEX messages_handler_unique_key_key ON imports.messages USING btree (handler, unique_key)
CREATE INDEX messages_leased ON imports.messages USING btree (lease_until) WHERE (status = 'leased'::text)
CREATE INDEX messages_of_tenant ON imports.messages USING btree (tenant_id, created_at, public_id)
CREATE INDEX messages_ordered ON imports.messages USING btree (handler, ordering_key, id) WHERE (status = ANY (ARRAY['queued'::text, 'retrying'::text, 'leased'::text]))
CREATE UNIQUE INDEX messages_pkey ON imports.messages USING btree (id)
CREATE UNIQUE INDEX messages_public_id_key ON imports.messages USING btree (public_id)
CREATE INDEX messages_turns ON imports.messages USING btree (tenant_id, priority DESC, run_at, id) WHERE (status = ANY (ARRAY['queued'::text, 'retrying'::text, 'leased'::text]))
messages policy owner to {insula_imports_owner} using true
messages policy system to {insula_imports_system} using true
messages policy tenant to {insula_imports} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
messages grant DELETE, INSERT, SELECT, UPDATE to insula_imports
messages grant DELETE, INSERT, SELECT, UPDATE to insula_imports_system
uploads.id bigint NOT NULL
uploads.tenant_id uuid NOT NULL
uploads.public_id uuid NOT NULL
uploads.file_name text NOT NULL
uploads.media_type text NOT NULL
uploads.size_bytes bigint NOT NULL
uploads.row_count bigint NOT NULL
uploads.column_names text NOT NULL
uploads.preview text NOT NULL
uploads.version bigint NOT NULL
uploads.created_at timestamp with time zone NOT NULL
uploads.updated_at timestamp with time zone NOT NULL
uploads.deleted_at timestamp with time zone
uploads.deleted_by text
uploads.delimiter text
uploads.encoding text
uploads.sheet_name text
uploads.epoch bigint
uploads.header_row bigint NOT NULL
uploads.uploaded_by text
uploads constraint uploads_delimiter_check CHECK ((delimiter = ANY (ARRAY['comma'::text, 'semicolon'::text, 'tab'::text, 'pipe'::text])))
uploads constraint uploads_epoch_check CHECK ((epoch = ANY (ARRAY[(1900)::bigint, (1904)::bigint])))
uploads constraint uploads_pkey PRIMARY KEY (id)
uploads constraint uploads_public_id UNIQUE (tenant_id, public_id)
CREATE INDEX uploads_listed ON imports.uploads USING btree (tenant_id, created_at, public_id)
CREATE UNIQUE INDEX uploads_pkey ON imports.uploads USING btree (id)
CREATE UNIQUE INDEX uploads_public_id ON imports.uploads USING btree (tenant_id, public_id)
uploads policy owner to {insula_imports_owner} using true
uploads policy tenant to {insula_imports} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
uploads grant DELETE, INSERT, SELECT, UPDATE to insula_imports
