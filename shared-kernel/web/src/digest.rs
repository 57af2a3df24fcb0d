//! `Content-Digest` (RFC 9530) of an upload that has an idempotency key. The body is not read before the handler does,
//! so its digest stands for it in the fingerprint, and what streams in is held to that digest.

use actix_web::http::header::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::Problem;
use kernel::problem::{CONTENT_DIGEST_MISMATCH, CONTENT_DIGEST_REQUIRED};
use sha2::{Digest, Sha256};

pub(crate) const CONTENT_DIGEST: &str = "Content-Digest";

/// A SHA-256 as the client declared it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ContentDigest([u8; 32]);

impl ContentDigest {
    /// Digests by other algorithms may stand beside the one that is asked for.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Self, Problem> {
        let values = headers.get_all("content-digest").filter_map(|value| value.to_str().ok());
        // Of a member given twice a structured dictionary keeps the last.
        let digest = values.flat_map(|value| value.split(',')).filter_map(sha_256).last();
        digest.ok_or_else(|| {
            let detail = "With an Idempotency-Key, send `Content-Digest: sha-256=:<the file's SHA-256 in base64>:`, \
                          so that a retry can be told from another file.";
            Problem::new(CONTENT_DIGEST_REQUIRED, detail)
        })
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A body on its way in.
pub(crate) struct Verification {
    declared: ContentDigest,
    hasher: Sha256,
}

impl Verification {
    pub(crate) fn of(declared: ContentDigest) -> Self {
        Self { declared, hasher: Sha256::new() }
    }

    pub(crate) fn add(&mut self, chunk: &[u8]) {
        self.hasher.update(chunk);
    }

    pub(crate) fn finish(self) -> Result<(), Problem> {
        if self.hasher.finalize()[..] == self.declared.0 {
            return Ok(());
        }
        let detail = "The body's SHA-256 is not the one in Content-Digest: it was changed on its way, or the digest is \
                      of another file. Nothing was kept.";
        Err(Problem::new(CONTENT_DIGEST_MISMATCH, detail))
    }
}

fn sha_256(member: &str) -> Option<ContentDigest> {
    let value = member.trim().strip_prefix("sha-256=:")?;
    let (encoded, _parameters) = value.split_once(':')?;
    STANDARD.decode(encoded).ok()?.try_into().ok().map(ContentDigest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    /// Of `hello`.
    const HELLO: &str = "sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:";

    fn check(values: &[&str], expected: Result<(), &str>) {
        let mut request = TestRequest::default();
        for value in values {
            request = request.append_header((CONTENT_DIGEST, *value));
        }
        let held = ContentDigest::read(request.to_http_request().headers()).and_then(|digest| {
            let mut verification = Verification::of(digest);
            verification.add(b"hel");
            verification.add(b"lo");
            verification.finish()
        });
        assert_eq!(held.map_err(|problem| problem.kind.code), expected, "{values:?}");
    }

    #[test]
    fn a_digest_is_read_and_held_to() {
        let other = "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:";
        check(&[HELLO], Ok(()));
        check(&[&format!("md5=:AAAA:, {HELLO}; q=1")], Ok(()));
        check(&["md5=:AAAA:", HELLO], Ok(()));
        check(&[other, HELLO], Ok(()));
        check(&[other], Err("content_digest_mismatch"));
        for unreadable in
            ["", "sha-512=:AAAA:", "sha-256=LPJN", "sha-256=:LPJN:", "sha-256=:!:", "SHA-256=2cf2"]
        {
            check(&[unreadable], Err("content_digest_required"));
        }
        check(&[], Err("content_digest_required"));
    }
}
