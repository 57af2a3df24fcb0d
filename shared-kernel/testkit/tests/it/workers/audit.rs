//! Audit entries: retried for ever, whatever they fail with, and out of every operator's reach.

use super::house::*;
use data::{AuditEntry, AuditRecorded};
use jobs::{JobFailure, Ledger, Status};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const ATTEMPTS: i32 = 30;
const CAP: chrono::TimeDelta = chrono::TimeDelta::minutes(15);

both!(
    async fn an_audit_entry_outlasts_every_failure(stage: Stage) {
        let house = House::new(stage).await;
        let healed = Arc::new(AtomicBool::new(false));
        let heals = healed.clone();
        let handler = jobs::subscriber::<AuditRecorded>("billing.log", move |ctx, _| {
            let end: Result<(), JobFailure> =
                match (heals.load(Ordering::SeqCst), ctx.new_id::<()>().uuid().as_u128() % 2) {
                    (true, _) => Ok(()),
                    (false, 0) => Err(passing()),
                    (false, _) => Err(lasting()),
                };
            async move { end }
        });
        house.stage.subscribe(handler.subscription().into_iter().collect());
        let mut unit = house.databases.write(&house.tenant.ctx(&[])).await.unwrap();
        let entry = AuditEntry {
            action: "billing.invoice.finalize",
            resource: "invoice",
            resource_id: house.tenant.owner.uuid(),
            before: None,
            after: None,
        };
        unit.audit(entry).unwrap();
        unit.commit(()).await.unwrap();

        let runtime = house.start(house.settings(), vec![handler]);
        let ledger = Ledger::new(house.databases.clone(), &[]);
        for attempt in 1..=ATTEMPTS {
            let row = eventually(&format!("attempt {attempt}"), async || {
                let row = house.only_row().await;
                (row.status == Status::Retrying && row.attempts == attempt).then_some(row)
            })
            .await;
            assert!(row.run_at <= house.stage.clock.now() + CAP, "{row:?}");
            assert!(!ledger.cancel(None, row.id).await.unwrap(), "an operator took it away");
            assert!(!ledger.discard(None, row.id).await.unwrap());
            house.pass(CAP.num_seconds());
        }
        healed.store(true, Ordering::SeqCst);
        house.pass(CAP.num_seconds());
        let row = house.reaches(Status::Done).await;
        assert!(row.attempts > row.max_attempts, "{row:?}");
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);
