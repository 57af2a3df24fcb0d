//! A device with one passkey, and the browser before it, as far as a server hears of them (WebAuthn Level 3): a key on P-256,
//! and answers in JSON. All that it says can be spoilt.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const CREDENTIAL_FOLLOWS: u8 = 0x40;

#[derive(Clone)]
pub struct Authenticator {
    /// Of the page that asks.
    pub origin: String,
    /// For which the passkey is said to be, instead of what was asked for.
    pub rp_id: Option<String>,
    /// Whether its holder has unlocked it.
    pub user_verified: bool,
    /// Whether the page is in a frame of another site's.
    pub cross_origin: bool,
    /// What it says next; none of those that are synchronised has one.
    pub counter: u32,
    /// Whose passkey it is, as they were called when it was made.
    pub user_handle: Vec<u8>,
    pub credential_id: Vec<u8>,
    /// In PKCS #8.
    key: Vec<u8>,
}

impl Authenticator {
    pub fn new(origin: &str) -> Self {
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random);
        let mut credential_id = vec![0; 32];
        random.fill(&mut credential_id).expect("random bytes");
        Self {
            origin: origin.to_owned(),
            rp_id: None,
            user_verified: true,
            cross_origin: false,
            counter: 0,
            user_handle: Vec::new(),
            credential_id,
            key: key.expect("a key is made").as_ref().to_vec(),
        }
    }

    /// What `navigator.credentials.create` answers to these options.
    pub fn create(&mut self, options: &Value) -> Value {
        self.user_handle = decoded(&options["user"]["id"]);
        let client_data = self.client_data("webauthn.create", options);
        let mut data = self.data(&options["rp"]["id"], CREDENTIAL_FOLLOWS);
        // An AAGUID that says nothing.
        data.extend_from_slice(&[0; 16]);
        let length = u16::try_from(self.credential_id.len()).expect("a short id");
        data.extend_from_slice(&length.to_be_bytes());
        data.extend_from_slice(&self.credential_id);
        data.extend_from_slice(&self.public_key());
        self.answer(json!({
            "clientDataJSON": encoded(client_data.as_bytes()),
            "attestationObject": encoded(&without_attestation(&data)),
            "transports": ["internal"],
        }))
    }

    /// What `navigator.credentials.get` answers to these.
    pub fn get(&self, options: &Value) -> Value {
        let client_data = self.client_data("webauthn.get", options);
        let data = self.data(&options["rpId"], 0);
        let mut signed = data.clone();
        signed.extend_from_slice(&hash(&client_data));
        let signature = self.key().sign(&SystemRandom::new(), &signed).expect("it signs");
        self.answer(json!({
            "clientDataJSON": encoded(client_data.as_bytes()),
            "authenticatorData": encoded(&data),
            "signature": encoded(signature.as_ref()),
            "userHandle": encoded(&self.user_handle),
        }))
    }

    fn answer(&self, response: Value) -> Value {
        let id = encoded(&self.credential_id);
        json!({
            "id": id, "rawId": id, "type": "public-key", "authenticatorAttachment": "platform",
            "clientExtensionResults": {}, "response": response,
        })
    }

    fn client_data(&self, kind: &str, options: &Value) -> String {
        let (origin, cross_origin) = (&self.origin, self.cross_origin);
        let data = json!({
            "type": kind, "challenge": options["challenge"], "origin": origin, "crossOrigin": cross_origin,
        });
        data.to_string()
    }

    fn data(&self, asked_for: &Value, flags: u8) -> Vec<u8> {
        let rp_id = self.rp_id.as_deref().or(asked_for.as_str()).expect("for whom it is");
        let verified = if self.user_verified { USER_VERIFIED } else { 0 };
        let mut data = hash(rp_id).to_vec();
        data.push(flags | USER_PRESENT | verified);
        data.extend_from_slice(&self.counter.to_be_bytes());
        data
    }

    fn key(&self) -> EcdsaKeyPair {
        let random = SystemRandom::new();
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &self.key, &random).expect("a key is read")
    }

    /// In COSE (RFC 9053): a key of two coordinates, for ES256.
    fn public_key(&self) -> Vec<u8> {
        let key = self.key();
        let point: &[u8] = key.public_key().as_ref();
        let (x, y) = point[1..].split_at(32);
        let head: &[u8] = &[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01];
        [head, &[0x21, 0x58, 0x20], x, &[0x22, 0x58, 0x20], y].concat()
    }
}

/// In CBOR: `{"fmt": "none", "attStmt": {}, "authData": …}`.
fn without_attestation(data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).expect("short data");
    let mut object = vec![0xa3];
    for (name, value) in [("fmt", &b"\x64none"[..]), ("attStmt", &b"\xa0"[..])] {
        object.extend_from_slice(&text(name));
        object.extend_from_slice(value);
    }
    object.extend_from_slice(&text("authData"));
    object.push(0x59);
    object.extend_from_slice(&length.to_be_bytes());
    object.extend_from_slice(data);
    object
}

/// Shorter than 24 bytes.
fn text(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).expect("a short text");
    let mut written = vec![0x60 | length];
    written.extend_from_slice(text.as_bytes());
    written
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decoded(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().expect("text")).expect("base64url")
}
