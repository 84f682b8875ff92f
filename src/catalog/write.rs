//! Writes FBC as opm writes it.
