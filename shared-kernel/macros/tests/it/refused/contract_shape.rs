//! A contract method of another shape than the one.

use macros::contract;

#[contract]
trait Billing {
    fn not_async(&self, ctx: &Ctx, request: u8) -> Result<u8, Error>;
    async fn by_reference(&self, ctx: &Ctx, request: &str) -> Result<u8, Error>;
    async fn two_requests(&self, ctx: &Ctx, request: u8, more: u8) -> Result<u8, Error>;
    async fn no_ctx(&self, request: u8) -> Result<u8, Error>;
    async fn ctx_taken(&self, ctx: Ctx, request: u8) -> Result<u8, Error>;
    async fn exclusive(&mut self, ctx: &Ctx, request: u8) -> Result<u8, Error>;
    async fn no_result(&self, ctx: &Ctx, request: u8) -> u8;
    async fn alias(&self, ctx: &Ctx, request: u8) -> Result<u8>;
    async fn generic<T>(&self, ctx: &Ctx, request: T) -> Result<u8, Error>;
    async fn body(&self, ctx: &Ctx, request: u8) -> Result<u8, Error> {
        Ok(request)
    }
    const LIMIT: u8;
}

#[contract]
trait Inherits: Clone {
    async fn verb(&self, ctx: &Ctx, request: u8) -> Result<u8, Error>;
}

#[contract]
trait Empty {}

#[contract]
struct NotATrait;

fn main() {}
