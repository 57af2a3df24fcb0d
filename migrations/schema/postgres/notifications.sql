emails.id bigint NOT NULL
emails.tenant_id uuid NOT NULL
emails.public_id uuid NOT NULL
emails.to_address text NOT NULL
emails.subject text NOT NULL
emails.template text NOT NULL
emails.params_sealed bytea
emails.message_id text NOT NULL
emails.status text NOT NULL
emails.attempts bigint NOT NULL
emails.sent_at timestamp with time zone
emails.last_error text
emails.version bigint NOT NULL
emails.created_at timestamp with time zone NOT NULL
emails.updated_at timestamp with time zone NOT NULL
emails.deleted_at timestamp with time zone
emails.deleted_by text
emails constraint emails_attempts_check CHECK ((attempts >= 0))
emails constraint emails_check CHECK (((status = 'sent'::text) = (sent_at IS NOT NULL)))
emails constraint emails_check1 CHECK (((status = 'sent'::text) = (params_sealed IS NULL)))
emails constraint emails_pkey PRIMARY KEY (id)
emails constraint emails_public_id UNIQUE (tenant_id, public_id)
emails constraint emails_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'sent'::text, 'failed'::text])))
CREATE INDEX emails_by_status ON notifications.emails USING btree (tenant_id, status, created_at, public_id)
CREATE INDEX emails_newest ON notifications.emails USING btree (tenant_id, created_at, public_id)
CREATE UNIQUE INDEX emails_pkey ON notifications.emails USING btree (id)
CREATE UNIQUE INDEX emails_public_id ON notifications.emails USING btree (tenant_id, public_id)
emails policy owner to {insula_notifications_owner} using true
emails policy tenant to {insula_notifications} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
emails grant DELETE, INSERT, SELECT, UPDATE to insula_notifications
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
CREATE INDEX idempotency_keys_expired ON notifications.idempotency_keys USING btree (expires_at)
CREATE UNIQUE INDEX idempotency_keys_pkey ON notifications.idempotency_keys USING btree (tenant_id, actor, key)
idempotency_keys policy owner to {insula_notifications_owner} using true
idempotency_keys policy system to {insula_notifications_system} using true
idempotency_keys policy tenant to {insula_notifications} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
idempotency_keys grant DELETE, INSERT, SELECT, UPDATE to insula_notifications
idempotency_keys grant DELETE, INSERT, SELECT, UPDATE to insula_notifications_system
inbox.message_id uuid NOT NULL
inbox.subscriber text NOT NULL
inbox.tenant_id uuid
inbox.applied_at timestamp with time zone NOT NULL
inbox constraint inbox_pkey PRIMARY KEY (message_id, subscriber)
CREATE INDEX inbox_applied ON notifications.inbox USING btree (applied_at)
CREATE UNIQUE INDEX inbox_pkey ON notifications.inbox USING btree (message_id, subscriber)
inbox policy owner to {insula_notifications_owner} using true
inbox policy system to {insula_notifications_system} using true
inbox policy tenant to {insula_notifications} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
inbox grant DELETE, INSERT, SELECT, UPDATE to insula_notifications
inbox grant DELETE, INSERT, SELECT, UPDATE to insula_notifications_system
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
CREATE INDEX messages_due ON notifications.messages USING btree (run_at) WHERE (status = ANY (ARRAY['queued'::text, 'retrying'::text, 'leased'::text]))
CREATE INDEX messages_finished ON notifications.messages USING btree (finished_at) WHERE (finished_at IS NOT NULL)
CREATE UNIQUE INDEX messages_handler_unique_key_key ON notifications.messages USING btree (handler, unique_key)
CREATE INDEX messages_leased ON notifications.messages USING btree (lease_until) WHERE (status = 'leased'::text)
CREATE INDEX messages_of_tenant ON notifications.messages USING btree (tenant_id, created_at, public_id)
CREATE INDEX messages_ordered ON notifications.messages USING btree (handler, ordering_key, id) WHERE (status = ANY (ARRAY['queued'::text, 'retrying'::text, 'leased'::text]))
CREATE UNIQUE INDEX messages_pkey ON notifications.messages USING btree (id)
CREATE UNIQUE INDEX messages_public_id_key ON notifications.messages USING btree (public_id)
CREATE INDEX messages_turns ON notifications.messages USING btree (tenant_id, priority DESC, run_at, id) WHERE (status = ANY (ARRAY['queued'::text, 'retrying'::text, 'leased'::text]))
messages policy owner to {insula_notifications_owner} using true
messages policy system to {insula_notifications_system} using true
messages policy tenant to {insula_notifications} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
messages grant DELETE, INSERT, SELECT, UPDATE to insula_notifications
messages grant DELETE, INSERT, SELECT, UPDATE to insula_notifications_system
notifications_migrations.version character varying NOT NULL
notifications_migrations.applied_at bigint NOT NULL
notifications_migrations constraint notifications_migrations_pkey PRIMARY KEY (version)
CREATE UNIQUE INDEX notifications_migrations_pkey ON notifications.notifications_migrations USING btree (version)
