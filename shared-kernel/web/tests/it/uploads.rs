//! Raw bodies: bounded, of the declared media types, and safe to retry by their digest.

use crate::client::{Call, call, client};

const ID: &str = "01890000-0000-7000-8000-000000000000";
/// Of `first` and of `other`, which are of one length.
const OF_FIRST: &str = "sha-256=:p5N7ZLjKpY8Dchu2us9ceMsjX+vg5wsbhM2ZVBRhoI4=:";
const OF_OTHER: &str = "sha-256=:2SmKENGwc1g33EvYXaxkGw887yekfl1TpU8vP1svz/o=:";

fn upload(media: &str, bytes: usize) -> Call {
    let call = call(&format!("POST /items/{ID}/picture")).by("owner");
    call.header("content-type", media).body(vec![7; bytes])
}

#[actix_web::test]
async fn uploads_are_bounded() {
    let client = client().await;
    for (media, bytes, status) in
        [("image/png", 100, 202), ("IMAGE/PNG; q=1", 0, 202), ("image/png", 101, 413), ("image/gif", 10, 415)]
    {
        assert_eq!(client.send(upload(media, bytes)).await.status, status, "{media} {bytes}");
    }
    assert_eq!(client.send(upload("image/png", 7)).await.json(), 7);
}

fn keyed(body: &str, digest: &str) -> Call {
    let call = call(&format!("POST /items/{ID}/picture")).by("owner").key("k");
    call.header("content-type", "image/png").header("content-digest", digest).body(body)
}

#[actix_web::test]
async fn with_a_key_a_file_is_known_by_its_digest() {
    let client = client().await;
    let keyless = client.send(upload("image/png", 5).header("content-digest", OF_FIRST)).await;
    assert_eq!(
        (keyless.status, client.shop.pictures()),
        (202, 1),
        "without a key nobody looks at the digest"
    );

    for (call, code) in [
        (upload("image/png", 5).key("k"), "content_digest_required"),
        (keyed("first", "sha-512=:AAAA:"), "content_digest_required"),
        (keyed("other", OF_FIRST), "content_digest_mismatch"),
        (keyed("", OF_FIRST), "content_digest_mismatch"),
    ] {
        let refused = client.send(call).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, code));
        assert_eq!(client.shop.pictures(), 1, "{code}");
    }
    let first = client.send(keyed("first", OF_FIRST)).await;
    assert_eq!((first.status, first.json(), client.shop.pictures()), (202, 5.into(), 2));
    let again = client.send(keyed("first", OF_FIRST)).await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (202, "true"));
    let corrected = client.send(keyed("other", OF_OTHER)).await;
    assert_eq!((corrected.status, corrected.code().as_str()), (422, "idempotency_key_reused"));
    assert_eq!(client.shop.pictures(), 2);
}
