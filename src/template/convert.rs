//! The way back: a catalog becomes a template (opm-spec 6.5, `alpha/template/converter`).

use crate::catalog::{CANONICAL, Catalog, Format, trees};
use crate::text::{Builder, Value, json, yaml};

/// What a catalog becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conversion {
    /// `olm.template.basic`: of a bundle only the reference of its image stays.
    Basic,
    /// `olm.template.substitutes`, without a substitution yet.
    Substitutes,
}

/// Writes a template that expands to the catalog.
pub fn convert(catalog: &Catalog<'_>, conversion: Conversion, format: Format) -> String {
    // opm keeps blobs as it reads them, which is with their keys sorted.
    let texts: Vec<String> = (trees(catalog).iter().filter_map(|blob| blob.root()))
        .map(|blob| {
            let mut out = String::new();
            json::write(blob, CANONICAL, &mut out);
            out
        })
        .collect();
    let blobs: Vec<_> = texts.iter().filter_map(|text| json::read(text).ok()).collect();
    let mut to = Builder::default();
    to.open_map();
    to.field(
        "schema",
        match conversion {
            Conversion::Basic => "olm.template.basic",
            Conversion::Substitutes => "olm.template.substitutes",
        },
    );
    to.str("entries");
    to.open_list();
    for blob in blobs.iter().filter_map(|blob| blob.root()) {
        if conversion == Conversion::Basic && blob.get("schema").and_then(Value::str) == Some("olm.bundle") {
            to.open_map();
            to.field("schema", "olm.bundle");
            to.field("image", blob.get("image").map(Value::cow).unwrap_or_default());
            to.close();
        } else {
            to.value(blob);
        }
    }
    to.close();
    if conversion == Conversion::Substitutes {
        to.str("substitutions");
        to.open_list();
        to.close();
    }
    to.close();
    let tree = to.finish();
    let root = tree.root().expect("a template is a mapping");
    let mut out = String::new();
    match format {
        Format::Yaml => {
            out.push_str("---\n");
            yaml::write(root, &mut out);
        }
        Format::Json => {
            let style = json::Style { indent: 4, sort: false, escape_html: true, doubles: false };
            json::write(root, style, &mut out);
        }
    }
    out.push('\n');
    out
}
