//! The two YAML readers agree; what is written reads back as the same; edits keep what they edit.

#![no_main]

use libfuzzer_sys::fuzz_target;
use olmcat::text::{Edit, Place, Sources, Value, yaml};

fuzz_target!(|text: &str| {
    if let Ok(documents) = yaml::documents(text) {
        documents.iter().for_each(|document| drop(yaml::read(text, document.bytes.clone())));
    }
    let general = yaml::read_general(text, 0..text.len());
    if let Some(fast) = yaml::read_fast(text, 0..text.len()) {
        match &general {
            Ok(general) => same(fast.root(), general.root()),
            // go-yaml lets a comment follow a quote at once; the general reader's parser does not.
            Err(_) if text.contains("\"#") || text.contains("'#") => {}
            Err(fault) => panic!("the general reader refuses: {fault:?}"),
        }
    }
    let Ok(tree) = general else { return };
    let Some(root) = tree.root() else { return };
    yaml::edit::append_item(text, &["a", "b"], "c");
    yaml::edit::append_entry(text, &["a"], "c: d");
    yaml::comments(text, "x").iter().for_each(|comment| assert!(text.is_char_boundary(comment.about.end)));
    change(text);
    // Of a key given twice only the last value is written.
    if !olmcat::text::duplicate_keys(root).is_empty() {
        return;
    }
    let mut written = String::new();
    yaml::write(root, &mut written);
    let back =
        yaml::read(&written, 0..written.len()).unwrap_or_else(|fault| panic!("{written:?}: {fault:?}"));
    let mut again = String::new();
    yaml::write(back.root().expect("something was written"), &mut again);
    assert_eq!(written, again);
});

fn same(a: Option<Value<'_, '_>>, b: Option<Value<'_, '_>>) {
    let (Some(a), Some(b)) = (a, b) else {
        assert!([a, b].into_iter().flatten().all(Value::is_null), "something against nothing");
        return;
    };
    assert_eq!((a.kind(), a.text()), (b.kind(), b.text()));
    assert_eq!((a.items().count(), a.entries().count()), (b.items().count(), b.entries().count()));
    a.items().zip(b.items()).for_each(|(a, b)| same(Some(a), Some(b)));
    for ((key, value), (other_key, other)) in a.entries().zip(b.entries()) {
        same(Some(key), Some(other_key));
        same(Some(value), Some(other));
    }
}

/// Edits at the first places of a text: what is left can be read.
fn change(text: &str) {
    let root = Place::document(Sources::default().add("a", Vec::new()), 0..text.len());
    let mut places = vec![root.clone()];
    for place in [root.index(0), root.key("a"), root.key("a").index(0), root.key("a").index(1), root.key("b")] {
        places.extend([place.key("a"), place.index(0), place]);
    }
    let mut editor = yaml::Editor::new(text);
    for place in places {
        for edit in [Edit::Remove(place.clone()), Edit::Set(place.clone(), "x: y".into()), Edit::Quote(place.clone())] {
            if let Some(change) = editor.change(&edit) {
                let left = yaml::with_changes(text, &[change]);
                assert!(yaml::read_general(&left, 0..left.len()).is_ok(), "{edit:?} leaves {left:?}");
            }
        }
    }
}
