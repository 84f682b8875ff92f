//! The integration tests: one binary, so that there is one link.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs, unreachable_pub)]
#![allow(dead_code, reason = "not every test uses all of `support`")]

mod architecture;
mod bad_input;
mod bad_output;
mod cache;
mod console;
mod docs;
mod faults;
mod field;
mod graphs;
mod image;
mod logins;
mod opm;
mod project;
mod pull;
mod registry;
mod report;
mod repository;
mod rules;
mod server;
mod single_faults;
mod support;
mod unpack;
mod versions;
mod yaml;
