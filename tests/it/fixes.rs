//! Fixes change what they mean to change and nothing else: every edit at every place of real and of
//! awkward texts is made and read back.

use std::fs;

use olmcat::diag::{Diagnostic, Report, codes, mend};
use olmcat::text::yaml::{Editor, read, with_changes};
use olmcat::text::{Edit, FileId, Place, Sources};
use serde_json::Value as Json;

use crate::cases::convert;
use crate::support::{assert_linear, data};

const AWKWARD: &str = "\
# the top
list: # of letters
- a # the first
# before b
- 'b'

- \"c\" # the last
nested:
  - - x
    - y
  - key: 1 # one
    other: |
      # no comment
      text

    more: >-
      folded
      text
flow: [a, 'b, c', {x: 1, \"y\": [2]}] # all on one line
map: {one: 1, two: 2}
long: [a,
  b]
base: &base {q: 1}
alias: *base
merged:
  <<: *base
  own: 1
empty:
dash: '-'
'quoted key': x
last: end";

fn texts() -> Vec<String> {
    let files = [
        "project/catalog/olmcat.yaml",
        "project/catalog/demo/template.yaml",
        "bundle/metadata/annotations.yaml",
        "bundle/manifests/demo.clusterserviceversion.yaml",
    ];
    let mut texts: Vec<String> = files.iter().map(|file| fs::read_to_string(data(file)).unwrap()).collect();
    texts.push(AWKWARD.to_owned());
    texts.push(AWKWARD.replace('\n', "\r\n"));
    texts.push("{\"a\": [1, 2, {\"b\": \"c\"}], \"d\": {\"e\": []}}\n".to_owned());
    texts.push("- a\n- b\n-\n- - c\n".to_owned());
    texts
}

fn json(text: &str) -> Option<Json> {
    read(text, 0..text.len()).ok()?.root().map(convert)
}

/// Every place below a value, as a place of the text and a pointer into its JSON.
fn places(value: &Json, place: &Place, pointer: &str, found: &mut Vec<(Place, String)>) {
    match value {
        Json::Array(items) => items.iter().enumerate().for_each(|(index, item)| {
            let (place, pointer) = (place.index(index), format!("{pointer}/{index}"));
            places(item, &place, &pointer, found);
            found.push((place, pointer));
        }),
        Json::Object(entries) => entries.iter().for_each(|(key, value)| {
            let escaped = key.replace('~', "~0").replace('/', "~1");
            let (place, pointer) = (place.key(key), format!("{pointer}/{escaped}"));
            places(value, &place, &pointer, found);
            found.push((place, pointer));
        }),
        _ => {}
    }
}

fn remove(json: &mut Json, pointer: &str) {
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    let last = last.replace("~1", "/").replace("~0", "~");
    match json.pointer_mut(parent).unwrap() {
        Json::Array(items) => {
            items.remove(last.parse().unwrap());
            // A list of nothing goes with its key, unless it is written `[]`.
        }
        Json::Object(entries) => {
            entries.remove(&last);
        }
        _ => panic!("{pointer}"),
    }
}

fn comments(text: &str) -> usize {
    text.lines().filter(|line| line.trim_start().starts_with('#')).count()
}

/// Makes an edit and returns the text that it leaves.
fn edited(text: &str, edit: &Edit) -> Option<String> {
    let change = Editor::new(text).change(edit)?;
    Some(with_changes(text, &[change]))
}

#[test]
fn what_is_removed_is_gone_and_all_else_is_there() {
    let (mut made, mut all) = (0, 0);
    for text in texts() {
        let sources = Sources::default();
        let file = sources.add("x.yaml", text.clone().into_bytes());
        let old = json(&text).unwrap();
        let mut found = Vec::new();
        places(&old, &Place::document(file, 0..text.len()), "", &mut found);
        for (place, pointer) in found {
            all += 1;
            let Some(new) = edited(&text, &Edit::Remove(place)) else { continue };
            made += 1;
            let mut wanted = old.clone();
            remove(&mut wanted, &pointer);
            let parent = pointer.rsplit_once('/').unwrap().0;
            let found = json(&new);
            if found.as_ref() != Some(&wanted)
                && wanted.pointer(parent).is_some_and(|list| *list == Json::Array(vec![]))
            {
                remove(&mut wanted, parent);
            }
            assert_eq!(found, Some(wanted), "{pointer} of\n{text}\n gone:\n{new}");
            // Comments inside of what is removed go, and no others.
            assert!(comments(&new) + 1 >= comments(&text), "{pointer} of\n{text}\n gone:\n{new}");
        }
    }
    println!("{made} of {all}");
    assert!(made * 10 > all * 7, "only {made} of {all} could be removed");
}

#[test]
fn what_is_set_is_read_back_whatever_it_is() {
    let values =
        ["plain", "", "1.10", "true", "a: b", "a #b", "it's", "\"q\"", "[x", "- x", "ä\u{7}", "~", "x, y"];
    let (mut made, mut all) = (0, 0);
    for text in texts() {
        let sources = Sources::default();
        let file = sources.add("x.yaml", text.clone().into_bytes());
        let old = json(&text).unwrap();
        let mut found = Vec::new();
        places(&old, &Place::document(file, 0..text.len()), "", &mut found);
        for (place, pointer) in found {
            let is_scalar = !matches!(old.pointer(&pointer), Some(Json::Array(_) | Json::Object(_)));
            for value in values.iter().filter(|_| is_scalar) {
                all += 1;
                let Some(new) = edited(&text, &Edit::Set(place.clone(), (*value).to_owned())) else {
                    continue;
                };
                made += 1;
                let mut wanted = old.clone();
                *wanted.pointer_mut(&pointer).unwrap() = Json::String((*value).to_owned());
                assert_eq!(json(&new), Some(wanted), "{pointer} = {value:?}\n{new}");
                assert_eq!(new.lines().count(), text.lines().count());
            }
        }
    }
    println!("{made} of {all}");
    assert!(made * 10 > all * 7, "only {made} of {all} could be set");
}

#[test]
fn keys_are_renamed_and_scalars_quoted() {
    let sources = Sources::default();
    let file = sources.add("x.yaml", AWKWARD.into());
    let root = Place::document(file, 0..AWKWARD.len());
    let new = edited(AWKWARD, &Edit::Rename(root.name("map"), "Map".to_owned())).unwrap();
    assert_eq!(new, AWKWARD.replace("map: {", "Map: {"));
    let new = edited(AWKWARD, &Edit::Rename(root.name("quoted key"), "it's".to_owned())).unwrap();
    assert_eq!(new, AWKWARD.replace("'quoted key'", "'it''s'"));
    let new = edited(AWKWARD, &Edit::Quote(root.key("map").key("two"))).unwrap();
    assert_eq!(new, AWKWARD.replace("two: 2", "two: \"2\""));
    for place in
        [root.key("last"), root.key("list"), root.key("empty"), root.key("none"), root.key("merged").key("q")]
    {
        assert_eq!(edited(AWKWARD, &Edit::Quote(place.clone())), None, "{place:?}");
    }
}

fn report(edits: &[(FileId, Vec<Edit>)]) -> Report {
    let mut report = Report::default();
    for (file, edits) in edits {
        let mut finding = Diagnostic::new(&codes::DUPLICATE_KEY, Place::file(*file), "bad");
        finding.fix = edits.clone();
        report.push(finding);
    }
    report
}

#[test]
fn fixes_are_whole_and_do_not_meet() {
    let text = "list:\n- a\n- b\n- c\nflow: [x, y]\n";
    let sources = Sources::default();
    let file = sources.add("x.yaml", text.into());
    let root = Place::document(file, 0..text.len());
    let item = |index| Edit::Remove(root.key("list").index(index));
    let flow = |index| Edit::Remove(root.key("flow").index(index));
    let nowhere = Edit::Remove(root.key("nowhere"));

    let all = report(&[
        (file, vec![item(2)]),
        (file, vec![item(0)]),
        // The same again, one that is impossible in part, and one that wants a taken comma.
        (file, vec![item(0)]),
        (file, vec![item(1), nowhere]),
        (file, vec![flow(0)]),
        (file, vec![flow(1)]),
    ]);
    let mended = mend(&all, &sources, |_| true);
    assert_eq!(mended.len(), 1);
    assert_eq!(mended[0].text, "list:\n- b\nflow: [y]\n");
    assert_eq!(mended[0].findings, 3);
    assert!(mend(&all, &sources, |_| false).is_empty());
}

#[test]
fn the_work_grows_with_the_fixes() {
    let work = |count: usize| {
        let text =
            (0..count).fold("list:\n".to_owned(), |all, index| all + &format!("- name: item-{index}\n"));
        let sources = Sources::default();
        let file = sources.add("x.yaml", text.clone().into_bytes());
        let list = Place::document(file, 0..text.len()).key("list");
        let edits: Vec<_> = (1..count).map(|index| (file, vec![Edit::Remove(list.index(index))])).collect();
        assert_eq!(mend(&report(&edits), &sources, |_| true)[0].text, "list:\n- name: item-0\n");
    };
    assert_linear("fixes", work, 300);
}
