api_keys.id bigint NOT NULL
api_keys.tenant_id uuid NOT NULL
api_keys.public_id uuid NOT NULL
api_keys.membership_id uuid NOT NULL
api_keys.name text NOT NULL
api_keys.prefix text NOT NULL
api_keys.hash bytea NOT NULL
api_keys.role text NOT NULL
api_keys.expires_at timestamp with time zone
api_keys.last_used_at timestamp with time zone
api_keys.revoked_at timestamp with time zone
api_keys.created_at timestamp with time zone NOT NULL
api_keys.updated_at timestamp with time zone NOT NULL
api_keys.deleted_at timestamp with time zone
api_keys.deleted_by text
api_keys.scopes text
api_keys.previous_hash bytea
api_keys.previous_until timestamp with time zone
api_keys.version bigint NOT NULL
api_keys constraint api_keys_pkey PRIMARY KEY (id)
api_keys constraint api_keys_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'member'::text, 'admin'::text, 'owner'::text])))
api_keys constraint api_keys_tenant_id_membership_id_fkey FOREIGN KEY (tenant_id, membership_id) REFERENCES users.memberships(tenant_id, public_id)
api_keys constraint api_keys_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
CREATE INDEX api_keys_hash ON users.api_keys USING btree (hash)
CREATE INDEX api_keys_listed ON users.api_keys USING btree (tenant_id, created_at, public_id)
CREATE INDEX api_keys_of_member ON users.api_keys USING btree (tenant_id, membership_id, created_at, public_id)
CREATE UNIQUE INDEX api_keys_pkey ON users.api_keys USING btree (id)
CREATE INDEX api_keys_previous_hash ON users.api_keys USING btree (previous_hash) WHERE (previous_hash IS NOT NULL)
CREATE UNIQUE INDEX api_keys_tenant_id_public_id_key ON users.api_keys USING btree (tenant_id, public_id)
api_keys policy owner to {insula_users_owner} using true
api_keys policy system to {insula_users_system} using true
api_keys policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
api_keys grant DELETE, INSERT, SELECT, UPDATE to insula_users
api_keys grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
audit_backlogs.id bigint NOT NULL
audit_backlogs.tenant_id uuid NOT NULL
audit_backlogs.public_id uuid NOT NULL
audit_backlogs.created_at timestamp with time zone NOT NULL
audit_backlogs constraint audit_backlogs_pkey PRIMARY KEY (id)
audit_backlogs constraint audit_backlogs_tenant_id_public_id_fkey FOREIGN KEY (tenant_id, public_id) REFERENCES users.audit_entries(tenant_id, public_id)
audit_backlogs constraint audit_backlogs_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
CREATE UNIQUE INDEX audit_backlogs_pkey ON users.audit_backlogs USING btree (id)
CREATE UNIQUE INDEX audit_backlogs_tenant_id_public_id_key ON users.audit_backlogs USING btree (tenant_id, public_id)
audit_backlogs policy owner to {insula_users_owner} using true
audit_backlogs policy system to {insula_users_system} using true
audit_backlogs policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
audit_backlogs grant DELETE, INSERT, SELECT, UPDATE to insula_users
audit_backlogs grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
audit_details.id bigint NOT NULL
audit_details.tenant_id uuid NOT NULL
audit_details.public_id uuid NOT NULL
audit_details.salt bytea NOT NULL
audit_details.detail text NOT NULL
audit_details.created_at timestamp with time zone NOT NULL
audit_details constraint audit_details_pkey PRIMARY KEY (id)
audit_details constraint audit_details_tenant_id_public_id_fkey FOREIGN KEY (tenant_id, public_id) REFERENCES users.audit_entries(tenant_id, public_id)
audit_details constraint audit_details_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
CREATE INDEX audit_details_old ON users.audit_details USING btree (tenant_id, created_at)
CREATE UNIQUE INDEX audit_details_pkey ON users.audit_details USING btree (id)
CREATE UNIQUE INDEX audit_details_tenant_id_public_id_key ON users.audit_details USING btree (tenant_id, public_id)
audit_details policy owner to {insula_users_owner} using true
audit_details policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
audit_details grant DELETE, INSERT, SELECT to insula_users
audit_entries.id bigint NOT NULL
audit_entries.tenant_id uuid NOT NULL
audit_entries.public_id uuid NOT NULL
audit_entries.action text NOT NULL
audit_entries.resource text NOT NULL
audit_entries.resource_id uuid NOT NULL
audit_entries.before jsonb
audit_entries.after jsonb
audit_entries.actor jsonb NOT NULL
audit_entries.impersonator jsonb
audit_entries.client_address text
audit_entries.request_id text NOT NULL
audit_entries.happened_at timestamp with time zone NOT NULL
audit_entries.created_at timestamp with time zone NOT NULL
audit_entries.detail_hash bytea
audit_entries.actor_user uuid
audit_entries.sealed boolean NOT NULL
audit_entries constraint audit_entries_pkey PRIMARY KEY (id)
audit_entries constraint audit_entries_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
CREATE INDEX audit_entries_listed ON users.audit_entries USING btree (tenant_id, created_at, public_id)
CREATE INDEX audit_entries_of_action ON users.audit_entries USING btree (tenant_id, action, created_at, public_id)
CREATE INDEX audit_entries_of_actions ON users.audit_entries USING btree (tenant_id, rtrim(action, 'abcdefghijklmnopqrstuvwxyz_0123456789'::text), created_at, public_id)
CREATE INDEX audit_entries_of_actor ON users.audit_entries USING btree (tenant_id, actor_user, created_at, public_id)
CREATE INDEX audit_entries_of_domain ON users.audit_entries USING btree (tenant_id, rtrim(rtrim(rtrim(action, 'abcdefghijklmnopqrstuvwxyz_0123456789'::text), '.'::text), 'abcdefghijklmnopqrstuvwxyz_0123456789'::text), created_at, public_id)
CREATE INDEX audit_entries_of_impersonator ON users.audit_entries USING btree (tenant_id, ((impersonator ->> 'kind'::text)), created_at, public_id) WHERE (impersonator IS NOT NULL)
CREATE INDEX audit_entries_of_kind ON users.audit_entries USING btree (tenant_id, resource, created_at, public_id)
CREATE INDEX audit_entries_of_request ON users.audit_entries USING btree (tenant_id, request_id, created_at, public_id)
CREATE INDEX audit_entries_of_resource ON users.audit_entries USING btree (tenant_id, resource_id, created_at, public_id)
CREATE UNIQUE INDEX audit_entries_pkey ON users.audit_entries USING btree (id)
CREATE UNIQUE INDEX audit_entries_tenant_id_public_id_key ON users.audit_entries USING btree (tenant_id, public_id)
audit_entries policy owner to {insula_users_owner} using true
audit_entries policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
audit_entries grant INSERT, SELECT to insula_users
audit_exports.id bigint NOT NULL
audit_exports.tenant_id uuid NOT NULL
audit_exports.public_id uuid NOT NULL
audit_exports.status text NOT NULL
audit_exports.requested_by uuid
audit_exports.tree_size bigint
audit_exports.rows_written bigint NOT NULL
audit_exports.size_bytes bigint
audit_exports.sha256 bytea
audit_exports.failure_detail text
audit_exports.blob_name text NOT NULL
audit_exports.finished_at timestamp with time zone
audit_exports.expires_at timestamp with time zone NOT NULL
audit_exports.version bigint NOT NULL
audit_exports.created_at timestamp with time zone NOT NULL
audit_exports.updated_at timestamp with time zone NOT NULL
audit_exports.deleted_at timestamp with time zone
audit_exports.deleted_by text
audit_exports constraint audit_exports_pkey PRIMARY KEY (id)
audit_exports constraint audit_exports_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'done'::text, 'failed'::text])))
audit_exports constraint audit_exports_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES users.tenants(public_id)
audit_exports constraint audit_exports_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
CREATE INDEX audit_exports_expiring ON users.audit_exports USING btree (expires_at)
CREATE INDEX audit_exports_listed ON users.audit_exports USING btree (tenant_id, created_at, public_id)
CREATE UNIQUE INDEX audit_exports_pkey ON users.audit_exports USING btree (id)
CREATE UNIQUE INDEX audit_exports_tenant_id_public_id_key ON users.audit_exports USING btree (tenant_id, public_id)
audit_exports policy owner to {insula_users_owner} using true
audit_exports policy system to {insula_users_system} using true
audit_exports policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
audit_exports grant DELETE, INSERT, SELECT, UPDATE to insula_users
audit_exports grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
audit_leaves.id bigint NOT NULL
audit_leaves.tenant_id uuid NOT NULL
audit_leaves.public_id uuid NOT NULL
audit_leaves.leaf_index bigint NOT NULL
audit_leaves.leaf_hash bytea NOT NULL
audit_leaves.created_at timestamp with time zone NOT NULL
audit_leaves constraint audit_leaves_pkey PRIMARY KEY (id)
audit_leaves constraint audit_leaves_tenant_id_leaf_index_key UNIQUE (tenant_id, leaf_index)
audit_leaves constraint audit_leaves_tenant_id_public_id_fkey FOREIGN KEY (tenant_id, public_id) REFERENCES users.audit_entries(tenant_id, public_id)
audit_leaves constraint audit_leaves_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
CREATE UNIQUE INDEX audit_leaves_pkey ON users.audit_leaves USING btree (id)
CREATE UNIQUE INDEX audit_leaves_tenant_id_leaf_index_key ON users.audit_leaves USING btree (tenant_id, leaf_index)
CREATE UNIQUE INDEX audit_leaves_tenant_id_public_id_key ON users.audit_leaves USING btree (tenant_id, public_id)
audit_leaves policy owner to {insula_users_owner} using true
audit_leaves policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
audit_leaves grant INSERT, SELECT to insula_users
audit_streams.id bigint NOT NULL
audit_streams.tenant_id uuid NOT NULL
audit_streams.public_id uuid NOT NULL
audit_streams.url text NOT NULL
audit_streams.action_prefix text
audit_streams.made_by uuid NOT NULL
audit_streams.state text NOT NULL
audit_streams.paused_because text
audit_streams.sealed_secret bytea NOT NULL
audit_streams.sealed_previous bytea
audit_streams.previous_until timestamp with time zone
audit_streams.next_leaf bigint NOT NULL
audit_streams.batch_end bigint
audit_streams.delivered_at timestamp with time zone
audit_streams.failing_since timestamp with time zone
audit_streams.failures bigint NOT NULL
audit_streams.last_error text
audit_streams.next_try_at timestamp with time zone
audit_streams.woken boolean NOT NULL
audit_streams.sender uuid
audit_streams.version bigint NOT NULL
audit_streams.created_at timestamp with time zone NOT NULL
audit_streams.updated_at timestamp with time zone NOT NULL
audit_streams.deleted_at timestamp with time zone
audit_streams.deleted_by text
audit_streams constraint audit_streams_next_leaf_check CHECK ((next_leaf >= 0))
audit_streams constraint audit_streams_paused_because_check CHECK ((paused_because = ANY (ARRAY['asked'::text, 'gone'::text, 'failed'::text])))
audit_streams constraint audit_streams_pkey PRIMARY KEY (id)
audit_streams constraint audit_streams_state_check CHECK ((state = ANY (ARRAY['active'::text, 'paused'::text])))
audit_streams constraint audit_streams_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES users.tenants(public_id)
audit_streams constraint audit_streams_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
CREATE INDEX audit_streams_listed ON users.audit_streams USING btree (tenant_id, created_at, public_id)
CREATE UNIQUE INDEX audit_streams_pkey ON users.audit_streams USING btree (id)
CREATE UNIQUE INDEX audit_streams_tenant_id_public_id_key ON users.audit_streams USING btree (tenant_id, public_id)
audit_streams policy owner to {insula_users_owner} using true
audit_streams policy system to {insula_users_system} using true
audit_streams policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
audit_streams grant DELETE, INSERT, SELECT, UPDATE to insula_users
audit_streams grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
audit_tiles.id bigint NOT NULL
audit_tiles.tenant_id uuid NOT NULL
audit_tiles.public_id uuid NOT NULL
audit_tiles.level bigint NOT NULL
audit_tiles.place bigint NOT NULL
audit_tiles.root bytea NOT NULL
audit_tiles.created_at timestamp with time zone NOT NULL
audit_tiles constraint audit_tiles_pkey PRIMARY KEY (id)
audit_tiles constraint audit_tiles_tenant_id_level_place_key UNIQUE (tenant_id, level, place)
audit_tiles constraint audit_tiles_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
CREATE UNIQUE INDEX audit_tiles_pkey ON users.audit_tiles USING btree (id)
CREATE UNIQUE INDEX audit_tiles_tenant_id_level_place_key ON users.audit_tiles USING btree (tenant_id, level, place)
CREATE UNIQUE INDEX audit_tiles_tenant_id_public_id_key ON users.audit_tiles USING btree (tenant_id, public_id)
audit_tiles policy owner to {insula_users_owner} using true
audit_tiles policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
audit_tiles grant INSERT, SELECT to insula_users
audit_trees.id bigint NOT NULL
audit_trees.tenant_id uuid NOT NULL
audit_trees.public_id uuid NOT NULL
audit_trees.size bigint NOT NULL
audit_trees.frontier bytea NOT NULL
audit_trees.longest_delay_seconds bigint NOT NULL
audit_trees.created_at timestamp with time zone NOT NULL
audit_trees.updated_at timestamp with time zone NOT NULL
audit_trees.deleted_at timestamp with time zone
audit_trees.deleted_by text
audit_trees constraint audit_trees_pkey PRIMARY KEY (id)
audit_trees constraint audit_trees_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
CREATE UNIQUE INDEX audit_trees_once ON users.audit_trees USING btree (tenant_id) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX audit_trees_pkey ON users.audit_trees USING btree (id)
CREATE UNIQUE INDEX audit_trees_tenant_id_public_id_key ON users.audit_trees USING btree (tenant_id, public_id)
audit_trees policy owner to {insula_users_owner} using true
audit_trees policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
audit_trees grant DELETE, INSERT, SELECT, UPDATE to insula_users
audit_unsealed.id bigint NOT NULL
audit_unsealed.tenant_id uuid NOT NULL
audit_unsealed.public_id uuid NOT NULL
audit_unsealed.created_at timestamp with time zone NOT NULL
audit_unsealed constraint audit_unsealed_pkey PRIMARY KEY (id)
audit_unsealed constraint audit_unsealed_tenant_id_public_id_fkey FOREIGN KEY (tenant_id, public_id) REFERENCES users.audit_entries(tenant_id, public_id)
audit_unsealed constraint audit_unsealed_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
CREATE INDEX audit_unsealed_next ON users.audit_unsealed USING btree (tenant_id, id)
CREATE UNIQUE INDEX audit_unsealed_pkey ON users.audit_unsealed USING btree (id)
CREATE UNIQUE INDEX audit_unsealed_tenant_id_public_id_key ON users.audit_unsealed USING btree (tenant_id, public_id)
audit_unsealed policy owner to {insula_users_owner} using true
audit_unsealed policy system to {insula_users_system} using true
audit_unsealed policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
audit_unsealed grant DELETE, INSERT, SELECT, UPDATE to insula_users
audit_unsealed grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
data_exports.id bigint NOT NULL
data_exports.tenant_id uuid NOT NULL
data_exports.public_id uuid NOT NULL
data_exports.of_person uuid
data_exports.requested_by uuid NOT NULL
data_exports.status text NOT NULL
data_exports.rows_written bigint NOT NULL
data_exports.size_bytes bigint
data_exports.failure_detail text
data_exports.expires_at timestamp with time zone NOT NULL
data_exports.finished_at timestamp with time zone
data_exports.version bigint NOT NULL
data_exports.created_at timestamp with time zone NOT NULL
data_exports.updated_at timestamp with time zone NOT NULL
data_exports.deleted_at timestamp with time zone
data_exports.deleted_by text
data_exports constraint data_exports_pkey PRIMARY KEY (id)
data_exports constraint data_exports_public_id UNIQUE (tenant_id, public_id)
data_exports constraint data_exports_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'ready'::text, 'failed'::text])))
CREATE INDEX data_exports_expiring ON users.data_exports USING btree (expires_at) WHERE (deleted_at IS NULL)
CREATE INDEX data_exports_listed ON users.data_exports USING btree (tenant_id, created_at, public_id)
CREATE INDEX data_exports_of_person ON users.data_exports USING btree (tenant_id, of_person) WHERE (of_person IS NOT NULL)
CREATE UNIQUE INDEX data_exports_pkey ON users.data_exports USING btree (id)
CREATE UNIQUE INDEX data_exports_public_id ON users.data_exports USING btree (tenant_id, public_id)
data_exports policy owner to {insula_users_owner} using true
data_exports policy system to {insula_users_system} using true
data_exports policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
data_exports grant DELETE, INSERT, SELECT, UPDATE to insula_users
data_exports grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
email_changes.id bigint NOT NULL
email_changes.public_id uuid NOT NULL
email_changes.user_id uuid NOT NULL
email_changes.new_email text NOT NULL
email_changes.new_email_key text NOT NULL
email_changes.old_hash bytea NOT NULL
email_changes.new_hash bytea NOT NULL
email_changes.old_confirmed_at timestamp with time zone
email_changes.new_confirmed_at timestamp with time zone
email_changes.expires_at timestamp with time zone NOT NULL
email_changes.ended_at timestamp with time zone
email_changes.created_at timestamp with time zone NOT NULL
email_changes.updated_at timestamp with time zone NOT NULL
email_changes.deleted_at timestamp with time zone
email_changes.deleted_by text
email_changes constraint email_changes_pkey PRIMARY KEY (id)
email_changes constraint email_changes_public_id_key UNIQUE (public_id)
email_changes constraint email_changes_user_id_fkey FOREIGN KEY (user_id) REFERENCES users.users(public_id)
CREATE INDEX email_changes_asked ON users.email_changes USING btree (user_id, created_at)
CREATE INDEX email_changes_expiring ON users.email_changes USING btree (expires_at)
CREATE INDEX email_changes_new ON users.email_changes USING btree (new_hash)
CREATE UNIQUE INDEX email_changes_of_user ON users.email_changes USING btree (user_id) WHERE ((ended_at IS NULL) AND (deleted_at IS NULL))
CREATE INDEX email_changes_old ON users.email_changes USING btree (old_hash)
CREATE UNIQUE INDEX email_changes_pkey ON users.email_changes USING btree (id)
CREATE UNIQUE INDEX email_changes_public_id_key ON users.email_changes USING btree (public_id)
email_changes grant INSERT, SELECT, UPDATE to insula_users
email_changes grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
email_tokens.id bigint NOT NULL
email_tokens.tenant_id uuid NOT NULL
email_tokens.public_id uuid NOT NULL
email_tokens.user_id uuid NOT NULL
email_tokens.hash bytea NOT NULL
email_tokens.display_name text NOT NULL
email_tokens.organization_name text NOT NULL
email_tokens.password_hash text NOT NULL
email_tokens.tries bigint NOT NULL
email_tokens.expires_at timestamp with time zone NOT NULL
email_tokens.used_at timestamp with time zone
email_tokens.created_at timestamp with time zone NOT NULL
email_tokens.updated_at timestamp with time zone NOT NULL
email_tokens.deleted_at timestamp with time zone
email_tokens.deleted_by text
email_tokens.mode text
email_tokens constraint email_tokens_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
email_tokens constraint email_tokens_pkey PRIMARY KEY (id)
email_tokens constraint email_tokens_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES users.tenants(public_id)
email_tokens constraint email_tokens_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
email_tokens constraint email_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES users.users(public_id)
CREATE INDEX email_tokens_expiring ON users.email_tokens USING btree (expires_at)
CREATE INDEX email_tokens_hash ON users.email_tokens USING btree (hash)
CREATE INDEX email_tokens_of_user ON users.email_tokens USING btree (tenant_id, user_id)
CREATE UNIQUE INDEX email_tokens_pkey ON users.email_tokens USING btree (id)
CREATE UNIQUE INDEX email_tokens_tenant_id_public_id_key ON users.email_tokens USING btree (tenant_id, public_id)
email_tokens policy owner to {insula_users_owner} using true
email_tokens policy system to {insula_users_system} using true
email_tokens policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
email_tokens grant DELETE, INSERT, SELECT, UPDATE to insula_users
email_tokens grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
erasures.tenant_id uuid NOT NULL
erasures.ordered_at timestamp with time zone NOT NULL
erasures constraint erasures_pkey PRIMARY KEY (tenant_id)
CREATE UNIQUE INDEX erasures_pkey ON users.erasures USING btree (tenant_id)
erasures policy owner to {insula_users_owner} using true
erasures policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
erasures grant DELETE, INSERT, SELECT, UPDATE to insula_users
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
CREATE INDEX idempotency_keys_expired ON users.idempotency_keys USING btree (expires_at)
CREATE UNIQUE INDEX idempotency_keys_pkey ON users.idempotency_keys USING btree (tenant_id, actor, key)
idempotency_keys policy owner to {insula_users_owner} using true
idempotency_keys policy system to {insula_users_system} using true
idempotency_keys policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
idempotency_keys grant DELETE, INSERT, SELECT, UPDATE to insula_users
idempotency_keys grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
import_batches.id bigint NOT NULL
import_batches.tenant_id uuid NOT NULL
import_batches.public_id uuid NOT NULL
import_batches.import_id uuid NOT NULL
import_batches.batch bigint NOT NULL
import_batches.outcome text NOT NULL
import_batches.created_at timestamp with time zone NOT NULL
import_batches constraint import_batches_once UNIQUE (tenant_id, import_id, batch)
import_batches constraint import_batches_pkey PRIMARY KEY (id)
import_batches constraint import_batches_public_id UNIQUE (tenant_id, public_id)
CREATE UNIQUE INDEX import_batches_once ON users.import_batches USING btree (tenant_id, import_id, batch)
CREATE UNIQUE INDEX import_batches_pkey ON users.import_batches USING btree (id)
CREATE UNIQUE INDEX import_batches_public_id ON users.import_batches USING btree (tenant_id, public_id)
import_batches policy owner to {insula_users_owner} using true
import_batches policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
import_batches grant INSERT, SELECT to insula_users
import_decisions.id bigint NOT NULL
import_decisions.tenant_id uuid NOT NULL
import_decisions.public_id uuid NOT NULL
import_decisions.import_id uuid NOT NULL
import_decisions.batch bigint NOT NULL
import_decisions.line bigint NOT NULL
import_decisions.row_key text
import_decisions.occurrence bigint NOT NULL
import_decisions.seen uuid
import_decisions.outcome text
import_decisions.change text
import_decisions.thing text
import_decisions.step bigint
import_decisions.after text
import_decisions.created_at timestamp with time zone NOT NULL
import_decisions constraint import_decisions_of_batch UNIQUE (tenant_id, import_id, batch, line)
import_decisions constraint import_decisions_of_key UNIQUE (tenant_id, import_id, row_key, occurrence)
import_decisions constraint import_decisions_of_thing UNIQUE (tenant_id, import_id, thing, step)
import_decisions constraint import_decisions_pkey PRIMARY KEY (id)
import_decisions constraint import_decisions_public_id UNIQUE (tenant_id, public_id)
CREATE INDEX import_decisions_by_address ON users.import_decisions USING btree (row_key, tenant_id) WHERE (row_key IS NOT NULL)
CREATE UNIQUE INDEX import_decisions_of_batch ON users.import_decisions USING btree (tenant_id, import_id, batch, line)
CREATE UNIQUE INDEX import_decisions_of_key ON users.import_decisions USING btree (tenant_id, import_id, row_key, occurrence)
CREATE UNIQUE INDEX import_decisions_of_thing ON users.import_decisions USING btree (tenant_id, import_id, thing, step)
CREATE UNIQUE INDEX import_decisions_pkey ON users.import_decisions USING btree (id)
CREATE UNIQUE INDEX import_decisions_public_id ON users.import_decisions USING btree (tenant_id, public_id)
import_decisions policy owner to {insula_users_owner} using true
import_decisions policy system to {insula_users_system} using true
import_decisions policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
import_decisions grant DELETE, INSERT, SELECT to insula_users
import_decisions grant SELECT to insula_users_system
import_identities.id bigint NOT NULL
import_identities.tenant_id uuid NOT NULL
import_identities.public_id uuid NOT NULL
import_identities.identity uuid NOT NULL
import_identities.occurrence bigint NOT NULL
import_identities.import_id uuid NOT NULL
import_identities.line bigint NOT NULL
import_identities.resource_id uuid NOT NULL
import_identities.created_at timestamp with time zone NOT NULL
import_identities.updated_at timestamp with time zone NOT NULL
import_identities.deleted_at timestamp with time zone
import_identities.deleted_by text
import_identities.corrects_import uuid
import_identities.corrects_line bigint
import_identities constraint import_identities_pkey PRIMARY KEY (id)
import_identities constraint import_identities_public_id UNIQUE (tenant_id, public_id)
CREATE INDEX import_identities_of_import ON users.import_identities USING btree (tenant_id, import_id, line)
CREATE UNIQUE INDEX import_identities_once ON users.import_identities USING btree (tenant_id, identity, occurrence) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX import_identities_pkey ON users.import_identities USING btree (id)
CREATE UNIQUE INDEX import_identities_public_id ON users.import_identities USING btree (tenant_id, public_id)
import_identities policy owner to {insula_users_owner} using true
import_identities policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
import_identities grant DELETE, INSERT, SELECT, UPDATE to insula_users
inbox.message_id uuid NOT NULL
inbox.subscriber text NOT NULL
inbox.tenant_id uuid
inbox.applied_at timestamp with time zone NOT NULL
inbox constraint inbox_pkey PRIMARY KEY (message_id, subscriber)
CREATE INDEX inbox_applied ON users.inbox USING btree (applied_at)
CREATE UNIQUE INDEX inbox_pkey ON users.inbox USING btree (message_id, subscriber)
inbox policy owner to {insula_users_owner} using true
inbox policy system to {insula_users_system} using true
inbox policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
inbox grant DELETE, INSERT, SELECT, UPDATE to insula_users
inbox grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
installation.id bigint NOT NULL
installation.public_id uuid NOT NULL
installation.only_one bigint NOT NULL
installation.sign_up text
installation.version bigint NOT NULL
installation.created_at timestamp with time zone NOT NULL
installation.updated_at timestamp with time zone NOT NULL
installation.deleted_at timestamp with time zone
installation.deleted_by text
installation constraint installation_only_one_check CHECK ((only_one = 1))
installation constraint installation_pkey PRIMARY KEY (id)
installation constraint installation_public_id_key UNIQUE (public_id)
installation constraint installation_sign_up_check CHECK ((sign_up = ANY (ARRAY['open'::text, 'invitation'::text, 'closed'::text])))
CREATE UNIQUE INDEX installation_once ON users.installation USING btree (only_one) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX installation_pkey ON users.installation USING btree (id)
CREATE UNIQUE INDEX installation_public_id_key ON users.installation USING btree (public_id)
installation grant INSERT, SELECT, UPDATE to insula_users
installation grant INSERT, SELECT, UPDATE to insula_users_system
invitations.id bigint NOT NULL
invitations.tenant_id uuid NOT NULL
invitations.public_id uuid NOT NULL
invitations.email text NOT NULL
invitations.email_key text NOT NULL
invitations.role text NOT NULL
invitations.role_id uuid
invitations.invited_by uuid NOT NULL
invitations.hash bytea NOT NULL
invitations.tries bigint NOT NULL
invitations.state text NOT NULL
invitations.expires_at timestamp with time zone NOT NULL
invitations.membership_id uuid
invitations.version bigint NOT NULL
invitations.created_at timestamp with time zone NOT NULL
invitations.updated_at timestamp with time zone NOT NULL
invitations.deleted_at timestamp with time zone
invitations.deleted_by text
invitations.team_id uuid
invitations.manager_id uuid
invitations constraint invitations_pkey PRIMARY KEY (id)
invitations constraint invitations_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'member'::text, 'admin'::text, 'owner'::text])))
invitations constraint invitations_state_check CHECK ((state = ANY (ARRAY['open'::text, 'accepted'::text, 'revoked'::text])))
invitations constraint invitations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES users.tenants(public_id)
invitations constraint invitations_tenant_id_membership_id_fkey FOREIGN KEY (tenant_id, membership_id) REFERENCES users.memberships(tenant_id, public_id)
invitations constraint invitations_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
invitations constraint invitations_tenant_id_role_id_fkey FOREIGN KEY (tenant_id, role_id) REFERENCES users.roles(tenant_id, public_id)
CREATE INDEX invitations_by_end ON users.invitations USING btree (tenant_id, state, expires_at)
CREATE INDEX invitations_by_state ON users.invitations USING btree (tenant_id, state, created_at, public_id)
CREATE INDEX invitations_hash ON users.invitations USING btree (hash)
CREATE INDEX invitations_listed ON users.invitations USING btree (tenant_id, created_at, public_id)
CREATE INDEX invitations_of_address ON users.invitations USING btree (email_key, tenant_id)
CREATE UNIQUE INDEX invitations_open ON users.invitations USING btree (tenant_id, email_key) WHERE ((state = 'open'::text) AND (deleted_at IS NULL))
CREATE UNIQUE INDEX invitations_pkey ON users.invitations USING btree (id)
CREATE UNIQUE INDEX invitations_tenant_id_public_id_key ON users.invitations USING btree (tenant_id, public_id)
invitations policy owner to {insula_users_owner} using true
invitations policy system to {insula_users_system} using true
invitations policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
invitations grant DELETE, INSERT, SELECT, UPDATE to insula_users
invitations grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
memberships.id bigint NOT NULL
memberships.tenant_id uuid NOT NULL
memberships.public_id uuid NOT NULL
memberships.user_id uuid NOT NULL
memberships.role text NOT NULL
memberships.state text NOT NULL
memberships.version bigint NOT NULL
memberships.created_at timestamp with time zone NOT NULL
memberships.updated_at timestamp with time zone NOT NULL
memberships.deleted_at timestamp with time zone
memberships.deleted_by text
memberships.role_id uuid
memberships.manager_id uuid
memberships constraint memberships_pkey PRIMARY KEY (id)
memberships constraint memberships_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'member'::text, 'admin'::text, 'owner'::text])))
memberships constraint memberships_state_check CHECK ((state = ANY (ARRAY['invited'::text, 'active'::text, 'suspended'::text, 'removed'::text])))
memberships constraint memberships_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES users.tenants(public_id)
memberships constraint memberships_tenant_id_manager_id_fkey FOREIGN KEY (tenant_id, manager_id) REFERENCES users.memberships(tenant_id, public_id)
memberships constraint memberships_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
memberships constraint memberships_tenant_id_role_id_fkey FOREIGN KEY (tenant_id, role_id) REFERENCES users.roles(tenant_id, public_id)
memberships constraint memberships_user_id_fkey FOREIGN KEY (user_id) REFERENCES users.users(public_id)
CREATE INDEX memberships_by_role ON users.memberships USING btree (tenant_id, role, created_at, public_id)
CREATE INDEX memberships_by_state ON users.memberships USING btree (tenant_id, state, created_at, public_id)
CREATE INDEX memberships_listed ON users.memberships USING btree (tenant_id, created_at, public_id)
CREATE INDEX memberships_of_manager ON users.memberships USING btree (tenant_id, manager_id, created_at, public_id) WHERE (manager_id IS NOT NULL)
CREATE INDEX memberships_of_role ON users.memberships USING btree (tenant_id, role_id, created_at, public_id) WHERE (role_id IS NOT NULL)
CREATE INDEX memberships_of_user ON users.memberships USING btree (user_id, created_at)
CREATE UNIQUE INDEX memberships_pkey ON users.memberships USING btree (id)
CREATE UNIQUE INDEX memberships_tenant_id_public_id_key ON users.memberships USING btree (tenant_id, public_id)
CREATE UNIQUE INDEX memberships_user ON users.memberships USING btree (tenant_id, user_id) WHERE (deleted_at IS NULL)
memberships policy owner to {insula_users_owner} using true
memberships policy system to {insula_users_system} using true
memberships policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
memberships grant DELETE, INSERT, SELECT, UPDATE to insula_users
memberships grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
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
CREATE INDEX messages_due ON users.messages USING btree (run_at) WHERE (status = ANY (ARRAY['queued'::text, 'retrying'::text, 'leased'::text]))
CREATE INDEX messages_finished ON users.messages USING btree (finished_at) WHERE (finished_at IS NOT NULL)
CREATE UNIQUE INDEX messages_handler_unique_key_key ON users.messages USING btree (handler, unique_key)
CREATE INDEX messages_leased ON users.messages USING btree (lease_until) WHERE (status = 'leased'::text)
CREATE INDEX messages_of_tenant ON users.messages USING btree (tenant_id, created_at, public_id)
CREATE INDEX messages_ordered ON users.messages USING btree (handler, ordering_key, id) WHERE (status = ANY (ARRAY['queued'::text, 'retrying'::text, 'leased'::text]))
CREATE UNIQUE INDEX messages_pkey ON users.messages USING btree (id)
CREATE UNIQUE INDEX messages_public_id_key ON users.messages USING btree (public_id)
CREATE INDEX messages_turns ON users.messages USING btree (tenant_id, priority DESC, run_at, id) WHERE (status = ANY (ARRAY['queued'::text, 'retrying'::text, 'leased'::text]))
messages policy owner to {insula_users_owner} using true
messages policy system to {insula_users_system} using true
messages policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
messages grant DELETE, INSERT, SELECT, UPDATE to insula_users
messages grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
oauth_clients.id bigint NOT NULL
oauth_clients.tenant_id uuid NOT NULL
oauth_clients.public_id uuid NOT NULL
oauth_clients.membership_id uuid NOT NULL
oauth_clients.client_id text NOT NULL
oauth_clients.name text NOT NULL
oauth_clients.redirect_uris text NOT NULL
oauth_clients.grant_types text NOT NULL
oauth_clients.scopes text NOT NULL
oauth_clients.secret_hash bytea
oauth_clients.previous_hash bytea
oauth_clients.previous_until timestamp with time zone
oauth_clients.version bigint NOT NULL
oauth_clients.created_at timestamp with time zone NOT NULL
oauth_clients.updated_at timestamp with time zone NOT NULL
oauth_clients.deleted_at timestamp with time zone
oauth_clients.deleted_by text
oauth_clients constraint oauth_clients_pkey PRIMARY KEY (id)
oauth_clients constraint oauth_clients_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES users.tenants(public_id)
oauth_clients constraint oauth_clients_tenant_id_membership_id_fkey FOREIGN KEY (tenant_id, membership_id) REFERENCES users.memberships(tenant_id, public_id)
oauth_clients constraint oauth_clients_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
CREATE UNIQUE INDEX oauth_clients_client_id ON users.oauth_clients USING btree (client_id) WHERE (deleted_at IS NULL)
CREATE INDEX oauth_clients_listed ON users.oauth_clients USING btree (tenant_id, created_at, public_id)
CREATE INDEX oauth_clients_of_member ON users.oauth_clients USING btree (tenant_id, membership_id)
CREATE UNIQUE INDEX oauth_clients_pkey ON users.oauth_clients USING btree (id)
CREATE UNIQUE INDEX oauth_clients_tenant_id_public_id_key ON users.oauth_clients USING btree (tenant_id, public_id)
oauth_clients policy owner to {insula_users_owner} using true
oauth_clients policy system to {insula_users_system} using true
oauth_clients policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
oauth_clients grant DELETE, INSERT, SELECT, UPDATE to insula_users
oauth_clients grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
oauth_codes.id bigint NOT NULL
oauth_codes.tenant_id uuid NOT NULL
oauth_codes.public_id uuid NOT NULL
oauth_codes.membership_id uuid NOT NULL
oauth_codes.client_id uuid NOT NULL
oauth_codes.hash bytea NOT NULL
oauth_codes.redirect_uri text NOT NULL
oauth_codes.challenge text NOT NULL
oauth_codes.scopes text NOT NULL
oauth_codes.nonce text
oauth_codes.strength text
oauth_codes.authenticated_at timestamp with time zone NOT NULL
oauth_codes.device text
oauth_codes.client_address text
oauth_codes.expires_at timestamp with time zone NOT NULL
oauth_codes.used_at timestamp with time zone
oauth_codes.session_id uuid
oauth_codes.created_at timestamp with time zone NOT NULL
oauth_codes.updated_at timestamp with time zone NOT NULL
oauth_codes.deleted_at timestamp with time zone
oauth_codes.deleted_by text
oauth_codes constraint oauth_codes_pkey PRIMARY KEY (id)
oauth_codes constraint oauth_codes_tenant_id_client_id_fkey FOREIGN KEY (tenant_id, client_id) REFERENCES users.oauth_clients(tenant_id, public_id)
oauth_codes constraint oauth_codes_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES users.tenants(public_id)
oauth_codes constraint oauth_codes_tenant_id_membership_id_fkey FOREIGN KEY (tenant_id, membership_id) REFERENCES users.memberships(tenant_id, public_id)
oauth_codes constraint oauth_codes_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
CREATE INDEX oauth_codes_expiring ON users.oauth_codes USING btree (expires_at)
CREATE UNIQUE INDEX oauth_codes_hash ON users.oauth_codes USING btree (hash) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX oauth_codes_pkey ON users.oauth_codes USING btree (id)
CREATE UNIQUE INDEX oauth_codes_tenant_id_public_id_key ON users.oauth_codes USING btree (tenant_id, public_id)
oauth_codes policy owner to {insula_users_owner} using true
oauth_codes policy system to {insula_users_system} using true
oauth_codes policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
oauth_codes grant DELETE, INSERT, SELECT, UPDATE to insula_users
oauth_codes grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
oauth_grants.id bigint NOT NULL
oauth_grants.tenant_id uuid NOT NULL
oauth_grants.public_id uuid NOT NULL
oauth_grants.membership_id uuid NOT NULL
oauth_grants.client_id uuid NOT NULL
oauth_grants.scopes text NOT NULL
oauth_grants.created_at timestamp with time zone NOT NULL
oauth_grants.updated_at timestamp with time zone NOT NULL
oauth_grants.deleted_at timestamp with time zone
oauth_grants.deleted_by text
oauth_grants constraint oauth_grants_pkey PRIMARY KEY (id)
oauth_grants constraint oauth_grants_tenant_id_client_id_fkey FOREIGN KEY (tenant_id, client_id) REFERENCES users.oauth_clients(tenant_id, public_id)
oauth_grants constraint oauth_grants_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES users.tenants(public_id)
oauth_grants constraint oauth_grants_tenant_id_membership_id_fkey FOREIGN KEY (tenant_id, membership_id) REFERENCES users.memberships(tenant_id, public_id)
oauth_grants constraint oauth_grants_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
CREATE INDEX oauth_grants_listed ON users.oauth_grants USING btree (tenant_id, membership_id, created_at, public_id)
CREATE INDEX oauth_grants_of_client ON users.oauth_grants USING btree (tenant_id, client_id)
CREATE UNIQUE INDEX oauth_grants_once ON users.oauth_grants USING btree (tenant_id, membership_id, client_id) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX oauth_grants_pkey ON users.oauth_grants USING btree (id)
CREATE UNIQUE INDEX oauth_grants_tenant_id_public_id_key ON users.oauth_grants USING btree (tenant_id, public_id)
oauth_grants policy owner to {insula_users_owner} using true
oauth_grants policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
oauth_grants grant DELETE, INSERT, SELECT, UPDATE to insula_users
oidc_connections.id bigint NOT NULL
oidc_connections.tenant_id uuid NOT NULL
oidc_connections.public_id uuid NOT NULL
oidc_connections.name text NOT NULL
oidc_connections.issuer text NOT NULL
oidc_connections.client_id text NOT NULL
oidc_connections.sealed_secret bytea NOT NULL
oidc_connections.scopes text NOT NULL
oidc_connections.return_to text NOT NULL
oidc_connections.verified_claim text NOT NULL
oidc_connections.roles_claim text
oidc_connections.role_map text NOT NULL
oidc_connections.default_role text NOT NULL
oidc_connections.joining text NOT NULL
oidc_connections.enforcement text NOT NULL
oidc_connections.version bigint NOT NULL
oidc_connections.created_at timestamp with time zone NOT NULL
oidc_connections.updated_at timestamp with time zone NOT NULL
oidc_connections.deleted_at timestamp with time zone
oidc_connections.deleted_by text
oidc_connections constraint oidc_connections_default_role_check CHECK ((default_role = ANY (ARRAY['viewer'::text, 'member'::text, 'admin'::text])))
oidc_connections constraint oidc_connections_enforcement_check CHECK ((enforcement = ANY (ARRAY['optional'::text, 'enforced'::text])))
oidc_connections constraint oidc_connections_joining_check CHECK ((joining = ANY (ARRAY['invited'::text, 'anybody'::text])))
oidc_connections constraint oidc_connections_pkey PRIMARY KEY (id)
oidc_connections constraint oidc_connections_public_id_key UNIQUE (public_id)
oidc_connections constraint oidc_connections_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES users.tenants(public_id)
oidc_connections constraint oidc_connections_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
CREATE INDEX oidc_connections_enforced ON users.oidc_connections USING btree (tenant_id) WHERE ((enforcement = 'enforced'::text) AND (deleted_at IS NULL))
CREATE INDEX oidc_connections_listed ON users.oidc_connections USING btree (tenant_id, created_at, public_id)
CREATE UNIQUE INDEX oidc_connections_pkey ON users.oidc_connections USING btree (id)
CREATE UNIQUE INDEX oidc_connections_public_id_key ON users.oidc_connections USING btree (public_id)
CREATE UNIQUE INDEX oidc_connections_tenant_id_public_id_key ON users.oidc_connections USING btree (tenant_id, public_id)
oidc_connections policy owner to {insula_users_owner} using true
oidc_connections policy system to {insula_users_system} using true
oidc_connections policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
oidc_connections grant DELETE, INSERT, SELECT, UPDATE to insula_users
oidc_connections grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
oidc_identities.id bigint NOT NULL
oidc_identities.tenant_id uuid NOT NULL
oidc_identities.public_id uuid NOT NULL
oidc_identities.connection_id uuid NOT NULL
oidc_identities.subject text NOT NULL
oidc_identities.user_id uuid NOT NULL
oidc_identities.created_at timestamp with time zone NOT NULL
oidc_identities.updated_at timestamp with time zone NOT NULL
oidc_identities.deleted_at timestamp with time zone
oidc_identities.deleted_by text
oidc_identities constraint oidc_identities_pkey PRIMARY KEY (id)
oidc_identities constraint oidc_identities_tenant_id_connection_id_fkey FOREIGN KEY (tenant_id, connection_id) REFERENCES users.oidc_connections(tenant_id, public_id)
oidc_identities constraint oidc_identities_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
oidc_identities constraint oidc_identities_user_id_fkey FOREIGN KEY (user_id) REFERENCES users.users(public_id)
CREATE INDEX oidc_identities_of_user ON users.oidc_identities USING btree (tenant_id, user_id)
CREATE UNIQUE INDEX oidc_identities_person ON users.oidc_identities USING btree (tenant_id, connection_id, user_id) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX oidc_identities_pkey ON users.oidc_identities USING btree (id)
CREATE UNIQUE INDEX oidc_identities_subject ON users.oidc_identities USING btree (tenant_id, connection_id, subject) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX oidc_identities_tenant_id_public_id_key ON users.oidc_identities USING btree (tenant_id, public_id)
oidc_identities policy owner to {insula_users_owner} using true
oidc_identities policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
oidc_identities grant DELETE, INSERT, SELECT, UPDATE to insula_users
oidc_sign_ins.id bigint NOT NULL
oidc_sign_ins.public_id uuid NOT NULL
oidc_sign_ins.connection_id uuid NOT NULL
oidc_sign_ins.state_hash bytea NOT NULL
oidc_sign_ins.sealed_state bytea NOT NULL
oidc_sign_ins.return_to text NOT NULL
oidc_sign_ins.challenge text NOT NULL
oidc_sign_ins.expires_at timestamp with time zone NOT NULL
oidc_sign_ins.used_at timestamp with time zone
oidc_sign_ins.user_id uuid
oidc_sign_ins.membership_id uuid
oidc_sign_ins.code_hash bytea
oidc_sign_ins.code_expires_at timestamp with time zone
oidc_sign_ins.exchanged_at timestamp with time zone
oidc_sign_ins.created_at timestamp with time zone NOT NULL
oidc_sign_ins.updated_at timestamp with time zone NOT NULL
oidc_sign_ins.deleted_at timestamp with time zone
oidc_sign_ins.deleted_by text
oidc_sign_ins constraint oidc_sign_ins_pkey PRIMARY KEY (id)
oidc_sign_ins constraint oidc_sign_ins_public_id_key UNIQUE (public_id)
CREATE UNIQUE INDEX oidc_sign_ins_code ON users.oidc_sign_ins USING btree (code_hash) WHERE ((code_hash IS NOT NULL) AND (deleted_at IS NULL))
CREATE INDEX oidc_sign_ins_old ON users.oidc_sign_ins USING btree (expires_at)
CREATE UNIQUE INDEX oidc_sign_ins_pkey ON users.oidc_sign_ins USING btree (id)
CREATE UNIQUE INDEX oidc_sign_ins_public_id_key ON users.oidc_sign_ins USING btree (public_id)
CREATE UNIQUE INDEX oidc_sign_ins_state ON users.oidc_sign_ins USING btree (state_hash) WHERE (deleted_at IS NULL)
oidc_sign_ins grant INSERT, SELECT, UPDATE to insula_users
oidc_sign_ins grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
operators.id bigint NOT NULL
operators.public_id uuid NOT NULL
operators.name text NOT NULL
operators.hash bytea NOT NULL
operators.expires_at timestamp with time zone NOT NULL
operators.revoked_at timestamp with time zone
operators.created_at timestamp with time zone NOT NULL
operators.updated_at timestamp with time zone NOT NULL
operators.deleted_at timestamp with time zone
operators.deleted_by text
operators constraint operators_pkey PRIMARY KEY (id)
operators constraint operators_public_id_key UNIQUE (public_id)
CREATE INDEX operators_hash ON users.operators USING btree (hash)
CREATE UNIQUE INDEX operators_pkey ON users.operators USING btree (id)
CREATE UNIQUE INDEX operators_public_id_key ON users.operators USING btree (public_id)
operators grant INSERT, SELECT, UPDATE to insula_users
operators grant INSERT, SELECT, UPDATE to insula_users_system
passkey_ceremonies.id bigint NOT NULL
passkey_ceremonies.public_id uuid NOT NULL
passkey_ceremonies.user_id uuid
passkey_ceremonies.sealed_state bytea NOT NULL
passkey_ceremonies.expires_at timestamp with time zone NOT NULL
passkey_ceremonies.used_at timestamp with time zone
passkey_ceremonies.created_at timestamp with time zone NOT NULL
passkey_ceremonies.updated_at timestamp with time zone NOT NULL
passkey_ceremonies.deleted_at timestamp with time zone
passkey_ceremonies.deleted_by text
passkey_ceremonies constraint passkey_ceremonies_pkey PRIMARY KEY (id)
passkey_ceremonies constraint passkey_ceremonies_public_id_key UNIQUE (public_id)
passkey_ceremonies constraint passkey_ceremonies_user_id_fkey FOREIGN KEY (user_id) REFERENCES users.users(public_id)
CREATE INDEX passkey_ceremonies_old ON users.passkey_ceremonies USING btree (expires_at)
CREATE UNIQUE INDEX passkey_ceremonies_pkey ON users.passkey_ceremonies USING btree (id)
CREATE UNIQUE INDEX passkey_ceremonies_public_id_key ON users.passkey_ceremonies USING btree (public_id)
passkey_ceremonies grant INSERT, SELECT, UPDATE to insula_users
passkey_ceremonies grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
passkeys.id bigint NOT NULL
passkeys.public_id uuid NOT NULL
passkeys.user_id uuid NOT NULL
passkeys.name text NOT NULL
passkeys.credential_id bytea NOT NULL
passkeys.credential text NOT NULL
passkeys.last_used_at timestamp with time zone
passkeys.created_at timestamp with time zone NOT NULL
passkeys.updated_at timestamp with time zone NOT NULL
passkeys.deleted_at timestamp with time zone
passkeys.deleted_by text
passkeys constraint passkeys_pkey PRIMARY KEY (id)
passkeys constraint passkeys_public_id_key UNIQUE (public_id)
passkeys constraint passkeys_user_id_fkey FOREIGN KEY (user_id) REFERENCES users.users(public_id)
CREATE UNIQUE INDEX passkeys_credential ON users.passkeys USING btree (credential_id) WHERE (deleted_at IS NULL)
CREATE INDEX passkeys_of_user ON users.passkeys USING btree (user_id, created_at, public_id)
CREATE UNIQUE INDEX passkeys_pkey ON users.passkeys USING btree (id)
CREATE UNIQUE INDEX passkeys_public_id_key ON users.passkeys USING btree (public_id)
passkeys grant INSERT, SELECT, UPDATE to insula_users
passkeys grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
password_resets.id bigint NOT NULL
password_resets.public_id uuid NOT NULL
password_resets.user_id uuid NOT NULL
password_resets.hash bytea NOT NULL
password_resets.expires_at timestamp with time zone NOT NULL
password_resets.used_at timestamp with time zone
password_resets.created_at timestamp with time zone NOT NULL
password_resets.updated_at timestamp with time zone NOT NULL
password_resets.deleted_at timestamp with time zone
password_resets.deleted_by text
password_resets constraint password_resets_pkey PRIMARY KEY (id)
password_resets constraint password_resets_public_id_key UNIQUE (public_id)
password_resets constraint password_resets_user_id_fkey FOREIGN KEY (user_id) REFERENCES users.users(public_id)
CREATE INDEX password_resets_expiring ON users.password_resets USING btree (expires_at)
CREATE INDEX password_resets_hash ON users.password_resets USING btree (hash)
CREATE INDEX password_resets_of_user ON users.password_resets USING btree (user_id)
CREATE UNIQUE INDEX password_resets_pkey ON users.password_resets USING btree (id)
CREATE UNIQUE INDEX password_resets_public_id_key ON users.password_resets USING btree (public_id)
password_resets grant INSERT, SELECT, UPDATE to insula_users
password_resets grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
recovery_codes.id bigint NOT NULL
recovery_codes.public_id uuid NOT NULL
recovery_codes.user_id uuid NOT NULL
recovery_codes.hash bytea NOT NULL
recovery_codes.used_at timestamp with time zone
recovery_codes.created_at timestamp with time zone NOT NULL
recovery_codes.updated_at timestamp with time zone NOT NULL
recovery_codes.deleted_at timestamp with time zone
recovery_codes.deleted_by text
recovery_codes constraint recovery_codes_pkey PRIMARY KEY (id)
recovery_codes constraint recovery_codes_public_id_key UNIQUE (public_id)
recovery_codes constraint recovery_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES users.users(public_id)
CREATE INDEX recovery_codes_deleted ON users.recovery_codes USING btree (deleted_at) WHERE (deleted_at IS NOT NULL)
CREATE INDEX recovery_codes_of_user ON users.recovery_codes USING btree (user_id) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX recovery_codes_pkey ON users.recovery_codes USING btree (id)
CREATE UNIQUE INDEX recovery_codes_public_id_key ON users.recovery_codes USING btree (public_id)
recovery_codes grant INSERT, SELECT, UPDATE to insula_users
recovery_codes grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
refresh_tokens.id bigint NOT NULL
refresh_tokens.tenant_id uuid NOT NULL
refresh_tokens.public_id uuid NOT NULL
refresh_tokens.session_id uuid NOT NULL
refresh_tokens.hash bytea NOT NULL
refresh_tokens.expires_at timestamp with time zone NOT NULL
refresh_tokens.used_at timestamp with time zone
refresh_tokens.created_at timestamp with time zone NOT NULL
refresh_tokens.updated_at timestamp with time zone NOT NULL
refresh_tokens.deleted_at timestamp with time zone
refresh_tokens.deleted_by text
refresh_tokens.answer bytea
refresh_tokens constraint refresh_tokens_pkey PRIMARY KEY (id)
refresh_tokens constraint refresh_tokens_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
refresh_tokens constraint refresh_tokens_tenant_id_session_id_fkey FOREIGN KEY (tenant_id, session_id) REFERENCES users.sessions(tenant_id, public_id)
CREATE INDEX refresh_tokens_hash ON users.refresh_tokens USING btree (hash)
CREATE INDEX refresh_tokens_of_session ON users.refresh_tokens USING btree (tenant_id, session_id)
CREATE UNIQUE INDEX refresh_tokens_pkey ON users.refresh_tokens USING btree (id)
CREATE INDEX refresh_tokens_spent ON users.refresh_tokens USING btree (expires_at) WHERE (used_at IS NOT NULL)
CREATE UNIQUE INDEX refresh_tokens_tenant_id_public_id_key ON users.refresh_tokens USING btree (tenant_id, public_id)
CREATE INDEX refresh_tokens_unspent ON users.refresh_tokens USING btree (expires_at) WHERE (used_at IS NULL)
refresh_tokens policy owner to {insula_users_owner} using true
refresh_tokens policy system to {insula_users_system} using true
refresh_tokens policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
refresh_tokens grant DELETE, INSERT, SELECT, UPDATE to insula_users
refresh_tokens grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
roles.id bigint NOT NULL
roles.tenant_id uuid NOT NULL
roles.public_id uuid NOT NULL
roles.name text NOT NULL
roles.description text
roles.permissions text NOT NULL
roles.version bigint NOT NULL
roles.created_at timestamp with time zone NOT NULL
roles.updated_at timestamp with time zone NOT NULL
roles.deleted_at timestamp with time zone
roles.deleted_by text
roles constraint roles_pkey PRIMARY KEY (id)
roles constraint roles_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES users.tenants(public_id)
roles constraint roles_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
CREATE INDEX roles_listed ON users.roles USING btree (tenant_id, created_at, public_id)
CREATE UNIQUE INDEX roles_name ON users.roles USING btree (tenant_id, name) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX roles_pkey ON users.roles USING btree (id)
CREATE UNIQUE INDEX roles_tenant_id_public_id_key ON users.roles USING btree (tenant_id, public_id)
roles policy owner to {insula_users_owner} using true
roles policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
roles grant DELETE, INSERT, SELECT, UPDATE to insula_users
scim_group_members.id bigint NOT NULL
scim_group_members.tenant_id uuid NOT NULL
scim_group_members.public_id uuid NOT NULL
scim_group_members.team_id uuid NOT NULL
scim_group_members.scim_user_id uuid NOT NULL
scim_group_members.created_at timestamp with time zone NOT NULL
scim_group_members.updated_at timestamp with time zone NOT NULL
scim_group_members.deleted_at timestamp with time zone
scim_group_members.deleted_by text
scim_group_members constraint scim_group_members_pkey PRIMARY KEY (id)
scim_group_members constraint scim_group_members_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
scim_group_members constraint scim_group_members_tenant_id_scim_user_id_fkey FOREIGN KEY (tenant_id, scim_user_id) REFERENCES users.scim_users(tenant_id, public_id)
scim_group_members constraint scim_group_members_tenant_id_team_id_fkey FOREIGN KEY (tenant_id, team_id) REFERENCES users.teams(tenant_id, public_id)
CREATE INDEX scim_group_members_of_user ON users.scim_group_members USING btree (tenant_id, scim_user_id)
CREATE UNIQUE INDEX scim_group_members_once ON users.scim_group_members USING btree (tenant_id, team_id, scim_user_id) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX scim_group_members_pkey ON users.scim_group_members USING btree (id)
CREATE UNIQUE INDEX scim_group_members_tenant_id_public_id_key ON users.scim_group_members USING btree (tenant_id, public_id)
scim_group_members policy owner to {insula_users_owner} using true
scim_group_members policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
scim_group_members grant DELETE, INSERT, SELECT, UPDATE to insula_users
scim_users.id bigint NOT NULL
scim_users.tenant_id uuid NOT NULL
scim_users.public_id uuid NOT NULL
scim_users.membership_id uuid
scim_users.user_name text NOT NULL
scim_users.user_name_key text NOT NULL
scim_users.external_id text
scim_users.email_key text
scim_users.manager_id uuid
scim_users.attributes text NOT NULL
scim_users.version bigint NOT NULL
scim_users.created_at timestamp with time zone NOT NULL
scim_users.updated_at timestamp with time zone NOT NULL
scim_users.deleted_at timestamp with time zone
scim_users.deleted_by text
scim_users constraint scim_users_pkey PRIMARY KEY (id)
scim_users constraint scim_users_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES users.tenants(public_id)
scim_users constraint scim_users_tenant_id_membership_id_fkey FOREIGN KEY (tenant_id, membership_id) REFERENCES users.memberships(tenant_id, public_id)
scim_users constraint scim_users_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
CREATE UNIQUE INDEX scim_users_awaited ON users.scim_users USING btree (tenant_id, email_key) WHERE ((membership_id IS NULL) AND (email_key IS NOT NULL) AND (deleted_at IS NULL))
CREATE INDEX scim_users_external ON users.scim_users USING btree (tenant_id, external_id) WHERE (external_id IS NOT NULL)
CREATE INDEX scim_users_listed ON users.scim_users USING btree (tenant_id, created_at, public_id)
CREATE UNIQUE INDEX scim_users_member ON users.scim_users USING btree (tenant_id, membership_id) WHERE ((membership_id IS NOT NULL) AND (deleted_at IS NULL))
CREATE INDEX scim_users_of_manager ON users.scim_users USING btree (tenant_id, manager_id) WHERE (manager_id IS NOT NULL)
CREATE UNIQUE INDEX scim_users_pkey ON users.scim_users USING btree (id)
CREATE UNIQUE INDEX scim_users_tenant_id_public_id_key ON users.scim_users USING btree (tenant_id, public_id)
CREATE UNIQUE INDEX scim_users_user_name ON users.scim_users USING btree (tenant_id, user_name_key) WHERE (deleted_at IS NULL)
scim_users policy owner to {insula_users_owner} using true
scim_users policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
scim_users grant DELETE, INSERT, SELECT, UPDATE to insula_users
sessions.id bigint NOT NULL
sessions.tenant_id uuid NOT NULL
sessions.public_id uuid NOT NULL
sessions.membership_id uuid NOT NULL
sessions.access_hash bytea NOT NULL
sessions.access_expires_at timestamp with time zone NOT NULL
sessions.device text
sessions.client_address text
sessions.revoked_at timestamp with time zone
sessions.created_at timestamp with time zone NOT NULL
sessions.updated_at timestamp with time zone NOT NULL
sessions.deleted_at timestamp with time zone
sessions.deleted_by text
sessions.authenticated_at timestamp with time zone
sessions.strength text
sessions.operator_id uuid
sessions.support_grant_id uuid
sessions.oauth_client_id uuid
sessions.oauth_actor_id uuid
sessions.scopes text
sessions.refresh_scopes text
sessions constraint sessions_operator_id_fkey FOREIGN KEY (operator_id) REFERENCES users.operators(public_id)
sessions constraint sessions_pkey PRIMARY KEY (id)
sessions constraint sessions_tenant_id_membership_id_fkey FOREIGN KEY (tenant_id, membership_id) REFERENCES users.memberships(tenant_id, public_id)
sessions constraint sessions_tenant_id_oauth_client_id_fkey FOREIGN KEY (tenant_id, oauth_client_id) REFERENCES users.oauth_clients(tenant_id, public_id)
sessions constraint sessions_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
sessions constraint sessions_tenant_id_support_grant_id_fkey FOREIGN KEY (tenant_id, support_grant_id) REFERENCES users.support_grants(tenant_id, public_id)
CREATE INDEX sessions_access ON users.sessions USING btree (access_hash)
CREATE INDEX sessions_deleted ON users.sessions USING btree (deleted_at) WHERE (deleted_at IS NOT NULL)
CREATE INDEX sessions_listed ON users.sessions USING btree (tenant_id, created_at, public_id)
CREATE INDEX sessions_never_renewed ON users.sessions USING btree (access_expires_at) WHERE ((oauth_client_id IS NOT NULL) AND (refresh_scopes IS NULL) AND (deleted_at IS NULL))
CREATE INDEX sessions_of_client ON users.sessions USING btree (tenant_id, oauth_client_id) WHERE (oauth_client_id IS NOT NULL)
CREATE INDEX sessions_of_machine ON users.sessions USING btree (tenant_id, oauth_actor_id, created_at) WHERE (oauth_actor_id IS NOT NULL)
CREATE INDEX sessions_of_member ON users.sessions USING btree (tenant_id, membership_id, created_at, public_id)
CREATE INDEX sessions_of_operators ON users.sessions USING btree (access_expires_at) WHERE ((operator_id IS NOT NULL) AND (deleted_at IS NULL))
CREATE INDEX sessions_of_support_grant ON users.sessions USING btree (tenant_id, support_grant_id) WHERE (support_grant_id IS NOT NULL)
CREATE UNIQUE INDEX sessions_pkey ON users.sessions USING btree (id)
CREATE INDEX sessions_revoked ON users.sessions USING btree (revoked_at) WHERE ((revoked_at IS NOT NULL) AND (deleted_at IS NULL))
CREATE UNIQUE INDEX sessions_tenant_id_public_id_key ON users.sessions USING btree (tenant_id, public_id)
sessions policy owner to {insula_users_owner} using true
sessions policy system to {insula_users_system} using true
sessions policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
sessions grant DELETE, INSERT, SELECT, UPDATE to insula_users
sessions grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
sign_in_failures.id bigint NOT NULL
sign_in_failures.public_id uuid NOT NULL
sign_in_failures.subject bytea NOT NULL
sign_in_failures.failures bigint NOT NULL
sign_in_failures.delayed_until timestamp with time zone NOT NULL
sign_in_failures.created_at timestamp with time zone NOT NULL
sign_in_failures.updated_at timestamp with time zone NOT NULL
sign_in_failures.deleted_at timestamp with time zone
sign_in_failures.deleted_by text
sign_in_failures constraint sign_in_failures_pkey PRIMARY KEY (id)
sign_in_failures constraint sign_in_failures_public_id_key UNIQUE (public_id)
sign_in_failures constraint sign_in_failures_subject_key UNIQUE (subject)
CREATE INDEX sign_in_failures_old ON users.sign_in_failures USING btree (updated_at)
CREATE UNIQUE INDEX sign_in_failures_pkey ON users.sign_in_failures USING btree (id)
CREATE UNIQUE INDEX sign_in_failures_public_id_key ON users.sign_in_failures USING btree (public_id)
CREATE UNIQUE INDEX sign_in_failures_subject_key ON users.sign_in_failures USING btree (subject)
sign_in_failures grant INSERT, SELECT, UPDATE to insula_users
sign_in_failures grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
sign_in_places.id bigint NOT NULL
sign_in_places.public_id uuid NOT NULL
sign_in_places.subject bytea NOT NULL
sign_in_places.created_at timestamp with time zone NOT NULL
sign_in_places.updated_at timestamp with time zone NOT NULL
sign_in_places.deleted_at timestamp with time zone
sign_in_places.deleted_by text
sign_in_places constraint sign_in_places_pkey PRIMARY KEY (id)
sign_in_places constraint sign_in_places_public_id_key UNIQUE (public_id)
CREATE INDEX sign_in_places_old ON users.sign_in_places USING btree (updated_at)
CREATE UNIQUE INDEX sign_in_places_pkey ON users.sign_in_places USING btree (id)
CREATE UNIQUE INDEX sign_in_places_public_id_key ON users.sign_in_places USING btree (public_id)
CREATE UNIQUE INDEX sign_in_places_subject ON users.sign_in_places USING btree (subject) WHERE (deleted_at IS NULL)
sign_in_places grant INSERT, SELECT, UPDATE to insula_users
sign_in_places grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
signing_keys.id bigint NOT NULL
signing_keys.public_id uuid NOT NULL
signing_keys.generation bigint NOT NULL
signing_keys.key_id text NOT NULL
signing_keys.public_key bytea NOT NULL
signing_keys.sealed_private_key bytea NOT NULL
signing_keys.signs_from timestamp with time zone NOT NULL
signing_keys.created_at timestamp with time zone NOT NULL
signing_keys.updated_at timestamp with time zone NOT NULL
signing_keys.deleted_at timestamp with time zone
signing_keys.deleted_by text
signing_keys constraint signing_keys_pkey PRIMARY KEY (id)
signing_keys constraint signing_keys_public_id_key UNIQUE (public_id)
CREATE UNIQUE INDEX signing_keys_generation ON users.signing_keys USING btree (generation) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX signing_keys_pkey ON users.signing_keys USING btree (id)
CREATE UNIQUE INDEX signing_keys_public_id_key ON users.signing_keys USING btree (public_id)
signing_keys grant INSERT, SELECT, UPDATE to insula_users
signing_keys grant INSERT, SELECT, UPDATE to insula_users_system
support_grants.id bigint NOT NULL
support_grants.tenant_id uuid NOT NULL
support_grants.public_id uuid NOT NULL
support_grants.role text NOT NULL
support_grants.reason text NOT NULL
support_grants.granted_by uuid NOT NULL
support_grants.expires_at timestamp with time zone NOT NULL
support_grants.revoked_at timestamp with time zone
support_grants.created_at timestamp with time zone NOT NULL
support_grants.updated_at timestamp with time zone NOT NULL
support_grants.deleted_at timestamp with time zone
support_grants.deleted_by text
support_grants constraint support_grants_pkey PRIMARY KEY (id)
support_grants constraint support_grants_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'member'::text, 'admin'::text])))
support_grants constraint support_grants_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES users.tenants(public_id)
support_grants constraint support_grants_tenant_id_granted_by_fkey FOREIGN KEY (tenant_id, granted_by) REFERENCES users.memberships(tenant_id, public_id)
support_grants constraint support_grants_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
CREATE INDEX support_grants_listed ON users.support_grants USING btree (tenant_id, created_at, public_id)
CREATE UNIQUE INDEX support_grants_pkey ON users.support_grants USING btree (id)
CREATE UNIQUE INDEX support_grants_tenant_id_public_id_key ON users.support_grants USING btree (tenant_id, public_id)
support_grants policy owner to {insula_users_owner} using true
support_grants policy system to {insula_users_system} using true
support_grants policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
support_grants grant DELETE, INSERT, SELECT, UPDATE to insula_users
support_grants grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
switches.id bigint NOT NULL
switches.public_id uuid NOT NULL
switches.name text NOT NULL
switches.share_percent bigint NOT NULL
switches.version bigint NOT NULL
switches.created_at timestamp with time zone NOT NULL
switches.updated_at timestamp with time zone NOT NULL
switches.deleted_at timestamp with time zone
switches.deleted_by text
switches constraint switches_pkey PRIMARY KEY (id)
switches constraint switches_public_id_key UNIQUE (public_id)
switches constraint switches_share_percent_check CHECK (((share_percent >= 0) AND (share_percent <= 100)))
CREATE UNIQUE INDEX switches_name ON users.switches USING btree (name) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX switches_pkey ON users.switches USING btree (id)
CREATE UNIQUE INDEX switches_public_id_key ON users.switches USING btree (public_id)
switches grant INSERT, SELECT, UPDATE to insula_users
switches grant INSERT, SELECT, UPDATE to insula_users_system
team_members.id bigint NOT NULL
team_members.tenant_id uuid NOT NULL
team_members.public_id uuid NOT NULL
team_members.team_id uuid NOT NULL
team_members.membership_id uuid NOT NULL
team_members.created_at timestamp with time zone NOT NULL
team_members.updated_at timestamp with time zone NOT NULL
team_members.deleted_at timestamp with time zone
team_members.deleted_by text
team_members constraint team_members_pkey PRIMARY KEY (id)
team_members constraint team_members_tenant_id_membership_id_fkey FOREIGN KEY (tenant_id, membership_id) REFERENCES users.memberships(tenant_id, public_id)
team_members constraint team_members_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
team_members constraint team_members_tenant_id_team_id_fkey FOREIGN KEY (tenant_id, team_id) REFERENCES users.teams(tenant_id, public_id)
CREATE INDEX team_members_listed ON users.team_members USING btree (tenant_id, team_id, created_at, public_id)
CREATE INDEX team_members_of_member ON users.team_members USING btree (tenant_id, membership_id)
CREATE UNIQUE INDEX team_members_once ON users.team_members USING btree (tenant_id, team_id, membership_id) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX team_members_pkey ON users.team_members USING btree (id)
CREATE UNIQUE INDEX team_members_tenant_id_public_id_key ON users.team_members USING btree (tenant_id, public_id)
team_members policy owner to {insula_users_owner} using true
team_members policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
team_members grant DELETE, INSERT, SELECT, UPDATE to insula_users
teams.id bigint NOT NULL
teams.tenant_id uuid NOT NULL
teams.public_id uuid NOT NULL
teams.name text NOT NULL
teams.parent_id uuid
teams.role text
teams.role_id uuid
teams.version bigint NOT NULL
teams.created_at timestamp with time zone NOT NULL
teams.updated_at timestamp with time zone NOT NULL
teams.deleted_at timestamp with time zone
teams.deleted_by text
teams.external_id text
teams constraint teams_check CHECK (((role IS NULL) OR (role_id IS NULL)))
teams constraint teams_pkey PRIMARY KEY (id)
teams constraint teams_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'member'::text, 'admin'::text, 'owner'::text])))
teams constraint teams_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES users.tenants(public_id)
teams constraint teams_tenant_id_parent_id_fkey FOREIGN KEY (tenant_id, parent_id) REFERENCES users.teams(tenant_id, public_id)
teams constraint teams_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
teams constraint teams_tenant_id_role_id_fkey FOREIGN KEY (tenant_id, role_id) REFERENCES users.roles(tenant_id, public_id)
CREATE INDEX teams_external ON users.teams USING btree (tenant_id, external_id) WHERE (external_id IS NOT NULL)
CREATE INDEX teams_listed ON users.teams USING btree (tenant_id, created_at, public_id)
CREATE UNIQUE INDEX teams_name ON users.teams USING btree (tenant_id, name) WHERE (deleted_at IS NULL)
CREATE INDEX teams_of_parent ON users.teams USING btree (tenant_id, parent_id, created_at, public_id) WHERE (parent_id IS NOT NULL)
CREATE INDEX teams_of_role ON users.teams USING btree (tenant_id, role_id) WHERE (role_id IS NOT NULL)
CREATE UNIQUE INDEX teams_pkey ON users.teams USING btree (id)
CREATE UNIQUE INDEX teams_tenant_id_public_id_key ON users.teams USING btree (tenant_id, public_id)
teams policy owner to {insula_users_owner} using true
teams policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
teams grant DELETE, INSERT, SELECT, UPDATE to insula_users
tenant_closures.id bigint NOT NULL
tenant_closures.public_id uuid NOT NULL
tenant_closures.of_tenant uuid NOT NULL
tenant_closures.requested_by uuid NOT NULL
tenant_closures.address text
tenant_closures.tenant_name text
tenant_closures.state text NOT NULL
tenant_closures.erases_at timestamp with time zone NOT NULL
tenant_closures.reopened_at timestamp with time zone
tenant_closures.erasing_at timestamp with time zone
tenant_closures.erased_at timestamp with time zone
tenant_closures.counts text
tenant_closures.certificate text
tenant_closures.created_at timestamp with time zone NOT NULL
tenant_closures.updated_at timestamp with time zone NOT NULL
tenant_closures.deleted_at timestamp with time zone
tenant_closures.deleted_by text
tenant_closures constraint tenant_closures_pkey PRIMARY KEY (id)
tenant_closures constraint tenant_closures_public_id_key UNIQUE (public_id)
tenant_closures constraint tenant_closures_state_check CHECK ((state = ANY (ARRAY['closed'::text, 'reopened'::text, 'erasing'::text, 'erased'::text])))
CREATE INDEX tenant_closures_asked_by ON users.tenant_closures USING btree (requested_by) WHERE (address IS NOT NULL)
CREATE INDEX tenant_closures_due ON users.tenant_closures USING btree (erases_at) WHERE (state = ANY (ARRAY['closed'::text, 'erasing'::text]))
CREATE INDEX tenant_closures_of_tenant ON users.tenant_closures USING btree (of_tenant, created_at)
CREATE UNIQUE INDEX tenant_closures_pkey ON users.tenant_closures USING btree (id)
CREATE UNIQUE INDEX tenant_closures_public_id_key ON users.tenant_closures USING btree (public_id)
tenant_closures grant INSERT, SELECT, UPDATE to insula_users
tenant_closures grant INSERT, SELECT, UPDATE to insula_users_system
tenant_policies.id bigint NOT NULL
tenant_policies.tenant_id uuid NOT NULL
tenant_policies.public_id uuid NOT NULL
tenant_policies.second_factor text NOT NULL
tenant_policies.sign_in_methods text NOT NULL
tenant_policies.address_ranges text NOT NULL
tenant_policies.session_minutes bigint
tenant_policies.version bigint NOT NULL
tenant_policies.created_at timestamp with time zone NOT NULL
tenant_policies.updated_at timestamp with time zone NOT NULL
tenant_policies.deleted_at timestamp with time zone
tenant_policies.deleted_by text
tenant_policies.audit_detail_days bigint
tenant_policies constraint tenant_policies_pkey PRIMARY KEY (id)
tenant_policies constraint tenant_policies_second_factor_check CHECK ((second_factor = ANY (ARRAY['optional'::text, 'required'::text, 'passkey'::text])))
tenant_policies constraint tenant_policies_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES users.tenants(public_id)
tenant_policies constraint tenant_policies_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
CREATE UNIQUE INDEX tenant_policies_once ON users.tenant_policies USING btree (tenant_id) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX tenant_policies_pkey ON users.tenant_policies USING btree (id)
CREATE INDEX tenant_policies_retention ON users.tenant_policies USING btree (tenant_id) WHERE ((audit_detail_days IS NOT NULL) AND (deleted_at IS NULL))
CREATE UNIQUE INDEX tenant_policies_tenant_id_public_id_key ON users.tenant_policies USING btree (tenant_id, public_id)
tenant_policies policy owner to {insula_users_owner} using true
tenant_policies policy system to {insula_users_system} using true
tenant_policies policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
tenant_policies grant DELETE, INSERT, SELECT, UPDATE to insula_users
tenant_policies grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
tenant_switches.id bigint NOT NULL
tenant_switches.public_id uuid NOT NULL
tenant_switches.of_tenant uuid NOT NULL
tenant_switches.name text NOT NULL
tenant_switches.state text
tenant_switches.version bigint NOT NULL
tenant_switches.created_at timestamp with time zone NOT NULL
tenant_switches.updated_at timestamp with time zone NOT NULL
tenant_switches.deleted_at timestamp with time zone
tenant_switches.deleted_by text
tenant_switches constraint tenant_switches_of_tenant_fkey FOREIGN KEY (of_tenant) REFERENCES users.tenants(public_id)
tenant_switches constraint tenant_switches_pkey PRIMARY KEY (id)
tenant_switches constraint tenant_switches_public_id_key UNIQUE (public_id)
tenant_switches constraint tenant_switches_state_check CHECK ((state = ANY (ARRAY['on'::text, 'off'::text])))
CREATE UNIQUE INDEX tenant_switches_name ON users.tenant_switches USING btree (of_tenant, name) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX tenant_switches_pkey ON users.tenant_switches USING btree (id)
CREATE UNIQUE INDEX tenant_switches_public_id_key ON users.tenant_switches USING btree (public_id)
tenant_switches grant INSERT, SELECT, UPDATE to insula_users
tenant_switches grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
tenants.id bigint NOT NULL
tenants.public_id uuid NOT NULL
tenants.name text NOT NULL
tenants.state text NOT NULL
tenants.mode text NOT NULL
tenants.version bigint NOT NULL
tenants.created_at timestamp with time zone NOT NULL
tenants.updated_at timestamp with time zone NOT NULL
tenants.deleted_at timestamp with time zone
tenants.deleted_by text
tenants.requests_per_minute bigint
tenants.max_members bigint
tenants.suspension_reason text
tenants.closed_at timestamp with time zone
tenants.invitation_mails bigint
tenants.invitation_mails_since timestamp with time zone
tenants constraint tenants_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
tenants constraint tenants_pkey PRIMARY KEY (id)
tenants constraint tenants_public_id_key UNIQUE (public_id)
tenants constraint tenants_state_check CHECK ((state = ANY (ARRAY['active'::text, 'suspended'::text])))
CREATE INDEX tenants_by_state ON users.tenants USING btree (state, created_at, public_id)
CREATE INDEX tenants_listed ON users.tenants USING btree (created_at, public_id)
CREATE UNIQUE INDEX tenants_pkey ON users.tenants USING btree (id)
CREATE UNIQUE INDEX tenants_public_id_key ON users.tenants USING btree (public_id)
tenants grant INSERT, SELECT, UPDATE to insula_users
tenants grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
totp_factors.id bigint NOT NULL
totp_factors.public_id uuid NOT NULL
totp_factors.user_id uuid NOT NULL
totp_factors.sealed_secret bytea NOT NULL
totp_factors.confirmed_at timestamp with time zone
totp_factors.last_step bigint
totp_factors.created_at timestamp with time zone NOT NULL
totp_factors.updated_at timestamp with time zone NOT NULL
totp_factors.deleted_at timestamp with time zone
totp_factors.deleted_by text
totp_factors constraint totp_factors_pkey PRIMARY KEY (id)
totp_factors constraint totp_factors_public_id_key UNIQUE (public_id)
totp_factors constraint totp_factors_user_id_fkey FOREIGN KEY (user_id) REFERENCES users.users(public_id)
CREATE UNIQUE INDEX totp_factors_of_user ON users.totp_factors USING btree (user_id) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX totp_factors_pkey ON users.totp_factors USING btree (id)
CREATE UNIQUE INDEX totp_factors_public_id_key ON users.totp_factors USING btree (public_id)
totp_factors grant INSERT, SELECT, UPDATE to insula_users
totp_factors grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
user_erasures.id bigint NOT NULL
user_erasures.public_id uuid NOT NULL
user_erasures.user_id uuid NOT NULL
user_erasures.because text NOT NULL
user_erasures.state text NOT NULL
user_erasures.sealed_person bytea
user_erasures.done_up_to uuid
user_erasures.erased_at timestamp with time zone
user_erasures.certificate text
user_erasures.created_at timestamp with time zone NOT NULL
user_erasures.updated_at timestamp with time zone NOT NULL
user_erasures.deleted_at timestamp with time zone
user_erasures.deleted_by text
user_erasures constraint user_erasures_because_check CHECK ((because = ANY (ARRAY['asked'::text, 'tenant_erased'::text])))
user_erasures constraint user_erasures_pkey PRIMARY KEY (id)
user_erasures constraint user_erasures_public_id_key UNIQUE (public_id)
user_erasures constraint user_erasures_state_check CHECK ((state = ANY (ARRAY['erasing'::text, 'erased'::text])))
user_erasures constraint user_erasures_user_id_fkey FOREIGN KEY (user_id) REFERENCES users.users(public_id)
CREATE UNIQUE INDEX user_erasures_once ON users.user_erasures USING btree (user_id) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX user_erasures_pkey ON users.user_erasures USING btree (id)
CREATE UNIQUE INDEX user_erasures_public_id_key ON users.user_erasures USING btree (public_id)
user_erasures grant INSERT, SELECT, UPDATE to insula_users
user_erasures grant INSERT, SELECT, UPDATE to insula_users_system
users.id bigint NOT NULL
users.public_id uuid NOT NULL
users.email text NOT NULL
users.email_key text NOT NULL
users.email_verified_at timestamp with time zone
users.display_name text NOT NULL
users.password_hash text NOT NULL
users.created_at timestamp with time zone NOT NULL
users.updated_at timestamp with time zone NOT NULL
users.deleted_at timestamp with time zone
users.deleted_by text
users.sessions_ended_at timestamp with time zone
users.passkey_only_at timestamp with time zone
users constraint users_pkey PRIMARY KEY (id)
users constraint users_public_id_key UNIQUE (public_id)
CREATE UNIQUE INDEX users_email ON users.users USING btree (email_key) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX users_pkey ON users.users USING btree (id)
CREATE UNIQUE INDEX users_public_id_key ON users.users USING btree (public_id)
users grant INSERT, SELECT, UPDATE to insula_users
users grant INSERT, SELECT, UPDATE to insula_users_system
users_migrations.version character varying NOT NULL
users_migrations.applied_at bigint NOT NULL
users_migrations constraint users_migrations_pkey PRIMARY KEY (version)
CREATE UNIQUE INDEX users_migrations_pkey ON users.users_migrations USING btree (version)
verified_domains.id bigint NOT NULL
verified_domains.tenant_id uuid NOT NULL
verified_domains.public_id uuid NOT NULL
verified_domains.domain text NOT NULL
verified_domains.challenge text NOT NULL
verified_domains.verified_at timestamp with time zone
verified_domains.created_at timestamp with time zone NOT NULL
verified_domains.updated_at timestamp with time zone NOT NULL
verified_domains.deleted_at timestamp with time zone
verified_domains.deleted_by text
verified_domains constraint verified_domains_pkey PRIMARY KEY (id)
verified_domains constraint verified_domains_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES users.tenants(public_id)
verified_domains constraint verified_domains_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
CREATE INDEX verified_domains_listed ON users.verified_domains USING btree (tenant_id, created_at, public_id)
CREATE UNIQUE INDEX verified_domains_once ON users.verified_domains USING btree (tenant_id, domain) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX verified_domains_pkey ON users.verified_domains USING btree (id)
CREATE UNIQUE INDEX verified_domains_taken ON users.verified_domains USING btree (domain) WHERE ((verified_at IS NOT NULL) AND (deleted_at IS NULL))
CREATE UNIQUE INDEX verified_domains_tenant_id_public_id_key ON users.verified_domains USING btree (tenant_id, public_id)
verified_domains policy owner to {insula_users_owner} using true
verified_domains policy system to {insula_users_system} using true
verified_domains policy tenant to {insula_users} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
verified_domains grant DELETE, INSERT, SELECT, UPDATE to insula_users
verified_domains grant DELETE, INSERT, SELECT, UPDATE to insula_users_system
