//! olmcat turns operator bundles into a validated OLM catalog image.
//!
//! The life of a bundle, each arrow a function from a value to a value:
//! `load` → `rules` → `render` → `template` → `rules` → `catalog` (write) → `image` → `oci`.
//!
//! The drawing on the wall is the wall: `tests/it/architecture.rs` reads this table and holds the
//! code to it. A room may import the rooms named beside it and nothing else; a crate may be used by the
//! rooms that name it.
//!
//! | room       | stands on                                              | alone may use                         |
//! |------------|--------------------------------------------------------|---------------------------------------|
//! | `cli`      | everything                                             | `clap` `clap_complete` `clap_mangen` `ctrlc` `indicatif` `anstream` `rustix` |
//! | `serve`    | `text` `diag` `index` `oci`                            | `hyper` `hyper_util` `http_body_util` `tokio` `httpdate` |
//! | `index`    | `text` `diag` `catalog` `render` `oci`                 |                                       |
//! | `page`     | `text` `diag` `catalog` `resolve` `compare` `report` `drawing` `oci` |                    |
//! | `load`     | `text` `diag` `bundle` `catalog` `oci`                 |                                       |
//! | `import`   | `text` `bundle`                                        |                                       |
//! | `template` | `text` `diag` `catalog`                                |                                       |
//! | `render`   | `text` `bundle` `catalog`                              |                                       |
//! | `rules`    | `text` `diag` `bundle` `catalog` `crd` `settings` `resolve` `compare` |                        |
//! | `compare`  | `text` `bundle` `catalog` `crd` `resolve`              |                                       |
//! | `drawing`  | `text` `catalog` `resolve`                             | `anstyle`                             |
//! | `resolve`  | `text` `catalog` `crd`                                 |                                       |
//! | `report`   | `text` `diag`                                          | `annotate_snippets` `anstyle`         |
//! | `image`    | `oci`                                                  |                                       |
//! | `sbom`     | `catalog` `oci`                                        |                                       |
//! | `trust`    | `diag` `oci`                                           | `p256` `poly1305` `salsa20` `scrypt`  |
//! | `settings` | `text` `diag` `oci`                                    | `schemars` `serde_path_to_error`      |
//! | `bundle`   | `text`                                                 | `flate2`                              |
//! | `crd`      | `text`                                                 | `regex`                               |
//! | `catalog`  | `text` `diag`                                          |                                       |
//! | `diag`     | `text`                                                 |                                       |
//! | `text`     |                                                        | `granit_parser` `memchr` `boxcar`     |
//! | `oci`      |                                                        | `ureq` `rustls` `rustls_native_certs` `miniz_oxide` `flate2` `ruzstd` `zstd` `sha2` `toml` `httpdate` |

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod bundle;
pub mod catalog;
pub mod cli;
pub mod compare;
pub mod crd;
pub mod diag;
pub mod drawing;
pub mod image;
pub mod import;
pub mod index;
pub mod load;
pub mod oci;
pub mod page;
pub mod render;
pub mod report;
pub mod resolve;
pub mod rules;
pub mod sbom;
pub mod serve;
pub mod settings;
pub mod template;
pub mod text;
pub mod trust;
