//! The API over TLS, with a certificate of the test's own.

use super::run;
use crate::house::Ground;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use reqwest::{Certificate, Client, Version};
use std::process::Command;
use testkit::Backend;

fn make() -> CertifiedKey<rcgen::KeyPair> {
    generate_simple_self_signed(["127.0.0.1".to_owned(), "localhost".to_owned()]).unwrap()
}

#[test]
fn the_api_is_served_by_tls() {
    run(async {
        let mut ground = Ground::new(&Backend::Sqlite).await;
        let CertifiedKey { cert, signing_key } = make();
        let (certificate, key) = (ground.folder.path().join("tls.pem"), ground.folder.path().join("tls.key"));
        std::fs::write(&certificate, cert.pem()).unwrap();
        std::fs::write(&key, signing_key.serialize_pem()).unwrap();
        ground.set("INSULA_HTTP__TLS_CERTIFICATE_FILE", &certificate.display().to_string());
        ground.set("INSULA_HTTP__TLS_KEY_FILE", &key.display().to_string());
        ground.set("INSULA_HTTP__PUBLIC_URL", "");
        ground.set("INSULA_OPERATORS__ADDRESS", "127.0.0.1:0");
        let node = ground.start("api");
        let url = node.url.replace("http://", "https://");
        assert!(node.log().contains("https://127.0.0.1"), "{}", node.log());

        let stranger = node.client();
        let trusting = || {
            let root = Certificate::from_pem(cert.pem().as_bytes()).unwrap();
            Client::builder().tls_certs_only([root])
        };
        for (client, version) in [
            (trusting().http1_only().build().unwrap(), Version::HTTP_11),
            (trusting().build().unwrap(), Version::HTTP_2),
        ] {
            let told = client.get(format!("{url}/api/v1/inventory/items")).send().await.unwrap();
            assert_eq!((told.status().as_u16(), told.version()), (401, version));
            assert_eq!(told.headers()["strict-transport-security"], "max-age=31536000");
            assert_eq!(told.headers()["content-type"], "application/problem+json");
        }
        // Nobody is answered without TLS, and nobody trusts this certificate by itself.
        assert!(stranger.try_get("/api/v1/openapi.json").await.is_err());
        assert!(stranger.at(&url).try_get("/api/v1/openapi.json").await.is_err());
        // Who watches over it is inside.
        stranger.at(&node.monitoring()).get("/health/ready").await.expect(200);
        node.stop();
    });
}

#[test]
fn faults_of_the_files_are_faults_of_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (own, other) = (make(), make());
    let certificate = file("own.pem", &own.cert.pem());
    let key = file("own.key", &own.signing_key.serialize_pem());
    let foreign_key = file("other.key", &other.signing_key.serialize_pem());
    let nonsense = file("nonsense.pem", "hush");
    let nowhere = folder.path().join("nowhere.pem").display().to_string();
    for (certificate, key, told) in [
        (certificate.as_str(), key.as_str(), ""),
        (&certificate, "", "`http.tls_key_file`: must be set"),
        ("", &key, "`http.tls_certificate_file`: must be set"),
        (&nowhere, &key, "`http.tls_certificate_file`: must be a PEM file"),
        (&nonsense, &key, "`http.tls_certificate_file`: must be a PEM file"),
        (&certificate, &nowhere, "`http.tls_key_file`: must be a PEM file"),
        (&certificate, &certificate, "`http.tls_key_file`: must be a PEM file"),
        (&certificate, &foreign_key, "`http.tls_key_file`: must be a PEM file with the private key of"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_insula"));
        command.args(["config", "check"]).env_clear().current_dir(folder.path());
        command.env("INSULA_HTTP__TLS_CERTIFICATE_FILE", certificate).env("INSULA_HTTP__TLS_KEY_FILE", key);
        let output = command.output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.success(), told.is_empty(), "{certificate} {key}: {text}");
        assert!(text.contains(told) && !text.contains("hush"), "{told:?} is missing in {text}");
    }
}
