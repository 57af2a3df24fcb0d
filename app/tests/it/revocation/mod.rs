//! What ends on one node is refused on every other within a second, also while the nodes cannot tell each other: each kind
//! of end, and how long the other node went on as before.
#![expect(clippy::print_stderr, reason = "how long each went on belongs to the test's output")]

mod ending;
mod keys;
mod members;
mod programs;
mod sessions;
mod support;
mod tenants;
mod under_way;

use crate::client::Client;
use crate::house::{self, Ground, Process};
use crate::proxy::Proxy;
use crate::tenant::{Invited, PASSWORD, invited, sign_in, sign_up};
use ending::Ending;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use testkit::{Backend, eventually};
use uuid::Uuid;

const NEW_PASSWORD: &str = "a longer horse battery staple";
/// Of administrators, and of nobody less.
const OF_ADMINS: &str = "/users/api-keys";

#[test]
fn what_ends_on_one_node_ends_on_the_other_with_redis_and_without() {
    let (Some(backend), Ok(redis)) = (Backend::postgres(), std::env::var("TEST_REDIS_URL")) else { return };
    house::run(async {
        let mut ground = Ground::alone(&backend).await;
        let proxy = Proxy::to(&redis).await;
        ground.set("REDIS_URL", &proxy.url);
        ground.set("INSULA_OPERATORS__ADDRESS", "127.0.0.1:0");
        // All are refused in the end, and come from one address.
        ground.set("INSULA_LIMITS__REFUSED_PER_MINUTE_PER_ADDRESS", "6000");
        // So that somebody can come from elsewhere.
        ground.set("INSULA_HTTP__TRUSTED_PROXIES", "127.0.0.0/8");
        // Who ends things here has proved who they are at the beginning alone.
        ground.set("INSULA_DOMAINS__USERS__FRESH_MINUTES", "1440");
        let nodes = [ground.start("all"), ground.start("all")];
        let owner = sign_up(&ground, &nodes[0], "ada@example.com").await;
        let operator = nodes[0].client().with_token(&ground.operator());
        let house = House { ground: &ground, nodes: &nodes, owner, operator };
        for there in [true, false] {
            if !there {
                proxy.close();
            }
            for node in &nodes {
                redis_is(node, there).await;
            }
            for ending in house.endings().await {
                ending.must_be_felt(there).await;
            }
            house.a_secret_with_an_overlap().await;
            house.an_operator(there).await;
            house.a_session_of_an_operator(there).await;
            house.a_code_that_came_again(there).await;
            house.a_token_given_back(there).await;
            house.a_secret_of_a_machine().await;
            house.requests_under_way().await;
        }
        nodes.into_iter().for_each(Process::stop);
    });
}

async fn redis_is(node: &Process, there: bool) {
    let monitoring = node.client().at(&node.monitoring());
    eventually("the check of Redis", async || {
        let ready = monitoring.get("/health/ready").await.expect(200);
        (ready["checks"]["redis"]["ok"] == there).then_some(())
    })
    .await;
}

struct House<'a> {
    ground: &'a Ground,
    nodes: &'a [Process; 2],
    /// At the first node, like the operator.
    owner: Client,
    operator: Client,
}

impl House<'_> {
    /// One of each kind, each of somebody else's; of two that belong together the second goes on from the first.
    async fn endings(&self) -> Vec<Ending> {
        let mut endings = vec![
            self.a_session_signed_out().await,
            self.a_session_revoked().await,
            self.the_other_sessions().await,
            self.all_sessions().await,
            self.a_session_of_a_stolen_token().await,
            self.a_session_moved().await,
            self.a_password_changed().await,
            self.a_password_reset().await,
            self.a_key().await,
            self.a_secret_without_an_overlap().await,
            self.a_removed_member().await,
            self.a_member_who_leaves().await,
            self.switched_off("a session of whom the directory switches off", false).await,
            self.switched_off("an API key of whom the directory switches off", true).await,
            self.a_role_taken().await,
            self.a_role_narrowed().await,
            self.a_team_left().await,
            self.a_team_without_its_role().await,
            self.an_address().await,
            self.a_session_without_a_second_factor().await,
            self.an_old_session().await,
            self.a_support_grant().await,
            self.a_support_session().await,
            self.a_program_taken_back().await,
            self.a_program_of_a_deleted_client().await,
            self.a_program_of_a_suspended_member().await,
            self.a_machine_of_a_lesser_role().await,
            self.a_machine_of_a_suspended_tenant().await,
        ];
        endings.extend(self.a_suspended_member().await);
        endings.extend(self.a_suspended_tenant().await);
        endings.extend(self.a_switch_of_a_tenant().await);
        endings.extend(self.a_switch_of_all().await);
        endings.extend(self.the_sign_up());
        endings
    }

    async fn colleague(&self, role: Value) -> Invited {
        invited(&self.owner, &self.ground.mail(), role, PASSWORD).await
    }

    fn there(&self, token: &str) -> Client {
        self.nodes[1].client().with_token(token)
    }

    /// Opened now, beside those they have.
    async fn session(&self, of: &Invited) -> Client {
        let guest = self.nodes[0].client();
        guest.with_token(&sign_in(&guest, &of.email).await)
    }

    /// The owner of a tenant of its own.
    async fn stranger(&self) -> Client {
        let email = format!("{}@example.com", Uuid::new_v4().simple());
        sign_up(self.ground, &self.nodes[0], &email).await
    }

    /// Times that cannot be asked for, since the shortest are minutes: by the owner's role, and what it says of the row.
    async fn moved(&self, sql: String) -> i64 {
        let mut database = PgConnection::connect(&self.ground.database_url().unwrap()).await.unwrap();
        let told = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut database).await;
        told.unwrap()
    }
}

fn named(what: &str) -> String {
    format!("{what} {}", Uuid::new_v4().simple())
}
