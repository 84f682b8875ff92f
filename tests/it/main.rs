//! The integration tests: one binary, so that there is one link.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs, unreachable_pub)]
#![allow(dead_code, reason = "not every test uses all of `support`")]

mod architecture;
mod bad_input;
mod bad_output;
mod cache;
mod cases;
mod console;
mod contract;
mod crd;
mod docs;
mod faults;
mod field;
mod fixes;
mod formats;
mod graphs;
mod image;
mod large;
mod logins;
mod mirrors;
mod onto;
mod opm;
mod opm_door;
mod project;
mod pull;
mod registry;
mod report;
mod repository;
mod resolve;
mod resolve_ladder;
mod resolve_v1;
mod rules;
mod serve;
mod serve_bad;
mod serve_http;
mod serve_image;
mod server;
mod single_faults;
mod support;
mod templates;
mod unpack;
mod upgrades;
mod veneers;
mod versions;
mod yaml;
