//! Semantic versions and ranges as blang/semver v4 has them.
