//! Erasing oneself: nothing of the person is left in any text, and all that is others' stays; and what a tenant's
//! policy erases of its log.

use crate::house::{House, PASSWORD, Person};
use crate::platform::Desk;
use chrono::{DateTime, Duration, Utc};
use jobs::{JobFailure, Parcel, Running};
use kernel::id::{MessageId, PLATFORM};
use kernel::{Actor, Ctx, PermissionSet};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};
use secrets::Sealed;
use serde_json::{Value, json};
use testkit::{Stage, both, eventually, sqlite_file};
use users_contract::ERASED_PERSON_SEAL;

const ADA: &str = "ada@example.com";
const BOB: &str = "bob@example.com";
const CAROL: &str = "carol@example.com";
const GRACE: &str = "grace@example.com";
const DORA: &str = "dora@example.com";
const FAY: &str = "fay@example.com";
const ZEB: &str = "Zebulon_Quill@example.com";
const NAME: &str = "Zebulon Quill";

fn nobody(house: &House) -> Ctx {
    let mut nobody = house.stage.tenant();
    nobody.id = PLATFORM;
    nobody.ctx_as(Actor::System { domain: "users".to_owned() }, PermissionSet::default())
}

async fn run(house: &House, name: &str, payload: String, message: MessageId) -> Result<(), JobFailure> {
    let handler = house.handlers.iter().find(|handler| handler.name() == name).unwrap();
    let parcel = Parcel { kind: name.to_owned(), version: 1, payload };
    handler.deliver(nobody(house), parcel, Running::detached(message)).await
}

/// Runs each job that erases a person once: whether each had done all.
pub async fn erase_people(house: &House) -> Vec<bool> {
    let mut done = Vec::new();
    for (message, tenant, payload) in house.messages("users.erase_person").await {
        assert_eq!(tenant, PLATFORM, "it is there when the tenant is gone");
        match run(house, "users.erase_person", payload, message).await {
            Ok(()) => done.push(true),
            Err(JobFailure::Snooze(_)) => done.push(false),
            Err(failure) => panic!("{failure}"),
        }
    }
    done
}

/// No worker runs here: what was delivered is said to be done.
pub async fn settle(house: &House) {
    house.deliver_audit().await;
    let system = house.databases.system("tests").await.unwrap();
    let done = format!(
        "UPDATE {} SET status = 'done', finished_at = $1 WHERE status = 'queued'",
        system.table("messages")
    );
    system.execute(&done, vec![house.stage.clock.now().into()]).await.unwrap();
    system.commit().await.unwrap();
}

async fn erase_me(house: &House, person: &Person, email: &str) -> crate::house::Reply {
    house.post("/me/erase", Some(&person.access), json!({ "email": email })).await
}

async fn ended(house: &House, person: &Person) {
    eventually("the session has ended", || async {
        (house.get("/me", &person.access).await.status == 401).then_some(())
    })
    .await;
}

async fn log(house: &House, person: &Person, query: &str) -> Vec<Value> {
    let reply = house.get(&format!("/audit-entries?limit=100{query}"), &person.access).await.is(200);
    reply.json()["data"].as_array().cloned().unwrap()
}

/// Past every wall.
async fn owner(stage: &Stage) -> DatabaseConnection {
    let url = stage.postgres_url().unwrap_or_else(|| {
        format!("sqlite://{}?mode=rw", sqlite_file(stage.folder.path(), "users").display())
    });
    let mut options = ConnectOptions::new(url);
    options.max_connections(1);
    let database = Database::connect(options).await.unwrap();
    if stage.postgres_url().is_some() {
        database.execute_unprepared("SET ROLE insula_users_owner").await.unwrap();
    }
    database
}

async fn rows(database: &DatabaseConnection, sql: String) -> Vec<sea_orm::QueryResult> {
    let statement = Statement::from_string(database.get_database_backend(), sql);
    database.query_all_raw(statement).await.unwrap()
}

/// In which columns this is in a text, in whatever case, of all tables that there are.
async fn kept(stage: &Stage, part: &str) -> Vec<String> {
    let database = owner(stage).await;
    let columns = match stage.postgres_url() {
        Some(_) => {
            "SELECT table_name::text AS t, column_name::text AS c FROM information_schema.columns \
             WHERE table_schema = 'users' AND data_type IN ('text', 'jsonb', 'json')"
        }
        None => {
            "SELECT m.name AS t, c.name AS c FROM sqlite_master m JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND c.type IN ('TEXT', 'JSONB')"
        }
    };
    let schema = if stage.postgres_url().is_some() { "users." } else { "" };
    let mut kept = Vec::new();
    for row in rows(&database, columns.to_owned()).await {
        let (table, column): (String, String) =
            (row.try_get("", "t").unwrap(), row.try_get("", "c").unwrap());
        let sql = format!(
            "SELECT count(*) AS n FROM {schema}\"{table}\" \
             WHERE lower(CAST(\"{column}\" AS TEXT)) LIKE '%{}%' ESCAPE '!'",
            part.to_lowercase().replace('_', "!_")
        );
        let found: i64 = rows(&database, sql).await[0].try_get("", "n").unwrap();
        if found > 0 {
            kept.push(format!("{table}.{column}"));
        }
    }
    database.close().await.unwrap();
    kept
}

/// A member of two tenants, asked into a third, who leaves traces wherever they can.
async fn zebulon(house: &House, [ada, bob, carol]: [&Person; 3]) -> Person {
    for (owner, role) in [(ada, "admin"), (bob, "member")] {
        let invitation = json!({ "email": ZEB, "role": role });
        house.post("/invitations", Some(&owner.access), invitation).await.is(201);
        let token = house.invitations().await.pop().unwrap();
        let accept = json!({ "token": token, "password": PASSWORD, "display_name": NAME });
        house.post("/invitations/accept", None, accept).await.is(200);
    }
    house.post("/invitations", Some(&carol.access), json!({ "email": ZEB })).await.is(201);
    let body = json!({ "email": ZEB, "password": PASSWORD, "tenant_id": ada.tenant });
    let zeb = house.person(&house.post("/sign-in", None, body.clone()).await.is(200)).await;
    house
        .post("/sign-in", None, json!({ "email": ZEB, "password": PASSWORD, "tenant_id": bob.tenant }))
        .await
        .is(200);
    house.post("/api-keys", Some(&zeb.access), json!({ "name": "nightly" })).await.is(201);
    house.post("/invitations", Some(&zeb.access), json!({ "email": DORA })).await.is(201);
    // In one tenant it is refused, in the other it is so already.
    for (owner, told) in [(ada, "role: needs_proof"), (carol, "unchanged")] {
        let file: &[&[(&str, &str)]] = &[&[("email", ZEB), ("role", "member")]];
        assert_eq!(house.import_rows(owner, 1, file).await, [told]);
    }
    house.post("/password-resets", None, json!({ "email": ZEB })).await;
    house.post("/me/exports", Some(&zeb.access), json!({})).await.is(202);
    house.produce_exports(&zeb).await;
    zeb
}

/// Of a tenant where they never were: by a dry run, and by a row that was refused. Nobody was asked in by them.
async fn named_by_files(house: &House) {
    let fay = house.owner(FAY).await;
    let planned: &[&[(&str, &str)]] =
        &[&[("email", ZEB), ("role", "member")], &[("email", GRACE), ("role", "member")]];
    house.plan(&fay, 2, planned).await;
    let refused: &[&[(&str, &str)]] = &[&[("email", ZEB), ("role", "boss")]];
    assert_eq!(house.import_rows(&fay, 3, refused).await, ["role: unknown_role"]);
    let asked = house.get("/invitations", &fay.access).await.is(200);
    assert_eq!(asked.json()["data"], json!([]));
}

both! {
    async fn nothing_of_somebody_who_is_erased_is_left_and_the_log_stands(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob, carol) = (house.owner(ADA).await, house.owner(BOB).await, house.owner(CAROL).await);
        let zeb = zebulon(&house, [&ada, &bob, &carol]).await;
        named_by_files(&house).await;
        house.deliver_audit().await;
        let before = house.get("/audit-log/checkpoint", &ada.access).await.is(200);
        let size = log(&house, &ada, "").await.len();
        for part in [ZEB, NAME] {
            let there = kept(&house.stage, part).await;
            assert!(!there.is_empty(), "the search finds what is there: {there:?}");
        }

        let refused = erase_me(&house, &zeb, "zebulon@example.com").await.problem(422, "invalid");
        assert_eq!(refused.at("/errors/0/pointer"), "/email");
        erase_me(&house, &zeb, &ZEB.to_uppercase()).await.is(202);
        ended(&house, &zeb).await;
        house.sign_in(ZEB, PASSWORD).await.problem(401, "users.wrong_credentials");
        assert_eq!(erase_people(&house).await, [false], "what is on its way would write of them");
        settle(&house).await;
        assert_eq!(erase_people(&house).await, [true]);
        settle(&house).await;
        for part in [ZEB, NAME] {
            assert_eq!(kept(&house.stage, part).await, [] as [&str; 0], "{part}");
        }
        let others = kept(&house.stage, GRACE).await;
        let stays = others.iter().any(|column| column == "import_decisions.row_key");
        assert!(stays, "what a file said of others: {others:?}");

        let told = house.messages("tests.person_erased").await;
        assert_eq!((told.len(), told[0].1), (1, PLATFORM));
        let event: Value = serde_json::from_str(&told[0].2).unwrap();
        assert_eq!(event["user"], zeb.user.to_string());
        let sealed: Sealed<String> = serde_json::from_value(event["sealed_email"].clone()).unwrap();
        assert_eq!(house.stage.secrets.open_value(ERASED_PERSON_SEAL, &sealed).unwrap(), ZEB);
        assert_eq!(event["certificate"].as_str().unwrap().split('.').count(), 3);

        let left = log(&house, &ada, "").await;
        for entry in &left {
            let expected = ["verified", "erased"];
            assert!(expected.contains(&entry["verification"].as_str().unwrap()), "{entry}");
            let path = format!("/audit-entries/{}/inclusion-proof", entry["id"].as_str().unwrap());
            house.get(&path, &ada.access).await.is(200);
        }
        assert!(left.iter().any(|entry| entry["verification"] == "verified"), "what names others alone");
        let proof = house.get(&format!("/audit-log/consistency-proof?from={size}"), &ada.access).await.is(200);
        assert_eq!(proof.at("/from_root_hash"), before.at("/root_hash"), "the log only grew");
        for person in [&ada, &bob, &carol] {
            house.get("/members", &person.access).await.is(200);
            house.get("/invitations", &person.access).await.is(200);
        }

        assert_eq!(erase_people(&house).await, [true], "again, it does nothing");
        assert_eq!(house.messages("tests.person_erased").await.len(), 1);

        house.sign_up(ZEB, PASSWORD, "Anew").await.is(202);
        house.verify(house.links().await.last().unwrap(), PASSWORD).await.is(200);
        let other = house.enter(ZEB).await;
        assert_ne!(other.user, zeb.user, "who has the address now is somebody else");
        let tenants = house.get("/me", &other.access).await.is(200);
        assert!(!tenants.text.contains(&ada.tenant.to_string()), "{}", tenants.text);
    }
}

both! {
    async fn the_last_owner_stays_until_there_is_another(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let grace = house.member(&ada, GRACE, json!({ "role": "admin" })).await;
        let refused = erase_me(&house, &ada, ADA).await.problem(409, "users.last_owner_of");
        assert!(refused.at("/detail").contains("Engines"), "{}", refused.text);
        house.get("/tenant", &ada.access).await.is(200);
        let path = format!("/members/{}", grace.membership);
        house.patch(&path, &ada.access, "*", json!({ "role": "owner" })).await.is(200);
        erase_me(&house, &ada, ADA).await.is(202);
        ended(&house, &ada).await;
        let grace = house.enter(GRACE).await;
        erase_me(&house, &grace, GRACE).await.problem(409, "users.last_owner_of");
        house.stage.clock.advance(Duration::minutes(16));
        erase_me(&house, &grace, GRACE).await.problem(403, "users.fresh_credential_needed");
        let key = house.post("/sign-in", None, json!({ "email": GRACE, "password": PASSWORD })).await.is(200);
        let key = house.post("/api-keys", Some(&key.at("/access_token")), json!({ "name": "k", "role": "viewer" })).await.is(201);
        let body = json!({ "email": GRACE });
        let refused = house.post("/me/erase", Some(&key.at("/secret")), body).await;
        assert_eq!(refused.status, 403, "{}", refused.text);
    }
}

both! {
    async fn who_is_in_no_other_tenant_is_erased_with_theirs(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner(ADA).await, house.owner(BOB).await);
        house.member(&ada, GRACE, json!({ "role": "member" })).await;
        house.member(&ada, DORA, json!({ "role": "member" })).await;
        house.post("/invitations", Some(&bob.access), json!({ "email": DORA })).await.is(201);
        let token = house.invitations().await.pop().unwrap();
        house.accept(&token, PASSWORD).await.is(200);
        house.post("/tenant/close", Some(&ada.access), json!({ "name": "Engines" })).await.is(200);
        settle(&house).await;
        house.stage.clock.advance(Duration::days(30));
        while house.erase_closed().await.contains(&false) {}
        settle(&house).await;
        assert_eq!(erase_people(&house).await, [true, true], "the owner and who was there alone");
        settle(&house).await;
        for address in [ADA, GRACE] {
            assert_eq!(kept(&house.stage, address).await, [] as [&str; 0], "{address}");
            house.sign_in(address, PASSWORD).await.problem(401, "users.wrong_credentials");
        }
        assert_eq!(house.messages("tests.person_erased").await.len(), 2);
        let dora = house.enter(DORA).await;
        assert_eq!(dora.tenant, bob.tenant);
    }
}

/// When the jobs that erase a person are due.
async fn due(house: &House) -> Vec<DateTime<Utc>> {
    let system = house.databases.system("tests").await.unwrap();
    let sql = format!("SELECT run_at FROM {} WHERE handler = $1", system.table("messages"));
    let rows = system.query_all(&sql, vec!["users.erase_person".into()]).await.unwrap();
    let due = rows.iter().map(|row| row.try_get::<DateTime<Utc>>("", "run_at").unwrap()).collect();
    system.commit().await.unwrap();
    due
}

both! {
    async fn who_has_the_address_since_keeps_what_is_theirs(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, carol) = (house.owner(ADA).await, house.owner(CAROL).await);
        house.owner(BOB).await;
        house.owner(DORA).await;
        let grace = house.member(&ada, GRACE, json!({ "role": "member" })).await;
        house.post("/invitations", Some(&carol.access), json!({ "email": GRACE })).await.is(201);
        house.post("/tenant/close", Some(&ada.access), json!({ "name": "Engines" })).await.is(200);
        settle(&house).await;
        house.stage.clock.advance(Duration::days(30));
        while house.erase_closed().await.contains(&false) {}
        settle(&house).await;

        house.stage.clock.advance(Duration::hours(1));
        let (bob, dora) = (house.enter(BOB).await, house.enter(DORA).await);
        let anew = house.member(&bob, GRACE, json!({ "role": "member" })).await;
        assert_ne!(anew.user, grace.user, "who has the address now is somebody else");
        house.post("/invitations", Some(&dora.access), json!({ "email": GRACE })).await.is(201);
        settle(&house).await;
        assert_eq!(erase_people(&house).await, [true, true]);
        settle(&house).await;

        let entered = house.enter(GRACE).await;
        assert_eq!((entered.user, entered.tenant), (anew.user, bob.tenant));
        let asked = house.get("/invitations", &dora.access).await.is(200);
        assert!(asked.text.contains(GRACE), "{}", asked.text);
        for person in [&bob, &dora] {
            let entries = log(&house, person, "").await;
            assert!(entries.iter().all(|entry| entry["verification"] == "verified"), "{entries:?}");
        }
        let carol = house.enter(CAROL).await;
        let asked = house.get("/invitations", &carol.access).await.is(200);
        assert!(!asked.text.contains(GRACE), "of who was erased: {}", asked.text);
        let entries = log(&house, &carol, "").await;
        assert!(entries.iter().any(|entry| entry["verification"] == "erased"), "{entries:?}");
    }
}

both! {
    async fn who_closed_a_tenant_is_told_before_they_are_erased(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        house.post("/tenant/close", Some(&ada.access), json!({ "name": "Engines" })).await.is(200);
        settle(&house).await;
        house.stage.clock.advance(Duration::days(30));
        assert_eq!(house.erase_closed().await, [false], "it is being erased");
        let soon = house.stage.clock.now() + Duration::hours(23);
        let due = due(&house).await;
        assert!(due.len() == 1 && due[0] > soon, "{due:?}");
        settle(&house).await;
        house.stage.clock.advance(Duration::days(1));
        assert_eq!(erase_people(&house).await, [false], "the certificate is not sent yet");
        while house.erase_closed().await.contains(&false) {}
        settle(&house).await;
        assert_eq!(erase_people(&house).await, [true]);
    }
}

async fn expire(house: &House) {
    let name = "users.erase_old_audit_details";
    run(house, name, "{}".to_owned(), MessageId::new(house.stage.clock.now())).await.unwrap();
    house.deliver_audit().await;
}

both! {
    async fn a_log_keeps_its_details_as_long_as_its_tenant_says(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner(ADA).await, house.owner(BOB).await);
        let policy = |days: i64| json!({ "audit_detail_days": days });
        let refused = house.patch("/policy", &ada.access, "*", policy(29)).await.problem(422, "invalid");
        assert_eq!(refused.at("/errors/0/pointer"), "/audit_detail_days");
        let said = house.patch("/policy", &ada.access, "*", policy(30)).await.is(200);
        assert_eq!(said.at("/audit_detail_days"), "30");
        house.deliver_audit().await;
        expire(&house).await;
        let verified = async |person: &Person| {
            let entries = log(&house, person, "").await;
            entries.iter().filter(|entry| entry["verification"] == "verified").count()
        };
        let all = log(&house, &ada, "").await.len();
        assert!(verified(&ada).await == all && all > 2, "none is old enough");

        house.stage.clock.advance(Duration::days(31));
        let (ada, bob_again) = (house.enter(ADA).await, house.enter(BOB).await);
        house.deliver_audit().await;
        let young = log(&house, &ada, "").await.len() - all;
        let theirs = verified(&bob_again).await;
        expire(&house).await;
        let told = log(&house, &ada, "&action=users.audit_detail.expire").await;
        assert_eq!((told.len(), &told[0]["after"]["erased"]), (1, &json!(all)), "{told:?}");
        assert_eq!(verified(&ada).await, young + 1);
        let erased = log(&house, &ada, "").await.into_iter().filter(|entry| entry["verification"] == "erased");
        for entry in erased {
            let path = format!("/audit-entries/{}/inclusion-proof", entry["id"].as_str().unwrap());
            house.get(&path, &ada.access).await.is(200);
        }
        assert_eq!(verified(&bob_again).await, theirs, "who has said nothing keeps all");
        assert_eq!(bob.tenant, bob_again.tenant);
        expire(&house).await;
        assert_eq!(log(&house, &ada, "&action=users.audit_detail.expire").await.len(), 1, "nothing more is old");
    }
}

both! {
    async fn operators_see_the_certificate_by_the_id_that_was_theirs(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let grace = house.member(&ada, GRACE, json!({ "role": "member" })).await;
        let desk = Desk::of(&house).await;
        let path = format!("/user-erasures/{}", grace.user);
        desk.get(&path).await.problem(404, "users.user_erasure_not_found");
        erase_me(&house, &grace, GRACE).await.is(202);
        let told = desk.get(&path).await.is(200);
        assert_eq!([told.at("/state"), told.at("/because")], ["erasing", "asked"]);
        settle(&house).await;
        assert_eq!(erase_people(&house).await, [true]);
        let told = desk.get(&path).await.is(200);
        assert_eq!((told.at("/state").as_str(), told.at("/certificate").split('.').count()), ("erased", 3));
        assert!(!told.text.contains(GRACE), "{}", told.text);
        settle(&house).await;
        let looks = desk.get("/audit-entries?action=users.user_erasure.read").await.is(200);
        assert_eq!(looks.at("/data/0/resource_id"), told.at("/id"));
    }
}
