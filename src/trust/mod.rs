//! Signatures and attestations: what is signed, with which key, and whether it holds.
//!
//! Everything here is a function of bytes. Where signatures are kept, [`crate::oci::Repository`] knows; what is
//! attested, the rooms that make it. Equal inputs give equal signatures.

mod bundle;
mod envelope;
mod key;
mod payload;
mod pem;
mod proof;
mod provenance;
mod sealed;
mod statement;

pub use envelope::{ENVELOPE, Envelope, STATEMENT};
pub use key::{SigningKey, VerifyingKey};
pub use payload::PAYLOAD;
pub use proof::{Attested, Fault, Format, Proof, Signed, Wanted, attest, sign};
pub use provenance::{Build, Input, provenance};
pub use statement::{CYCLONEDX, PROVENANCE, Predicate, SIGNATURE, SPDX, Statement};

pub use bundle::BUNDLE;
