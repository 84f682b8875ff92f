//! What a bundle holds, picked out once: its objects, and the parts of its ClusterServiceVersion
//! that many ask for.

use super::{At, Bundle, Manifest};

/// The objects of a bundle and the parts of its CSV, each with its place.
#[derive(Debug)]
pub struct Contents<'c> {
    /// Every object of `manifests`, the CSV among them; of each file its first document.
    pub objects: Vec<Object<'c>>,
    /// The ClusterServiceVersion.
    pub csv: Option<At<'c>>,
    /// The Deployments of the CSV.
    pub deployments: Vec<Deployment<'c>>,
    /// The permissions of the CSV, those of the cluster among them.
    pub permissions: Vec<Permission<'c>>,
    /// The webhooks of the CSV.
    pub webhooks: Vec<At<'c>>,
    /// The CRDs.
    pub crds: Vec<Crd<'c>>,
}

/// A Kubernetes object of a bundle.
#[derive(Debug)]
pub struct Object<'c> {
    /// The object.
    pub at: At<'c>,
    /// Its file.
    pub manifest: &'c Manifest<'c>,
    /// Its kind, never empty.
    pub kind: &'c str,
    /// Its API group; empty for the core group.
    pub group: &'c str,
    /// Its API version, without the group.
    pub version: &'c str,
    /// Its name; empty when it has none.
    pub name: &'c str,
}

/// A Deployment of a CSV.
#[derive(Debug)]
pub struct Deployment<'c> {
    /// The element of `deployments`.
    pub at: At<'c>,
    /// Its name.
    pub name: &'c str,
    /// The specification of its pods.
    pub pod: Option<At<'c>>,
}

/// Permissions of a service account in a CSV.
#[derive(Debug)]
pub struct Permission<'c> {
    /// The element of `permissions` or `clusterPermissions`.
    pub at: At<'c>,
    /// The service account.
    pub account: &'c str,
    /// Whether they hold in all namespaces.
    pub is_cluster: bool,
}

/// A CustomResourceDefinition.
#[derive(Debug)]
pub struct Crd<'c> {
    /// The object.
    pub at: At<'c>,
    /// `spec`.
    pub spec: At<'c>,
    /// `metadata.name`.
    pub name: &'c str,
    /// Whether it is of the API version v1beta1.
    pub is_beta: bool,
}

/// A rule of a role, in the CSV or in an object.
#[derive(Debug)]
pub struct PolicyRule<'c> {
    /// The rule.
    pub at: At<'c>,
    /// Whether it holds in all namespaces.
    pub is_cluster: bool,
    /// The service account that has it; empty for a rule of a role object.
    pub account: &'c str,
}

impl<'c> Contents<'c> {
    /// Picks out what a bundle holds.
    pub fn new(bundle: &'c Bundle<'c>) -> Self {
        let objects: Vec<_> = bundle.manifests.iter().filter_map(Object::new).collect();
        let csv = bundle.csv_manifest().and_then(At::root);
        let strategy = csv.as_ref().and_then(|csv| csv.at(&["spec", "install", "spec"]));
        let deployments = strategy.iter().flat_map(|spec| spec.list(&["deployments"]));
        let permissions = [("permissions", false), ("clusterPermissions", true)].into_iter().flat_map(
            |(key, is_cluster)| {
                let list = strategy.iter().flat_map(move |spec| spec.list(&[key]));
                list.map(move |at| Permission { account: at.text(&["serviceAccountName"]), at, is_cluster })
            },
        );
        Contents {
            deployments: deployments.map(Deployment::new).collect(),
            permissions: permissions.collect(),
            webhooks: csv.iter().flat_map(|csv| csv.list(&["spec", "webhookdefinitions"])).collect(),
            crds: objects.iter().filter_map(Crd::new).collect(),
            csv,
            objects,
        }
    }

    /// Returns the objects of a kind, whatever their group.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Object<'c>> {
        self.objects.iter().filter(move |object| object.kind == kind)
    }

    /// Returns an annotation of the CSV.
    pub fn annotation(&self, name: &'c str) -> Option<At<'c>> {
        self.csv.as_ref()?.at(&["metadata", "annotations"])?.get(name)
    }

    /// Returns `spec` of the CSV, if it is a mapping.
    pub fn spec(&self) -> Option<At<'c>> {
        self.csv.as_ref()?.get("spec").filter(At::is_map)
    }

    /// Returns the elements of a list below `spec` of the CSV.
    pub fn list(&self, keys: &[&'c str]) -> impl Iterator<Item = At<'c>> + use<'c> {
        let list = self.spec().and_then(|spec| spec.at(keys));
        list.into_iter().flat_map(|list| list.items())
    }

    /// Returns the text of a scalar below `spec` of the CSV; empty where there is none.
    pub fn text(&self, keys: &[&str]) -> &'c str {
        self.spec().map(|spec| spec.text(keys)).unwrap_or_default()
    }

    /// Returns every container of the Deployments, those that only initialise among them.
    pub fn containers(&self) -> impl Iterator<Item = (&Deployment<'c>, At<'c>)> {
        self.deployments.iter().flat_map(|deployment| {
            let lists = ["containers", "initContainers"].into_iter();
            lists.flat_map(|key| deployment.containers(key)).map(move |container| (deployment, container))
        })
    }

    /// Returns the rules of the CSV's permissions, and those of the roles of the bundle.
    pub fn policy_rules(&self) -> impl Iterator<Item = PolicyRule<'c>> {
        let of_csv = self.permissions.iter().flat_map(|permission| {
            let (is_cluster, account) = (permission.is_cluster, permission.account);
            permission.at.list(&["rules"]).map(move |at| PolicyRule { at, is_cluster, account })
        });
        let roles = self.objects.iter().filter(|object| matches!(object.kind, "Role" | "ClusterRole"));
        of_csv.chain(roles.flat_map(|role| {
            let is_cluster = role.kind == "ClusterRole";
            role.at.list(&["rules"]).map(move |at| PolicyRule { at, is_cluster, account: "" })
        }))
    }

    /// Returns the elements of `owned` or `required` of the CSV's CRDs.
    pub fn crd_descriptions(&self, key: &'c str) -> impl Iterator<Item = At<'c>> + use<'c> {
        self.list(&["customresourcedefinitions", key]).filter(At::is_map)
    }

    /// Returns the CRD with this name.
    pub fn crd(&self, name: &str) -> Option<&Crd<'c>> {
        self.crds.iter().find(|crd| crd.name == name)
    }
}

impl<'c> Object<'c> {
    fn new(manifest: &'c Manifest<'c>) -> Option<Self> {
        let at = At::root(manifest)?;
        let kind = manifest.kind()?;
        let (group, version) = split_api_version(at.text(&["apiVersion"]));
        let name = at.text(&["metadata", "name"]);
        Some(Object { at, manifest, kind, group, version, name })
    }
}

/// Splits an `apiVersion` into group and version; the core group is empty.
pub fn split_api_version(text: &str) -> (&str, &str) {
    text.split_once('/').unwrap_or(("", text))
}

impl<'c> Deployment<'c> {
    fn new(at: At<'c>) -> Self {
        Deployment { name: at.text(&["name"]), pod: at.at(&["spec", "template", "spec"]), at }
    }

    /// Returns the containers of one of the pod's lists, `containers` or `initContainers`.
    pub fn containers(&self, list: &'c str) -> impl Iterator<Item = At<'c>> + use<'c> {
        self.pod.as_ref().and_then(|pod| pod.get(list)).into_iter().flat_map(|list| list.items())
    }

    /// Returns the labels of its pods.
    pub fn labels(&self) -> impl Iterator<Item = (&'c str, At<'c>)> + use<'c> {
        self.at.map(&["spec", "template", "metadata", "labels"])
    }

    /// Returns the service account of its pods; `default` when they name none.
    pub fn account(&self) -> &'c str {
        let pod = self.pod.as_ref();
        let account = pod.map(|pod| (pod.text(&["serviceAccountName"]), pod.text(&["serviceAccount"])));
        match account {
            Some(("", "")) | None => "default",
            Some(("", old)) => old,
            Some((account, _)) => account,
        }
    }

    /// Returns whether a selector, a mapping of labels, picks its pods.
    pub fn is_selected(&self, selector: &At<'c>) -> bool {
        selector.entries().all(|(key, value)| {
            self.labels().any(|(label, other)| label == key && other.value.text() == value.value.text())
        })
    }
}

impl<'c> Crd<'c> {
    fn new(object: &Object<'c>) -> Option<Self> {
        let is_crd = object.kind == "CustomResourceDefinition" && object.group == "apiextensions.k8s.io";
        let at = is_crd.then(|| object.at.clone())?;
        let spec = at.get("spec").filter(At::is_map)?;
        Some(Crd { spec, at, name: object.name, is_beta: object.version == "v1beta1" })
    }

    /// Returns the name that it must have: `<plural>.<group>`; empty when one of them is missing.
    pub fn full_name(&self) -> String {
        let (plural, group) = (self.spec.text(&["names", "plural"]), self.spec.text(&["group"]));
        if plural.is_empty() || group.is_empty() { String::new() } else { format!("{plural}.{group}") }
    }

    /// Returns its versions: the elements of `spec.versions`.
    pub fn versions(&self) -> impl Iterator<Item = At<'c>> + use<'c> {
        self.spec.list(&["versions"]).filter(At::is_map)
    }

    /// Returns the name of its only version in the old form, `spec.version`; empty in the new one.
    pub fn old_version(&self) -> &'c str {
        if self.is_beta { self.spec.text(&["version"]) } else { "" }
    }

    /// Returns whether it has a version of this name.
    pub fn has_version(&self, name: &str) -> bool {
        self.versions().any(|version| version.text(&["name"]) == name)
            || (!name.is_empty() && self.old_version() == name)
    }
}
