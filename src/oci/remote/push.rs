//! Writing to a registry: blobs, three at a time, then manifests, children first, and the tag last.
//!
//! What is there already is left alone; what comes has one way in, `POST` and one `PUT`, since several
//! registries mishandle uploads in pieces.

use std::collections::BTreeSet;
use std::io::Read;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use ureq::http::{Method, Uri, header};

use super::address::{follow, host};
use super::fault::{Failure, Retry};
use super::http::{Answer, Body, Call};
use super::retry::Trying;
use super::session::Session;
use super::{Progress, Remote};
use crate::oci::content::{Content, Reader};
use crate::oci::descriptor::{Blob, Descriptor};
use crate::oci::digest::Digest;
use crate::oci::error::{Error, Kind};
use crate::oci::image::Artifact;
use crate::oci::reference::Reference;

/// More uploads at once make registries answer 429 rather than faster.
const WORKERS: usize = 3;
/// What is read of a good answer to an upload, which says nothing of interest.
const LIMIT: u64 = 64 << 10;

/// What a push came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pushed {
    /// What the reference now names.
    pub digest: Digest,
    /// Blobs and manifests that were sent.
    pub uploaded: usize,
    /// The bytes of those.
    pub bytes: u64,
    /// Blobs that the registry took from another repository.
    pub mounted: usize,
    /// Blobs and manifests that were there already.
    pub existing: usize,
    /// To which image the registry says that it refers (`OCI-Subject`), and so lists it. It says so only of what
    /// was sent.
    pub subject: Option<Digest>,
}

/// How something came into the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uploaded {
    /// It was sent.
    Sent,
    /// The registry took it from another repository.
    Mounted,
    /// It was there already.
    Existing,
}

/// What a push would do with a piece of content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The content.
    pub descriptor: Descriptor,
    /// Whether the registry has it; what it has not is sent.
    pub exists: bool,
}

impl Remote {
    /// Pushes an artifact and lets the tag of a reference name it; without a tag, the digest must be its own.
    ///
    /// What the tag names is asked first, and what it names already is not sent again; its blobs are looked for
    /// all the same, so that a push mends what a registry has lost.
    ///
    /// # Errors
    ///
    /// The reference does not fit; the registry cannot be talked to or refuses; the tag does not name
    /// the artifact in the end.
    pub fn push(
        &self,
        artifact: &Artifact,
        reference: &Reference,
        progress: &(dyn Fn(Progress<'_>) + Sync),
    ) -> Result<Pushed, Error> {
        let (digest, last) = (artifact.digest(), self.last(artifact, reference)?);
        let stop = AtomicBool::new(false);
        let trying = self.trying(progress, &stop);
        let tally =
            Mutex::new(Pushed { digest, uploaded: 0, bytes: 0, mounted: 0, existing: 0, subject: None });
        let done = |digest: Digest, size: u64, how: Uploaded| {
            tally.lock().unwrap_or_else(PoisonError::into_inner).add(size, how);
            progress(Progress::Done { digest, size, how });
        };
        let blobs = artifact.blobs();
        progress(Progress::Begin { blobs: blobs.len(), bytes: blobs.iter().map(|blob| blob.size()).sum() });
        // Before the threads: a wrong host or password is told once.
        let named = self.named(&last, trying)?;
        self.each_blob(&blobs, trying, &|blob| {
            let doing = format!("cannot upload blob {} to {}", blob.digest(), self.name());
            let how = trying.run(&doing, || self.put_blob(blob, trying))?;
            done(blob.digest(), blob.size(), how);
            Ok(())
        })
        .map_err(|error| self.explained(error))?;

        // Children have no name but their digest. The last manifest is the one that is tagged.
        for manifest in artifact.manifests() {
            let is_last = manifest.digest() == digest;
            let target = if is_last { last.clone() } else { manifest.digest().to_string() };
            let doing = format!("cannot push manifest `{target}` to {}", self.name());
            let how = trying.run(&doing, || {
                let named = if is_last { named } else { self.digest_of(&target)? };
                if named == Some(manifest.digest()) {
                    return Ok(Uploaded::Existing);
                }
                let subject = self.put_manifest(manifest, &target)?;
                if is_last {
                    tally.lock().unwrap_or_else(PoisonError::into_inner).subject = subject;
                }
                Ok(Uploaded::Sent)
            })?;
            done(manifest.digest(), manifest.size(), how);
        }
        if named != Some(digest) {
            self.verify(artifact.manifest(), &last, trying)?;
        }
        Ok(*tally.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Says what a push would send, in the order in which it would, and sends nothing. What could be mounted is
    /// known only when it is tried.
    ///
    /// # Errors
    ///
    /// Those of [`Remote::push`], as far as they show without writing.
    pub fn plan(&self, artifact: &Artifact, reference: &Reference) -> Result<Vec<Planned>, Error> {
        let last = self.last(artifact, reference)?;
        let stop = AtomicBool::new(false);
        let trying = self.trying(&|_| {}, &stop);
        let named = self.named(&last, trying)?;
        let found = Mutex::new(BTreeSet::new());
        let blobs = artifact.blobs();
        self.each_blob(&blobs, trying, &|blob| {
            let doing = format!("cannot look for blob {} in {}", blob.digest(), self.name());
            if trying.run(&doing, || self.has_blob(blob))? {
                found.lock().unwrap_or_else(PoisonError::into_inner).insert(blob.digest());
            }
            Ok(())
        })?;
        let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        let plan = |blob: &Content| Planned {
            descriptor: blob.descriptor().clone(),
            exists: found.contains(&blob.digest()),
        };
        let mut planned: Vec<Planned> = blobs.iter().map(plan).collect();
        for manifest in artifact.manifests() {
            let own = manifest.digest();
            let doing = format!("cannot look for manifest {own} in {}", self.name());
            let exists = match own == artifact.digest() {
                true => named == Some(own),
                false => trying.run(&doing, || self.digest_of(&own.to_string()))? == Some(own),
            };
            planned.push(Planned { descriptor: manifest.descriptor(), exists });
        }
        Ok(planned)
    }

    /// Checks a reference, asks for the rights of a push, and returns the name of the last manifest: the tag,
    /// or the digest where there is none.
    fn last(&self, artifact: &Artifact, reference: &Reference) -> Result<String, Error> {
        self.check(reference)?;
        let digest = artifact.digest();
        if let Some(other) = reference.digest().filter(|other| *other != digest) {
            return Err(Error::new(
                Kind::Input,
                format!("{reference} asks for {other}, but the image is {digest}"),
            )
            .hint("leave out the digest; it follows from the image"));
        }
        let mut scopes = vec![format!("repository:{}:pull,push", self.path)];
        scopes.extend(self.mount_from.iter().map(|from| format!("repository:{from}:pull")));
        self.session.want(&scopes);
        match (reference.tag(), reference.digest()) {
            (Some(tag), _) => Ok(tag.to_owned()),
            (None, Some(digest)) => Ok(digest.to_string()),
            (None, None) => Err(Error::new(Kind::Input, format!("{reference} has no tag"))
                .hint(format!("add one, such as `{reference}:v1`"))),
        }
    }

    /// What the last manifest's name stands for now. This is the first request, which also logs in.
    fn named(&self, target: &str, trying: Trying<'_>) -> Result<Option<Digest>, Error> {
        trying.run(&format!("cannot push to {}", self.name()), || self.digest_of(target))
    }

    /// What a name stands for; who asks for a digest judges what comes, since it is sent where it does not agree.
    fn digest_of(&self, target: &str) -> Result<Option<Digest>, Failure> {
        Ok(self.find_manifest(target, None, Session::failure)?.map(|found| found.digest))
    }

    /// Tells a host that is no registry from a repository that is not there.
    fn explained(&self, mut error: Error) -> Error {
        if error.kind == Kind::NotFound
            && let Err(greeted) = self.session.greet()
            && greeted.error.kind == Kind::NotFound
        {
            error.hint = greeted.error.hint;
        }
        error
    }

    /// Works on blobs, some at once. The first error ends it.
    fn each_blob(
        &self,
        blobs: &[Content],
        trying: Trying<'_>,
        work: &(dyn Fn(&Content) -> Result<(), Error> + Sync),
    ) -> Result<(), Error> {
        let next = AtomicUsize::new(0);
        let first_error = Mutex::new(None);
        let take = || {
            while let Some(blob) = blobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                if trying.stop.load(Ordering::Relaxed) {
                    return;
                }
                if let Err(error) = work(blob) {
                    // Those who are stopped fail, too, but later.
                    first_error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                    trying.stop.store(true, Ordering::Relaxed);
                    return;
                }
            }
        };
        thread::scope(|scope| {
            for _ in 0..WORKERS.min(blobs.len()) {
                scope.spawn(take);
            }
        });
        match first_error.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    fn has_blob(&self, blob: &Content) -> Result<bool, Failure> {
        let url = self.session.url(&format!("{}/blobs/{}", self.path, blob.digest()))?;
        let answer = self.session.call(&mut Call::new(Method::HEAD, url, LIMIT))?;
        match answer.status {
            200 => Ok(true),
            404 => Ok(false),
            _ => Err(self.session.failure(&answer)),
        }
    }

    /// One try at a blob, from the beginning: after a failure nobody knows what an upload session holds, but a
    /// blob that arrived after all is found.
    fn put_blob(&self, blob: &Content, trying: Trying<'_>) -> Result<Uploaded, Failure> {
        if self.has_blob(blob)? {
            return Ok(Uploaded::Existing);
        }
        for from in &self.mount_from {
            // A registry that dislikes the question is not asked again, and not blamed.
            let answer = self.begin(&format!("?mount={}&from={}", blob.digest(), from))?;
            match answer.status {
                201 => return Ok(Uploaded::Mounted),
                202 => return self.send(blob, open(blob)?, &answer, trying),
                _ => {}
            }
        }
        // What comes from elsewhere may take its time, and an upload that waits ends.
        let reader = open(blob)?;
        let answer = self.begin("")?;
        match answer.status {
            202 => self.send(blob, reader, &answer, trying),
            _ => Err(self.session.failure(&answer)),
        }
    }

    fn begin(&self, query: &str) -> Result<Answer, Failure> {
        let url = self.session.url(&format!("{}/blobs/uploads/{query}", self.path))?;
        let mut call = Call::new(Method::POST, url, LIMIT);
        call.body = Some(Body::Bytes(&[]));
        self.session.call(&mut call)
    }

    /// Sends a blob to where an upload was begun.
    fn send(
        &self,
        blob: &Content,
        reader: Reader,
        begun: &Answer,
        trying: Trying<'_>,
    ) -> Result<Uploaded, Failure> {
        let location = follow(&begun.url, begun.header("location").unwrap_or_default())?;
        let join = if location.query().is_some() { '&' } else { '?' };
        let url: Uri = format!("{location}{join}digest={}", blob.digest()).parse().map_err(|_| {
            let reason = format!("{} leads to an address that is not one", host(&begun.url));
            Failure::new(Kind::Registry, reason, "see the registry's log")
        })?;
        let sent =
            |bytes| (trying.progress)(Progress::Sent { blob: blob.digest(), bytes, size: blob.size() });
        let mut call =
            Call::new(Method::PUT, url, LIMIT).header(header::CONTENT_TYPE, "application/octet-stream");
        let open = || Ok(Box::new(reader.clone()) as Box<dyn Read>);
        call.body = Some(Body::Content(blob.size(), &open));
        call.sent = &sent;
        let answer = self.session.call(&mut call)?;
        match answer.status {
            // Some registries answer without a `Location`, which nobody needs.
            200 | 201 | 204 => Ok(Uploaded::Sent),
            _ => Err(self.lost(&answer)),
        }
    }

    /// One try at a manifest, under its digest or a tag. Returns its subject, if the registry knows of such.
    pub(super) fn put_manifest(&self, manifest: &Blob, target: &str) -> Result<Option<Digest>, Failure> {
        let url = self.session.url(&format!("{}/manifests/{target}", self.path))?;
        let mut call = Call::new(Method::PUT, url, LIMIT).header(header::CONTENT_TYPE, manifest.media_type());
        call.body = Some(Body::Bytes(manifest.bytes()));
        let answer = self.session.call(&mut call)?;
        match answer.status {
            200..300 => Ok(answer.header("oci-subject").and_then(|text| text.parse().ok())),
            _ => Err(self.lost(&answer)),
        }
    }

    /// A registry of several machines may not know yet, or not any more, what one of them was told.
    fn lost(&self, answer: &Answer) -> Failure {
        const PASSING: [&str; 5] =
            ["BLOB_UPLOAD_", "BLOB_UNKNOWN", "MANIFEST_UNKNOWN", "DIGEST_INVALID", "SIZE_INVALID"];
        let mut failure = self.session.failure(answer);
        let said = answer.complaint.as_deref().unwrap_or_default();
        if failure.retry == Retry::Never && PASSING.iter().any(|code| said.contains(code)) {
            failure = failure.passing();
        }
        failure
    }

    /// Whether the registry now gives out what was pushed. A tag may take a moment to appear.
    fn verify(&self, manifest: &Blob, target: &str, trying: Trying<'_>) -> Result<(), Error> {
        let doing = format!("cannot verify {}", self.name());
        trying.run(&doing, || match self.digest_of(target)? {
            Some(found) if found == manifest.digest() => Ok(()),
            Some(found) => Err(Failure::new(
                Kind::Registry,
                format!("`{target}` names {found} and not {}, which was pushed", manifest.digest()),
                "see whether another job pushes the same tag, or the registry rewrites images",
            )),
            None => Err(Failure::new(
                Kind::Registry,
                format!("`{target}` is not there after the push"),
                "see the registry's log",
            )
            .passing()),
        })
    }
}

/// Opens what is to be sent; where that fails, another try would, too.
fn open(blob: &Content) -> Result<Reader, Failure> {
    blob.open().map_err(|error| Failure { error, retry: Retry::Never })
}

impl Pushed {
    fn add(&mut self, size: u64, how: Uploaded) {
        match how {
            Uploaded::Sent => {
                self.uploaded += 1;
                self.bytes += size;
            }
            Uploaded::Mounted => self.mounted += 1,
            Uploaded::Existing => self.existing += 1,
        }
    }
}
