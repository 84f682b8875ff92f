//! YAML 1.1 as Go's sigs.k8s.io/yaml reads it, and as it writes it.

mod write;

pub use write::write;
