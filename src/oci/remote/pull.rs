//! Reading from a registry: nothing is believed before its digest agrees, and nothing is unbounded.

use std::io::{Cursor, Seek, SeekFrom, Write};
use std::sync::atomic::AtomicBool;

use ureq::http::{Method, header};

use super::Remote;
use super::fault::Failure;
use super::http::{Answer, Call};
use super::retry::Trying;
use super::session::Session;
use crate::oci::descriptor::{Blob, Descriptor, media_type};
use crate::oci::digest::{Digest, Hashing};
use crate::oci::error::{Error, Kind};
use crate::oci::reference::Reference;

/// The size that the distribution specification asks registries to accept; larger ones do not travel.
const MANIFEST_LIMIT: u64 = 4 << 20;
const ACCEPT: [&str; 4] =
    [media_type::MANIFEST, media_type::INDEX, media_type::DOCKER_MANIFEST, media_type::DOCKER_LIST];

impl Remote {
    /// Reads the manifest or index that a reference names, by its digest if it has one, else by its tag.
    ///
    /// # Errors
    ///
    /// There is none; the registry cannot be talked to; what came is not what its digest says.
    pub fn get_manifest(&self, reference: &Reference) -> Result<Blob, Error> {
        self.check(reference)?;
        let target = target(reference)?;
        let what = format!("cannot read the manifest of {reference}");
        self.trying(&|_| {}, &AtomicBool::new(false))
            .run(&what, || self.manifest(&target, reference.digest()))
    }

    /// Asks what a reference names, without reading it. `None` if there is nothing.
    ///
    /// # Errors
    ///
    /// The registry cannot be talked to, or does not want to tell; it has something else under the digest of the
    /// reference.
    pub fn head_manifest(&self, reference: &Reference) -> Result<Option<Descriptor>, Error> {
        self.check(reference)?;
        let target = target(reference)?;
        let what = format!("cannot look for {reference}");
        self.trying(&|_| {}, &AtomicBool::new(false))
            .run(&what, || self.find_manifest(&target, reference.digest(), Session::unread))
    }

    /// Reads a blob into memory, of no more bytes than its descriptor says.
    ///
    /// # Errors
    ///
    /// As [`Remote::copy_blob`].
    pub fn get_blob(&self, descriptor: &Descriptor) -> Result<Blob, Error> {
        let mut bytes = Cursor::new(Vec::new());
        self.copy_blob(descriptor, &mut bytes)?;
        Ok(Blob::hashed(&descriptor.media_type, bytes.into_inner(), descriptor.digest))
    }

    /// Reads a blob into `sink`, from its beginning, and holds no more of it than one buffer. After a broken
    /// connection only the rest is asked for (RFC 9110, 14.2), and all of it again where the registry does
    /// not know that.
    ///
    /// # Errors
    ///
    /// There is none; the registry cannot be talked to; size or digest disagree; the sink cannot be written.
    /// The sink then holds anything.
    pub fn copy_blob(&self, descriptor: &Descriptor, sink: &mut (impl Write + Seek)) -> Result<(), Error> {
        let what = format!("cannot read blob {} of {}", descriptor.digest, self.name());
        let mut copy = Copy { hashing: Hashing::new(sink), done: 0 };
        self.trying(&|_| {}, &AtomicBool::new(false)).run(&what, || {
            let url = self.session.url(&format!("{}/blobs/{}", self.path, descriptor.digest))?;
            let mut call = Call::new(Method::GET, url, descriptor.size);
            let asked = copy.done;
            if asked > 0 {
                call = call.header(header::RANGE, format!("bytes={asked}-"));
            }
            let mut begun = false;
            let mut into = |status: u16, part: &[u8]| {
                let goes_on = status == 206 && asked > 0;
                if !begun && !goes_on {
                    copy.restart().map_err(|cause| unwritten(&cause))?;
                }
                begun = true;
                copy.add(part, descriptor.size)
            };
            call.into = Some(&mut into);
            let answer = self.session.call(&mut call)?;
            match answer.status {
                200 | 206 => {}
                // Such as 416: there is no such rest.
                _ if asked > 0 => {
                    copy.restart().map_err(|cause| unwritten(&cause))?;
                    return Err(self.session.unread(&answer).passing());
                }
                _ => return Err(self.session.unread(&answer)),
            }
            let (size, digest) = (copy.done, copy.hashing.digest());
            if (digest, size) == (descriptor.digest, descriptor.size) {
                return Ok(());
            }
            copy.restart().map_err(|cause| unwritten(&cause))?;
            Err(corrupt(&format!("{size} bytes of {digest} came instead")).passing())
        })
    }

    pub(super) fn trying<'a>(
        &self,
        progress: &'a (dyn Fn(super::Progress<'_>) + Sync),
        stop: &'a AtomicBool,
    ) -> Trying<'a> {
        Trying { patience: self.patience, progress, stop }
    }

    /// One try at reading a manifest by tag or digest.
    pub(super) fn manifest(&self, target: &str, expected: Option<Digest>) -> Result<Blob, Failure> {
        let answer = self.ask_manifest(Method::GET, target)?;
        if answer.status != 200 {
            return Err(self.session.unread(&answer));
        }
        let blob = Blob::new(&media_type_of(&answer), answer.body);
        expect(expected, blob.digest())?;
        Ok(blob)
    }

    /// One try at finding a manifest by tag or digest. A registry that does not tell its digest is read from,
    /// and so is one that refuses, since it says why only there. What it tells is believed of a tag alone: a digest
    /// that is expected must be what comes. `failure` words a refusal.
    pub(super) fn find_manifest(
        &self,
        target: &str,
        expected: Option<Digest>,
        failure: fn(&Session, &Answer) -> Failure,
    ) -> Result<Option<Descriptor>, Failure> {
        let answer = self.ask_manifest(Method::HEAD, target)?;
        let told =
            |name: &str| answer.headers.get_all(name).iter().all(|value| value == answer.headers[name]);
        match answer.status {
            200 if told("docker-content-digest") => {
                let digest = answer.header("docker-content-digest").and_then(|text| text.parse().ok());
                let size = answer.header("content-length").and_then(|text| text.parse().ok());
                if let (Some(digest), Some(size)) = (digest, size) {
                    expect(expected, digest)?;
                    return Ok(Some(Descriptor::new(&media_type_of(&answer), digest, size)));
                }
            }
            404 => return Ok(None),
            200 | 400..=407 | 410..=428 => {}
            _ => return Err(failure(&self.session, &answer)),
        }
        let answer = self.ask_manifest(Method::GET, target)?;
        match answer.status {
            200 => {
                let blob = Blob::new(&media_type_of(&answer), answer.body);
                expect(expected, blob.digest())?;
                Ok(Some(blob.descriptor()))
            }
            404 => Ok(None),
            _ => Err(failure(&self.session, &answer)),
        }
    }

    fn ask_manifest(&self, method: Method, target: &str) -> Result<Answer, Failure> {
        let url = self.session.url(&format!("{}/manifests/{target}", self.path))?;
        let call = Call::new(method, url, MANIFEST_LIMIT);
        self.session.call(&mut call.header(header::ACCEPT, ACCEPT.join(", ")))
    }
}

fn media_type_of(answer: &Answer) -> String {
    let text = answer.header("content-type").unwrap_or(media_type::MANIFEST);
    text.split(';').next().unwrap_or(text).trim().to_owned()
}

/// A blob on its way.
struct Copy<W> {
    hashing: Hashing<W>,
    done: u64,
}

impl<W: Write + Seek> Copy<W> {
    fn restart(&mut self) -> std::io::Result<()> {
        self.done = 0;
        self.hashing.restart().seek(SeekFrom::Start(0)).map(|_| ())
    }

    fn add(&mut self, part: &[u8], limit: u64) -> Result<(), Failure> {
        // The rest after a `Range` could be longer than it should.
        if self.done + part.len() as u64 > limit {
            let reason = format!("it answered with more than {limit} bytes");
            return Err(Failure::new(Kind::Registry, reason, "check the host; see the registry's log"));
        }
        self.hashing.write_all(part).map_err(|cause| unwritten(&cause))?;
        self.done += part.len() as u64;
        Ok(())
    }
}

fn unwritten(cause: &std::io::Error) -> Failure {
    Failure::new(
        Kind::File,
        format!("it cannot be written: {cause}"),
        "check the disk's space and the folder's owner",
    )
}

/// Refuses what is not what was asked for.
fn expect(expected: Option<Digest>, came: Digest) -> Result<(), Failure> {
    match expected {
        Some(expected) if expected != came => Err(corrupt(&format!("{came} came instead"))),
        _ => Ok(()),
    }
}

fn corrupt(why: &str) -> Failure {
    Failure::new(
        Kind::Corrupt,
        why,
        "try again; if it stays so, the registry's storage is damaged or a proxy lies",
    )
}

/// The digest of a reference, else its tag.
fn target(reference: &Reference) -> Result<String, Error> {
    match (reference.digest(), reference.tag()) {
        (Some(digest), _) => Ok(digest.to_string()),
        (None, Some(tag)) => Ok(tag.to_owned()),
        (None, None) => Err(Error::new(Kind::Input, format!("{reference} has neither tag nor digest"))
            .hint(format!("add a tag, such as `{reference}:v1`"))),
    }
}
