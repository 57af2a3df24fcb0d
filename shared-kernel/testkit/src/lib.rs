//! Databases, servers, clocks, tenants and neighbours for tests.
