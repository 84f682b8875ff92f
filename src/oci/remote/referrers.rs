//! What refers to an image: asked of the registry, or kept under a tag where it has no interface for that
//! (distribution specification, "Listing Referrers" and "Referrers Tag Schema").

use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use ureq::http::{Method, Uri, header};

use super::address::{follow, same_host};
use super::fault::Failure;
use super::http::{Answer, Call};
use super::retry::dice;
use super::{Progress, Pushed, Remote};
use crate::oci::attachment::{attached, companion_tag};
use crate::oci::descriptor::{Blob, Descriptor, media_type};
use crate::oci::digest::Digest;
use crate::oci::error::{Error, Kind};
use crate::oci::image::{Artifact, json as compact};
use crate::oci::layout_read::entries;
use crate::oci::reference::Reference;

/// What a page of referrers may have.
const LIMIT: u64 = 4 << 20;
/// More pages, and more referrers, than any image has that is not attacked.
const PAGES: usize = 50;
const REFERRERS: usize = 5000;
/// How often a tag is written again when somebody else writes it at the same time.
const ROUNDS: usize = 10;
/// The longest pause before it is read again.
const LONGEST: Duration = Duration::from_secs(5);

impl Remote {
    /// Lists what refers to an image of this repository, in the order of the registry.
    ///
    /// # Errors
    ///
    /// The registry cannot be talked to; its list is no list, or without end.
    pub fn referrers(&self, reference: &Reference, subject: Digest) -> Result<Vec<Descriptor>, Error> {
        match self.told_referrers(reference, subject)? {
            Some(referrers) => Ok(referrers),
            None => Ok(self.listed(reference, subject)?.map(|(_, listed)| listed).unwrap_or_default()),
        }
    }

    /// Pushes an artifact that refers to an image, and sees to it that it is listed. Who does it again changes
    /// nothing.
    ///
    /// # Errors
    ///
    /// Those of [`Remote::push`]; others write the list all the time.
    pub fn attach(
        &self,
        artifact: &Artifact,
        reference: &Reference,
        progress: &(dyn Fn(Progress<'_>) + Sync),
    ) -> Result<Pushed, Error> {
        let (subject, entry) = attached(artifact)?;
        let pushed = self.push(artifact, &reference.pinned(artifact.digest()), progress)?;
        // So says a registry that lists it by itself.
        if pushed.subject == Some(subject) {
            return Ok(pushed);
        }
        let told = self.told_referrers(reference, subject)?;
        if told.is_some_and(|told| told.iter().any(|found| found.digest == entry.digest)) {
            return Ok(pushed);
        }
        self.list(reference, subject, &entry)?;
        Ok(pushed)
    }

    /// Asks the registry; none where it has no such interface.
    fn told_referrers(
        &self,
        reference: &Reference,
        subject: Digest,
    ) -> Result<Option<Vec<Descriptor>>, Error> {
        self.check(reference)?;
        let what = format!("cannot list what refers to {}@{subject}", self.name());
        let stop = AtomicBool::new(false);
        let trying = self.trying(&|_| {}, &stop);
        let first = format!("{}/referrers/{subject}", self.path);
        let mut next: Option<Uri> = None;
        let mut found = Vec::new();
        for page in 0..PAGES {
            let answer = trying.run(&what, || {
                let url = match &next {
                    Some(next) => next.clone(),
                    None => self.session.url(&first)?,
                };
                let call = Call::new(Method::GET, url, LIMIT);
                let answer = self.session.call(&mut call.header(header::ACCEPT, media_type::INDEX))?;
                match answer.status {
                    200 | 400 | 404..=406 | 501 => Ok(answer),
                    _ => Err(self.session.unread(&answer)),
                }
            })?;
            // Who does not know the path may answer with anything, also a page for people.
            let index = serde_json::from_slice::<Value>(&answer.body).ok();
            let listed = index.as_ref().filter(|_| answer.status == 200).and_then(entries);
            let Some(listed) = listed else {
                if page == 0 {
                    return Ok(None);
                }
                return Err(Error::new(Kind::Registry, format!("{what}: page {} is no list", page + 1)));
            };
            found.extend(listed);
            if found.len() > REFERRERS {
                return Err(too_many(&what));
            }
            match self.next_page(&answer).map_err(|failure| failure.error)? {
                Some(uri) => next = Some(uri),
                None => return Ok(Some(found)),
            }
        }
        Err(too_many(&what))
    }

    /// Where a list goes on (RFC 8288): on the same host, or our login would go elsewhere.
    fn next_page(&self, answer: &Answer) -> Result<Option<Uri>, Failure> {
        let link = answer.header("link").unwrap_or_default();
        let next = link.split(',').find(|link| link.contains("rel=\"next\"") || link.contains("rel=next"));
        let Some(target) = next.and_then(|link| Some(link.split_once('<')?.1.split_once('>')?.0)) else {
            return Ok(None);
        };
        let url = follow(&answer.url, target)?;
        if !same_host(&url, &answer.url) {
            let reason = "the list of referrers goes on at another host";
            return Err(Failure::new(Kind::Registry, reason, "see the registry's log"));
        }
        Ok(Some(url))
    }

    /// The list that is kept under a tag, as it stands, and what it lists.
    fn listed(
        &self,
        reference: &Reference,
        subject: Digest,
    ) -> Result<Option<(Value, Vec<Descriptor>)>, Error> {
        let tag = companion_tag(subject, "");
        self.find(reference, &tag)?.map(|blob| self.list_in(&tag, &blob)).transpose()
    }

    /// The list that stands under a tag.
    fn list_in(&self, tag: &str, blob: &Blob) -> Result<(Value, Vec<Descriptor>), Error> {
        let index: Option<Value> = serde_json::from_slice(blob.bytes()).ok();
        let listed = index.and_then(|index| entries(&index).map(|listed| (index, listed)));
        let Some((index, listed)) = listed else {
            return Err(Error::new(
                Kind::Corrupt,
                format!("`{tag}` of {} is no list of referrers", self.name()),
            )
            .hint("look at it with `olmcat inspect --raw`; delete the tag if nobody needs it"));
        };
        if listed.len() > REFERRERS {
            return Err(too_many(&format!("cannot read `{tag}` of {}", self.name())));
        }
        Ok((index, listed))
    }

    /// The manifest under a tag, if there is one.
    ///
    /// # Errors
    ///
    /// The registry cannot be talked to, or does not want to tell.
    pub fn find(&self, reference: &Reference, tag: &str) -> Result<Option<Blob>, Error> {
        self.check(reference)?;
        let what = format!("cannot read `{tag}` of {}", self.name());
        self.trying(&|_| {}, &AtomicBool::new(false)).run(&what, || match self.manifest(tag, None) {
            Err(failure) if failure.error.kind == Kind::NotFound => Ok(None),
            answer => answer.map(Some),
        })
    }

    /// Adds an entry to the list under the tag.
    fn list(&self, reference: &Reference, subject: Digest, entry: &Descriptor) -> Result<(), Error> {
        let tag = companion_tag(subject, "");
        self.change(reference, &tag, |old| {
            let (mut index, listed) = match old {
                Some(blob) => self.list_in(&tag, &blob)?,
                None => (
                    json!({ "schemaVersion": 2, "mediaType": media_type::INDEX, "manifests": [] }),
                    Vec::new(),
                ),
            };
            if listed.iter().any(|found| found.digest == entry.digest) {
                return Ok(None);
            }
            if let Some(manifests) = index["manifests"].as_array_mut() {
                manifests.push(json!(entry));
            }
            Ok(Some(Blob::new(media_type::INDEX, compact(&index))))
        })
    }

    /// Changes what a tag names, given what it names now, until `change` finds nothing to change. There is no lock, and
    /// two writers at the same time would each drop what the other added: so it is read again after it was written, and
    /// after those who read before that must have written, too, if they are about as quick as we are.
    pub(in crate::oci) fn change<E: From<Error>>(
        &self,
        reference: &Reference,
        tag: &str,
        change: impl Fn(Option<Blob>) -> Result<Option<Blob>, E>,
    ) -> Result<(), E> {
        let what = format!("cannot write `{tag}` of {}", self.name());
        let stop = AtomicBool::new(false);
        for _ in 0..ROUNDS {
            let begun = Instant::now();
            let Some(manifest) = change(self.find(reference, tag)?)? else { return Ok(()) };
            self.trying(&|_| {}, &stop).run(&what, || self.put_manifest(&manifest, tag))?;
            // Once to three times as long: who waited as long as we did would meet us again.
            thread::sleep((begun.elapsed() * (100 + dice() % 201) / 100).min(LONGEST));
        }
        match change(self.find(reference, tag)?)? {
            None => Ok(()),
            Some(_) => Err(Error::new(Kind::Registry, format!("{what}: others write it at the same time"))
                .hint("try again; what was sent stays in the registry")
                .into()),
        }
    }
}

fn too_many(what: &str) -> Error {
    Error::new(Kind::TooLarge, format!("{what}: there are more than {REFERRERS}"))
        .hint("delete what nobody needs; an attacker may have filled the list")
}
