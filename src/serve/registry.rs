//! The methods of `api.Registry`: which of them is asked, and what opm answers (opm-spec 7.4). Pure: no socket,
//! no task.

use std::io;
use std::sync::Arc;

use super::status::{Code, Status};
use crate::index::{EntryView, Index, PackageView, View, wire};

/// A stream of messages.
pub(super) type Messages = Box<dyn Iterator<Item = io::Result<Vec<u8>>> + Send>;

/// What a call is answered with.
pub(super) enum Answer {
    /// One message.
    One(Vec<u8>),
    /// Some, which are made when they are sent.
    Many(Messages),
}

/// The header that who asks for what may change has to send.
pub(super) const ACKNOWLEDGE: &str = "x-acknowledge-experimental";

type Method = fn(&Arc<Index>, &[u8]) -> Result<Answer, Status>;

/// The methods, by name, and whether an answer may be large.
const METHODS: [(&str, Method, bool); 10] = [
    ("ListPackages", list_packages, false),
    ("GetPackage", get_package, false),
    ("GetBundle", get_bundle, true),
    ("GetBundleForChannel", get_bundle_for_channel, true),
    ("GetChannelEntriesThatReplace", entries_that_replace, false),
    ("GetBundleThatReplaces", bundle_that_replaces, true),
    ("GetChannelEntriesThatProvide", entries_that_provide, false),
    ("GetLatestChannelEntriesThatProvide", latest_that_provide, false),
    ("GetDefaultBundleThatProvides", default_that_provides, true),
    ("ListBundles", list_bundles, true),
];

/// Finds a method, and says whether its answers may be large.
pub(super) fn method(name: &str) -> Option<(Method, bool)> {
    METHODS.iter().find(|(known, ..)| *known == name).map(|(_, method, is_large)| (*method, *is_large))
}

fn unknown(message: String) -> Status {
    Status::new(Code::UNKNOWN, message)
}

fn request<const N: usize>(bytes: &[u8]) -> Result<[&str; N], Status> {
    wire::texts(bytes).map_err(|_| Status::new(Code::INTERNAL, "the request is no message of this method"))
}

fn not_found(package: &str) -> Status {
    unknown(format!("package {package:?} not found"))
}

fn package<'i>(index: &'i Index, name: &str) -> Result<PackageView<'i>, Status> {
    index.package(name).ok_or_else(|| not_found(name))
}

fn single(entry: EntryView<'_>) -> Result<Answer, Status> {
    let mut out = Vec::new();
    entry.read(View::Single, &mut out).map_err(|_| Status::internal())?;
    Ok(Answer::One(out))
}

fn list_packages(index: &Arc<Index>, _: &[u8]) -> Result<Answer, Status> {
    let one = |package: PackageView<'_>| {
        let mut out = Vec::new();
        wire::string(&mut out, 1, package.name());
        out
    };
    Ok(all(index.packages().map(one).collect()))
}

fn all(messages: Vec<Vec<u8>>) -> Answer {
    Answer::Many(Box::new(messages.into_iter().map(Ok)))
}

fn get_package(index: &Arc<Index>, request: &[u8]) -> Result<Answer, Status> {
    let [name] = self::request(request)?;
    let package = package(index, name)?;
    let mut out = Vec::new();
    wire::string(&mut out, 1, package.name());
    for channel in package.channels() {
        let mut one = Vec::new();
        wire::string(&mut one, 1, channel.name());
        wire::string(&mut one, 2, channel.head().name());
        channel.deprecation().into_iter().for_each(|message| wire::strings(&mut one, 3, &[message]));
        wire::bytes(&mut out, 2, &one);
    }
    wire::string(&mut out, 3, package.default_channel());
    package.deprecation().into_iter().for_each(|message| wire::strings(&mut out, 4, &[message]));
    Ok(Answer::One(out))
}

fn channel<'i>(package: PackageView<'i>, name: &str) -> Result<crate::index::ChannelView<'i>, Status> {
    let missing = || unknown(format!("package {:?}, channel {name:?} not found", package.name()));
    package.channel(name).ok_or_else(missing)
}

fn get_bundle(index: &Arc<Index>, request: &[u8]) -> Result<Answer, Status> {
    let [package, channel, name] = self::request(request)?;
    let entry = self::channel(self::package(index, package)?, channel)?.entry(name);
    single(entry.ok_or_else(|| {
        unknown(format!("package {package:?}, channel {channel:?}, bundle {name:?} not found"))
    })?)
}

fn get_bundle_for_channel(index: &Arc<Index>, request: &[u8]) -> Result<Answer, Status> {
    let [package, channel] = self::request(request)?;
    single(self::channel(self::package(index, package)?, channel)?.head())
}

fn bundle_that_replaces(index: &Arc<Index>, request: &[u8]) -> Result<Answer, Status> {
    let [name, package, channel] = self::request(request)?;
    // opm does not quote the name here.
    let found = index.package(package).ok_or_else(|| unknown(format!("package {package} not found")))?;
    let found = self::channel(found, channel)?;
    let mut entries = found.entries();
    let entry = entries.find(|entry| entry.replaces() == name || entry.skips().any(|skip| skip == name));
    let missing = || unknown(format!("no entry found for package {package:?}, channel {channel:?}"));
    single(entry.ok_or_else(missing)?)
}

/// A `ChannelEntry`.
fn entry(entry: EntryView<'_>, replaces: &str) -> Vec<u8> {
    let channel = entry.channel();
    let mut out = Vec::new();
    let texts = [channel.package().name(), channel.name(), entry.name(), replaces];
    (1..).zip(texts).for_each(|(field, text)| wire::string(&mut out, field, text));
    out
}

fn entries_that_replace(index: &Arc<Index>, request: &[u8]) -> Result<Answer, Status> {
    let [name] = self::request(request)?;
    let mut found = Vec::new();
    for one in index.entries() {
        let skips = one.skips().filter(|skip| *skip == name && one.replaces() != name).count();
        let times = usize::from(one.replaces() == name) + skips;
        found.extend(std::iter::repeat_with(|| entry(one, one.replaces())).take(times));
    }
    if found.is_empty() {
        return Err(unknown(format!("no channel entries found that replace {name}")));
    }
    Ok(all(found))
}

/// The entry, and what it skips as if it replaced that, too.
fn with_skips<'i>(one: EntryView<'i>, mut counts: impl FnMut(&str) -> bool) -> Vec<Vec<u8>> {
    let mut found = vec![entry(one, one.replaces())];
    let skips = one.skips().filter(|skip| *skip != one.replaces());
    found.extend(skips.filter(|skip| counts(skip)).map(|skip| entry(one, skip)));
    found
}

fn api(request: &[u8]) -> Result<[&str; 3], Status> {
    let [group, version, kind, _plural] = self::request(request)?;
    Ok([group, version, kind])
}

fn provided([group, version, kind]: [&str; 3]) -> String {
    format!("that provides group:{group:?} version:{version:?} kind:{kind:?}")
}

fn providing(found: Vec<Vec<u8>>, api: [&str; 3]) -> Result<Answer, Status> {
    if found.is_empty() {
        let what = provided(api).replace("that provides", "that provide");
        return Err(unknown(format!("no channel entries found {what}")));
    }
    Ok(all(found))
}

fn entries_that_provide(index: &Arc<Index>, request: &[u8]) -> Result<Answer, Status> {
    let api = api(request)?;
    let entries = index.entries().filter(|entry| entry.provides(api));
    providing(entries.flat_map(|entry| with_skips(entry, |_| true)).collect(), api)
}

fn latest_that_provide(index: &Arc<Index>, request: &[u8]) -> Result<Answer, Status> {
    let api = api(request)?;
    let channels = index.packages().flat_map(PackageView::channels);
    let heads = channels.map(|channel| channel.head()).filter(|head| head.provides(api));
    let found = heads.flat_map(|head| with_skips(head, |skip| head.channel().entry(skip).is_some()));
    providing(found.collect(), api)
}

fn default_that_provides(index: &Arc<Index>, request: &[u8]) -> Result<Answer, Status> {
    let api = api(request)?;
    let defaults = index.packages().filter_map(|package| package.channel(package.default_channel()));
    let head = defaults.map(|channel| channel.head()).find(|head| head.provides(api));
    single(head.ok_or_else(|| unknown(format!("no entry found {}", provided(api))))?)
}

fn list_bundles(index: &Arc<Index>, _: &[u8]) -> Result<Answer, Status> {
    let (index, mut at) = (Arc::clone(index), 0);
    Ok(Answer::Many(Box::new(std::iter::from_fn(move || {
        let entry = index.entry(at)?;
        at += 1;
        let mut out = Vec::new();
        Some(entry.read(View::Listed, &mut out).map(|()| out))
    }))))
}

/// The blobs of another schema. Who has not said to know that this may change gets nothing.
pub(super) fn custom_schemas(
    index: &Arc<Index>,
    request: &[u8],
    is_acknowledged: bool,
) -> Result<Answer, Status> {
    if !is_acknowledged {
        return Ok(all(Vec::new()));
    }
    let [schema, package] = self::request(request)?;
    let invalid = |why: String| Status::new(Code::INVALID_ARGUMENT, why);
    if schema.is_empty() {
        return Err(invalid("schema is required".to_owned()));
    }
    for (what, name) in [("schema", schema), ("packageName", package)] {
        let is_start = |c: char| c.is_ascii_alphanumeric();
        let is_rest = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let is_name = name.starts_with(is_start) && name.chars().all(is_rest);
        if !is_name && !name.is_empty() {
            return Err(invalid(format!(
                "invalid custom schema query: invalid {what} {name:?}: must match ^[a-zA-Z0-9][a-zA-Z0-9._-]*$"
            )));
        }
    }
    let (index, places) = (Arc::clone(index), index.metas(schema, package));
    Ok(Answer::Many(Box::new(places.into_iter().map(move |place| index.meta(place)))))
}
