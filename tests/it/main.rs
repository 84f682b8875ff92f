//! The integration tests: one binary, so that there is one link.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs, unreachable_pub)]
#![allow(dead_code, reason = "not every test uses all of `support`")]

mod graphs;
mod opm;
mod rules;
mod faults;
mod image;
mod logins;
mod registry;
mod server;
mod single_faults;
mod support;
mod versions;
mod yaml;
