//! What others may know of workflow.
