use crate::diag::{Code, Level, Suite};
use crate::rules::{BlobView, Check, Findings, Rule};
use crate::text::Step;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unparsable-property",
        summary: "a property has no value, or one of the wrong type",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unparsable_property.md"),
    },
    check: Check::Blob(check),
};

/// `opm` decodes the properties whose types it knows, and wants a value of all.
fn check(view: &BlobView<'_>, out: &mut Findings<'_>) {
    for (index, property) in view.blob.properties.iter().enumerate() {
        let Err(fault) = property.check() else { continue };
        let place =
            fault.steps.iter().fold(view.property_place(index).key("value"), |place, step| match step {
                Step::Key(key) | Step::Name(key) => place.key(key),
                Step::Index(index) => place.index(*index),
                Step::Part(..) => place,
            });
        let kind = &property.kind;
        let message = format!("property `{kind}` of {} {}", view.title(), fault.message);
        out.report(place, message).help(if property.value.is_none() {
            "add `value`, or remove the property"
        } else {
            "give it that type; a version or number that is text wants quotes"
        });
    }
}
