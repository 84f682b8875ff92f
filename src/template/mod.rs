//! Templates: a list of bundles becomes a catalog.
