billing_migrations.version character varying NOT NULL
billing_migrations.applied_at bigint NOT NULL
billing_migrations constraint billing_migrations_pkey PRIMARY KEY (version)
CREATE UNIQUE INDEX billing_migrations_pkey ON billing.billing_migrations USING btree (version)
customers.id bigint NOT NULL
customers.tenant_id uuid NOT NULL
customers.public_id uuid NOT NULL
customers.name text NOT NULL
customers.email text
customers.external_id text
customers.metadata text NOT NULL
customers.version bigint NOT NULL
customers.created_at timestamp with time zone NOT NULL
customers.updated_at timestamp with time zone NOT NULL
customers.deleted_at timestamp with time zone
customers.deleted_by text
customers.search_text text NOT NULL
customers constraint customers_pkey PRIMARY KEY (id)
customers constraint customers_public_id UNIQUE (tenant_id, public_id)
CREATE UNIQUE INDEX customers_external_id ON billing.customers USING btree (tenant_id, external_id) WHERE (deleted_at IS NULL)
CREATE INDEX customers_listed ON billing.customers USING btree (tenant_id, created_at, public_id)
CREATE INDEX customers_of_reference ON billing.customers USING btree (tenant_id, external_id, created_at, public_id) WHERE (external_id IS NOT NULL)
CREATE UNIQUE INDEX customers_pkey ON billing.customers USING btree (id)
CREATE UNIQUE INDEX customers_public_id ON billing.customers USING btree (tenant_id, public_id)
CREATE INDEX customers_search ON billing.customers USING gin (search_text gin_trgm_ops, tenant_id)
customers policy owner to {insula_billing_owner} using true
customers policy tenant to {insula_billing} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
customers grant DELETE, INSERT, SELECT, UPDATE to insula_billing
erasures.tenant_id uuid NOT NULL
erasures.ordered_at timestamp with time zone NOT NULL
erasures constraint erasures_pkey PRIMARY KEY (tenant_id)
CREATE UNIQUE INDEX erasures_pkey ON billing.erasures USING btree (tenant_id)
erasures policy owner to {insula_billing_owner} using true
erasures policy tenant to {insula_billing} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
erasures grant DELETE, INSERT, SELECT, UPDATE to insula_billing
hold_rules.id bigint NOT NULL
hold_rules.tenant_id uuid NOT NULL
hold_rules.public_id uuid NOT NULL
hold_rules.name text NOT NULL
hold_rules.amount_minor bigint NOT NULL
hold_rules.currency text NOT NULL
hold_rules.version bigint NOT NULL
hold_rules.created_at timestamp with time zone NOT NULL
hold_rules.updated_at timestamp with time zone NOT NULL
hold_rules.deleted_at timestamp with time zone
hold_rules.deleted_by text
hold_rules constraint hold_rules_pkey PRIMARY KEY (id)
hold_rules constraint hold_rules_public_id UNIQUE (tenant_id, public_id)
CREATE INDEX hold_rules_by_currency ON billing.hold_rules USING btree (tenant_id, currency) WHERE (deleted_at IS NULL)
CREATE INDEX hold_rules_listed ON billing.hold_rules USING btree (tenant_id, created_at, public_id)
CREATE UNIQUE INDEX hold_rules_pkey ON billing.hold_rules USING btree (id)
CREATE UNIQUE INDEX hold_rules_public_id ON billing.hold_rules USING btree (tenant_id, public_id)
hold_rules policy owner to {insula_billing_owner} using true
hold_rules policy tenant to {insula_billing} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
hold_rules grant DELETE, INSERT, SELECT, UPDATE to insula_billing
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
CREATE INDEX idempotency_keys_expired ON billing.idempotency_keys USING btree (expires_at)
CREATE UNIQUE INDEX idempotency_keys_pkey ON billing.idempotency_keys USING btree (tenant_id, actor, key)
idempotency_keys policy owner to {insula_billing_owner} using true
idempotency_keys policy system to {insula_billing_system} using true
idempotency_keys policy tenant to {insula_billing} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
idempotency_keys grant DELETE, INSERT, SELECT, UPDATE to insula_billing
idempotency_keys grant DELETE, INSERT, SELECT, UPDATE to insula_billing_system
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
CREATE UNIQUE INDEX import_batches_once ON billing.import_batches USING btree (tenant_id, import_id, batch)
CREATE UNIQUE INDEX import_batches_pkey ON billing.import_batches USING btree (id)
CREATE UNIQUE INDEX import_batches_public_id ON billing.import_batches USING btree (tenant_id, public_id)
import_batches policy owner to {insula_billing_owner} using true
import_batches policy tenant to {insula_billing} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
import_batches grant INSERT, SELECT to insula_billing
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
CREATE UNIQUE INDEX import_decisions_of_batch ON billing.import_decisions USING btree (tenant_id, import_id, batch, line)
CREATE UNIQUE INDEX import_decisions_of_key ON billing.import_decisions USING btree (tenant_id, import_id, row_key, occurrence)
CREATE UNIQUE INDEX import_decisions_of_thing ON billing.import_decisions USING btree (tenant_id, import_id, thing, step)
CREATE UNIQUE INDEX import_decisions_pkey ON billing.import_decisions USING btree (id)
CREATE UNIQUE INDEX import_decisions_public_id ON billing.import_decisions USING btree (tenant_id, public_id)
import_decisions policy owner to {insula_billing_owner} using true
import_decisions policy tenant to {insula_billing} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
import_decisions grant INSERT, SELECT to insula_billing
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
CREATE INDEX import_identities_of_import ON billing.import_identities USING btree (tenant_id, import_id, line)
CREATE UNIQUE INDEX import_identities_once ON billing.import_identities USING btree (tenant_id, identity, occurrence) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX import_identities_pkey ON billing.import_identities USING btree (id)
CREATE UNIQUE INDEX import_identities_public_id ON billing.import_identities USING btree (tenant_id, public_id)
import_identities policy owner to {insula_billing_owner} using true
import_identities policy tenant to {insula_billing} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
import_identities grant DELETE, INSERT, SELECT, UPDATE to insula_billing
inbox.message_id uuid NOT NULL
inbox.subscriber text NOT NULL
inbox.tenant_id uuid
inbox.applied_at timestamp with time zone NOT NULL
inbox constraint inbox_pkey PRIMARY KEY (message_id, subscriber)
CREATE INDEX inbox_applied ON billing.inbox USING btree (applied_at)
CREATE UNIQUE INDEX inbox_pkey ON billing.inbox USING btree (message_id, subscriber)
inbox policy owner to {insula_billing_owner} using true
inbox policy system to {insula_billing_system} using true
inbox policy tenant to {insula_billing} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
inbox grant DELETE, INSERT, SELECT, UPDATE to insula_billing
inbox grant DELETE, INSERT, SELECT, UPDATE to insula_billing_system
invoice_counters.id bigint NOT NULL
invoice_counters.tenant_id uuid NOT NULL
invoice_counters.public_id uuid NOT NULL
invoice_counters.series text NOT NULL
invoice_counters.next_number bigint NOT NULL
invoice_counters.created_at timestamp with time zone NOT NULL
invoice_counters.updated_at timestamp with time zone NOT NULL
invoice_counters.deleted_at timestamp with time zone
invoice_counters.deleted_by text
invoice_counters constraint invoice_counters_pkey PRIMARY KEY (id)
invoice_counters constraint invoice_counters_series UNIQUE (tenant_id, series)
invoice_counters constraint invoice_counters_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
CREATE UNIQUE INDEX invoice_counters_pkey ON billing.invoice_counters USING btree (id)
CREATE UNIQUE INDEX invoice_counters_series ON billing.invoice_counters USING btree (tenant_id, series)
CREATE UNIQUE INDEX invoice_counters_tenant_id_public_id_key ON billing.invoice_counters USING btree (tenant_id, public_id)
invoice_counters policy owner to {insula_billing_owner} using true
invoice_counters policy tenant to {insula_billing} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
invoice_counters grant DELETE, INSERT, SELECT, UPDATE to insula_billing
invoice_holds.id bigint NOT NULL
invoice_holds.tenant_id uuid NOT NULL
invoice_holds.public_id uuid NOT NULL
invoice_holds.invoice_id uuid NOT NULL
invoice_holds.rule_id uuid NOT NULL
invoice_holds.status text NOT NULL
invoice_holds.decided_by uuid
invoice_holds.decided_at timestamp with time zone
invoice_holds.created_at timestamp with time zone NOT NULL
invoice_holds.updated_at timestamp with time zone NOT NULL
invoice_holds.deleted_at timestamp with time zone
invoice_holds.deleted_by text
invoice_holds constraint invoice_holds_pkey PRIMARY KEY (id)
invoice_holds constraint invoice_holds_status_check CHECK ((status = ANY (ARRAY['held'::text, 'released'::text, 'rejected'::text, 'cleared'::text])))
invoice_holds constraint invoice_holds_tenant_id_invoice_id_fkey FOREIGN KEY (tenant_id, invoice_id) REFERENCES billing.invoices(tenant_id, public_id)
invoice_holds constraint invoice_holds_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
invoice_holds constraint invoice_holds_tenant_id_rule_id_fkey FOREIGN KEY (tenant_id, rule_id) REFERENCES billing.hold_rules(tenant_id, public_id)
CREATE UNIQUE INDEX invoice_holds_held ON billing.invoice_holds USING btree (tenant_id, invoice_id, rule_id) WHERE ((status = 'held'::text) AND (deleted_at IS NULL))
CREATE INDEX invoice_holds_of_invoice ON billing.invoice_holds USING btree (tenant_id, invoice_id, created_at, public_id)
CREATE INDEX invoice_holds_of_rule ON billing.invoice_holds USING btree (tenant_id, rule_id)
CREATE UNIQUE INDEX invoice_holds_pkey ON billing.invoice_holds USING btree (id)
CREATE UNIQUE INDEX invoice_holds_tenant_id_public_id_key ON billing.invoice_holds USING btree (tenant_id, public_id)
invoice_holds policy owner to {insula_billing_owner} using true
invoice_holds policy tenant to {insula_billing} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
invoice_holds grant DELETE, INSERT, SELECT, UPDATE to insula_billing
invoice_lines.id bigint NOT NULL
invoice_lines.tenant_id uuid NOT NULL
invoice_lines.public_id uuid NOT NULL
invoice_lines.invoice_id uuid NOT NULL
invoice_lines.position integer NOT NULL
invoice_lines.description text NOT NULL
invoice_lines.quantity bigint NOT NULL
invoice_lines.unit_amount_minor bigint NOT NULL
invoice_lines.amount_minor bigint NOT NULL
invoice_lines.price_id uuid
invoice_lines.created_at timestamp with time zone NOT NULL
invoice_lines.updated_at timestamp with time zone NOT NULL
invoice_lines.deleted_at timestamp with time zone
invoice_lines.deleted_by text
invoice_lines constraint invoice_lines_pkey PRIMARY KEY (id)
invoice_lines constraint invoice_lines_tenant_id_invoice_id_fkey FOREIGN KEY (tenant_id, invoice_id) REFERENCES billing.invoices(tenant_id, public_id)
invoice_lines constraint invoice_lines_tenant_id_price_id_fkey FOREIGN KEY (tenant_id, price_id) REFERENCES billing.prices(tenant_id, public_id)
invoice_lines constraint invoice_lines_tenant_id_public_id_key UNIQUE (tenant_id, public_id)
CREATE INDEX invoice_lines_of_price ON billing.invoice_lines USING btree (tenant_id, price_id) WHERE (price_id IS NOT NULL)
CREATE UNIQUE INDEX invoice_lines_pkey ON billing.invoice_lines USING btree (id)
CREATE UNIQUE INDEX invoice_lines_position ON billing.invoice_lines USING btree (tenant_id, invoice_id, "position") WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX invoice_lines_tenant_id_public_id_key ON billing.invoice_lines USING btree (tenant_id, public_id)
invoice_lines policy owner to {insula_billing_owner} using true
invoice_lines policy tenant to {insula_billing} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
invoice_lines grant DELETE, INSERT, SELECT, UPDATE to insula_billing
invoices.id bigint NOT NULL
invoices.tenant_id uuid NOT NULL
invoices.public_id uuid NOT NULL
invoices.customer_id uuid NOT NULL
invoices.subscription_id uuid
invoices.period_start date
invoices.period_end date
invoices.number text
invoices.status text NOT NULL
invoices.currency text NOT NULL
invoices.total_minor bigint NOT NULL
invoices.finalized_at timestamp with time zone
invoices.requested_by uuid
invoices.rejection_reason text
invoices.version bigint NOT NULL
invoices.created_at timestamp with time zone NOT NULL
invoices.updated_at timestamp with time zone NOT NULL
invoices.deleted_at timestamp with time zone
invoices.deleted_by text
invoices constraint invoices_check CHECK (((number IS NULL) = (finalized_at IS NULL)))
invoices constraint invoices_check1 CHECK (((number IS NULL) = (status = ANY (ARRAY['draft'::text, 'pending_approval'::text]))))
invoices constraint invoices_pkey PRIMARY KEY (id)
invoices constraint invoices_public_id UNIQUE (tenant_id, public_id)
invoices constraint invoices_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'pending_approval'::text, 'open'::text, 'void'::text])))
invoices constraint invoices_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES billing.customers(tenant_id, public_id)
invoices constraint invoices_tenant_id_subscription_id_fkey FOREIGN KEY (tenant_id, subscription_id) REFERENCES billing.subscriptions(tenant_id, public_id)
CREATE INDEX invoices_by_status ON billing.invoices USING btree (tenant_id, status, created_at, public_id)
CREATE INDEX invoices_finalized ON billing.invoices USING btree (tenant_id, finalized_at, public_id) WHERE (finalized_at IS NOT NULL)
CREATE INDEX invoices_listed ON billing.invoices USING btree (tenant_id, created_at, public_id)
CREATE UNIQUE INDEX invoices_number ON billing.invoices USING btree (tenant_id, number) WHERE (number IS NOT NULL)
CREATE INDEX invoices_of_customer ON billing.invoices USING btree (tenant_id, customer_id, created_at, public_id)
CREATE INDEX invoices_of_customer_by_status ON billing.invoices USING btree (tenant_id, customer_id, status, created_at, public_id)
CREATE UNIQUE INDEX invoices_pkey ON billing.invoices USING btree (id)
CREATE UNIQUE INDEX invoices_public_id ON billing.invoices USING btree (tenant_id, public_id)
CREATE UNIQUE INDEX invoices_subscription_period ON billing.invoices USING btree (tenant_id, subscription_id, period_start) WHERE ((subscription_id IS NOT NULL) AND (status <> 'void'::text) AND (deleted_at IS NULL))
invoices policy owner to {insula_billing_owner} using true
invoices policy tenant to {insula_billing} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
invoices grant DELETE, INSERT, SELECT, UPDATE to insula_billing
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
CREATE INDEX messages_due ON billing.messages USING btree (run_at) WHERE (status = ANY (ARRAY['queued'::text, 'retrying'::text, 'leased'::text]))
CREATE INDEX messages_finished ON billing.messages USING btree (finished_at) WHERE (finished_at IS NOT NULL)
CREATE UNIQUE INDEX messages_handler_unique_key_key ON billing.messages USING btree (handler, unique_key)
CREATE INDEX messages_leased ON billing.messages USING btree (lease_until) WHERE (status = 'leased'::text)
CREATE INDEX messages_of_tenant ON billing.messages USING btree (tenant_id, created_at, public_id)
CREATE INDEX messages_ordered ON billing.messages USING btree (handler, ordering_key, id) WHERE (status = ANY (ARRAY['queued'::text, 'retrying'::text, 'leased'::text]))
CREATE UNIQUE INDEX messages_pkey ON billing.messages USING btree (id)
CREATE UNIQUE INDEX messages_public_id_key ON billing.messages USING btree (public_id)
CREATE INDEX messages_turns ON billing.messages USING btree (tenant_id, priority DESC, run_at, id) WHERE (status = ANY (ARRAY['queued'::text, 'retrying'::text, 'leased'::text]))
messages policy owner to {insula_billing_owner} using true
messages policy system to {insula_billing_system} using true
messages policy tenant to {insula_billing} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
messages grant DELETE, INSERT, SELECT, UPDATE to insula_billing
messages grant DELETE, INSERT, SELECT, UPDATE to insula_billing_system
prices.id bigint NOT NULL
prices.tenant_id uuid NOT NULL
prices.public_id uuid NOT NULL
prices.product_id uuid NOT NULL
prices.amount_minor bigint NOT NULL
prices.currency text NOT NULL
prices.billing_interval text NOT NULL
prices.version bigint NOT NULL
prices.created_at timestamp with time zone NOT NULL
prices.updated_at timestamp with time zone NOT NULL
prices.deleted_at timestamp with time zone
prices.deleted_by text
prices constraint prices_amount_minor_check CHECK ((amount_minor >= 0))
prices constraint prices_billing_interval_check CHECK ((billing_interval = ANY (ARRAY['month'::text, 'year'::text, 'one_time'::text])))
prices constraint prices_pkey PRIMARY KEY (id)
prices constraint prices_public_id UNIQUE (tenant_id, public_id)
prices constraint prices_tenant_id_product_id_fkey FOREIGN KEY (tenant_id, product_id) REFERENCES billing.products(tenant_id, public_id)
CREATE INDEX prices_listed ON billing.prices USING btree (tenant_id, product_id, created_at, public_id)
CREATE UNIQUE INDEX prices_pkey ON billing.prices USING btree (id)
CREATE UNIQUE INDEX prices_public_id ON billing.prices USING btree (tenant_id, public_id)
prices policy owner to {insula_billing_owner} using true
prices policy tenant to {insula_billing} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
prices grant DELETE, INSERT, SELECT, UPDATE to insula_billing
products.id bigint NOT NULL
products.tenant_id uuid NOT NULL
products.public_id uuid NOT NULL
products.name text NOT NULL
products.description text
products.active boolean NOT NULL
products.version bigint NOT NULL
products.created_at timestamp with time zone NOT NULL
products.updated_at timestamp with time zone NOT NULL
products.deleted_at timestamp with time zone
products.deleted_by text
products.external_id text
products.metadata text NOT NULL
products.search_text text NOT NULL
products constraint products_pkey PRIMARY KEY (id)
products constraint products_public_id UNIQUE (tenant_id, public_id)
CREATE UNIQUE INDEX products_external_id ON billing.products USING btree (tenant_id, external_id) WHERE (deleted_at IS NULL)
CREATE INDEX products_listed ON billing.products USING btree (tenant_id, created_at, public_id)
CREATE INDEX products_of_reference ON billing.products USING btree (tenant_id, external_id, created_at, public_id) WHERE (external_id IS NOT NULL)
CREATE UNIQUE INDEX products_pkey ON billing.products USING btree (id)
CREATE UNIQUE INDEX products_public_id ON billing.products USING btree (tenant_id, public_id)
CREATE INDEX products_search ON billing.products USING gin (search_text gin_trgm_ops, tenant_id)
products policy owner to {insula_billing_owner} using true
products policy tenant to {insula_billing} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
products grant DELETE, INSERT, SELECT, UPDATE to insula_billing
subscriptions.id bigint NOT NULL
subscriptions.tenant_id uuid NOT NULL
subscriptions.public_id uuid NOT NULL
subscriptions.customer_id uuid NOT NULL
subscriptions.price_id uuid NOT NULL
subscriptions.quantity bigint NOT NULL
subscriptions.status text NOT NULL
subscriptions.started_on date NOT NULL
subscriptions.current_period_start date NOT NULL
subscriptions.current_period_end date NOT NULL
subscriptions.version bigint NOT NULL
subscriptions.created_at timestamp with time zone NOT NULL
subscriptions.updated_at timestamp with time zone NOT NULL
subscriptions.deleted_at timestamp with time zone
subscriptions.deleted_by text
subscriptions constraint subscriptions_pkey PRIMARY KEY (id)
subscriptions constraint subscriptions_public_id UNIQUE (tenant_id, public_id)
subscriptions constraint subscriptions_quantity_check CHECK ((quantity > 0))
subscriptions constraint subscriptions_status_check CHECK ((status = ANY (ARRAY['active'::text, 'canceled'::text])))
subscriptions constraint subscriptions_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES billing.customers(tenant_id, public_id)
subscriptions constraint subscriptions_tenant_id_price_id_fkey FOREIGN KEY (tenant_id, price_id) REFERENCES billing.prices(tenant_id, public_id)
CREATE INDEX subscriptions_listed ON billing.subscriptions USING btree (tenant_id, created_at, public_id)
CREATE INDEX subscriptions_of_customer ON billing.subscriptions USING btree (tenant_id, customer_id, created_at, public_id)
CREATE INDEX subscriptions_of_price ON billing.subscriptions USING btree (tenant_id, price_id)
CREATE UNIQUE INDEX subscriptions_pkey ON billing.subscriptions USING btree (id)
CREATE UNIQUE INDEX subscriptions_public_id ON billing.subscriptions USING btree (tenant_id, public_id)
subscriptions policy owner to {insula_billing_owner} using true
subscriptions policy tenant to {insula_billing} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
subscriptions grant DELETE, INSERT, SELECT, UPDATE to insula_billing
