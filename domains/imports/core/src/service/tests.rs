//! Steps of the jobs, one at a time, as no worker can be made to take them.

use super::download_export::export_key;
use super::run_export::{begin, complete};
use super::{
    App, CreateExport, Mapped, Progress, RunOf, StartRun, StoreUpload, Told, cancel_export, create_export,
    end_export, get_export, get_run, get_upload, run_import, start_run, store_upload,
};
use crate::domain::dialect::Declared;
use crate::domain::export::End;
use crate::domain::mapping::Entry;
use crate::domain::run::{Mode, Run, RunStatus};
use crate::domain::upload::Upload;
use crate::error::Error;
use ::jobs::Running;
use bytes::Bytes;
use futures::stream;
use imports_contract::UploadId;
use kernel::{Actor, Ctx, Id, Problem};
use module::{
    BatchOutcome, ExecuteBatch, FakeImportTarget, FieldKind, ImportField, ImportOffer, RowOutcome,
    TargetDefinition,
};
use std::sync::Arc;
use std::time::Duration;
use testkit::{Stage, Tenant, files_under};
use uuid::Uuid;

const TARGET: &str = "things.things";

/// One whose permissions are `<domain>.write` and `<domain>.read`, and which takes any row.
fn offer(name: &str) -> ImportOffer {
    let fake = FakeImportTarget::default();
    fake.on_execute(|_, request: ExecuteBatch| {
        let made = |_| RowOutcome::Created { id: Uuid::new_v4() };
        Ok(BatchOutcome { rows: request.rows.iter().map(made).collect() })
    });
    let sku = ImportField {
        name: "sku".to_owned(),
        description: String::new(),
        kind: FieldKind::Text,
        required: true,
    };
    let domain = name.split_once('.').unwrap().0;
    let definition = TargetDefinition {
        name: name.to_owned(),
        title: name.to_owned(),
        permission: format!("{domain}.write"),
        read_permission: format!("{domain}.read"),
        key: vec!["sku".to_owned()],
        fields: vec![sku],
    };
    ImportOffer { definition, target: Arc::new(fake) }
}

struct Bench {
    app: App,
    tenant: Tenant,
    /// Somebody who may write and read things.
    ctx: Ctx,
    stage: Stage,
}

impl Bench {
    async fn new(stage: Stage) -> Self {
        let platform = stage.platform("imports").await;
        let offers = vec![offer(TARGET), offer("people.people")];
        let app = App::new(platform.databases, platform.blobs, offers, 100_000);
        let tenant = stage.tenant();
        let permissions = ["things.write", "things.read"].into_iter().collect();
        let ctx = tenant.ctx_as(Actor::User { id: tenant.owner }, permissions);
        Self { app, tenant, ctx, stage }
    }

    /// Another member.
    fn colleague(&self, permissions: &[&'static str]) -> Ctx {
        let id = Id::new(self.ctx.now());
        self.tenant.ctx_as(Actor::User { id }, permissions.iter().copied().collect())
    }

    fn files(&self) -> usize {
        files_under(&self.stage.folder.path().join("blobs"))
    }
}

async fn stored(app: &App, ctx: &Ctx, file: String) -> Upload {
    let content = stream::iter([Ok::<_, Problem>(Bytes::from(file))]);
    let told = Told::Csv(Declared::default());
    let upload = StoreUpload { file_name: "things.csv".to_owned(), told };
    store_upload(app, ctx, upload, content).await.unwrap()
}

async fn started(app: &App, ctx: &Ctx, upload: UploadId, target: &str) -> Result<Run, Error> {
    let (field, column) = ("sku".to_owned(), Some("sku".to_owned()));
    let entries = vec![Entry { field, column, ..Entry::default() }];
    let mapped = Mapped::Anew { target: target.to_owned(), entries };
    let of = RunOf::File { upload, mapped };
    start_run(app, ctx, StartRun { of, mode: Mode::Apply }).await
}

testkit::both!(
    async fn an_import_does_a_batch_whenever_it_has_its_turn(stage: Stage) {
        let Bench { app, ctx, stage: _stage, .. } = Bench::new(stage).await;
        // As if it took longer than a turn to come to the first batch.
        let app = App { slice: Duration::ZERO, ..app };
        let rows: String = (1..=250).map(|row| format!("s{row}\n")).collect();
        let upload = stored(&app, &ctx, format!("sku\n{rows}")).await;
        let run = started(&app, &ctx, upload.id, TARGET).await.unwrap();
        let mut turns = Vec::new();
        for _ in 0..4 {
            let running = Running::detached(run.message);
            let progress = run_import(&app, &ctx, run.id, &running).await.unwrap();
            turns.push((progress, get_run(&app, &ctx, run.id).await.unwrap().counts.rows()));
        }
        let expected = [
            (Progress::Unfinished, 100),
            (Progress::Unfinished, 200),
            (Progress::Unfinished, 250),
            (Progress::Ended, 250),
        ];
        assert_eq!(turns, expected);
        assert_eq!(get_run(&app, &ctx, run.id).await.unwrap().status, RunStatus::Done);
    }
);

testkit::both!(
    async fn an_export_has_the_file_of_one_attempt_and_leaves_no_other(stage: Stage) {
        let bench = Bench::new(stage).await;
        let Bench { app, ctx, .. } = &bench;
        let created = async || {
            let asked = CreateExport { id: None, target: TARGET.to_owned() };
            create_export(app, ctx, asked).await.unwrap().id
        };
        // It has stored its file, and says so later or never.
        let attempted = async |id, file| {
            let export = begin(app, ctx, id, file).await.unwrap().unwrap();
            app.blobs.put(&export_key(ctx.tenant(), &export), Bytes::from_static(b"x")).await.unwrap();
        };
        let done = |file| End::Done { file, rows: 1, size_bytes: 1 };
        let [first, second] = [1, 2].map(Uuid::from_u128);
        let export = created().await;
        attempted(export, first).await;
        attempted(export, second).await;
        assert_eq!(bench.files(), 1, "the first was taken for dead");
        assert!(!complete(app, ctx, export, &done(first)).await.unwrap());
        assert!(complete(app, ctx, export, &done(second)).await.unwrap());
        let found = get_export(app, ctx, export).await.unwrap();
        assert_eq!((found.status, found.file), (RunStatus::Done, Some(second)));

        let cancelled = created().await;
        attempted(cancelled, first).await;
        assert_eq!(bench.files(), 2);
        cancel_export(app, ctx, cancelled).await.unwrap();
        assert_eq!(bench.files(), 1);
        let failed = created().await;
        attempted(failed, first).await;
        let end = End::Failed { detail: "given up".to_owned() };
        end_export(app, ctx, failed, &end).await.unwrap();
        assert_eq!(bench.files(), 1);
        // One that is done keeps its own, whoever comes late.
        end_export(app, ctx, export, &end).await.unwrap();
        assert!(begin(app, ctx, export, first).await.unwrap().is_none());
        assert_eq!(bench.files(), 1);
    }
);

testkit::both!(
    async fn a_file_is_shown_to_who_may_read_what_it_went_into(stage: Stage) {
        let bench = Bench::new(stage).await;
        let (app, ctx) = (&bench.app, &bench.ctx);
        let upload = stored(app, ctx, "sku\ns1\n".to_owned()).await.id;
        let things = bench.colleague(&["things.read", "things.write"]);
        let people = bench.colleague(&["people.read", "people.write"]);
        let all = bench.colleague(&["things.read", "people.read"]);
        let check = async |who: &str, ctx: &Ctx, expected: bool| {
            let seen = get_upload(app, ctx, upload).await;
            assert_eq!(seen.is_ok(), expected, "{who}: {seen:?}");
            assert!(expected || matches!(seen, Err(Error::UploadForbidden)), "{who}: {seen:?}");
        };
        check("who sent it", ctx, true).await;
        check("things", &things, false).await;
        check("people", &people, false).await;
        check("all", &all, true).await;
        // Nobody comes to see a file by importing it.
        let refused = started(app, &people, upload, "people.people").await;
        assert!(matches!(refused, Err(Error::UploadForbidden)), "{refused:?}");
        started(app, ctx, upload, TARGET).await.unwrap();
        check("things", &things, true).await;
        check("people", &people, false).await;
    }
);
