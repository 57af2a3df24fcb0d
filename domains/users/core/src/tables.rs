//! What users' tables are of: who somebody is, what proves it, and what they did.

use data::tables::WhenErased::WithRow;
use data::tables::{Column, Purpose, Table, Via, bytes, flag, id, json, number, text, time};

const MEMBER: Via = Via { table: "memberships", person: "user_id" };

const ACCOUNT: Purpose = Purpose {
    why: "To know who somebody is, to sign them in and to write to them",
    basis: "contract",
    kept: "As long as they have an account, or have signed up and not proved the address; then the row says that it \
        is erased",
};
const LINK: Purpose = Purpose {
    why: "What goes with a link that was sent, until it is followed",
    basis: "contract",
    kept: "A month after the link has expired",
};
const PROOF: Purpose =
    Purpose { why: "By what somebody proves who they are", basis: "contract", kept: "Until they give it up" };
const PROVIDER: Purpose = Purpose {
    why: "By what the tenant's own provider knows somebody whom it signs in",
    basis: "on behalf of the tenant",
    kept: "As long as the tenant is connected to that provider, or until it calls them otherwise or they are erased",
};
const DEVICE: Purpose = Purpose {
    why: "So that somebody sees where they are signed in, and is told of a device they have not used before",
    basis: "legitimate interest",
    kept: "A month after the session has ended, or after a code that led to none has expired",
};
const INVITED: Purpose = Purpose {
    why: "To ask somebody in",
    basis: "on behalf of the tenant",
    kept: "As long as the tenant's records; with the person who accepted it, where they are erased",
};
const LOG: Purpose = Purpose {
    why: "So that a tenant can prove who did what, from where, and what it was before",
    basis: "legitimate interest",
    kept: "As many days as the tenant's policy says (`audit_detail_days`), else as long as the tenant is there; until one of \
        them is erased, if that is sooner. The entry stays and says that it was",
};
const WORDS: Purpose = Purpose {
    why: "What members of the tenant wrote, which may name people",
    basis: "on behalf of the tenant",
    kept: "As long as the tenant's records",
};
const SUSPENDED: Purpose = Purpose {
    why: "Why an operator suspended the tenant, in the operator's words, which may name people",
    basis: "legitimate interest",
    kept: "Until the tenant is resumed or gone",
};
const OPERATOR: Purpose = Purpose {
    why: "Who operates the installation, as they are called in its log",
    basis: "legitimate interest",
    kept: "As long as the installation has its log",
};
const DIRECTORY: Purpose = Purpose {
    why: "What the directory of the tenant says of its people",
    basis: "on behalf of the tenant",
    kept: "As long as the directory has them and they are in the tenant, or are waited for; until they are erased, \
        where they are a member or were asked in",
};
const BROUGHT: Purpose = Purpose {
    why: "Whom a file of the tenant's asked in or changed, and how they were before, so that an import can be planned and undone",
    basis: "on behalf of the tenant",
    kept: "As long as the tenant's records; until they are erased",
};
const CLOSING: Purpose = Purpose {
    why: "Whom to tell that their closed tenant is erased",
    basis: "contract",
    kept: "Until they are told",
};

const TENANTS: &[Column] = &[
    text("name"),
    text("state"),
    text("mode"),
    number("requests_per_minute"),
    number("max_members"),
    text("suspension_reason").words(&SUSPENDED, WithRow),
    time("closed_at"),
    number("invitation_mails"),
    time("invitation_mails_since"),
];
const USERS: &[Column] = &[
    text("email").personal(&ACCOUNT, WithRow),
    text("email_key").personal(&ACCOUNT, WithRow),
    time("email_verified_at"),
    text("display_name").personal(&ACCOUNT, WithRow),
    text("password_hash").secret(),
    time("sessions_ended_at"),
    time("passkey_only_at"),
];
const OPERATORS: &[Column] = &[
    text("name").personal(&OPERATOR, WithRow),
    bytes("hash").secret(),
    time("expires_at"),
    time("revoked_at"),
];
const ROLES: &[Column] = &[text("name"), text("description"), text("permissions")];
const MEMBERSHIPS: &[Column] =
    &[id("user_id").person(), text("role"), text("state"), id("role_id"), id("manager_id")];
const SUPPORT_GRANTS: &[Column] = &[
    text("role"),
    text("reason").words(&WORDS, WithRow),
    id("granted_by").actor(),
    time("expires_at"),
    time("revoked_at"),
];
const SESSIONS: &[Column] = &[
    id("membership_id").via(&MEMBER),
    bytes("access_hash").secret(),
    time("access_expires_at"),
    text("device").personal(&DEVICE, WithRow),
    text("client_address").personal(&DEVICE, WithRow),
    time("revoked_at"),
    time("authenticated_at"),
    text("strength"),
    id("operator_id"),
    id("support_grant_id"),
    id("oauth_client_id"),
    id("oauth_actor_id"),
    text("scopes"),
    text("refresh_scopes"),
];
const REFRESH_TOKENS: &[Column] = &[
    id("session_id"),
    bytes("hash").secret(),
    time("expires_at"),
    time("used_at"),
    bytes("answer").secret(),
];
const API_KEYS: &[Column] = &[
    id("membership_id").via(&MEMBER),
    text("name"),
    text("prefix"),
    bytes("hash").secret(),
    text("role"),
    time("expires_at"),
    time("last_used_at"),
    time("revoked_at"),
    text("scopes"),
    bytes("previous_hash").secret(),
    time("previous_until"),
];
const EMAIL_TOKENS: &[Column] = &[
    id("user_id").person(),
    bytes("hash").secret(),
    text("display_name").personal(&LINK, WithRow),
    text("organization_name").personal(&LINK, WithRow),
    text("password_hash").secret(),
    number("tries"),
    time("expires_at"),
    time("used_at"),
    text("mode"),
];
const TEAMS: &[Column] = &[text("name"), id("parent_id"), text("role"), id("role_id"), text("external_id")];
const TEAM_MEMBERS: &[Column] = &[id("team_id"), id("membership_id").via(&MEMBER)];
const INVITATIONS: &[Column] = &[
    text("email").address(&INVITED, WithRow),
    text("email_key").personal(&INVITED, WithRow),
    text("role"),
    id("role_id"),
    id("invited_by").actor(),
    bytes("hash").secret(),
    number("tries"),
    text("state"),
    time("expires_at"),
    id("membership_id").via(&MEMBER),
    id("team_id"),
    id("manager_id"),
];
const SCIM_USERS: &[Column] = &[
    id("membership_id").via(&MEMBER),
    text("user_name").personal(&DIRECTORY, WithRow),
    text("user_name_key").personal(&DIRECTORY, WithRow),
    text("external_id").personal(&DIRECTORY, WithRow),
    // Of who is waited for alone.
    text("email_key").address(&DIRECTORY, WithRow),
    id("manager_id"),
    json("attributes").personal(&DIRECTORY, WithRow),
];
const SCIM_GROUP_MEMBERS: &[Column] = &[id("team_id"), id("scim_user_id")];
const TENANT_POLICIES: &[Column] = &[
    text("second_factor"),
    text("sign_in_methods"),
    text("address_ranges"),
    number("session_minutes"),
    number("audit_detail_days"),
];
const AUDIT_ENTRIES: &[Column] = &[
    text("action"),
    text("resource"),
    id("resource_id"),
    json("before").personal(&LOG, WithRow),
    json("after").personal(&LOG, WithRow),
    json("actor").actor(),
    json("impersonator").actor(),
    text("client_address").personal(&LOG, WithRow),
    text("request_id"),
    time("happened_at"),
    bytes("detail_hash"),
    id("actor_user").person(),
    flag("sealed"),
];
const AUDIT_DETAILS: &[Column] = &[bytes("salt"), json("detail").personal(&LOG, WithRow)];
const DATA_EXPORTS: &[Column] = &[
    id("of_person").person(),
    id("requested_by").person(),
    text("status"),
    number("rows_written"),
    number("size_bytes"),
    text("failure_detail"),
    time("expires_at"),
    time("finished_at"),
];
const ERASURES: &[Column] = &[time("ordered_at")];
const EMAIL_CHANGES: &[Column] = &[
    id("user_id").person(),
    text("new_email").personal(&LINK, WithRow),
    text("new_email_key").personal(&LINK, WithRow),
    bytes("old_hash").secret(),
    bytes("new_hash").secret(),
    time("old_confirmed_at"),
    time("new_confirmed_at"),
    time("expires_at"),
    time("ended_at"),
];
const INSTALLATION: &[Column] = &[number("only_one"), text("sign_up")];
const PASSKEY_CEREMONIES: &[Column] =
    &[id("user_id").person(), bytes("sealed_state").secret(), time("expires_at"), time("used_at")];
const PASSKEYS: &[Column] = &[
    id("user_id").person(),
    text("name").personal(&PROOF, WithRow),
    bytes("credential_id").personal(&PROOF, WithRow),
    text("credential").secret(),
    time("last_used_at"),
];
const PASSWORD_RESETS: &[Column] =
    &[id("user_id").person(), bytes("hash").secret(), time("expires_at"), time("used_at")];
const RECOVERY_CODES: &[Column] = &[id("user_id").person(), bytes("hash").secret(), time("used_at")];
const TOTP_FACTORS: &[Column] =
    &[id("user_id").person(), bytes("sealed_secret").secret(), time("confirmed_at"), number("last_step")];
const SIGN_IN_FAILURES: &[Column] = &[bytes("subject").secret(), number("failures"), time("delayed_until")];
const SIGN_IN_PLACES: &[Column] = &[bytes("subject").secret()];
const SIGNING_KEYS: &[Column] = &[
    number("generation"),
    text("key_id"),
    bytes("public_key"),
    bytes("sealed_private_key").secret(),
    time("signs_from"),
];
const SWITCHES: &[Column] = &[text("name"), number("share_percent")];
const TENANT_SWITCHES: &[Column] = &[id("of_tenant"), text("name"), text("state")];
const TENANT_CLOSURES: &[Column] = &[
    id("of_tenant"),
    id("requested_by").person(),
    text("address").personal(&CLOSING, WithRow),
    text("tenant_name"),
    text("state"),
    time("erases_at"),
    time("reopened_at"),
    time("erasing_at"),
    time("erased_at"),
    json("counts"),
    text("certificate"),
];
const USER_ERASURES: &[Column] = &[
    id("user_id").person(),
    text("because"),
    text("state"),
    bytes("sealed_person").secret(),
    id("done_up_to"),
    time("erased_at"),
    text("certificate"),
];
const OIDC_CONNECTIONS: &[Column] = &[
    text("name"),
    text("issuer"),
    text("client_id"),
    bytes("sealed_secret").secret(),
    text("scopes"),
    text("return_to"),
    text("verified_claim"),
    text("roles_claim"),
    json("role_map"),
    text("default_role"),
    text("joining"),
    text("enforcement"),
];
const VERIFIED_DOMAINS: &[Column] = &[text("domain"), text("challenge").secret(), time("verified_at")];
const OIDC_IDENTITIES: &[Column] =
    &[id("connection_id"), text("subject").personal(&PROVIDER, WithRow), id("user_id").person()];
const AUDIT_TREES: &[Column] = &[number("size"), bytes("frontier"), number("longest_delay_seconds")];
const AUDIT_LEAVES: &[Column] = &[number("leaf_index"), bytes("leaf_hash")];
const AUDIT_TILES: &[Column] = &[number("level"), number("place"), bytes("root")];
const AUDIT_UNSEALED: &[Column] = &[];
const AUDIT_BACKLOGS: &[Column] = &[];
const AUDIT_EXPORTS: &[Column] = &[
    text("status"),
    id("requested_by").person(),
    number("tree_size"),
    number("rows_written"),
    number("size_bytes"),
    bytes("sha256"),
    text("failure_detail"),
    text("blob_name"),
    time("finished_at"),
    time("expires_at"),
];
const AUDIT_STREAMS: &[Column] = &[
    text("url"),
    text("action_prefix"),
    id("made_by").person(),
    text("state"),
    text("paused_because"),
    bytes("sealed_secret").secret(),
    bytes("sealed_previous").secret(),
    time("previous_until"),
    number("next_leaf"),
    number("batch_end"),
    time("delivered_at"),
    time("failing_since"),
    number("failures"),
    text("last_error"),
    time("next_try_at"),
    flag("woken"),
    id("sender"),
];
const OIDC_SIGN_INS: &[Column] = &[
    id("connection_id"),
    bytes("state_hash").secret(),
    bytes("sealed_state").secret(),
    text("return_to"),
    text("challenge").secret(),
    time("expires_at"),
    time("used_at"),
    id("user_id").person(),
    id("membership_id"),
    bytes("code_hash").secret(),
    time("code_expires_at"),
    time("exchanged_at"),
];
const OAUTH_CLIENTS: &[Column] = &[
    id("membership_id").actor(),
    text("client_id"),
    text("name"),
    json("redirect_uris"),
    json("grant_types"),
    json("scopes"),
    bytes("secret_hash").secret(),
    bytes("previous_hash").secret(),
    time("previous_until"),
];
const OAUTH_GRANTS: &[Column] = &[id("membership_id").via(&MEMBER), id("client_id"), text("scopes")];
const OAUTH_CODES: &[Column] = &[
    id("membership_id").via(&MEMBER),
    id("client_id"),
    bytes("hash").secret(),
    text("redirect_uri"),
    text("challenge").secret(),
    text("scopes"),
    text("nonce").secret(),
    text("strength"),
    time("authenticated_at"),
    text("device").personal(&DEVICE, WithRow),
    text("client_address").personal(&DEVICE, WithRow),
    time("expires_at"),
    time("used_at"),
    id("session_id"),
];
/// Not as other domains have it: the key of a row is somebody's address, so who is erased takes theirs along.
const IMPORT_DECISIONS: &[Column] = &[
    id("import_id"),
    number("batch"),
    number("line"),
    text("row_key").address(&BROUGHT, WithRow),
    number("occurrence"),
    id("seen"),
    json("outcome").words(&BROUGHT, WithRow),
    json("change").personal(&BROUGHT, WithRow),
    text("thing").words(&BROUGHT, WithRow),
    number("step"),
    json("after").words(&BROUGHT, WithRow),
];

/// One that others point at comes before those.
pub const TABLES: &[Table] = &[
    Table::resource("tenants", TENANTS).platform(),
    Table::record("users", USERS).platform(),
    Table::record("operators", OPERATORS).platform(),
    Table::resource("roles", ROLES),
    Table::resource("memberships", MEMBERSHIPS).loops(&["manager_id"]),
    Table::record("support_grants", SUPPORT_GRANTS),
    Table::resource("api_keys", API_KEYS),
    Table::record("email_tokens", EMAIL_TOKENS),
    Table::resource("teams", TEAMS).loops(&["parent_id"]),
    Table::record("team_members", TEAM_MEMBERS),
    Table::resource("invitations", INVITATIONS),
    Table::resource("scim_users", SCIM_USERS),
    Table::record("scim_group_members", SCIM_GROUP_MEMBERS),
    Table::resource("tenant_policies", TENANT_POLICIES),
    Table::resource("oauth_clients", OAUTH_CLIENTS),
    Table::record("oauth_grants", OAUTH_GRANTS),
    Table::record("oauth_codes", OAUTH_CODES),
    // One that an operator had through a member tells of the operator.
    Table::record("sessions", SESSIONS).anothers_by("operator_id"),
    Table::record("refresh_tokens", REFRESH_TOKENS),
    Table::resource("oidc_connections", OIDC_CONNECTIONS),
    Table::record("verified_domains", VERIFIED_DOMAINS),
    Table::record("oidc_identities", OIDC_IDENTITIES),
    Table::ledger("audit_entries", AUDIT_ENTRIES),
    Table::detail("audit_details", AUDIT_DETAILS),
    Table::record("audit_trees", AUDIT_TREES),
    Table::ledger("audit_leaves", AUDIT_LEAVES),
    Table::ledger("audit_tiles", AUDIT_TILES),
    Table::detail("audit_unsealed", AUDIT_UNSEALED),
    Table::detail("audit_backlogs", AUDIT_BACKLOGS),
    Table::resource("audit_exports", AUDIT_EXPORTS),
    Table::resource("audit_streams", AUDIT_STREAMS),
    Table::resource("data_exports", DATA_EXPORTS),
    module::IMPORT_BATCHES,
    Table::detail("import_decisions", IMPORT_DECISIONS),
    module::IMPORT_IDENTITIES,
    Table::passing("erasures", ERASURES),
    Table::record("oidc_sign_ins", OIDC_SIGN_INS).platform(),
    Table::record("email_changes", EMAIL_CHANGES).platform(),
    Table::resource("installation", INSTALLATION).platform(),
    Table::record("passkey_ceremonies", PASSKEY_CEREMONIES).platform(),
    Table::record("passkeys", PASSKEYS).platform(),
    Table::record("password_resets", PASSWORD_RESETS).platform(),
    Table::record("recovery_codes", RECOVERY_CODES).platform(),
    Table::record("totp_factors", TOTP_FACTORS).platform(),
    Table::record("sign_in_failures", SIGN_IN_FAILURES).platform(),
    Table::record("sign_in_places", SIGN_IN_PLACES).platform(),
    Table::record("signing_keys", SIGNING_KEYS).platform(),
    Table::resource("switches", SWITCHES).platform(),
    Table::resource("tenant_switches", TENANT_SWITCHES).platform(),
    Table::record("tenant_closures", TENANT_CLOSURES).platform(),
    Table::record("user_erasures", USER_ERASURES).platform(),
];
