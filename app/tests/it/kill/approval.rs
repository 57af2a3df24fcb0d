//! A round on the approval path: invoices are finalized, tasks decided, nodes killed in between. Each invoice becomes
//! open once, and their numbers have no gap.

use super::caller::{Caller, time};
use super::chance::Chance;
use super::nodes::Nodes;
use crate::tenant::id;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

const THRESHOLD: i64 = 100_000;
const CLERKS: usize = 4;

/// An invoice that came to its end, and its task if it had to wait.
pub struct Ended {
    invoice: String,
    task: Option<String>,
}

/// Whether a kill hit the path in flight for certain: work that was promised, or a request that broke off; and what it all came to.
pub async fn round(nodes: &mut Nodes, chance: &mut Chance, caller: &Caller) -> (bool, Vec<Ended>) {
    let office = Office::open(caller, chance).await;
    let clerks: Vec<_> = (0..CLERKS).map(|_| tokio::spawn(office.clone().work())).collect();
    let broken_before = nodes.doors.broken().0;
    let kills = strike(nodes, chance, &office).await;
    nodes.all_up().await;
    let mut ended = Vec::new();
    for clerk in clerks {
        ended.extend(clerk.await.unwrap());
    }
    check_numbers(caller, &ended).await;
    check_once(caller, &ended).await;
    let mut hit = nodes.doors.broken().0 > broken_before;
    for kill in kills.iter().filter(|kill| kill.all_workers) {
        hit |= kill.was_owed(caller).await;
    }
    (hit, ended)
}

struct Kill {
    at: DateTime<Utc>,
    /// Otherwise the work may have been at another.
    all_workers: bool,
    owed: Vec<(String, Stage)>,
}

impl Kill {
    /// Whether something that was promised before was done only afterwards.
    async fn was_owed(&self, caller: &Caller) -> bool {
        for (invoice, stage) in &self.owed {
            let done_at = match stage {
                Stage::Pending => {
                    time(&tasks_of(&caller.all("/workflow/tasks").await, invoice)[0], "created_at")
                }
                _ => time(&caller.get(&format!("/billing/invoices/{invoice}")).await, "finalized_at"),
            };
            if done_at > self.at {
                return true;
            }
        }
        false
    }
}

/// Each comes when as many promises were made as chance wants.
async fn strike(nodes: &mut Nodes, chance: &mut Chance, office: &Office) -> Vec<Kill> {
    let blows = nodes.blows(chance);
    let (mut kills, mut begin) = (Vec::new(), 1);
    for (index, blow) in blows.iter().enumerate() {
        let end = 1 + (office.promises - 1) * (index + 1) / blows.len();
        let wanted = chance.within(begin..end.max(begin + 1));
        begin = wanted + 1;
        office.promised.subscribe().wait_for(|promised| *promised >= wanted).await.unwrap();
        for _ in 0..chance.within(0..4) {
            office.caller.get("/billing/invoices?limit=1").await;
        }
        let owed = office.owed();
        let at = nodes.kill(blow, chance).await;
        kills.push(Kill { at, all_workers: nodes.workers().all(|worker| blow.contains(&worker)), owed });
    }
    kills
}

/// What a client was told last of an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// 202: a task is promised.
    Pending,
    TaskSeen,
    /// 200: a final invoice is promised.
    Approved,
    Open,
}

/// What the clerks work on together.
#[derive(Clone)]
struct Office {
    caller: Caller,
    customer: String,
    amounts: Arc<Mutex<VecDeque<i64>>>,
    stages: Arc<Mutex<BTreeMap<String, Stage>>>,
    /// How many finalizes and approvals were acknowledged, of how many.
    promised: watch::Sender<usize>,
    promises: usize,
}

impl Office {
    async fn open(caller: &Caller, chance: &mut Chance) -> Self {
        let definition = json!({
            "name": "Invoices over 1,000.00", "trigger": "billing.invoice_finalize",
            "condition": { "total_over": { "amount": THRESHOLD, "currency": "USD" } }, "approver": { "role": "admin" },
        });
        let definition = id(&caller.write("/workflow/definitions", definition, 201).await);
        caller.write(&format!("/workflow/definitions/{definition}/publish"), json!({}), 200).await;
        let customer = id(&caller.write("/billing/customers", json!({ "name": "Babbage & Co" }), 201).await);
        let amounts: VecDeque<_> = (0..chance.within(14..24) as i64)
            .map(|number| if chance.one_in(5) { THRESHOLD } else { THRESHOLD + 1 + number })
            .collect();
        let held = amounts.iter().filter(|amount| **amount > THRESHOLD).count();
        let promises = amounts.len() + held;
        Self {
            caller: caller.clone(),
            customer,
            amounts: Arc::new(Mutex::new(amounts)),
            stages: Arc::default(),
            promised: watch::Sender::new(0),
            promises,
        }
    }

    async fn work(self) -> Vec<Ended> {
        let mut ended = Vec::new();
        loop {
            let amount = self.amounts.lock().unwrap().pop_front();
            let Some(amount) = amount else { return ended };
            ended.push(self.invoice(amount).await);
        }
    }

    /// From its draft to the end.
    async fn invoice(&self, amount: i64) -> Ended {
        let line = json!({
            "description": "Engine", "quantity": "1", "unit_amount": { "amount": amount, "currency": "USD" },
        });
        let draft = json!({ "customer_id": self.customer, "lines": [line] });
        let invoice = id(&self.caller.write("/billing/invoices", draft, 201).await);
        let path = format!("/billing/invoices/{invoice}");
        let finalize = format!("{path}/finalize");
        if amount <= THRESHOLD {
            self.caller.write(&finalize, json!({}), 200).await;
            self.told(&invoice, Stage::Open);
            return Ended { invoice, task: None };
        }
        self.caller.write(&finalize, json!({}), 202).await;
        self.told(&invoice, Stage::Pending);
        let opened = |tasks: &Value| !tasks_of(list(tasks), &invoice).is_empty();
        let tasks = self.caller.until("/workflow/tasks?limit=100", "a task is opened", opened).await;
        self.told(&invoice, Stage::TaskSeen);
        let task = id(&tasks_of(list(&tasks), &invoice)[0]);
        self.caller.write(&format!("/workflow/tasks/{task}/approve"), json!({}), 200).await;
        self.told(&invoice, Stage::Approved);
        self.caller.until(&path, "the invoice is final", |invoice| invoice["status"] == "open").await;
        self.told(&invoice, Stage::Open);
        Ended { invoice, task: Some(task) }
    }

    fn told(&self, invoice: &str, stage: Stage) {
        let before = self.stages.lock().unwrap().insert(invoice.to_owned(), stage);
        if before.is_none() || stage == Stage::Approved {
            self.promised.send_modify(|promised| *promised += 1);
        }
    }

    /// What was promised and not seen yet.
    fn owed(&self) -> Vec<(String, Stage)> {
        let stages = self.stages.lock().unwrap();
        let owed = stages.iter().filter(|(_, stage)| [Stage::Pending, Stage::Approved].contains(stage));
        owed.map(|(invoice, stage)| (invoice.clone(), *stage)).collect()
    }
}

fn list(page: &Value) -> &[Value] {
    page["data"].as_array().unwrap()
}

fn tasks_of(tasks: &[Value], invoice: &str) -> Vec<Value> {
    tasks.iter().filter(|task| task["subject"]["id"] == invoice).cloned().collect()
}

/// All invoices are there once, open, numbered from 1 without a gap.
async fn check_numbers(caller: &Caller, ended: &[Ended]) {
    let invoices = caller.all("/billing/invoices").await;
    assert_eq!(invoices.len(), ended.len(), "an invoice was drafted twice");
    let mut numbers: Vec<_> =
        invoices.iter().map(|invoice| invoice["number"].as_str().unwrap().to_owned()).collect();
    numbers.sort();
    let expected: Vec<_> = (1..=ended.len()).map(|number| format!("INV-{number:06}")).collect();
    assert_eq!(numbers, expected);
    for one in ended {
        let invoice = invoices.iter().find(|invoice| id(invoice) == one.invoice);
        assert_eq!(invoice.unwrap()["status"], "open", "{invoice:?}");
    }
}

/// Each step was done once: one task a hold, and one audit entry a step.
pub async fn check_once(caller: &Caller, ended: &[Ended]) {
    let tasks = caller.all("/workflow/tasks").await;
    assert_eq!(tasks.len(), ended.iter().filter(|one| one.task.is_some()).count(), "{tasks:?}");
    for one in ended {
        let steps = ["billing.invoice.draft", "billing.invoice.finalize", "billing.invoice.release_hold"];
        let steps = if one.task.is_some() { &steps[..] } else { &steps[..2] };
        check_steps(caller, &one.invoice, steps).await;
        if let Some(task) = &one.task {
            let steps = ["workflow.task.apply", "workflow.task.approve", "workflow.task.open"];
            check_steps(caller, task, &steps).await;
        }
    }
}

async fn check_steps(caller: &Caller, resource: &str, expected: &[&str]) {
    let path = format!("/users/audit-entries?resource_id={resource}");
    let actions = |log: &Value| -> Vec<String> {
        let entries = list(log).iter();
        let mut actions: Vec<_> = entries.map(|entry| entry["action"].as_str().unwrap().to_owned()).collect();
        actions.sort();
        actions
    };
    let log = caller
        .until(&path, "each step is in the audit log", |log| actions(log).len() >= expected.len())
        .await;
    assert_eq!(actions(&log), expected, "the steps of {resource}");
}
