//! From a descriptor to the artifact that it names, wherever its blobs are.

use super::content::Content;
use super::descriptor::{Blob, Descriptor};
use super::error::{Error, Kind};
use super::image::{Artifact, Image, Index};
use super::manifest;

/// The largest manifest that is read, in bytes; registries refuse larger ones.
pub(super) const MANIFEST_LIMIT: u64 = 4 << 20;
/// The largest configuration that is read, in bytes.
pub(super) const CONFIG_LIMIT: u64 = 8 << 20;
/// Indexes may list indexes; this deep is more than anybody does, and cycles cannot be (a digest would have to
/// be its own).
pub(super) const DEPTH: usize = 4;
/// Manifests behind one name: more than all platforms with an attestation each.
const CHILDREN: usize = 1000;

/// Where blobs are.
pub(super) trait Store {
    /// A blob that is read into memory, of the digest that its descriptor says.
    fn small(&self, descriptor: &Descriptor) -> Result<Blob, Error>;

    /// A blob that may be large. Where it is local, it is verified first.
    fn large(&self, descriptor: &Descriptor) -> Result<Content, Error>;
}

/// Reads the artifact that a descriptor names: every manifest and configuration; layers are opened later.
///
/// # Errors
///
/// A blob that is missing, damaged or too large; a manifest that is neither image nor index.
pub(super) fn artifact(store: &dyn Store, descriptor: &Descriptor) -> Result<Artifact, Error> {
    read(store, descriptor, DEPTH, &mut CHILDREN.clone())
}

fn read(
    store: &dyn Store,
    descriptor: &Descriptor,
    depth: usize,
    left: &mut usize,
) -> Result<Artifact, Error> {
    let about = |mut error: Error| {
        let digest = descriptor.digest.to_string();
        if !error.message.contains(&digest) {
            error.message = format!("manifest {digest}: {}", error.message);
        }
        error
    };
    *left = left.checked_sub(1).ok_or_else(|| {
        about(Error::new(Kind::TooLarge, format!("its index leads to more than {CHILDREN} manifests")))
    })?;
    let blob = store.small(&within(descriptor, MANIFEST_LIMIT, "manifest")?)?;
    let blob = manifest::named(&blob).map_err(about)?;
    match manifest::parts(&blob).map_err(about)? {
        manifest::Manifest::Image { config, layers } => {
            let config = store.small(&within(&config, CONFIG_LIMIT, "configuration")?)?;
            let layers = layers.iter().map(|layer| store.large(layer)).collect::<Result<_, _>>()?;
            Ok(Artifact::Image(Image { manifest: blob, config, layers }))
        }
        manifest::Manifest::Index(_) if depth == 0 => Err(about(
            Error::new(Kind::Corrupt, "its indexes are nested too deeply").hint("push the image again"),
        )),
        manifest::Manifest::Index(entries) => {
            let children = entries.iter().map(|child| read(store, child, depth - 1, left));
            let children = children.collect::<Result<_, _>>()?;
            Ok(Artifact::Index(Index { manifest: blob, children }))
        }
    }
}

/// The descriptor, if what it names is small enough to be held.
fn within(descriptor: &Descriptor, limit: u64, what: &str) -> Result<Descriptor, Error> {
    if descriptor.size > limit {
        let (size, digest) = (descriptor.size, descriptor.digest);
        let message = format!("{what} {digest} has {size} bytes, more than {limit}");
        return Err(Error::new(Kind::TooLarge, message).hint("push the image again"));
    }
    Ok(descriptor.clone())
}
