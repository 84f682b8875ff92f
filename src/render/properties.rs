//! The properties of a rendered bundle: what opm gathers from metadata, CSV and CRDs, in its order.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::bundle::{Bundle, Csv};
use crate::catalog::{BUNDLE_OBJECT, PACKAGE, PackageProperty, Property, Raw};
use crate::text::{Builder, Kind, Value, json};

/// What Go's `json.Marshal` makes of manifests and of values from metadata files.
const MARSHALLED: json::Style = json::Style { indent: 0, sort: true, escape_html: true, doubles: false };
/// What opm builds itself: no HTML escapes, fields in its own order.
const BUILT: json::Style = json::Style { indent: 0, sort: false, escape_html: false, doubles: false };

/// Group, version and kind, in the order in which opm writes them sorted: as JSON text.
type Gvks = BTreeSet<String>;

/// Gathers the properties of a bundle, sorted by type and value, manifests last.
pub(super) fn of<'s>(bundle: &Bundle<'s>, csv: Csv<'_, 's>) -> Result<Vec<Property<'s>>, String> {
    let (provided, mut gvks) = provided_apis(bundle, csv);
    check_owned(csv, &provided)?;
    let mut required = required_apis(csv);
    let mut list: Vec<Property<'s>> = Vec::new();

    // Of several `olm.package` the last wins: the CSV's annotation comes after the annotations
    // file, and that after `properties.yaml`.
    let own = PackageProperty {
        package: bundle.package().into_owned(),
        version: version(csv)?.to_owned(),
        release: release(csv)?,
    };
    let mut package = None;
    let from_files = declared_in_metadata(bundle);
    let is_named = !bundle.package().is_empty();
    let from_csv = declared_in_csv(csv);
    let split = from_files.len();
    let mut seen = BTreeSet::new();
    for (index, (kind, raw)) in from_files.into_iter().chain(from_csv).enumerate() {
        if index == split && is_named {
            package = None;
        }
        if !seen.insert((kind.clone(), raw.clone())) {
            continue;
        }
        let wrong = |why: String| format!("property {index} of type `{kind}` does not parse: {why}");
        match kind.as_str() {
            "olm.gvk" => drop(gvks.insert(gvk(&raw).map_err(wrong)?)),
            PACKAGE => {
                package = Some((index, PackageProperty::parse(&Raw::Json(raw.into())).map_err(wrong)?))
            }
            _ => list.push(Property { kind: kind.into(), value: Some(Raw::Json(raw.into())) }),
        }
    }
    let package = match package {
        Some((index, package)) if index >= split || !is_named => package,
        _ => own,
    };
    dependencies(bundle, &mut required, &mut list)?;

    let api = |kind: &'static str| {
        move |raw: String| Property { kind: Cow::Borrowed(kind), value: Some(Raw::Json(raw.into())) }
    };
    list.extend(gvks.into_iter().map(api("olm.gvk")));
    list.extend(required.into_iter().map(api("olm.gvk.required")));
    list.push(package_property(&package));
    list.extend(objects(bundle));
    list.sort_by(|a, b| {
        a.kind.cmp(&b.kind).then_with(|| match (&a.value, &b.value) {
            (Some(Raw::Manifest(a)), Some(Raw::Manifest(b))) => compare_encoded(a, b),
            (a, b) => a.cmp(b),
        })
    });
    list.sort_by_key(super::is_bulky);
    Ok(list)
}

/// The version of the CSV as it is written; whether it is semver is for the rules to say.
fn version<'t>(csv: Csv<'t, '_>) -> Result<&'t str, String> {
    match csv.spec().and_then(|spec| spec.get("version")) {
        None => Ok(""),
        Some(version) if version.is_null() => Ok(""),
        Some(version) => {
            version.str().ok_or_else(|| "`spec.version` of the CSV is not a string: quote it".to_owned())
        }
    }
}

fn release(csv: Csv<'_, '_>) -> Result<String, String> {
    match csv.spec().and_then(|spec| spec.get("release")) {
        None => Ok(String::new()),
        Some(release) => match release.kind() {
            Kind::Str | Kind::Int | Kind::Float => Ok(release.text().to_owned()),
            Kind::Null => Ok(String::new()),
            _ => Err("`spec.release` of the CSV is neither a string nor a number".to_owned()),
        },
    }
}

fn marshalled(value: Value<'_, '_>) -> String {
    // JSON has no indentation, so the text that the value was read from is longer.
    let mut out = String::with_capacity(value.span().len());
    json::write(value, MARSHALLED, &mut out);
    out.shrink_to_fit();
    out
}

fn built(fields: &[(&'static str, &str)]) -> String {
    let mut object = Builder::default();
    object.open_map();
    for (key, value) in fields {
        object.field(key, *value);
    }
    object.close();
    let tree = object.finish();
    let mut out = String::new();
    tree.root().into_iter().for_each(|root| json::write(root, BUILT, &mut out));
    out
}

fn api_json(group: &str, version: &str, kind: &str) -> String {
    built(&[("group", group), ("kind", kind), ("version", version)])
}

/// Re-encodes a GVK that somebody declared.
fn gvk(raw: &str) -> Result<String, String> {
    let tree = json::read(raw).map_err(|fault| fault.message)?;
    let root = tree.root().filter(|root| root.kind() == Kind::Map).ok_or("it is not a mapping")?;
    let text = |key: &str| match root.get_folded(key) {
        None => Ok(""),
        Some(value) if value.is_null() => Ok(""),
        Some(value) => value.str().ok_or_else(|| format!("`{key}` is not a string")),
    };
    Ok(api_json(text("group")?, text("version")?, text("kind")?))
}

fn package_property<'s>(package: &PackageProperty) -> Property<'s> {
    let mut fields = vec![("packageName", package.package.as_str()), ("version", package.version.as_str())];
    if !package.release.is_empty() {
        fields.push(("release", &package.release));
    }
    Property { kind: Cow::Borrowed(PACKAGE), value: Some(Raw::Json(built(&fields).into())) }
}

/// A list in the first metadata file that has one that is not empty, whatever the file's name.
fn metadata_list<'t, 's>(bundle: &'t Bundle<'s>, key: &str) -> Vec<Value<'t, 's>> {
    let lists = bundle.metadata.iter().filter_map(|file| file.root()?.get_folded(key));
    lists.map(|list| list.items().collect::<Vec<_>>()).find(|list| !list.is_empty()).unwrap_or_default()
}

fn declared_in_metadata(bundle: &Bundle<'_>) -> Vec<(String, String)> {
    let properties = metadata_list(bundle, "properties").into_iter();
    properties.filter_map(|property| declared(property, marshalled)).collect()
}

/// The CSV's annotation `olm.properties`; opm ignores it when it is no JSON list.
fn declared_in_csv(csv: Csv<'_, '_>) -> Vec<(String, String)> {
    let Some(text) = csv.annotation("olm.properties") else { return Vec::new() };
    let Ok(tree) = json::read(text) else { return Vec::new() };
    let raw = |value: Value<'_, '_>| json::compact(&text[value.span()]);
    tree.root().into_iter().flat_map(Value::items).filter_map(|property| declared(property, raw)).collect()
}

fn declared(property: Value<'_, '_>, raw: impl Fn(Value<'_, '_>) -> String) -> Option<(String, String)> {
    let kind = property.get_folded("type")?.str()?.to_owned();
    Some((kind, property.get_folded("value").map(raw).unwrap_or_else(|| "null".to_owned())))
}

fn dependencies<'s>(
    bundle: &Bundle<'s>,
    required: &mut Gvks,
    list: &mut Vec<Property<'s>>,
) -> Result<(), String> {
    for dependency in metadata_list(bundle, "dependencies") {
        let Some((kind, raw)) = declared(dependency, marshalled) else { continue };
        match kind.as_str() {
            "olm.gvk" => {
                let api = gvk(&raw)
                    .map_err(|why| format!("a dependency of type `{kind}` does not parse: {why}"))?;
                required.insert(api);
            }
            PACKAGE => {
                let value = dependency.get_folded("value");
                let text = |key| {
                    value.and_then(|value| value.get_folded(key)).and_then(Value::str).unwrap_or_default()
                };
                let raw = built(&[("packageName", text("packageName")), ("versionRange", text("version"))]);
                list.push(Property {
                    kind: "olm.package.required".into(),
                    value: Some(Raw::Json(raw.into())),
                });
            }
            _ => list.push(Property { kind: kind.into(), value: Some(Raw::Json(raw.into())) }),
        }
    }
    Ok(())
}

/// An API by group, version, kind and plural.
type Api = [String; 4];

/// Every version of every CRD, served or not, and the API services that the CSV owns.
fn provided_apis(bundle: &Bundle<'_>, csv: Csv<'_, '_>) -> (BTreeSet<Api>, Gvks) {
    let mut apis = BTreeSet::new();
    let mut add = |group: &str, version: &str, kind: &str, plural: &str| {
        apis.insert([group, version, kind, plural].map(str::to_owned));
    };
    for crd in bundle.crds() {
        let Some(spec) = crd.get("spec") else { continue };
        let text = |keys: &[&str]| spec.at(keys).map(Value::text).unwrap_or_default();
        let (group, kind, plural) = (text(&["group"]), text(&["names", "kind"]), text(&["names", "plural"]));
        for version in spec.get("versions").into_iter().flat_map(Value::items) {
            add(group, version.get("name").map(Value::text).unwrap_or_default(), kind, plural);
        }
        let is_beta = crd.get("apiVersion").is_some_and(|version| version.text().ends_with("/v1beta1"));
        if is_beta && !text(&["version"]).is_empty() {
            add(group, text(&["version"]), kind, plural);
        }
    }
    for service in csv.list(&["apiservicedefinitions", "owned"]) {
        let text = |key| service.get(key).map(Value::text).unwrap_or_default();
        add(text("group"), text("version"), text("kind"), text("name"));
    }
    let gvks = apis.iter().map(|[group, version, kind, _]| api_json(group, version, kind)).collect();
    (apis, gvks)
}

fn check_owned(csv: Csv<'_, '_>, provided: &BTreeSet<Api>) -> Result<(), String> {
    for owned in csv.owned_crds() {
        let text = |key| owned.get(key).map(Value::text).unwrap_or_default();
        let name = text("name");
        let (plural, group) = name
            .split_once('.')
            .ok_or_else(|| format!("the owned CRD `{name}` is not named `<plural>.<group>`"))?;
        let api = [group, text("version"), text("kind"), plural].map(str::to_owned);
        if !provided.contains(&api) {
            let [group, version, kind, _] = api;
            return Err(format!(
                "the CSV owns {group}/{version} {kind}, but no CRD of the bundle provides it"
            ));
        }
    }
    Ok(())
}

fn required_apis(csv: Csv<'_, '_>) -> Gvks {
    let mut apis = Gvks::new();
    for required in csv.list(&["customresourcedefinitions", "required"]) {
        let text = |key| required.get(key).map(Value::text).unwrap_or_default();
        let group = text("name").split_once('.').map(|(_, group)| group).unwrap_or_default();
        apis.insert(api_json(group, text("version"), text("kind")));
    }
    for required in csv.list(&["apiservicedefinitions", "required"]) {
        let text = |key| required.get(key).map(Value::text).unwrap_or_default();
        apis.insert(api_json(text("group"), text("version"), text("kind")));
    }
    apis
}

/// Every manifest as compact JSON in base64; of several CSVs the first only.
fn objects<'s>(bundle: &Bundle<'s>) -> Vec<Property<'s>> {
    let first_csv = bundle.csv_manifest().map(|manifest| manifest.file);
    let mut objects = Vec::new();
    for manifest in &bundle.manifests {
        let (Some(root), Some(kind)) = (manifest.root(), manifest.kind()) else { continue };
        if kind == "ClusterServiceVersion" && Some(manifest.file) != first_csv {
            continue;
        }
        let value = Some(Raw::Manifest(marshalled(root)));
        objects.push(Property { kind: Cow::Borrowed(BUNDLE_OBJECT), value });
    }
    objects
}

/// Compares two texts by what they are in base64, whose alphabet is not in the order of its digits.
fn compare_encoded(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    // Three bytes are four digits, so only the group with the first difference matters.
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let group = |bytes: &[u8]| {
        let rest = &bytes[same / 3 * 3..];
        STANDARD.encode(&rest[..rest.len().min(3)])
    };
    group(a).cmp(&group(b)).then(a.len().cmp(&b.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_are_in_the_order_of_their_base64() {
        let texts =
            ["", "a", "b", "ab", "abc", "abd", "abcd", "abc~", "abc\u{7f}", "ab?", "ab>", "~", "\u{3ff}z"];
        for (a, b) in texts.iter().flat_map(|a| texts.iter().map(move |b| (a, b))) {
            assert_eq!(compare_encoded(a, b), STANDARD.encode(a).cmp(&STANDARD.encode(b)), "{a:?} {b:?}");
        }
    }
}
