use crate::bundle::At;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "conflicting-related-images",
        summary: "a related image has no name, or one that stands for two images",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("conflicting_related_images.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let images: Vec<_> = view.contents.list(&["relatedImages"]).collect();
    for (index, image) in images.iter().enumerate() {
        let (name, reference) = (image.text(&["name"]), image.text(&["image"]));
        if image.get("name").is_some() && name.is_empty() {
            out.report(image.place_of("name"), "a related image without name").help("name what it is for");
            continue;
        }
        let same = |first: &&At<'_>| !name.is_empty() && first.text(&["name"]) == name;
        if let Some(first) = images[..index].iter().find(same) {
            let what =
                if first.text(&["image"]) == reference { "is listed twice" } else { "stands for two images" };
            let finding = out.report(image.place_of("name"), format!("`{name}` {what}"));
            finding
                .label(first.place_of("name"), "the first time")
                .help("give each image one entry and one name");
        }
    }
}
