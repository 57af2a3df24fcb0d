//! The protocol of passkeys (WebAuthn Level 3): what a device is asked, and whether what comes back answers it. The only
//! file that names the library. It reads no table: what it says of a ceremony or a passkey is kept by those who call it.

use crate::app::App;
use crate::domain::passkey::party;
use crate::error::Error;
use kernel::{Id, UserId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Webauthn, WebauthnBuilder, WebauthnError,
};

const NAME: &str = "Insula";
const KIND: &str = "public-key";

#[derive(Debug)]
pub struct RelyingParty(Webauthn);

/// What the browser is handed, and what is kept until it answers.
pub struct Challenge {
    pub public_key: Value,
    pub state: Vec<u8>,
}

/// Whose passkey it is to be. A browser shows it to them.
pub struct Holder<'a> {
    pub user: UserId,
    pub email: &'a str,
    pub display_name: &'a str,
}

/// A passkey that has shown that it is there: what it is called by, and what is kept of it.
#[derive(Debug, PartialEq, Eq)]
pub struct NewCredential {
    pub id: Vec<u8>,
    pub record: String,
}

/// What a device says, before anything of it is believed.
pub struct Assertion {
    answer: PublicKeyCredential,
    pub user: UserId,
}

/// Why it is not believed. Nobody who asks is told which.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Its counter has not gone on: there are two of it.
    #[error("the counter of the passkey has not gone on")]
    Cloned,
    #[error("the answer comes from another site's frame")]
    Framed,
    #[error("the answer cannot be read")]
    Unreadable(#[source] serde_json::Error),
    #[error(transparent)]
    Unproved(WebauthnError),
}

/// Where passkeys can be used at all.
pub fn of(app: &App) -> Result<&RelyingParty, Error> {
    app.relying_party.as_deref().ok_or(Error::PasskeysUnavailable)
}

impl RelyingParty {
    /// `None`: no browser keeps passkeys for this URL.
    pub fn new(public_url: &str) -> Option<Self> {
        let party = party(public_url)?;
        let builder = WebauthnBuilder::new(&party.id, &party.origin).ok()?;
        builder.rp_name(NAME).allow_any_port(party.any_port).build().ok().map(Self)
    }

    pub fn begin_registration(&self, holder: &Holder<'_>, known: Vec<Vec<u8>>) -> Result<Challenge, Error> {
        let user = holder.user.uuid();
        let begun = self.0.start_passkey_registration(user, holder.email, holder.display_name, Some(known));
        let (options, state) = begun.map_err(data::Error::internal)?;
        let mut public_key = written(&options.public_key)?;
        // The library asks for one that may be kept by the server; whoever signs in here has said no name.
        if let Some(Value::Object(selection)) = public_key.get_mut("authenticatorSelection") {
            selection.insert("residentKey".to_owned(), "required".into());
            selection.insert("requireResidentKey".to_owned(), true.into());
        }
        Ok(Challenge { public_key, state: kept(&state)? })
    }

    pub fn finish_registration(&self, answer: Value, state: &[u8]) -> Result<NewCredential, Refusal> {
        let answer: RegisterPublicKeyCredential = read(answer)?;
        let state: PasskeyRegistration = serde_json::from_slice(state).map_err(Refusal::Unreadable)?;
        let passkey = self.0.finish_passkey_registration(&answer, &state).map_err(Refusal::Unproved)?;
        let record = serde_json::to_string(&passkey).map_err(Refusal::Unreadable)?;
        Ok(NewCredential { id: passkey.cred_id().clone(), record })
    }

    pub fn begin_authentication(&self) -> Result<Challenge, Error> {
        let (options, state) = self.0.start_discoverable_authentication().map_err(data::Error::internal)?;
        Ok(Challenge { public_key: written(&options.public_key)?, state: kept(&state)? })
    }

    pub fn assertion(&self, answer: Value) -> Result<Assertion, Refusal> {
        let answer: PublicKeyCredential = read(answer)?;
        let named = self.0.identify_discoverable_authentication(&answer).map_err(Refusal::Unproved)?;
        let user = Id::from_uuid(named.0);
        Ok(Assertion { answer, user })
    }

    /// What is to be kept of the passkey from now on.
    pub fn finish_authentication(
        &self,
        assertion: &Assertion,
        state: &[u8],
        record: &str,
    ) -> Result<String, Refusal> {
        let state: DiscoverableAuthentication = serde_json::from_slice(state).map_err(Refusal::Unreadable)?;
        let mut passkey: Passkey = serde_json::from_str(record).map_err(Refusal::Unreadable)?;
        assertion.refuse_frames()?;
        let found = self.0.finish_discoverable_authentication_v2(&assertion.answer, state, &passkey);
        let result = found.map_err(|error| match error {
            WebauthnError::CredentialPossibleCompromise => Refusal::Cloned,
            other => Refusal::Unproved(other),
        })?;
        if !result.user_verified() {
            return Err(Refusal::Unproved(WebauthnError::UserNotVerified));
        }
        passkey.update_credential(&result);
        serde_json::to_string(&passkey).map_err(Refusal::Unreadable)
    }
}

impl Assertion {
    pub fn credential_id(&self) -> &[u8] {
        self.answer.get_credential_id()
    }

    /// The library sees to it at a registration alone (§7.2, step 14).
    fn refuse_frames(&self) -> Result<(), Refusal> {
        #[derive(Deserialize)]
        struct ClientData {
            #[serde(rename = "crossOrigin", default)]
            cross_origin: Option<bool>,
        }
        let data = serde_json::from_slice(&self.answer.response.client_data_json);
        let ClientData { cross_origin } = data.map_err(Refusal::Unreadable)?;
        if cross_origin == Some(true) { Err(Refusal::Framed) } else { Ok(()) }
    }
}

/// A credential in JSON, as `PublicKeyCredential.toJSON()` of a browser makes it. It may say more than is known here.
fn read<T: DeserializeOwned>(answer: Value) -> Result<T, Refusal> {
    if answer.get("type").and_then(Value::as_str) != Some(KIND) {
        return Err(Refusal::Unproved(WebauthnError::CredentialNotFound));
    }
    serde_json::from_value(answer).map_err(Refusal::Unreadable)
}

fn written(options: &impl Serialize) -> Result<Value, Error> {
    Ok(serde_json::to_value(options).map_err(data::Error::internal)?)
}

fn kept(state: &impl Serialize) -> Result<Vec<u8>, Error> {
    Ok(serde_json::to_vec(state).map_err(data::Error::internal)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::json;

    /// Of W3C, Web Authentication Level 3, §16 "Test Vectors", all but that of Ed448; in hexadecimal, as there.
    const VECTORS: &str = include_str!("../../../data/webauthn_vectors.json");

    /// The party that the vectors are of.
    fn party() -> RelyingParty {
        RelyingParty::new("https://example.org").unwrap()
    }

    fn vector(name: &str) -> Value {
        let all: Vec<Value> = serde_json::from_str(VECTORS).unwrap();
        all.into_iter().find(|vector| vector["name"] == name).unwrap()
    }

    fn bytes(hex: &Value) -> Vec<u8> {
        let digits = hex.as_str().unwrap().as_bytes().chunks(2);
        digits.map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap()).collect()
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// As the protocol has it everywhere.
    fn base64(hex: &Value) -> String {
        URL_SAFE_NO_PAD.encode(bytes(hex))
    }

    /// What was begun, as if it had been with this challenge, and with this said of user verification.
    fn state(begun: Challenge, part: &str, challenge: &Value, policy: &str) -> Vec<u8> {
        let mut state: Value = serde_json::from_slice(&begun.state).unwrap();
        assert_eq!(state[part]["policy"], "required");
        state[part]["challenge"] = json!(base64(challenge));
        state[part]["policy"] = json!(policy);
        state.to_string().into_bytes()
    }

    fn register(vector: &Value, policy: &str) -> Result<NewCredential, Refusal> {
        let (party, told) = (party(), &vector["registration"]);
        let holder = Holder { user: user(), email: "ada@example.com", display_name: "Ada" };
        let begun = party.begin_registration(&holder, Vec::new()).unwrap();
        let answer = json!({
            "type": "public-key", "id": base64(&vector["credential_id"]), "rawId": base64(&vector["credential_id"]),
            "clientExtensionResults": {}, "authenticatorAttachment": "platform",
            "response": {
                "clientDataJSON": base64(&told["client_data_json"]),
                "attestationObject": base64(&told["attestation_object"]),
            },
        });
        party.finish_registration(answer, &state(begun, "rs", &told["challenge"], policy))
    }

    fn authenticate(vector: &Value, policy: &str, record: &str) -> Result<String, Refusal> {
        let (party, told) = (party(), &vector["authentication"]);
        let begun = party.begin_authentication().unwrap();
        let answer = json!({
            "type": "public-key", "id": base64(&vector["credential_id"]), "rawId": base64(&vector["credential_id"]),
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": base64(&told["client_data_json"]),
                "authenticatorData": base64(&told["authenticator_data"]),
                "signature": base64(&told["signature"]),
                // No vector has one: it is not signed.
                "userHandle": base64(&json!(user().uuid().simple().to_string())),
            },
        });
        let assertion = party.assertion(answer).unwrap();
        assert_eq!(assertion.user, user());
        assert_eq!(hex(assertion.credential_id()), vector["credential_id"]);
        party.finish_authentication(&assertion, &state(begun, "ast", &told["challenge"], policy), record)
    }

    /// By the last bit of this part of its sign-in.
    fn altered(vector: &Value, part: &str) -> Value {
        let mut altered = vector.clone();
        let text = altered["authentication"][part].as_str().unwrap();
        let (front, last) = text.split_at(text.len() - 1);
        let last = u8::from_str_radix(last, 16).unwrap() ^ 1;
        let text = format!("{front}{last:x}");
        altered["authentication"][part] = json!(text);
        altered
    }

    fn user() -> UserId {
        "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a".parse().unwrap()
    }

    #[test]
    fn the_vectors_of_the_specification_pass() {
        let vector = vector("packed.ES256");
        let made = register(&vector, "required").unwrap();
        assert_eq!(hex(&made.id), vector["credential_id"]);
        let record = authenticate(&vector, "required", &made.record).unwrap();
        // It has no counter, and nothing of it has changed.
        assert_eq!(record, made.record);
    }

    #[test]
    fn a_vector_without_user_verification_passes_only_where_none_is_asked_for() {
        let vector = vector("none.ES256");
        let refused = register(&vector, "required");
        assert!(matches!(refused, Err(Refusal::Unproved(WebauthnError::UserNotVerified))), "{refused:?}");
        let made = register(&vector, "preferred").unwrap();
        let refused = authenticate(&vector, "required", &made.record);
        assert!(matches!(refused, Err(Refusal::Unproved(WebauthnError::UserNotVerified))), "{refused:?}");
        // Here our own rule, whatever was kept of the ceremony: the signature is good.
        let refused = authenticate(&vector, "preferred", &made.record);
        assert!(matches!(refused, Err(Refusal::Unproved(WebauthnError::UserNotVerified))), "{refused:?}");
    }

    #[test]
    fn a_vector_from_a_frame_of_another_site_is_refused() {
        let framed = vector("none.ES256.crossOrigin");
        let refused = register(&framed, "required");
        let expected = matches!(refused, Err(Refusal::Unproved(WebauthnError::CredentialCrossOrigin)));
        assert!(expected, "{refused:?}");
        // With no attestation nothing binds the key to what the browser says, so it can be had by a page of ours.
        let said = String::from_utf8(bytes(&framed["registration"]["client_data_json"])).unwrap();
        let own = said.replace("\"crossOrigin\":true", "\"crossOrigin\":false");
        let mut own_page = framed.clone();
        own_page["registration"]["client_data_json"] = json!(hex(own.as_bytes()));
        let made = register(&own_page, "required").unwrap();
        let refused = authenticate(&framed, "required", &made.record);
        assert!(matches!(refused, Err(Refusal::Framed)), "{refused:?}");
    }

    #[test]
    fn the_vectors_of_other_keys_and_of_the_longest_name_pass() {
        for name in ["packed.ES384", "none.ES256.long-credential-id"] {
            let vector = vector(name);
            // At its registration alone neither was unlocked.
            let made = register(&vector, "preferred").unwrap();
            assert_eq!(hex(&made.id), vector["credential_id"], "{name}");
            let entered = authenticate(&vector, "required", &made.record);
            assert!(entered.is_ok(), "{name}: {entered:?}");
            let refused = authenticate(&altered(&vector, "signature"), "required", &made.record);
            let expected = matches!(refused, Err(Refusal::Unproved(WebauthnError::AuthenticationFailure)));
            assert!(expected, "{name}: {refused:?}");
        }
    }

    /// None is asked for, and a browser leaves it out. What comes all the same must be right, whoever stands behind it.
    #[test]
    fn a_statement_of_where_a_key_comes_from_is_looked_at_and_needs_no_authority() {
        for name in ["packed-self.ES256", "apple.ES256", "fido-u2f.ES256"] {
            let good = vector(name);
            let made = register(&good, "preferred").unwrap();
            assert_eq!(hex(&made.id), good["credential_id"], "{name}");
            // Not one is unlocked where it signs in.
            let refused = authenticate(&good, "preferred", &made.record);
            let expected = matches!(refused, Err(Refusal::Unproved(WebauthnError::UserNotVerified)));
            assert!(expected, "{name}: {refused:?}");
            let (mut other, told) = (good.clone(), vector("none.ES256"));
            for part in ["challenge", "client_data_json"] {
                other["registration"][part] = told["registration"][part].clone();
            }
            assert!(register(&other, "preferred").is_err(), "{name}: it is not of these words");
        }
    }

    #[test]
    fn the_vectors_of_what_is_not_taken_are_refused_and_say_why() {
        use WebauthnError as Why;
        let check = |name: &str, policy: &str, is_why: fn(&Why) -> bool| {
            let refused = register(&vector(name), policy);
            assert!(matches!(&refused, Err(Refusal::Unproved(why)) if is_why(why)), "{name}: {refused:?}");
        };
        // No such key was asked for.
        check("packed.ES512", "required", |why| matches!(why, Why::CredentialAlteredAlgFromRequest));
        // Nor this one, which the library cannot check.
        check("packed.EdDSA", "preferred", |why| matches!(why, Why::SshPublicKeyEDUnsupported));
        // Its modulus has 3,482 bits; the library takes 2,048, which Windows makes.
        check("packed.RS256", "required", |why| matches!(why, Why::COSEKeyRSANEInvalid));
        check("none.ES256.topOrigin", "required", |why| matches!(why, Why::CredentialCrossOrigin));
        // It does not say that the key was made there and is for signing.
        check("android-key.ES256", "required", |why| matches!(why, Why::AttestationStatementX5CInvalid));
        // The library takes a TPM's word by no hash of today.
        check("tpm.ES256", "required", |_| true);
    }

    #[test]
    fn one_altered_bit_is_refused() {
        let good = vector("packed.ES256");
        let made = register(&good, "required").unwrap();
        for part in ["signature", "authenticator_data", "client_data_json", "challenge"] {
            assert!(authenticate(&altered(&good, part), "required", &made.record).is_err(), "{part}");
        }
    }

    #[test]
    fn one_is_asked_for_that_is_found_without_a_name_and_unlocked_by_its_holder() {
        let holder = Holder { user: user(), email: "ada@example.com", display_name: "Ada" };
        let known = vec![vec![1, 2, 3]];
        let asked = party().begin_registration(&holder, known).unwrap().public_key;
        assert_eq!(asked["rp"], json!({ "id": "example.org", "name": "Insula" }));
        let wanted = json!({
            "residentKey": "required", "requireResidentKey": true, "userVerification": "required",
        });
        assert_eq!(asked["authenticatorSelection"], wanted);
        assert_eq!(asked["attestation"], "none");
        let keys = asked["pubKeyCredParams"].as_array().unwrap().iter();
        let keys: Vec<_> = keys.map(|key| key["alg"].as_i64().unwrap()).collect();
        assert_eq!(keys, [-7, -35, -257], "ES256, ES384 and RS256");
        assert_eq!(asked["excludeCredentials"], json!([{ "type": "public-key", "id": "AQID" }]));
        assert_eq!(asked["user"]["id"], base64(&json!(user().uuid().simple().to_string())));
        let asked = party().begin_authentication().unwrap().public_key;
        assert_eq!((&asked["rpId"], &asked["userVerification"]), (&json!("example.org"), &json!("required")));
        assert_eq!(asked["allowCredentials"], json!([]));
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        for answer in [json!(null), json!("x"), json!({}), json!({ "type": "public-key" })] {
            assert!(party().assertion(answer.clone()).is_err(), "{answer}");
            assert!(party().finish_registration(answer.clone(), b"{}").is_err(), "{answer}");
        }
        assert!(RelyingParty::new("https://203.0.113.7").is_none());
    }
}
