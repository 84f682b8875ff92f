//! Images from registries, through a cache, several at once.
//!
//! What a digest names is asked for once and never again; what a tag names, once in each run. Layers come
//! only when somebody wants the files in them.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::hash::Hash;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::cache::Cache;
use super::content::{Content, Slice};
use super::descriptor::{Blob, Descriptor, Platform};
use super::digest::Digest;
use super::error::{Error, Kind};
use super::image::{Artifact, Image};
use super::layout::Layout;
use super::manifest::{self, Manifest};
use super::place::Place;
use super::read::{self, CONFIG_LIMIT, DEPTH, MANIFEST_LIMIT, Store};
use super::reference::Reference;
use super::registries::{Endpoint, Registries};
use super::remote::{self, Remote};
use super::unpack::{Limits, Packed, Unpacked, unpack};

/// Layers of one image that are pulled at once.
const LAYERS: usize = 3;

/// How images are pulled.
#[derive(Debug, Clone)]
pub struct PullOptions {
    /// How registries are talked to.
    pub remote: remote::Options,
    /// Mirrors and the like.
    pub registries: Registries,
    /// Which image of several; without it, that of this machine or the only one.
    pub platform: Option<Platform>,
    /// How much an image may be.
    pub limits: Limits,
    /// How many images are pulled at once.
    pub at_once: usize,
}

impl Default for PullOptions {
    fn default() -> Self {
        PullOptions {
            remote: remote::Options::default(),
            registries: Registries::default(),
            platform: None,
            limits: Limits::default(),
            at_once: 8,
        }
    }
}

/// Pulls images. It remembers connections, logins and answers: one is enough for a run. Clones share all of it.
#[derive(Clone)]
pub struct Puller(Arc<Inner>);

struct Inner {
    cache: Cache,
    options: PullOptions,
    remotes: Once<(String, String, bool), Arc<Remote>>,
    tags: Once<String, Descriptor>,
    manifests: Once<Digest, Blob>,
    blobs: Once<Digest, ()>,
    /// Mirrors that did not answer, and why; they are not asked again.
    silent: Mutex<HashMap<String, Error>>,
}

/// An image of which the manifest and the labels are known.
#[derive(Debug, Clone)]
pub struct Pulled {
    /// What it is called, as it was given.
    pub name: String,
    /// What it names: the digest of the manifest, or of the index.
    pub digest: Digest,
    /// The labels of its configuration.
    pub labels: BTreeMap<String, String>,
    layers: Vec<Content>,
}

impl Puller {
    /// A puller that asks nobody yet.
    pub fn new(cache: Cache, options: PullOptions) -> Self {
        Puller(Arc::new(Inner {
            cache,
            options,
            remotes: Once::default(),
            tags: Once::default(),
            manifests: Once::default(),
            blobs: Once::default(),
            silent: Mutex::default(),
        }))
    }

    /// Works on several things at once, on as many as the options say, and returns what came of them in their
    /// order.
    pub fn each<T: Sync, R: Send>(&self, things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
        each(self.0.options.at_once, things, work)
    }

    /// Finds an image, of an index the one for the platform of the options, and reads its manifest and its labels,
    /// but no layer of one in a registry.
    ///
    /// # Errors
    ///
    /// No registry has it or can be talked to; it is blocked; the layout is damaged or names no such image; it is
    /// no image, or none for the platform; the cache cannot be written.
    pub fn pull(&self, place: &Place) -> Result<Pulled, Error> {
        let name = place.to_string();
        let about = |mut error: Error| {
            if !error.message.contains(&name) {
                error.message = format!("cannot pull {name}: {}", error.message);
            }
            error
        };
        let Place::Registry(reference) = place else {
            let artifact = self.artifact(place)?;
            let image = artifact.image(self.0.options.platform.as_ref()).map_err(about)?;
            return self.pulled(place, &artifact, image).map_err(about);
        };
        let (digest, config, layers) = self.0.manifest(reference).map_err(about)?;
        let config = self.0.small(reference, &config, CONFIG_LIMIT, "configuration").map_err(about)?;
        let labels = manifest::labels(&config).map_err(about)?;
        let layers = layers.into_iter().map(|layer| self.content(reference, &layer)).collect();
        Ok(Pulled { name, digest, labels, layers })
    }

    /// Takes an image of an artifact that was read from a place.
    ///
    /// # Errors
    ///
    /// It is no image but something else.
    pub fn pulled(&self, place: &Place, artifact: &Artifact, image: &Image) -> Result<Pulled, Error> {
        manifest::read(image.manifest())?;
        let (name, digest, labels) = (place.to_string(), artifact.digest(), image.labels()?);
        Ok(Pulled { name, digest, labels, layers: image.layers().to_vec() })
    }

    /// Reads all that a place names: each manifest and configuration of an index. The layers of one in a
    /// registry are pulled when they are opened; those on disk are verified.
    ///
    /// # Errors
    ///
    /// As [`Puller::pull`].
    pub fn artifact(&self, place: &Place) -> Result<Artifact, Error> {
        let reference = match place {
            Place::Layout(path, name) | Place::Archive(path, name) => {
                return Layout::open(path)?.artifact(name.as_deref());
            }
            Place::Registry(reference) => reference,
        };
        let read = || -> Result<Artifact, Error> {
            let digest = self.0.digest(reference)?;
            // What it is and how long, its own answer says.
            let blob = self.0.manifest_once(reference, digest)?;
            read::artifact(&Named { puller: self, reference }, &blob.descriptor())
        };
        read().map_err(|mut error| {
            let name = reference.to_string();
            if !error.message.contains(&name) {
                error.message = format!("cannot pull {name}: {}", error.message);
            }
            error
        })
    }

    /// Unpacks what is in some folders of an image, of each path in `wanted` in their order. Layers that are
    /// not cached are pulled.
    ///
    /// # Errors
    ///
    /// No registry gives a layer; those of [`unpack`]; the cache cannot be written.
    pub fn unpack(&self, pulled: &Pulled, wanted: &[&str]) -> Result<Vec<Unpacked>, Error> {
        let limits = &self.0.options.limits;
        let about = |mut error: Error| {
            error.message = format!("cannot read {}: {}", pulled.name, error.message);
            error
        };
        let sizes = pulled.layers.iter().try_fold(0_u64, |sum, layer| sum.checked_add(layer.size()));
        if sizes.is_none_or(|sum| sum > limits.unpacked) {
            return Err(about(
                Error::new(Kind::TooLarge, format!("its layers have more than {} bytes", limits.unpacked))
                    .hint("if the image may be that large, raise the limit with `--max-unpacked`"),
            ));
        }
        let files = each(LAYERS, &pulled.layers, Content::open);
        let mut packed = Vec::new();
        for (layer, file) in pulled.layers.iter().zip(files) {
            packed.push(Packed { descriptor: layer.descriptor().clone(), bytes: file.map_err(about)? });
        }
        unpack(&mut packed, wanted, limits).map_err(about)
    }

    /// Asks what references name, several at once and without pulling anything.
    ///
    /// # Errors
    ///
    /// For each: there is none; no registry can be talked to.
    pub fn digests(&self, references: &[Reference]) -> Vec<Result<Digest, Error>> {
        self.each(references, |reference| self.0.digest(reference))
    }

    /// Content of a repository, pulled when it is opened.
    fn content(&self, reference: &Reference, descriptor: &Descriptor) -> Content {
        let (puller, reference, wanted) = (self.clone(), reference.clone(), descriptor.clone());
        let open = move || {
            let file = puller.0.blob(&reference, &wanted)?;
            Slice::whole(file).map_err(|cause| {
                Error::new(
                    Kind::File,
                    format!("blob {} cannot be read from the cache: {cause}", wanted.digest),
                )
            })
        };
        Content::kept(descriptor.clone(), Arc::new(open))
    }
}

/// The repository of a reference as a store of blobs.
struct Named<'a> {
    puller: &'a Puller,
    reference: &'a Reference,
}

impl Store for Named<'_> {
    fn small(&self, descriptor: &Descriptor) -> Result<Blob, Error> {
        use super::descriptor::media_type;
        let inner = &self.puller.0;
        let kind = descriptor.media_type.as_str();
        if matches!(
            kind,
            media_type::MANIFEST | media_type::INDEX | media_type::DOCKER_MANIFEST | media_type::DOCKER_LIST
        ) {
            return inner.manifest_once(self.reference, descriptor.digest);
        }
        let bytes = inner.small(self.reference, descriptor, CONFIG_LIMIT, "configuration")?;
        Ok(Blob::hashed(kind, bytes, descriptor.digest))
    }

    fn large(&self, descriptor: &Descriptor) -> Result<Content, Error> {
        Ok(self.puller.content(self.reference, descriptor))
    }
}

impl Inner {
    /// What a reference names, and the image behind it.
    fn manifest(&self, reference: &Reference) -> Result<(Digest, Descriptor, Vec<Descriptor>), Error> {
        let digest = self.digest(reference)?;
        let mut at = digest;
        for _ in 0..DEPTH {
            let blob = self.manifest_once(reference, at)?;
            let read = manifest::read(&blob)?;
            if at == digest {
                self.cache.remember(&reference.to_string(), &blob.descriptor())?;
            }
            match read {
                Manifest::Image { config, layers } => return Ok((digest, config, layers)),
                Manifest::Index(manifests) => {
                    at = manifest::choose(&manifests, self.options.platform.as_ref())?.digest;
                }
            }
        }
        Err(Error::new(Kind::Corrupt, "its indexes are nested too deeply").hint("push the image again"))
    }

    /// The digest that a reference names; what a tag names is asked once.
    fn digest(&self, reference: &Reference) -> Result<Digest, Error> {
        match reference.digest() {
            Some(digest) => Ok(digest),
            None => Ok(self.tags.get(reference.to_string(), || self.head(reference))?.digest),
        }
    }

    fn manifest_once(&self, reference: &Reference, digest: Digest) -> Result<Blob, Error> {
        self.manifests.get(digest, || self.manifest_blob(reference, digest))
    }

    /// Asks what a tag names now.
    fn head(&self, reference: &Reference) -> Result<Descriptor, Error> {
        self.ask(reference, |remote, reference| {
            remote.head_manifest(reference)?.ok_or_else(|| {
                Error::new(Kind::NotFound, format!("there is no {reference}"))
                    .hint("check the repository's name and the tag")
            })
        })
    }

    fn manifest_blob(&self, reference: &Reference, digest: Digest) -> Result<Blob, Error> {
        let cached = self.cache.read(&digest, MANIFEST_LIMIT)?;
        if let Some(bytes) = cached {
            let known = self.cache.recall(&reference.to_string()).filter(|known| known.digest == digest);
            let media_type = known.map_or_else(|| "application/json".to_owned(), |known| known.media_type);
            return Ok(Blob::hashed(&media_type, bytes, digest));
        }
        // Which mirrors serve it depends on how it was named.
        let blob = self.ask(reference, |remote, reference| remote.get_manifest(&reference.pinned(digest)))?;
        // What is no manifest is not kept.
        manifest::parts(&blob)?;
        self.cache.add(&digest, |file| {
            use std::io::Write as _;
            let fault = |cause| Error::new(Kind::File, format!("the cache cannot be written: {cause}"));
            file.write_all(blob.bytes()).map_err(fault)
        })?;
        Ok(blob)
    }

    /// A blob that is read into memory.
    fn small(
        &self,
        reference: &Reference,
        blob: &Descriptor,
        limit: u64,
        what: &str,
    ) -> Result<Vec<u8>, Error> {
        use std::io::Read as _;
        if blob.size > limit {
            let message = format!("its {what} has {} bytes, more than {limit}", blob.size);
            return Err(Error::new(Kind::TooLarge, message).hint("push the image again"));
        }
        let mut bytes = Vec::new();
        let file = self.blob(reference, blob)?;
        file.take(limit).read_to_end(&mut bytes).map_err(|cause| {
            Error::new(Kind::File, format!("its {what} cannot be read from the cache: {cause}"))
        })?;
        Ok(bytes)
    }

    /// Opens a blob, which is pulled if it is not cached. Several threads that want one pull it once.
    fn blob(&self, reference: &Reference, blob: &Descriptor) -> Result<File, Error> {
        let pull = || {
            let fill = |file: &mut File| self.ask(reference, |remote, _| remote.copy_blob(blob, file));
            self.cache.add(&blob.digest, fill)
        };
        let open = || match self.cache.open(&blob.digest)? {
            Some(file) => Ok(file),
            None => pull(),
        };
        let mut opened = None;
        self.blobs.get(blob.digest, || {
            opened = Some(open()?);
            Ok(())
        })?;
        // It may have been taken away since another thread pulled it, by another process or to keep the cache
        // small.
        opened.map_or_else(open, Ok)
    }

    /// Asks mirrors and then the registry, until one answers.
    fn ask<T>(
        &self,
        reference: &Reference,
        mut question: impl FnMut(&Remote, &Reference) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut refusals: Vec<Error> = Vec::new();
        for endpoint in self.options.registries.endpoints(reference)? {
            let host = endpoint.reference.host().to_owned();
            let silent = lock(&self.silent).get(&host).cloned().filter(|_| endpoint.is_mirror);
            let answer = match silent {
                Some(error) => Err(error),
                None => self.remote(&endpoint).and_then(|remote| question(&remote, &endpoint.reference)),
            };
            match answer {
                Ok(answer) => return Ok(answer),
                // Our own disk is not better with another registry.
                Err(error) if error.kind == Kind::File => return Err(error),
                Err(error) => {
                    if endpoint.is_mirror && error.kind == Kind::Unreachable {
                        lock(&self.silent).insert(host, error.clone());
                    }
                    refusals.push(error);
                }
            }
        }
        match refusals.len() {
            0 | 1 => Err(refusals.pop().unwrap_or_else(|| Error::new(Kind::NotFound, "nobody was asked"))),
            _ => {
                let mut last = refusals.last().cloned().unwrap_or_else(|| Error::new(Kind::NotFound, ""));
                let reasons: Vec<String> = refusals.into_iter().map(|error| error.message).collect();
                last.message = format!("no registry gave {reference}: {}", reasons.join("; "));
                Err(last)
            }
        }
    }

    /// The connection to a repository.
    fn remote(&self, endpoint: &Endpoint) -> Result<Arc<Remote>, Error> {
        let reference = &endpoint.reference;
        let key = (reference.host().to_owned(), reference.repository().to_owned(), endpoint.insecure);
        self.remotes.get(key, || {
            let mut options = self.options.remote.clone();
            options.insecure |= endpoint.insecure;
            if endpoint.is_mirror {
                // There is another one to ask.
                options.patience.tries = options.patience.tries.min(2);
            }
            Remote::new(reference, options).map(Arc::new)
        })
    }
}

impl std::fmt::Debug for Puller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Puller({})", self.0.cache.folder().display())
    }
}

/// Answers that are found once, by one thread, while others who want the same one wait.
struct Once<K, V> {
    answers: Mutex<HashMap<K, Arc<Mutex<Option<V>>>>>,
}

impl<K, V> Default for Once<K, V> {
    fn default() -> Self {
        Once { answers: Mutex::default() }
    }
}

impl<K: Eq + Hash, V: Clone> Once<K, V> {
    /// The answer; failures are not kept.
    fn get(&self, key: K, find: impl FnOnce() -> Result<V, Error>) -> Result<V, Error> {
        let seat = lock(&self.answers).entry(key).or_default().clone();
        let mut answer = lock(&seat);
        if let Some(answer) = &*answer {
            return Ok(answer.clone());
        }
        let found = find()?;
        *answer = Some(found.clone());
        Ok(found)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Works on things with some threads.
fn each<T: Sync, R: Send>(threads: usize, things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    if let [only] = things {
        return vec![work(only)];
    }
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(things.len()));
    thread::scope(|scope| {
        for _ in 0..threads.clamp(1, things.len().max(1)) {
            scope.spawn(|| {
                while let Some((number, thing)) = {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    things.get(number).map(|thing| (number, thing))
                } {
                    let result = work(thing);
                    lock(&done).push((number, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}
