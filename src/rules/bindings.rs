//! Who is bound to a role by the objects of a bundle.

use super::BundleView;
use crate::bundle::{At, Object};

/// Returns every service account that a RoleBinding or ClusterRoleBinding of the bundle names, with the
/// binding.
pub(super) fn bindings<'v, 'c>(
    view: &'v BundleView<'c>,
) -> impl Iterator<Item = (&'v Object<'c>, At<'c>)> + use<'v, 'c> {
    let is_binding = |object: &&Object<'_>| matches!(object.kind, "RoleBinding" | "ClusterRoleBinding");
    view.contents.objects.iter().filter(is_binding).flat_map(|binding| {
        let subjects = binding.at.list(&["subjects"]);
        let accounts = subjects.filter(|subject| subject.text(&["kind"]) == "ServiceAccount");
        accounts.map(move |subject| (binding, subject))
    })
}
