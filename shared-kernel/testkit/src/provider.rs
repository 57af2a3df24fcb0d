//! A provider of sign-ins (OpenID Connect) that says what a test has it say. It also shows the files that prove domains. It
//! has threads of its own, so it outlives the runtime of the test that has begun it, and tells sign-ins apart by their
//! challenge, so several tests may have one.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(10);

pub struct Provider {
    pub issuer: String,
    said: Arc<Mutex<Said>>,
}

/// What it says in one sign-in.
#[derive(Clone)]
pub struct Saying {
    pub claims: Value,
    /// In place of the usual one.
    pub header: Option<Value>,
    /// By a key that has the same name and was never published.
    pub by_another_key: bool,
    /// To whoever asks with the access token, beside who it is.
    pub userinfo: Value,
}

impl Saying {
    pub fn of(claims: Value) -> Self {
        Self { claims, header: None, by_another_key: false, userinfo: json!({}) }
    }
}

struct Said {
    issuer: String,
    key: Key,
    /// By challenge.
    sayings: BTreeMap<String, Saying>,
    /// By domain.
    proofs: BTreeMap<String, String>,
    /// What the token endpoint was sent, as it came.
    forms: Vec<BTreeMap<String, String>>,
    asked_for_keys: usize,
}

struct Request {
    path: String,
    authorization: String,
    body: String,
}

struct Key {
    id: &'static str,
    pair: EcdsaKeyPair,
}

impl Key {
    fn new(id: &'static str) -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random);
        let pkcs8 = pkcs8.expect("the operating system gives random bytes");
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random);
        Self { id, pair: pair.expect("a key that was made just now") }
    }

    fn public(&self) -> Value {
        // 4, x and y.
        let (x, y) = self.pair.public_key().as_ref()[1..].split_at(32);
        json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.id,
            "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
        })
    }

    fn signed(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).expect("signs");
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

/// As RFC 7636 makes a challenge of a verifier.
pub fn s256(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

impl Provider {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let issuer = format!("http://{}", listener.local_addr().expect("its address"));
        let said = Arc::new(Mutex::new(Said {
            issuer: issuer.clone(),
            key: Key::new("first"),
            sayings: BTreeMap::new(),
            proofs: BTreeMap::new(),
            forms: Vec::new(),
            asked_for_keys: 0,
        }));
        let asked = Arc::clone(&said);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let asked = Arc::clone(&asked);
                std::thread::spawn(move || answer(stream, &asked));
            }
        });
        Self { issuer, said }
    }

    /// Below which the files are that prove domains.
    pub fn proofs_url(&self) -> String {
        format!("{}/proofs", self.issuer)
    }

    pub fn prove(&self, domain: &str, challenge: &str) {
        self.with(|said| said.proofs.insert(domain.to_owned(), challenge.to_owned()));
    }

    /// Whatever the code, to who brings the verifier of this challenge.
    pub fn says(&self, challenge: &str, saying: Saying) {
        self.with(|said| said.sayings.insert(challenge.to_owned(), saying));
    }

    pub fn access_token(challenge: &str) -> String {
        format!("access-{challenge}")
    }

    /// As it is in the ID token beside that access token.
    pub fn at_hash(challenge: &str) -> String {
        URL_SAFE_NO_PAD.encode(&Sha256::digest(Self::access_token(challenge).as_bytes())[..16])
    }

    pub fn replaces_its_key(&self) {
        self.with(|said| said.key = Key::new("second"));
    }

    pub fn forms(&self) -> Vec<BTreeMap<String, String>> {
        self.with(|said| said.forms.clone())
    }

    pub fn asked_for_keys(&self) -> usize {
        self.with(|said| said.asked_for_keys)
    }

    fn with<T>(&self, act: impl FnOnce(&mut Said) -> T) -> T {
        act(&mut self.said.lock().expect("nobody has panicked"))
    }
}

fn answer(mut stream: TcpStream, said: &Mutex<Said>) {
    let _ = stream.set_read_timeout(Some(PATIENCE));
    let Some(request) = request(&mut stream) else { return };
    let (status, kind, content) = said.lock().expect("nobody has panicked").answer(&request);
    let head = format!(
        "HTTP/1.1 {status} OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        content.len()
    );
    let _ = stream.write_all(format!("{head}{content}").as_bytes());
}

fn request(stream: &mut TcpStream) -> Option<Request> {
    let mut all = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let length = stream.read(&mut chunk).ok()?;
        all.extend_from_slice(&chunk[..length]);
        let text = String::from_utf8_lossy(&all).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let path = head.split(' ').nth(1)?.to_owned();
            let field = |name: &str| {
                let mut fields = head.lines().filter_map(|line| line.split_once(':'));
                let found = fields.find(|(field, _)| field.eq_ignore_ascii_case(name));
                found.map_or("", |(_, value)| value.trim()).to_owned()
            };
            if body.len() >= field("content-length").parse().unwrap_or(0) {
                return Some(Request { path, authorization: field("authorization"), body: body.to_owned() });
            }
        }
        if length == 0 {
            return None;
        }
    }
}

impl Said {
    fn answer(&mut self, request: &Request) -> (u16, &'static str, String) {
        let json = |value: Value| (200, "application/json", value.to_string());
        match request.path.as_str() {
            "/.well-known/openid-configuration" => json(json!({
                "issuer": self.issuer,
                "authorization_endpoint": format!("{}/authorize", self.issuer),
                "token_endpoint": format!("{}/token", self.issuer),
                "userinfo_endpoint": format!("{}/userinfo", self.issuer),
                "jwks_uri": format!("{}/keys", self.issuer),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256", "none"],
            })),
            "/keys" => {
                self.asked_for_keys += 1;
                json(json!({ "keys": [self.key.public()] }))
            }
            "/token" => self.token(&request.body),
            "/userinfo" => {
                let challenge = request.authorization.strip_prefix("Bearer access-");
                match challenge.and_then(|challenge| self.sayings.get(challenge)) {
                    Some(saying) => json(told(saying)),
                    None => (401, "text/plain", String::new()),
                }
            }
            path => {
                let domain = path.strip_prefix("/proofs/").and_then(|rest| rest.split('/').next());
                match domain.and_then(|domain| self.proofs.get(domain)) {
                    Some(challenge) => (200, "text/plain", format!("{challenge}\n")),
                    None => (404, "text/plain", String::new()),
                }
            }
        }
    }

    fn token(&mut self, body: &str) -> (u16, &'static str, String) {
        let form: BTreeMap<_, _> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        let challenge = form.get("code_verifier").map(|verifier| s256(verifier)).unwrap_or_default();
        self.forms.push(form);
        let Some(saying) = self.sayings.get(&challenge) else {
            return (400, "application/json", json!({ "error": "invalid_grant" }).to_string());
        };
        let usual = json!({ "alg": "ES256", "typ": "JWT", "kid": self.key.id });
        let header = saying.header.clone().unwrap_or(usual);
        let mut id_token = if saying.by_another_key {
            Key::new(self.key.id).signed(&header, &saying.claims)
        } else {
            self.key.signed(&header, &saying.claims)
        };
        if header["alg"] == "none" {
            id_token.truncate(id_token.rfind('.').map_or(0, |dot| dot + 1));
        }
        let tokens = json!({
            "access_token": Provider::access_token(&challenge), "token_type": "Bearer", "expires_in": 300,
            "id_token": id_token,
        });
        (200, "application/json", tokens.to_string())
    }
}

fn told(saying: &Saying) -> Value {
    let mut told = json!({ "sub": saying.claims["sub"] });
    for (name, value) in saying.userinfo.as_object().into_iter().flatten() {
        told[name] = value.clone();
    }
    told
}
