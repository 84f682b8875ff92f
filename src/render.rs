//! A bundle becomes an `olm.bundle` blob.
