# Short names for the commands of the README; nothing here does more than they do.

default:
    @just --list

# start Insula on 127.0.0.1:8080, with its data under ./data
run *args:
    cargo run -- {{args}}

# the same with a demo tenant, in a data folder of its own
demo:
    cargo run -- demo

# every test on SQLite and on a private PostgreSQL + Redis
test *args:
    cargo xtask test -- {{args}}

# a hundred thousand random operations of inventory beside a simple model, on both storages; --steps and --seed choose others
model *args:
    cargo xtask model -- {{args}}

# what CI runs
ci:
    cargo xtask ci

# does a change of the API, an event, a job or a contract break a reader
compat:
    cargo xtask compat

# write every file in the one format
fmt:
    cargo fmt --all

# clippy, with warnings denied
lint:
    cargo xtask lint

# a private PostgreSQL + Redis until Ctrl-C, for running single tests
services:
    cargo xtask services

# the release binary beside a bare server, on both storages: docs/benchmarks.md says how to read it
bench *args:
    cargo xtask bench -- {{args}}

# does the time of an answer tell whether an address has an account: docs/benchmarks.md says how to read it
sign-in-timing *args:
    cargo xtask sign-in-timing -- {{args}}

# is inventory as fast with a million items as with a hundred: docs/benchmarks.md says how to read it
scale *args:
    cargo xtask scale -- {{args}}

# how many reservations and movements a second there can be: docs/benchmarks.md says how to read it
stock *args:
    cargo xtask stock -- {{args}}

# does a retail file come in as planned, once, and in the same memory however large: docs/benchmarks.md says how to read it
imports *args:
    cargo xtask imports -- {{args}}

# scim2-tester and scim-sanity against the real binary, as a tenant's directory
scim-conformance *args:
    python3 xtask/scim/run.py {{args}}

# Authlib against the real binary, as a program of others
oauth-client *args:
    python3 xtask/oauth/run.py {{args}}

# Schemathesis against the real binary, as one tenant beside another: docs/fuzzing.md says what it tries
fuzz *args:
    python3 xtask/fuzz/run.py {{args}}
