//! A report becomes text, for people and for machines.
