//! The project's settings, `catalog/olmcat.yaml`.
