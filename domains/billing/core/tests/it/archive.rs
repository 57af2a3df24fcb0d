//! The tables as they are declared are the tables as they are, on both backends: read, counted and erased one by one.

use testkit::{Stage, both};

both! {
    async fn tables_are_read_and_erased_as_they_are_declared(stage: Stage) {
        testkit::check_archive(&stage, "billing", billing::TABLES).await;
    }
}
