//! What others are told of a matter, in words.

use crate::house::House;
use data::{Subscription, sql};
use sea_orm::FromQueryResult;
use serde_json::Value;
use testkit::Stage;

/// Kinds of events, each with a subscriber of its own. Before the house is there.
pub fn subscribe(stage: &Stage, kinds: &[(&'static str, &'static str)]) {
    let subscriptions = kinds.iter().copied();
    let subscriptions =
        subscriptions.map(|(event, subscriber)| Subscription { event, subscriber, ordered: true });
    stage.subscribe(subscriptions.collect());
}

#[derive(FromQueryResult)]
struct Sent {
    kind: String,
    payload: String,
}

pub struct Listener<'a> {
    house: &'a House,
    about: &'static str,
    fields: &'static [&'static str],
    heard: usize,
}

impl<'a> Listener<'a> {
    /// Of the kinds that begin like this, with those of these fields that an event has.
    pub fn new(house: &'a House, about: &'static str, fields: &'static [&'static str]) -> Self {
        Self { house, about, fields, heard: 0 }
    }

    /// What was told since this was asked last, as `created CHAI: Chai, each`.
    pub async fn news(&mut self) -> Vec<String> {
        let tx = self.house.databases.read(&self.house.owner).await.unwrap();
        let sent = tx.sql(sql!(
            "SELECT kind, payload FROM messages WHERE tenant_id = $1 AND kind LIKE $2 ORDER BY id"
        ));
        let sent: Vec<Sent> = sent.bind(format!("{}%", self.about)).all().await.unwrap();
        let told = sent.iter().skip(self.heard).map(|message| {
            let event: Value = serde_json::from_str(&message.payload).unwrap();
            let values = self.fields.iter().filter_map(|field| event[*field].as_str());
            let values: Vec<&str> = values.collect();
            let (name, rest) = values.split_first().unwrap();
            format!("{} {name}: {}", message.kind.trim_start_matches(self.about), rest.join(", "))
        });
        let mut told: Vec<String> = told.collect();
        told.sort();
        self.heard = sent.len();
        told
    }
}
