//! Contracts between processes of one installation, over HTTP: the server's half, and what both halves sign.
