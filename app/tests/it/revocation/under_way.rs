//! A request whose body is still coming while its sender's session or standing ends: nothing is done by it, on the node where
//! that was asked for and on the other.

use super::House;
use crate::client::Client;
use crate::tenant::Invited;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use uuid::Uuid;

/// More than it takes the server to give up on the body.
const PATIENCE: Duration = Duration::from_secs(30);

/// All of a request but its last byte.
struct Begun {
    stream: TcpStream,
    last: String,
}

impl Begun {
    async fn by(client: &Client, method: &Method, path: &str, body: &Value, key: Option<Uuid>) -> Self {
        let address = client.url().trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).await.unwrap();
        let (body, token) = (body.to_string(), client.token().unwrap());
        let (most, last) = body.split_at(body.len() - 1);
        let mut fields = key.map(|key| format!("Idempotency-Key: {key}\r\n")).unwrap_or_default();
        if *method == Method::PATCH {
            fields.push_str("If-Match: *\r\n");
        }
        let request = format!(
            "{method} /api/v1{path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n{fields}\
             Content-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\
             Connection: close\r\n\r\n",
            body.len(),
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        // It is told to go on once somebody is there to hear the rest.
        let mut told = [0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
        timeout(PATIENCE, stream.read_exact(&mut told)).await.unwrap().unwrap();
        assert!(told.starts_with(b"HTTP/1.1 100 "), "{}", String::from_utf8_lossy(&told));
        stream.write_all(most.as_bytes()).await.unwrap();
        // Another request of theirs has been let in since.
        client.get("/users/me").await.expect(200);
        Self { stream, last: last.to_owned() }
    }

    async fn finished(mut self) -> (u16, String) {
        self.stream.write_all(self.last.as_bytes()).await.unwrap();
        let mut told = String::new();
        timeout(PATIENCE, self.stream.read_to_string(&mut told)).await.unwrap().unwrap();
        let status = told.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.unwrap_or_else(|| panic!("no status: {told}")), told)
    }
}

impl House<'_> {
    pub(super) async fn requests_under_way(&self) {
        // The body of one with a key is read before all else, and that of one without it last.
        for (node, is_keyed) in self.nodes.iter().zip([false, true]) {
            let key = || is_keyed.then(Uuid::new_v4);
            self.a_suspended_admin_does_not_resume_herself(&node.url, key()).await;
            self.a_demoted_admin_does_not_promote_herself(&node.url, key()).await;
            self.a_session_that_has_ended_makes_no_key(&node.url, key()).await;
        }
    }

    async fn shown(&self, who: &Invited, what: &str) -> Value {
        self.owner.get(&format!("/users/members/{}", who.member)).await.expect(200)[what].clone()
    }

    async fn a_suspended_admin_does_not_resume_herself(&self, url: &str, key: Option<Uuid>) {
        let grace = self.colleague(json!({ "role": "admin" })).await;
        let path = format!("/users/members/{}", grace.member);
        let client = self.there(&grace.access()).at(url);
        let begun = Begun::by(&client, &Method::POST, &format!("{path}/resume"), &json!({}), key).await;
        self.owner.post(&format!("{path}/suspend"), json!({})).await.expect(200);
        let (status, told) = begun.finished().await;
        assert!([401, 403].contains(&status), "{told}");
        assert_eq!(self.shown(&grace, "state").await, "suspended");
    }

    async fn a_demoted_admin_does_not_promote_herself(&self, url: &str, key: Option<Uuid>) {
        let grace = self.colleague(json!({ "role": "admin" })).await;
        let path = format!("/users/members/{}", grace.member);
        let client = self.there(&grace.access()).at(url);
        let begun = Begun::by(&client, &Method::PATCH, &path, &json!({ "role": "admin" }), key).await;
        self.owner.patch(&path, "*", json!({ "role": "viewer" })).await.expect(200);
        let (status, told) = begun.finished().await;
        assert_eq!(status, 403, "{told}");
        assert_eq!(self.shown(&grace, "role").await, "viewer");
    }

    async fn a_session_that_has_ended_makes_no_key(&self, url: &str, key: Option<Uuid>) {
        let grace = self.colleague(json!({ "role": "admin" })).await;
        let (stolen, own) = (self.session(&grace).await.at(url), self.session(&grace).await);
        let late = json!({ "name": "late", "role": "viewer" });
        let begun = Begun::by(&stolen, &Method::POST, "/users/api-keys", &late, key).await;
        own.post("/users/sessions/revoke-all", json!({})).await.expect(204);
        let (status, told) = begun.finished().await;
        assert_eq!(status, 401, "{told}");
        let keys = self.owner.get("/users/api-keys?limit=100").await.expect(200);
        assert!(keys["data"].as_array().unwrap().iter().all(|key| key["name"] != "late"), "{keys}");
    }
}
