erasures.tenant_id uuid NOT NULL
erasures.ordered_at timestamp with time zone NOT NULL
erasures constraint erasures_pkey PRIMARY KEY (tenant_id)
CREATE UNIQUE INDEX erasures_pkey ON inventory.erasures USING btree (tenant_id)
erasures policy owner to {insula_inventory_owner} using true
erasures policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
erasures grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
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
CREATE INDEX idempotency_keys_expired ON inventory.idempotency_keys USING btree (expires_at)
CREATE UNIQUE INDEX idempotency_keys_pkey ON inventory.idempotency_keys USING btree (tenant_id, actor, key)
idempotency_keys policy owner to {insula_inventory_owner} using true
idempotency_keys policy system to {insula_inventory_system} using true
idempotency_keys policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
idempotency_keys grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
idempotency_keys grant DELETE, INSERT, SELECT, UPDATE to insula_inventory_system
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
CREATE UNIQUE INDEX import_batches_once ON inventory.import_batches USING btree (tenant_id, import_id, batch)
CREATE UNIQUE INDEX import_batches_pkey ON inventory.import_batches USING btree (id)
CREATE UNIQUE INDEX import_batches_public_id ON inventory.import_batches USING btree (tenant_id, public_id)
import_batches policy owner to {insula_inventory_owner} using true
import_batches policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
import_batches grant INSERT, SELECT to insula_inventory
import_skus.id bigint NOT NULL
import_skus.tenant_id uuid NOT NULL
import_skus.public_id uuid NOT NULL
import_skus.import_id uuid NOT NULL
import_skus.sku text NOT NULL
import_skus.batch bigint NOT NULL
import_skus.created_at timestamp with time zone NOT NULL
import_skus constraint import_skus_once UNIQUE (tenant_id, import_id, sku)
import_skus constraint import_skus_pkey PRIMARY KEY (id)
import_skus constraint import_skus_public_id UNIQUE (tenant_id, public_id)
CREATE UNIQUE INDEX import_skus_once ON inventory.import_skus USING btree (tenant_id, import_id, sku)
CREATE UNIQUE INDEX import_skus_pkey ON inventory.import_skus USING btree (id)
CREATE UNIQUE INDEX import_skus_public_id ON inventory.import_skus USING btree (tenant_id, public_id)
import_skus policy owner to {insula_inventory_owner} using true
import_skus policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
import_skus grant INSERT, SELECT to insula_inventory
inbox.message_id uuid NOT NULL
inbox.subscriber text NOT NULL
inbox.tenant_id uuid
inbox.applied_at timestamp with time zone NOT NULL
inbox constraint inbox_pkey PRIMARY KEY (message_id, subscriber)
CREATE INDEX inbox_applied ON inventory.inbox USING btree (applied_at)
CREATE UNIQUE INDEX inbox_pkey ON inventory.inbox USING btree (message_id, subscriber)
inbox policy owner to {insula_inventory_owner} using true
inbox policy system to {insula_inventory_system} using true
inbox policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
inbox grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
inbox grant DELETE, INSERT, SELECT, UPDATE to insula_inventory_system
inventory_migrations.version character varying NOT NULL
inventory_migrations.applied_at bigint NOT NULL
inventory_migrations constraint inventory_migrations_pkey PRIMARY KEY (version)
CREATE UNIQUE INDEX inventory_migrations_pkey ON inventory.inventory_migrations USING btree (version)
items.id bigint NOT NULL
items.tenant_id uuid NOT NULL
items.public_id uuid NOT NULL
items.sku text NOT NULL
items.name text NOT NULL
items.description text
items.category text
items.unit text NOT NULL
items.unit_cost_minor bigint
items.currency text
items.reorder_level bigint
items.version bigint NOT NULL
items.created_at timestamp with time zone NOT NULL
items.updated_at timestamp with time zone NOT NULL
items.deleted_at timestamp with time zone
items.deleted_by text
items.external_id text
items.metadata text NOT NULL
items.search_text text NOT NULL
items constraint items_check CHECK (((unit_cost_minor IS NULL) = (currency IS NULL)))
items constraint items_pkey PRIMARY KEY (id)
items constraint items_public_id UNIQUE (tenant_id, public_id)
items constraint items_reorder_level_check CHECK ((reorder_level >= 0))
items constraint items_unit_cost_minor_check CHECK ((unit_cost_minor >= 0))
CREATE UNIQUE INDEX items_external_id ON inventory.items USING btree (tenant_id, external_id) WHERE (deleted_at IS NULL)
CREATE INDEX items_newest ON inventory.items USING btree (tenant_id, created_at, public_id)
CREATE INDEX items_of_category ON inventory.items USING btree (tenant_id, category, created_at, public_id)
CREATE INDEX items_of_reference ON inventory.items USING btree (tenant_id, external_id, created_at, public_id) WHERE (external_id IS NOT NULL)
CREATE INDEX items_of_sku ON inventory.items USING btree (tenant_id, sku, created_at, public_id)
CREATE UNIQUE INDEX items_pkey ON inventory.items USING btree (id)
CREATE UNIQUE INDEX items_public_id ON inventory.items USING btree (tenant_id, public_id)
CREATE INDEX items_search ON inventory.items USING gin (tenant_id, search_text gin_trgm_ops)
CREATE UNIQUE INDEX items_sku ON inventory.items USING btree (tenant_id, sku) WHERE (deleted_at IS NULL)
items policy owner to {insula_inventory_owner} using true
items policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
items grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
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
CREATE INDEX messages_due ON inventory.messages USING btree (run_at) WHERE (status = ANY (ARRAY['queued'::text, 'retrying'::text, 'leased'::text]))
CREATE INDEX messages_finished ON inventory.messages USING btree (finished_at) WHERE (finished_at IS NOT NULL)
CREATE UNIQUE INDEX messages_handler_unique_key_key ON inventory.messages USING btree (handler, unique_key)
CREATE INDEX messages_leased ON inventory.messages USING btree (lease_until) WHERE (status = 'leased'::text)
CREATE INDEX messages_of_tenant ON inventory.messages USING btree (tenant_id, created_at, public_id)
CREATE INDEX messages_ordered ON inventory.messages USING btree (handler, ordering_key, id) WHERE (status = ANY (ARRAY['queued'::text, 'retrying'::text, 'leased'::text]))
CREATE UNIQUE INDEX messages_pkey ON inventory.messages USING btree (id)
CREATE UNIQUE INDEX messages_public_id_key ON inventory.messages USING btree (public_id)
CREATE INDEX messages_turns ON inventory.messages USING btree (tenant_id, priority DESC, run_at, id) WHERE (status = ANY (ARRAY['queued'::text, 'retrying'::text, 'leased'::text]))
messages policy owner to {insula_inventory_owner} using true
messages policy system to {insula_inventory_system} using true
messages policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
messages grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
messages grant DELETE, INSERT, SELECT, UPDATE to insula_inventory_system
movements.id bigint NOT NULL
movements.tenant_id uuid NOT NULL
movements.public_id uuid NOT NULL
movements.item_id uuid NOT NULL
movements.sequence bigint NOT NULL
movements.kind text NOT NULL
movements.quantity bigint NOT NULL
movements.happened_at timestamp with time zone NOT NULL
movements.reservation_id uuid
movements.reference text
movements.actor text NOT NULL
movements.reason text
movements.created_at timestamp with time zone NOT NULL
movements constraint movements_kind_check CHECK ((kind = ANY (ARRAY['receipt'::text, 'shipment'::text, 'adjustment'::text, 'import'::text])))
movements constraint movements_pkey PRIMARY KEY (id)
movements constraint movements_public_id UNIQUE (tenant_id, public_id)
movements constraint movements_quantity_check CHECK ((quantity <> 0))
movements constraint movements_sequence UNIQUE (tenant_id, item_id, sequence)
movements constraint movements_tenant_id_item_id_fkey FOREIGN KEY (tenant_id, item_id) REFERENCES inventory.items(tenant_id, public_id)
movements constraint movements_tenant_id_reservation_id_fkey FOREIGN KEY (tenant_id, reservation_id) REFERENCES inventory.reservations(tenant_id, public_id)
CREATE INDEX movements_newest ON inventory.movements USING btree (tenant_id, created_at, public_id)
CREATE INDEX movements_of_item ON inventory.movements USING btree (tenant_id, item_id, created_at, public_id)
CREATE UNIQUE INDEX movements_pkey ON inventory.movements USING btree (id)
CREATE UNIQUE INDEX movements_public_id ON inventory.movements USING btree (tenant_id, public_id)
CREATE UNIQUE INDEX movements_sequence ON inventory.movements USING btree (tenant_id, item_id, sequence)
movements policy owner to {insula_inventory_owner} using true
movements policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
movements grant INSERT, SELECT to insula_inventory
reservations.id bigint NOT NULL
reservations.tenant_id uuid NOT NULL
reservations.public_id uuid NOT NULL
reservations.item_id uuid NOT NULL
reservations.quantity bigint NOT NULL
reservations.status text NOT NULL
reservations.reference text
reservations.version bigint NOT NULL
reservations.created_at timestamp with time zone NOT NULL
reservations.updated_at timestamp with time zone NOT NULL
reservations.deleted_at timestamp with time zone
reservations.deleted_by text
reservations constraint reservations_pkey PRIMARY KEY (id)
reservations constraint reservations_public_id UNIQUE (tenant_id, public_id)
reservations constraint reservations_quantity_check CHECK ((quantity > 0))
reservations constraint reservations_status_check CHECK ((status = ANY (ARRAY['active'::text, 'shipped'::text, 'released'::text])))
reservations constraint reservations_tenant_id_item_id_fkey FOREIGN KEY (tenant_id, item_id) REFERENCES inventory.items(tenant_id, public_id)
CREATE INDEX reservations_by_status ON inventory.reservations USING btree (tenant_id, status, created_at, public_id)
CREATE INDEX reservations_newest ON inventory.reservations USING btree (tenant_id, created_at, public_id)
CREATE INDEX reservations_of_item ON inventory.reservations USING btree (tenant_id, item_id, created_at, public_id)
CREATE INDEX reservations_of_item_by_status ON inventory.reservations USING btree (tenant_id, item_id, status, created_at, public_id)
CREATE UNIQUE INDEX reservations_pkey ON inventory.reservations USING btree (id)
CREATE UNIQUE INDEX reservations_public_id ON inventory.reservations USING btree (tenant_id, public_id)
reservations policy owner to {insula_inventory_owner} using true
reservations policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
reservations grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
stock_levels.id bigint NOT NULL
stock_levels.tenant_id uuid NOT NULL
stock_levels.public_id uuid NOT NULL
stock_levels.item_id uuid NOT NULL
stock_levels.on_hand bigint NOT NULL
stock_levels.reserved bigint NOT NULL
stock_levels.next_sequence bigint NOT NULL
stock_levels.revision bigint NOT NULL
stock_levels.created_at timestamp with time zone NOT NULL
stock_levels.updated_at timestamp with time zone NOT NULL
stock_levels.deleted_at timestamp with time zone
stock_levels.deleted_by text
stock_levels constraint stock_levels_check CHECK (((reserved >= 0) AND (reserved <= on_hand)))
stock_levels constraint stock_levels_item UNIQUE (tenant_id, item_id)
stock_levels constraint stock_levels_on_hand_check CHECK ((on_hand >= 0))
stock_levels constraint stock_levels_pkey PRIMARY KEY (id)
stock_levels constraint stock_levels_public_id UNIQUE (tenant_id, public_id)
stock_levels constraint stock_levels_tenant_id_item_id_fkey FOREIGN KEY (tenant_id, item_id) REFERENCES inventory.items(tenant_id, public_id)
CREATE UNIQUE INDEX stock_levels_item ON inventory.stock_levels USING btree (tenant_id, item_id)
CREATE UNIQUE INDEX stock_levels_pkey ON inventory.stock_levels USING btree (id)
CREATE UNIQUE INDEX stock_levels_public_id ON inventory.stock_levels USING btree (tenant_id, public_id)
stock_levels policy owner to {insula_inventory_owner} using true
stock_levels policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
stock_levels grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
