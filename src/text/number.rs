//! Numbers as YAML 1.1 and Go spell them.
