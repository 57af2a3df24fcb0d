//! Invoices that wait for a decision, and the contract that decides.

use crate::house::{Client, House, money};
use billing_contract::{
    Billing, BillingError, InvoiceFinalized, InvoicePendingApproval, InvoiceRejected, InvoiceState,
    MAX_REASON_CHARACTERS, PutHoldRule, RejectHold, ReleaseHold, RemoveHoldRule,
};
use billing_contract::{HoldRuleId, InvoiceStatus};
use kernel::ctx::Idempotency;
use kernel::{Currency, Money};
use serde_json::json;
use std::sync::Arc;
use testkit::{Stage, both};

async fn rule(client: &Client<'_>, over: i64) -> HoldRuleId {
    let ctx = client.ctx();
    let total_over = Money::new(over, Currency::USD);
    let put = PutHoldRule { rule: ctx.new_id(), name: format!("Over {total_over}"), total_over };
    let stored = client.house.billing.put_hold_rule(&ctx, put.clone()).await.unwrap();
    assert_eq!((stored.rule, stored.total_over), (put.rule, total_over));
    assert_eq!(client.house.billing.put_hold_rule(&ctx, put).await.unwrap(), stored);
    stored.rule
}

/// A finalized draft of this total that is held, and the events that say by what.
async fn held(client: &Client<'_>, amount: i64) -> Vec<InvoicePendingApproval> {
    let draft = client.draft(amount, "USD").await;
    let answer = client.finalize(&draft).await;
    assert_eq!((answer.status, &answer.body["status"]), (202, &json!("pending_approval")), "{}", answer.body);
    let mut events = client.house.events::<InvoicePendingApproval>().await;
    events.retain(|event| event.invoice.to_string() == draft);
    events
}

async fn release(client: &Client<'_>, held: &InvoicePendingApproval) -> Result<InvoiceState, BillingError> {
    let InvoicePendingApproval { invoice, rule, hold, .. } = *held;
    let request = ReleaseHold { invoice, rule, hold, decided_by: client.tenant.owner };
    client.house.billing.release_hold(&client.ctx(), request).await
}

async fn reject(client: &Client<'_>, held: &InvoicePendingApproval) -> Result<InvoiceState, BillingError> {
    reject_because(client, held, "Too dear").await
}

async fn reject_because(
    client: &Client<'_>,
    held: &InvoicePendingApproval,
    reason: &str,
) -> Result<InvoiceState, BillingError> {
    let InvoicePendingApproval { invoice, rule, hold, .. } = *held;
    let reason = Some(reason.to_owned());
    let request = RejectHold { invoice, rule, hold, decided_by: client.tenant.owner, reason };
    client.house.billing.reject_hold(&client.ctx(), request).await
}

both!(
    async fn a_held_invoice_is_final_when_it_is_released(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        rule(&client, 100_000).await;
        for (amount, currency) in [(100_000, "USD"), (500_000, "EUR")] {
            let free = client.draft(amount, currency).await;
            assert_eq!(client.finalize(&free).await.status, 200, "{amount} {currency}");
        }
        let events = held(&client, 100_001).await;
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].total, Money::new(100_001, Currency::USD));
        assert_eq!(events[0].customer_name, "Alfreds Futterkiste");
        assert_eq!(events[0].requested_by, Some(client.tenant.owner));
        let id = events[0].invoice.to_string();
        assert_eq!(client.finalize(&id).await.outcome(), "409 billing.invoice_not_draft");

        let state = release(&client, &events[0]).await.unwrap();
        assert_eq!((state.status, state.number.as_deref()), (InvoiceStatus::Open, Some("INV-000003")));
        assert_eq!(release(&client, &events[0]).await.unwrap(), state);
        assert!(matches!(reject(&client, &events[0]).await, Err(BillingError::NotHeld)));
        let invoice = client.invoice(&id).await;
        assert_eq!((&invoice["status"], &invoice["number"]), (&json!("open"), &json!("INV-000003")));
        assert_eq!(house.events::<InvoiceFinalized>().await.len(), 3);
        let audited = house.audited().await;
        let entry = audited.last().unwrap();
        assert_eq!(entry.action, "billing.invoice.release_hold");
        assert_eq!(entry.after.as_ref().unwrap()["decided_by"], client.tenant.owner.to_string());
    }
);

both!(
    async fn every_rule_that_holds_must_release(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        rule(&client, 100).await;
        let other = rule(&client, 1_000).await;
        let events = held(&client, 2_000).await;
        assert_eq!(events.len(), 2);
        // Two decisions at once: one of them is the last, and only that gives the number.
        let (a, b) = tokio::join!(release(&client, &events[0]), release(&client, &events[1]));
        let mut states = [a.unwrap().status, b.unwrap().status];
        states.sort_by_key(|status| *status == InvoiceStatus::Open);
        assert_eq!(states, [InvoiceStatus::PendingApproval, InvoiceStatus::Open]);

        house.billing.remove_hold_rule(&client.ctx(), RemoveHoldRule { rule: other }).await.unwrap();
        house.billing.remove_hold_rule(&client.ctx(), RemoveHoldRule { rule: other }).await.unwrap();
        assert_eq!(held(&client, 2_000).await.len(), 1);
        let listed = client.get("/hold-rules").await.body;
        assert_eq!(listed["data"].as_array().unwrap().len(), 1);
        assert_eq!(listed["data"][0]["total_over"], money(100, "USD"));
    }
);

both!(
    async fn one_rejection_makes_it_a_draft_again(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        rule(&client, 100).await;
        rule(&client, 1_000).await;
        let first = held(&client, 2_000).await;
        let id = first[0].invoice.to_string();
        let state = reject(&client, &first[0]).await.unwrap();
        assert_eq!((state.status, &state.number), (InvoiceStatus::Draft, &None));
        assert_eq!(reject(&client, &first[0]).await.unwrap(), state);
        assert!(matches!(release(&client, &first[1]).await, Err(BillingError::NotHeld)));
        assert!(matches!(release(&client, &first[0]).await, Err(BillingError::NotHeld)));
        let invoice = client.invoice(&id).await;
        assert_eq!((&invoice["status"], &invoice["rejection_reason"]), (&json!("draft"), &json!("Too dear")));
        let rejected = house.events::<InvoiceRejected>().await;
        assert_eq!((rejected.len(), rejected[0].hold), (1, first[0].hold));
        assert_eq!(rejected[0].cleared, [first[1].hold]);

        assert_eq!(client.finalize(&id).await.status, 202);
        // What was decided before does not decide the second round.
        assert_eq!(reject(&client, &first[0]).await.unwrap().status, InvoiceStatus::PendingApproval);
        assert!(matches!(release(&client, &first[1]).await, Err(BillingError::NotHeld)));
        let mut second = house.events::<InvoicePendingApproval>().await;
        second.drain(..2);
        for event in &second {
            release(&client, event).await.unwrap();
        }
        let invoice = client.invoice(&id).await;
        assert_eq!((&invoice["number"], &invoice["rejection_reason"]), (&json!("INV-000001"), &json!(null)));
    }
);

both!(
    async fn a_rejection_clears_what_is_undecided_alone(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        for over in [100, 200, 300, 400] {
            rule(&client, over).await;
        }
        let events = held(&client, 2_000).await;
        release(&client, &events[0]).await.unwrap();
        reject(&client, &events[1]).await.unwrap();
        let rejected = house.events::<InvoiceRejected>().await.remove(0);
        let mut cleared = rejected.cleared;
        cleared.sort();
        let mut expected = [events[2].hold, events[3].hold];
        expected.sort();
        assert_eq!((rejected.hold, cleared.as_slice()), (events[1].hold, expected.as_slice()));

        let again = client.finalize(&events[0].invoice.to_string()).await;
        assert_eq!(again.status, 202, "{}", again.body);
        let second = house.events::<InvoicePendingApproval>().await.remove(4);
        for event in house.events::<InvoicePendingApproval>().await.drain(5..) {
            release(&client, &event).await.unwrap();
        }
        reject(&client, &second).await.unwrap();
        assert_eq!(house.events::<InvoiceRejected>().await[1].cleared, []);
    }
);

both!(
    async fn a_reason_is_kept_whole_or_refused(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        rule(&client, 100).await;
        let events = held(&client, 2_000).await;
        let (longest, longer) = ("é".repeat(MAX_REASON_CHARACTERS), "é".repeat(MAX_REASON_CHARACTERS + 1));
        let Err(BillingError::Invalid { detail }) = reject_because(&client, &events[0], &longer).await else {
            panic!("the reason is too long")
        };
        assert_eq!(detail, "/reason: must have at most 2000 characters");
        assert_eq!(client.invoice(&events[0].invoice.to_string()).await["status"], "pending_approval");
        reject_because(&client, &events[0], &longest).await.unwrap();
        assert_eq!(client.invoice(&events[0].invoice.to_string()).await["rejection_reason"], longest);
        assert_eq!(house.events::<InvoiceRejected>().await[0].reason.as_ref(), Some(&longest));
    }
);

both!(
    async fn a_rollback_gives_the_number_back(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        rule(&client, 100).await;
        let events = held(&client, 2_000).await;
        // A key whose answer nobody can render fails the commit, after the number was taken.
        let InvoicePendingApproval { invoice, rule, hold, .. } = events[0];
        let idempotency = Idempotency {
            domain: "billing",
            key: "k".to_owned(),
            fingerprint: vec![1],
            renderer: None,
            held: Arc::default(),
        };
        let request = ReleaseHold { invoice, rule, hold, decided_by: client.tenant.owner };
        let failed = house.billing.release_hold(&client.ctx().with_idempotency(idempotency), request).await;
        assert!(matches!(failed, Err(BillingError::Unavailable(_))), "{failed:?}");
        assert_eq!(client.invoice(&invoice.to_string()).await["status"], "pending_approval");
        assert!(house.events::<InvoiceFinalized>().await.is_empty());
        let free = client.draft(1, "USD").await;
        assert_eq!(client.finalize(&free).await.body["number"], "INV-000001");
        assert_eq!(release(&client, &events[0]).await.unwrap().number.as_deref(), Some("INV-000002"));
    }
);

both!(
    async fn a_bad_rule_and_an_unknown_hold_are_told(stage: Stage) {
        let house = House::new(stage).await;
        let (client, neighbour) = (house.tenant(), house.tenant());
        let total_over = Money::new(-1, Currency::USD);
        let put = PutHoldRule { rule: client.ctx().new_id(), name: " ".to_owned(), total_over };
        let refused = house.billing.put_hold_rule(&client.ctx(), put).await;
        assert!(matches!(refused, Err(BillingError::Invalid { .. })), "{refused:?}");
        rule(&client, 100).await;
        let events = held(&client, 2_000).await;
        assert!(matches!(release(&neighbour, &events[0]).await, Err(BillingError::InvoiceNotFound)));
        let other_hold = InvoicePendingApproval { hold: client.ctx().new_id(), ..events[0].clone() };
        assert!(matches!(release(&client, &other_hold).await, Err(BillingError::NotHeld)));
        let request = RemoveHoldRule { rule: events[0].rule };
        house.billing.remove_hold_rule(&neighbour.ctx(), request).await.unwrap();
        assert_eq!(client.get("/hold-rules").await.body["data"].as_array().unwrap().len(), 1);
        assert_eq!(neighbour.get("/hold-rules").await.body["data"], json!([]));
        assert_eq!(client.invoice(&events[0].invoice.to_string()).await["status"], "pending_approval");
    }
);
