//! Raw bodies: bounded, of the declared media types, and safe to retry by their outline.

use crate::client::{Call, call, client};

fn upload(media: &str, bytes: usize) -> Call {
    let call = call("POST /items/01890000-0000-7000-8000-000000000000/picture").by("owner");
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
    assert_eq!(
        client.send(upload("image/png", 7).key("k")).await.json(),
        7,
        "the body is left for the handler"
    );
}
