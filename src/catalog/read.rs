//! Reads FBC.
