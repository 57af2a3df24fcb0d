definitions.id bigint NOT NULL
definitions.tenant_id uuid NOT NULL
definitions.public_id uuid NOT NULL
definitions.name text NOT NULL
definitions.trigger text NOT NULL
definitions.total_over_minor bigint
definitions.currency text
definitions.approver_role text
definitions.approver_user_id uuid
definitions.requester_may_decide boolean NOT NULL
definitions.status text NOT NULL
definitions.published_at timestamp with time zone
definitions.retired_at timestamp with time zone
definitions.version bigint NOT NULL
definitions.created_at timestamp with time zone NOT NULL
definitions.updated_at timestamp with time zone NOT NULL
definitions.deleted_at timestamp with time zone
definitions.deleted_by text
definitions.quantity_over bigint
definitions constraint definitions_check CHECK (((approver_role IS NULL) <> (approver_user_id IS NULL)))
definitions constraint definitions_check1 CHECK ((((quantity_over IS NULL) <> (total_over_minor IS NULL)) AND ((total_over_minor IS NULL) = (currency IS NULL))))
definitions constraint definitions_pkey PRIMARY KEY (id)
definitions constraint definitions_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'published'::text, 'retired'::text])))
definitions constraint definitions_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
CREATE INDEX definitions_listed ON workflow.definitions USING btree (tenant_id, created_at, public_id)
CREATE UNIQUE INDEX definitions_pkey ON workflow.definitions USING btree (id)
CREATE UNIQUE INDEX definitions_tenant_id_public_id_key ON workflow.definitions USING btree (tenant_id, public_id)
definitions policy owner to {insula_workflow_owner} using true
definitions policy tenant to {insula_workflow} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
definitions grant DELETE, INSERT, SELECT, UPDATE to insula_workflow
holds.id bigint NOT NULL
holds.tenant_id uuid NOT NULL
holds.public_id uuid NOT NULL
holds.cleared_at timestamp with time zone
holds.created_at timestamp with time zone NOT NULL
holds.updated_at timestamp with time zone NOT NULL
holds.deleted_at timestamp with time zone
holds.deleted_by text
holds constraint holds_pkey PRIMARY KEY (id)
holds constraint holds_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
CREATE UNIQUE INDEX holds_pkey ON workflow.holds USING btree (id)
CREATE UNIQUE INDEX holds_tenant_id_public_id_key ON workflow.holds USING btree (tenant_id, public_id)
holds policy owner to {insula_workflow_owner} using true
holds policy tenant to {insula_workflow} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
holds grant DELETE, INSERT, SELECT, UPDATE to insula_workflow
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
CREATE INDEX idempotency_keys_expired ON workflow.idempotency_keys USING btree (expires_at)
CREATE UNIQUE INDEX idempotency_keys_pkey ON workflow.idempotency_keys USING btree (tenant_id, actor, key)
idempotency_keys policy owner to {insula_workflow_owner} using true
idempotency_keys policy system to {insula_workflow_system} using true
idempotency_keys policy tenant to {insula_workflow} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
idempotency_keys grant DELETE, INSERT, SELECT, UPDATE to insula_workflow
idempotency_keys grant DELETE, INSERT, SELECT, UPDATE to insula_workflow_system
inbox.message_id uuid NOT NULL
inbox.subscriber text NOT NULL
inbox.tenant_id uuid
inbox.applied_at timestamp with time zone NOT NULL
inbox constraint inbox_pkey PRIMARY KEY (message_id, subscriber)
CREATE INDEX inbox_applied ON workflow.inbox USING btree (applied_at)
CREATE UNIQUE INDEX inbox_pkey ON workflow.inbox USING btree (message_id, subscriber)
inbox policy owner to {insula_workflow_owner} using true
inbox policy system to {insula_workflow_system} using true
inbox policy tenant to {insula_workflow} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
inbox grant DELETE, INSERT, SELECT, UPDATE to insula_workflow
inbox grant DELETE, INSERT, SELECT, UPDATE to insula_workflow_system
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
CREATE INDEX messages_due ON workflow.messages USING btree (run_at) WHERE (status = ANY (ARRAY['queued'::text, 'retrying'::text, 'leased'::text]))
CREATE INDEX messages_finished ON workflow.messages USING btree (finished_at) WHERE (finished_at IS NOT NULL)
CREATE UNIQUE INDEX messages_handler_unique_key_key ON workflow.messages USING btree (handler, unique_key)
CREATE INDEX messages_leased ON workflow.messages USING btree (lease_until) WHERE (status = 'leased'::text)
CREATE INDEX messages_of_tenant ON workflow.messages USING btree (tenant_id, created_at, public_id)
CREATE INDEX messages_ordered ON workflow.messages USING btree (handler, ordering_key, id) WHERE (status = ANY (ARRAY['queued'::text, 'retrying'::text, 'leased'::text]))
CREATE UNIQUE INDEX messages_pkey ON workflow.messages USING btree (id)
CREATE UNIQUE INDEX messages_public_id_key ON workflow.messages USING btree (public_id)
CREATE INDEX messages_turns ON workflow.messages USING btree (tenant_id, priority DESC, run_at, id) WHERE (status = ANY (ARRAY['queued'::text, 'retrying'::text, 'leased'::text]))
messages policy owner to {insula_workflow_owner} using true
messages policy system to {insula_workflow_system} using true
messages policy tenant to {insula_workflow} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
messages grant DELETE, INSERT, SELECT, UPDATE to insula_workflow
messages grant DELETE, INSERT, SELECT, UPDATE to insula_workflow_system
tasks.id bigint NOT NULL
tasks.tenant_id uuid NOT NULL
tasks.public_id uuid NOT NULL
tasks.definition_id uuid NOT NULL
tasks.subject_kind text NOT NULL
tasks.subject_id uuid NOT NULL
tasks.hold_id uuid NOT NULL
tasks.title text NOT NULL
tasks.total_minor bigint
tasks.currency text
tasks.approver_role text
tasks.approver_user_id uuid
tasks.requester_may_decide boolean NOT NULL
tasks.status text NOT NULL
tasks.requested_by uuid
tasks.decided_by uuid
tasks.decided_at timestamp with time zone
tasks.comment text
tasks.applied_at timestamp with time zone
tasks.version bigint NOT NULL
tasks.created_at timestamp with time zone NOT NULL
tasks.updated_at timestamp with time zone NOT NULL
tasks.deleted_at timestamp with time zone
tasks.deleted_by text
tasks.quantity bigint
tasks.warehouse_id uuid
tasks constraint tasks_check CHECK (((approver_role IS NULL) <> (approver_user_id IS NULL)))
tasks constraint tasks_check1 CHECK (((status = ANY (ARRAY['approved'::text, 'rejected'::text])) = (decided_at IS NOT NULL)))
tasks constraint tasks_check2 CHECK ((((quantity IS NULL) <> (total_minor IS NULL)) AND ((total_minor IS NULL) = (currency IS NULL))))
tasks constraint tasks_check3 CHECK (((warehouse_id IS NOT NULL) = (subject_kind = 'count'::text)))
tasks constraint tasks_pkey PRIMARY KEY (id)
tasks constraint tasks_status_check CHECK ((status = ANY (ARRAY['open'::text, 'approved'::text, 'rejected'::text, 'cleared'::text])))
tasks constraint tasks_tenant_id_definition_id_fkey FOREIGN KEY (tenant_id, definition_id) REFERENCES workflow.definitions(tenant_id, public_id)
tasks constraint tasks_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
CREATE INDEX tasks_by_status ON workflow.tasks USING btree (tenant_id, status, created_at, public_id)
CREATE UNIQUE INDEX tasks_hold ON workflow.tasks USING btree (tenant_id, hold_id) WHERE (deleted_at IS NULL)
CREATE INDEX tasks_listed ON workflow.tasks USING btree (tenant_id, created_at, public_id)
CREATE INDEX tasks_of_definition ON workflow.tasks USING btree (tenant_id, definition_id)
CREATE INDEX tasks_of_role ON workflow.tasks USING btree (tenant_id, approver_role, created_at, public_id) WHERE (approver_role IS NOT NULL)
CREATE INDEX tasks_of_user ON workflow.tasks USING btree (tenant_id, approver_user_id, created_at, public_id) WHERE (approver_user_id IS NOT NULL)
CREATE UNIQUE INDEX tasks_pkey ON workflow.tasks USING btree (id)
CREATE UNIQUE INDEX tasks_tenant_id_public_id_key ON workflow.tasks USING btree (tenant_id, public_id)
tasks policy owner to {insula_workflow_owner} using true
tasks policy tenant to {insula_workflow} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
tasks grant DELETE, INSERT, SELECT, UPDATE to insula_workflow
workflow_migrations.version character varying NOT NULL
workflow_migrations.applied_at bigint NOT NULL
workflow_migrations constraint workflow_migrations_pkey PRIMARY KEY (version)
CREATE UNIQUE INDEX workflow_migrations_pkey ON workflow.workflow_migrations USING btree (version)
