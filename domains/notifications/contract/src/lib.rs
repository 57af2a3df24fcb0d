//! What others may know of notifications: what an e-mail is identified by. Others do not ask for mail; they publish what
//! happened, and notifications decides who is told.

kernel::typed_id!(EmailId, EmailKind, "email");
