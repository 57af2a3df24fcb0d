//! The import of members: people are asked in by mail, members are changed as over HTTP, and no further.

use crate::house::{House, PASSWORD, Person};
use crate::platform::Desk;
use crate::roles::role;
use crate::teams::{add, team};
use actix_web::http::Method;
use kernel::id::CredentialId;
use kernel::{Actor, Ctx};
use module::{
    BatchOutcome, ExecuteBatch, ExportPage, ImportError, ImportId, ImportRow, PlanBatch, RowOutcome,
    UndoBatch,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testkit::{Stage, both};
use users::Settings;
use uuid::Uuid;

const ADA: &str = "ada@example.com";
const BOB: &str = "bob@example.com";
const CARL: &str = "carl@example.com";
const DORA: &str = "dora@example.com";
const EVE: &str = "eve@example.com";

type Cells<'a> = &'a [(&'a str, &'a str)];

fn import(number: u128) -> ImportId {
    ImportId::from_uuid(Uuid::from_u128(number))
}

fn rows(cells: &[Cells<'_>]) -> Vec<ImportRow> {
    let row = |(at, values): (usize, &Cells<'_>)| ImportRow {
        line: at as u64 + 2,
        values: values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        corrects: None,
    };
    cells.iter().enumerate().map(row).collect()
}

fn batch(number: u128, rows: Vec<ImportRow>) -> ExecuteBatch {
    ExecuteBatch { target: "users.members".to_owned(), import: import(number), plan: None, batch: 0, rows }
}

/// `created`, `updated`, `unchanged`, or the faults as `field: rule`.
fn told(outcome: &BatchOutcome) -> Vec<String> {
    let row = |row: &RowOutcome| match row {
        RowOutcome::Created { .. } => "created".to_owned(),
        RowOutcome::Updated { .. } => "updated".to_owned(),
        RowOutcome::Unchanged { .. } => "unchanged".to_owned(),
        RowOutcome::Refused { faults } => {
            let faults: Vec<_> =
                faults.iter().map(|fault| format!("{}: {}", fault.field, fault.rule)).collect();
            faults.join(", ")
        }
    };
    outcome.rows.iter().map(row).collect()
}

impl House {
    async fn job(&self, person: &Person) -> Ctx {
        self.job_of(person, Actor::User { id: person.user }).await
    }

    async fn execute(&self, ctx: &Ctx, batch: &ExecuteBatch) -> BatchOutcome {
        self.import.target.execute(ctx, batch.clone()).await.unwrap()
    }

    /// A file of one batch, imported by this member.
    pub async fn import_rows(&self, by: &Person, number: u128, cells: &[Cells<'_>]) -> Vec<String> {
        let ctx = self.job(by).await;
        told(&self.execute(&ctx, &batch(number, rows(cells))).await)
    }

    pub async fn plan(&self, by: &Person, number: u128, cells: &[Cells<'_>]) -> BatchOutcome {
        let ctx = self.job(by).await;
        let ExecuteBatch { target, import, batch, rows, .. } = batch(number, rows(cells));
        self.import.target.plan(&ctx, PlanBatch { target, import, batch, rows }).await.unwrap()
    }

    /// Each line that had made something, with why it stays.
    async fn undo(&self, by: &Person, number: u128) -> Vec<(u64, Option<String>)> {
        let ctx = self.job(by).await;
        let (target, import) = ("users.members".to_owned(), import(number));
        let request = UndoBatch { target, import, batch: 0, asked: None };
        let undone = self.import.target.undo(&ctx, request).await.unwrap();
        undone.rows.into_iter().map(|row| (row.line, row.kept.map(|kept| kept.detail))).collect()
    }

    /// In pages of one row.
    async fn export(&self, by: &Person) -> Vec<BTreeMap<String, String>> {
        let ctx = self.job(by).await;
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let request = ExportPage { target: "users.members".to_owned(), after, most: 1 };
            let page = self.import.target.export(&ctx, request).await.unwrap();
            all.extend(page.rows);
            after = page.next;
            if after.is_none() {
                return all;
            }
        }
    }

    /// Address, role and state of the tenant's invitations, the newest first.
    async fn asked_in(&self, by: &Person) -> Vec<String> {
        let shown = self.get("/invitations", &by.access).await.is(200).json();
        let row = |row: &Value| {
            let text = |field: &str| row[field].as_str().unwrap().to_owned();
            format!("{} {} {}", text("email"), text("role"), text("state"))
        };
        shown["data"].as_array().unwrap().iter().map(row).collect()
    }

    async fn member_at(&self, by: &Person, of: &Person, pointer: &str) -> String {
        self.get(&format!("/members/{}", of.membership), &by.access).await.is(200).at(pointer)
    }
}

both! {
    async fn who_is_no_member_is_asked_in_by_mail(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let file: &[Cells<'_>] = &[
            &[("email", "Bob@Example.com"), ("role", "Member")],
            &[("email", CARL), ("role", "viewer")],
            &[("email", "bob@example.com"), ("role", "viewer")],
            &[("email", "nobody"), ("role", "boss"), ("team", "Crew"), ("manager", DORA)],
        ];
        let expected =
            ["created", "created", "email: duplicate_email", "email: invalid_email, role: unknown_role, team: unknown_team, manager: unknown_member"];
        assert_eq!(house.import_rows(&ada, 1, file).await, expected);
        assert_eq!(
            house.asked_in(&ada).await,
            ["carl@example.com viewer open", "Bob@Example.com member open"]
        );
        let sent = house.invitations().await;
        assert_eq!(sent.len(), 2);
        assert_eq!(house.import_rows(&ada, 1, file).await, expected, "a batch is done once");
        assert_eq!(house.invitations().await.len(), 2);
        house.accept(&sent[0], PASSWORD).await.is(200);
        let bob = house.enter(BOB).await;
        assert_eq!((bob.tenant, house.member_at(&ada, &bob, "/role").await), (ada.tenant, "member".to_owned()));
        // Whether they have come or not, they are what the file says.
        assert_eq!(house.import_rows(&ada, 2, &file[..2]).await, ["unchanged", "unchanged"]);
    }
}

both! {
    async fn a_dry_run_says_what_the_run_does_and_sends_nothing(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let bob = house.member(&ada, BOB, json!({ "role": "viewer" })).await;
        let sent = house.invitations().await.len();
        let file: &[Cells<'_>] = &[
            &[("email", BOB), ("role", "member"), ("manager", ADA)],
            &[("email", DORA), ("role", "member"), ("manager", BOB)],
            &[("email", ADA), ("role", "owner")],
            &[("email", EVE), ("role", "admin")],
        ];
        let planned = house.plan(&ada, 8, file).await;
        assert_eq!(told(&planned), ["updated", "created", "unchanged", "role: needs_proof"]);
        assert_eq!(house.member_at(&ada, &bob, "/role").await, "viewer");
        assert_eq!(house.invitations().await.len(), sent);
        let ctx = house.job(&ada).await;
        let run = ExecuteBatch { plan: Some(import(8)), ..batch(1, rows(file)) };
        assert_eq!(house.execute(&ctx, &run).await, planned, "with the same ids");
        assert_eq!(house.member_at(&ada, &bob, "/role").await, "member");
        assert_eq!(house.member_at(&ada, &bob, "/manager_id").await, ada.membership);
        assert_eq!(house.invitations().await.len(), sent + 1);
        for (number, file) in [&[file[2], file[0], file[1]][..], &file[1..3]].into_iter().enumerate() {
            let told = house.import_rows(&ada, 20 + number as u128, file).await;
            assert!(told.iter().all(|told| told == "unchanged"), "{told:?}");
        }
    }
}

both! {
    async fn members_are_changed_as_far_as_a_file_may(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let bob = house.member(&ada, BOB, json!({ "role": "viewer" })).await;
        let carl = house.member(&ada, CARL, json!({ "role": "member" })).await;
        let dora = house.member(&ada, DORA, json!({ "role": "admin" })).await;
        let step = |of: &Person, verb: &str| {
            let (house, ada, path) = (&house, &ada, format!("/members/{}/{verb}", of.membership));
            async move { house.post(&path, Some(&ada.access), json!({})).await.is(200) }
        };
        step(&carl, "suspend").await;
        team(&house, &ada, json!({ "name": "Crew" })).await;
        team(&house, &ada, json!({ "name": "Chiefs", "role": "admin" })).await;
        let cases: [(Cells<'_>, &str); 10] = [
            (&[("email", BOB), ("role", "member"), ("team", "Crew")], "updated"),
            (&[("email", BOB), ("role", "member"), ("team", "Crew")], "unchanged"),
            (&[("email", BOB), ("role", "member"), ("manager", BOB)], "manager: circle"),
            (&[("email", BOB), ("role", "admin"), ("team", "Chiefs")], "role: needs_proof, team: needs_proof"),
            (&[("email", CARL), ("role", "member")], "email: member_suspended"),
            (&[("email", DORA), ("role", "member")], "role: needs_proof"),
            (&[("email", DORA), ("role", "admin"), ("manager", CARL)], "updated"),
            (&[("email", ADA), ("role", "member")], "role: last_owner"),
            (&[("email", EVE), ("role", "member"), ("manager", "nobody")], "manager: invalid_email"),
            (&[("email", EVE), ("role", "member"), ("team", "Chiefs")], "team: needs_proof"),
        ];
        for (number, (row, expected)) in cases.into_iter().enumerate() {
            let told = house.import_rows(&ada, 100 + number as u128, &[row]).await;
            assert_eq!(told, [expected], "{row:?}");
        }
        let member = house.get("/me", &bob.access).await.is(200);
        assert_eq!(member.at("/role"), "member", "felt at once");
        step(&carl, "remove").await;
        let told = house.import_rows(&ada, 200, &[&[("email", CARL), ("role", "member")]]).await;
        assert_eq!(told, ["email: member_removed"]);
        // By somebody who may do less than an owner.
        let told = house.import_rows(&dora, 201, &[&[("email", EVE), ("role", "owner")]]).await;
        assert_eq!(told, ["role: grant_too_wide"]);
        assert_eq!(house.asked_in(&ada).await.iter().filter(|row| row.contains(EVE)).count(), 0);
    }
}

both! {
    async fn no_file_makes_anybody_their_own_manager(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let bob = house.member(&ada, BOB, json!({ "role": "member" })).await;
        house.member(&ada, CARL, json!({ "role": "member" })).await;
        let row = |email, manager| [("email", email), ("role", "member"), ("manager", manager)];
        let told = house.import_rows(&ada, 1, &[&row(BOB, CARL), &row(CARL, BOB)]).await;
        assert_eq!(told, ["updated", "manager: circle"]);
        // The line is turned around from its top.
        let told = house.import_rows(&ada, 2, &[&row(BOB, ADA), &row(CARL, BOB)]).await;
        assert_eq!(told, ["updated", "updated"]);
        assert_eq!(house.member_at(&ada, &bob, "/manager_id").await, ada.membership);
    }
}

/// A file of many batches, as imports cut it.
const ROWS_OF_A_BATCH: usize = 100;

/// So many that what follows them is in the next batch.
fn apart<'a>(first: Cells<'a>, then: Cells<'a>) -> Vec<ImportRow> {
    const OTHERS: Cells<'_> = &[("email", "nobody"), ("role", "member")];
    let mut cells = vec![first];
    cells.extend([OTHERS; ROWS_OF_A_BATCH]);
    cells.push(then);
    rows(&cells)
}

impl House {
    /// Planned, then carried out, which must come to the same row by row; how those ended that are no `nobody`.
    async fn plan_and_run(&self, by: &Person, number: u128, file: &[ImportRow]) -> Vec<String> {
        let ctx = self.job(by).await;
        let (mut planned, mut done) = (Vec::new(), Vec::new());
        for (at, rows) in (0..).zip(file.chunks(ROWS_OF_A_BATCH)) {
            let ExecuteBatch { target, import, rows, .. } = batch(number, rows.to_vec());
            let request = PlanBatch { target, import, batch: at, rows };
            planned.extend(told(&self.import.target.plan(&ctx, request).await.unwrap()));
        }
        for (at, rows) in (0..).zip(file.chunks(ROWS_OF_A_BATCH)) {
            let plan = Some(import(number));
            let request = ExecuteBatch { plan, batch: at, ..batch(number + 1, rows.to_vec()) };
            done.extend(told(&self.execute(&ctx, &request).await));
        }
        assert_eq!(planned, done);
        done.retain(|told| told != "email: invalid_email");
        done
    }
}

both! {
    async fn no_dry_run_of_many_batches_makes_anybody_their_own_manager(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let bob = house.member(&ada, BOB, json!({ "role": "member" })).await;
        let carl = house.member(&ada, CARL, json!({ "role": "member" })).await;
        let dora = house.member(&ada, DORA, json!({ "role": "member" })).await;
        let row = |email, manager| [("email", email), ("role", "member"), ("manager", manager)];
        let file = apart(&row(CARL, BOB), &row(BOB, CARL));
        assert_eq!(house.plan_and_run(&ada, 1, &file).await, ["updated", "manager: circle"]);
        // The line is turned around from its top.
        let file = apart(&row(CARL, ADA), &row(BOB, CARL));
        assert_eq!(house.plan_and_run(&ada, 3, &file).await, ["updated", "updated"]);
        assert_eq!(house.member_at(&ada, &bob, "/manager_id").await, carl.membership);
        // By a line of which the last batch names but the ends: dora, then bob, then carl.
        let file = apart(&row(DORA, BOB), &row(CARL, DORA));
        assert_eq!(house.plan_and_run(&ada, 5, &file).await, ["updated", "manager: circle"]);
        assert_eq!(house.member_at(&ada, &dora, "/manager_id").await, bob.membership);
        assert_eq!(house.member_at(&ada, &carl, "/manager_id").await, ada.membership);
    }
}

both! {
    async fn who_accepts_comes_to_where_the_file_says(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let crew = team(&house, &ada, json!({ "name": "Crew" })).await;
        let file: &[Cells<'_>] =
            &[&[("email", BOB), ("role", "member"), ("team", "Crew"), ("manager", ADA)]];
        assert_eq!(house.import_rows(&ada, 1, file).await, ["created"]);
        assert_eq!(house.import_rows(&ada, 2, file).await, ["unchanged"]);
        let otherwise: Cells<'_> = &[("email", BOB), ("role", "viewer"), ("team", "Crew")];
        assert_eq!(house.import_rows(&ada, 3, &[otherwise]).await, ["role: invited_otherwise"]);
        let inside = || async {
            let shown = house.get(&format!("{crew}/members"), &ada.access).await.is(200).json();
            shown["data"].as_array().unwrap().iter().map(|row| row["member_id"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(inside().await, [] as [Value; 0], "nobody is in a team before they are a member");
        house.accept(&house.invitations().await.pop().unwrap(), PASSWORD).await.is(200);
        let bob = house.enter(BOB).await;
        assert_eq!(inside().await, [json!(bob.membership)]);
        assert_eq!(house.member_at(&ada, &bob, "/manager_id").await, ada.membership);
        assert_eq!(house.import_rows(&ada, 4, file).await, ["unchanged"]);
    }
}

both! {
    async fn what_nothing_has_built_upon_is_undone(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let bob = house.member(&ada, BOB, json!({ "role": "viewer" })).await;
        let carl = house.member(&ada, CARL, json!({ "role": "viewer" })).await;
        team(&house, &ada, json!({ "name": "Crew" })).await;
        let file: &[Cells<'_>] = &[
            &[("email", BOB), ("role", "member"), ("team", "Crew"), ("manager", ADA)],
            &[("email", CARL), ("role", "member")],
            &[("email", DORA), ("role", "member")],
            &[("email", EVE), ("role", "member")],
            &[("email", ADA), ("role", "owner")],
        ];
        let told = house.import_rows(&ada, 1, file).await;
        assert_eq!(told, ["updated", "updated", "created", "created", "unchanged"]);
        house.accept(&house.invitations().await.pop().unwrap(), PASSWORD).await.is(200);
        let patch = json!({ "manager_id": ada.membership });
        house.patch(&format!("/members/{}", carl.membership), &ada.access, "*", patch).await.is(200);

        let undone = house.undo(&ada, 1).await;
        let said: Vec<_> = undone.iter().map(|(line, why)| (*line, why.clone().unwrap_or_default())).collect();
        let expected =
            [(5, "the invitation was accepted"), (4, ""), (3, "the member was changed since"), (2, "")];
        assert_eq!(said.len(), expected.len(), "{said:?}");
        for ((line, why), (expected_line, expected)) in said.iter().zip(expected) {
            let fits = why.starts_with(expected) && why.is_empty() == expected.is_empty();
            assert!(*line == expected_line && fits, "{line}: {why}, not {expected}");
        }
        assert_eq!(house.undo(&ada, 1).await, undone, "it is undone once");
        let shown = [(&bob, "/role", "viewer"), (&bob, "/manager_id", "null"), (&carl, "/role", "member")];
        for (of, pointer, expected) in shown {
            assert_eq!(house.member_at(&ada, of, pointer).await, expected, "{pointer}");
        }
        assert!(house.asked_in(&ada).await.contains(&"dora@example.com member revoked".to_owned()));
        // What is gone is made again, and what stayed is there.
        let again = house.import_rows(&ada, 2, file).await;
        assert_eq!(again, ["updated", "unchanged", "created", "unchanged", "unchanged"]);
        // What a later import has put back is as the earlier one left it.
        let later: Cells<'_> = &[("email", BOB), ("role", "viewer")];
        assert_eq!(house.import_rows(&ada, 3, &[later]).await, ["updated"]);
        assert_eq!(house.undo(&ada, 3).await, [(2, None)]);
        assert_eq!(house.undo(&ada, 2).await, [(4, None), (2, None)]);
        assert_eq!(house.member_at(&ada, &bob, "/manager_id").await, "null");
    }
}

both! {
    async fn what_is_exported_is_there_already(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let crew = team(&house, &ada, json!({ "name": "Crew" })).await;
        let bob = house.member(&ada, BOB, json!({ "role": "viewer" })).await;
        let carl = house.member(&ada, CARL, json!({ "role": "admin" })).await;
        add(&house, &ada, &crew, &bob).await.is(201);
        let patch = json!({ "manager_id": ada.membership });
        house.patch(&format!("/members/{}", bob.membership), &ada.access, "*", patch).await.is(200);
        let file: &[Cells<'_>] =
            &[&[("email", DORA), ("role", "member"), ("team", "Crew"), ("manager", BOB)]];
        assert_eq!(house.import_rows(&ada, 1, file).await, ["created"]);
        let exported = house.export(&ada).await;
        let row = |cells: Cells<'_>| rows(&[cells]).remove(0).values;
        let expected = [
            row(&[("email", ADA), ("role", "owner")]),
            row(&[("email", BOB), ("role", "viewer"), ("team", "Crew"), ("manager", ADA)]),
            row(&[("email", CARL), ("role", "admin")]),
            row(file[0]),
        ];
        assert_eq!(exported, expected);
        let again = exported.into_iter().enumerate();
        let again = again.map(|(at, values)| ImportRow { line: at as u64 + 2, values, corrects: None }).collect();
        let ctx = house.job(&ada).await;
        let outcome = told(&house.execute(&ctx, &batch(2, again)).await);
        assert!(outcome.iter().all(|told| told == "unchanged"), "{outcome:?}");
        // Who is suspended could not be imported, and an invitation that has expired would be sent anew.
        house.post(&format!("/members/{}/suspend", carl.membership), Some(&ada.access), json!({})).await.is(200);
        house.stage.clock.advance(chrono::Duration::hours(7 * 24));
        assert_eq!(house.export(&ada).await, expected[..2]);
        assert_eq!(house.import_rows(&ada, 3, file).await, ["created"]);
    }
}

both! {
    async fn who_may_not_ask_in_over_http_may_not_by_a_file(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let bob = house.member(&ada, BOB, json!({ "role": "viewer" })).await;
        let file: &[Cells<'_>] = &[&[("email", EVE), ("role", "member")], &[("email", BOB), ("role", "member")]];
        let refused = house.import.target.execute(&house.job(&bob).await, batch(1, rows(file))).await;
        assert!(matches!(refused, Err(ImportError::Forbidden)), "{refused:?}");
        // A key asks nobody in, and gives what a member may do.
        let key = json!({ "name": "k", "role": "admin" });
        let key = house.post("/api-keys", Some(&ada.access), key).await.is(201);
        let id: CredentialId = key.at("/id").parse().unwrap();
        let ctx = house.job_of(&ada, Actor::ApiKey { id, owner: ada.user }).await;
        let outcome = house.execute(&ctx, &batch(2, rows(file))).await;
        assert_eq!(told(&outcome), ["email: session_required", "updated"]);
        // No more members than the tenant may have.
        let desk = Desk::of(&house).await;
        let limit = json!({ "max_members": 2 });
        desk.with_tag(Method::PATCH, &format!("/tenants/{}", ada.tenant), "*", limit).await.is(200);
        assert_eq!(house.import_rows(&ada, 3, file).await, ["email: too_many_members", "unchanged"]);
        assert_eq!(house.asked_in(&ada).await.len(), 1, "bob's own");
    }
}

both! {
    async fn who_may_not_see_members_is_not_told_what_they_are(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        house.member(&ada, BOB, json!({ "role": "viewer" })).await;
        let host = role(&house, &ada, "Host", &["users.members.invite", "users.profile.read"]).await;
        let dora = house.member(&ada, DORA, json!({ "role_id": host })).await;
        for (number, named) in ["viewer", "member"].into_iter().enumerate() {
            let row: Cells<'_> = &[("email", BOB), ("role", named)];
            let told = house.import_rows(&dora, 1 + number as u128, &[row]).await;
            assert_eq!(told, ["email: member_already"], "{named}");
        }
        let page = ExportPage { target: "users.members".to_owned(), after: None, most: 1 };
        let refused = house.import.target.export(&house.job(&dora).await, page).await;
        assert!(matches!(refused, Err(ImportError::Forbidden)), "{refused:?}");
    }
}

both! {
    async fn a_file_asks_in_no_more_than_a_tenant_may_in_a_day(stage: Stage) {
        let settings = Settings { invitation_mails_per_day: 3, ..Settings::default() };
        let house = House::with_settings(stage, settings).await;
        let ada = house.owner(ADA).await;
        let file: [&[Cells<'_>]; 3] = [
            &[&[("email", BOB), ("role", "member")], &[("email", ADA), ("role", "owner")]],
            &[&[("email", "nobody"), ("role", "member")]],
            &[
                &[("email", DORA), ("role", "viewer"), ("manager", ADA)],
                &[("email", EVE), ("role", "member")],
                &[("email", CARL), ("role", "member")],
            ],
        ];
        let ctx = house.job(&ada).await;
        let expected: [&[&str]; 3] = [
            &["created", "unchanged"],
            &["email: invalid_email"],
            &["created", "created", "email: too_many_invitations"],
        ];
        let mut planned = Vec::new();
        for (number, expected) in (0_u32..).zip(expected) {
            let ExecuteBatch { target, import, rows, .. } = batch(1, rows(file[number as usize]));
            let request = PlanBatch { target, import, batch: number, rows };
            planned.push(house.import.target.plan(&ctx, request.clone()).await.unwrap());
            assert_eq!(told(&planned[number as usize]), expected, "batch {number} of the dry run");
            let again = house.import.target.plan(&ctx, request).await.unwrap();
            assert_eq!(again, planned[number as usize], "batch {number}, whose answer was lost");
        }
        assert_eq!(house.invitations().await.len(), 0, "a dry run sends nothing");
        for (number, planned) in (0_u32..).zip(&planned) {
            let rows = rows(file[number as usize]);
            let run = ExecuteBatch { plan: Some(import(1)), batch: number, ..batch(2, rows) };
            assert_eq!(house.execute(&ctx, &run).await, *planned, "batch {number}");
        }
        assert_eq!(house.invitations().await.len(), 3);

        house.stage.clock.advance(chrono::Duration::hours(24));
        let ada = house.enter(ADA).await;
        let ctx = house.job(&ada).await;
        let expected: [&[&str]; 3] = [
            &["unchanged", "unchanged"],
            &["email: invalid_email"],
            &["unchanged", "unchanged", "created"],
        ];
        for (number, expected) in (0_u32..).zip(expected) {
            let again = ExecuteBatch { batch: number, ..batch(3, rows(file[number as usize])) };
            assert_eq!(told(&house.execute(&ctx, &again).await), expected, "batch {number} a day later");
        }
        assert_eq!(house.invitations().await.len(), 4);
    }
}
