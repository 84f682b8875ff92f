//! Provenance (SLSA, version 1): what an image was built from, and by what.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::oci::{Digest, rfc3339};

/// The kind of build; `src/trust/BUILD.md` says what its parameters mean.
const BUILD: &str = "urn:olmcat:build:v1";

/// A build.
#[derive(Debug, Clone, PartialEq)]
pub struct Build {
    /// What was asked for, by the names of the options.
    pub parameters: BTreeMap<String, Value>,
    /// What went in.
    pub inputs: Vec<Input>,
    /// Who is trusted to have built it so: a URI.
    pub builder: String,
    /// The version of this program.
    pub version: String,
    /// When it is said to have happened, in seconds since 1970.
    pub epoch: Option<u64>,
}

/// Something that went into a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file, by its path.
    File(String, Digest),
    /// A folder, by its path: a list of its files with their digests was hashed (`dirHash` of in-toto).
    Folder(String, Digest),
    /// An image, by its reference.
    Image(String, Digest),
}

/// The predicate.
pub fn provenance(build: &Build) -> Value {
    let input = |input: &Input| match input {
        Input::File(name, digest) => json!({ "name": name, "digest": { "sha256": digest.hex() } }),
        Input::Folder(name, digest) => json!({ "name": name, "digest": { "dirHash": digest.hex() } }),
        Input::Image(name, digest) => json!({ "uri": name, "digest": { "sha256": digest.hex() } }),
    };
    let parameters: Map<String, Value> = build.parameters.clone().into_iter().collect();
    let mut run = json!({ "builder": { "id": build.builder, "version": { "olmcat": build.version } } });
    if let Some(epoch) = build.epoch {
        run["metadata"] = json!({ "startedOn": rfc3339(epoch), "finishedOn": rfc3339(epoch) });
    }
    json!({
        "buildDefinition": {
            "buildType": BUILD,
            "externalParameters": parameters,
            "resolvedDependencies": build.inputs.iter().map(input).collect::<Value>(),
        },
        "runDetails": run,
    })
}
