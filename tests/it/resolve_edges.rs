//! The edges that OLM takes, and what may have been there before, against naive definitions on random channels; and
//! OLM v1's choice likewise.

use std::collections::BTreeSet;

use olmcat::catalog::version::{Range, Version, VersionRelease};
use olmcat::resolve::v0::{Edge, Outcome, resolve};
use olmcat::resolve::{Edges, Subscription, v1};
use proptest::prelude::*;

use crate::resolve::{installed, namespace};
use crate::resolve_ladder::{Seat, fbc, name, seats};

/// Whether an edge leads from one place to another, and of which kind.
fn edge(seats: &[Seat], from: usize, to: usize) -> Option<Edge> {
    let (_, replaces, skips, range, _) = &seats[to];
    let version = Version::parse(&format!("{from}.0.0")).unwrap();
    let holds = || Range::parse(range.as_deref()?).ok()?.contains(&version).then_some(Edge::SkipRange);
    if *replaces == Some(from) {
        Some(Edge::Replaces)
    } else if skips.contains(&from) {
        Some(Edge::Skips)
    } else {
        holds()
    }
}

/// The highest version with an edge or the same version.
fn naive_v1(seats: &[Seat], from: Option<usize>) -> Option<usize> {
    let is_allowed = |to: &usize| from.is_none_or(|from| from == *to || edge(seats, from, *to).is_some());
    (0..seats.len()).rev().find(is_allowed)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edges_are_those_that_olm_takes(seats in seats()) {
        fbc(&seats).with(|sources| {
            let edges = Edges::new(&sources[0].index, "c");
            let taken = edges.taken();
            for (&(from, to), kind) in &taken {
                prop_assert_eq!(edge(&seats, from, to), Some(*kind), "{} -> {}", from, to);
            }
            for from in 0..seats.len() {
                for to in (0..seats.len()).filter(|to| *to != from) {
                    let by_name = edge(&seats, from, to).is_some_and(|kind| kind != Edge::SkipRange);
                    prop_assert!(!by_name || taken.contains_key(&(from, to)), "{} -> {}", from, to);
                }
                let mut state = namespace(vec![Subscription::new("cat", "c", "stable")]);
                installed(&mut state, "c", &name(from), &format!("{from}.0.0"));
                if let Ok(Outcome::Plan(plan)) = resolve(sources, &state) {
                    let to = (0..seats.len()).find(|to| name(*to) == plan.steps[0].name).unwrap();
                    prop_assert!(taken.contains_key(&(from, to)), "{} -> {}", from, to);
                }
                let highest = naive_v1(&seats, Some(from)).filter(|to| *to != from);
                prop_assert!(highest.is_none_or(|to| taken.contains_key(&(from, to))), "{} -> {:?}", from, highest);
            }
            Ok(())
        })?;
    }

    #[test]
    fn what_was_before_counts_however_far(seats in seats()) {
        // Who can have been at a place, by trying until nothing is new.
        let mut before: Vec<BTreeSet<usize>> = (0..seats.len()).map(|at| BTreeSet::from([at])).collect();
        for _ in 0..seats.len() {
            for (from, to) in (0..seats.len()).flat_map(|from| (0..seats.len()).map(move |to| (from, to))) {
                if edge(&seats, from, to).is_some() {
                    let more = before[from].clone();
                    before[to].extend(more);
                }
            }
        }
        fbc(&seats).with(|sources| {
            let edges = Edges::new(&sources[0].index, "c");
            const VERSIONS: [&str; 3] = ["v1", "v2", "v3"];
            let stored = edges.stored(|place| vec![("crd", VERSIONS[place % 3]), ("other", "v1")]);
            for (place, wanted) in before.iter().enumerate() {
                let versions: BTreeSet<&str> = wanted.iter().map(|place| VERSIONS[place % 3]).collect();
                prop_assert_eq!(&stored[place]["crd"], &versions.into_iter().collect::<Vec<_>>());
                prop_assert_eq!(&stored[place]["other"], &["v1"]);
                let all = edges.before(place, 100);
                prop_assert_eq!(all[0], place);
                prop_assert_eq!(&all.iter().copied().collect::<BTreeSet<_>>(), wanted);
                prop_assert_eq!(edges.before(place, 2), all[..all.len().min(2)].to_vec());
            }
            Ok(())
        })?;
    }

    #[test]
    fn olm_v1_takes_the_highest(seats in seats(), from in prop::option::of(0..9_usize)) {
        fbc(&seats).with(|sources| {
            let version = |at: usize| VersionRelease::parse(&format!("{at}.0.0"), "").unwrap();
            let mut extension = v1::Extension { package: "c".into(), ..v1::Extension::default() };
            extension.installed = from.map(|from| (name(from), version(from)));
            let index = &sources[0].index;
            let chosen = |choice: v1::Choice| index.bundles[choice.bundle].blob.name.to_string();
            // What the catalog does not have is looked up by name and version, too.
            let wanted = match from {
                Some(from) if from >= seats.len() => {
                    (0..seats.len()).rev().find(|to| edge(&seats, from, *to).is_some())
                }
                from => naive_v1(&seats, from),
            };
            prop_assert_eq!(v1::choose(sources, &extension).ok().map(chosen), wanted.map(name));
            // Step by step it is the same way.
            let walk = v1::walk(sources, extension.clone(), v1::Gates::default());
            let mut at = from;
            for choice in walk.choices {
                extension.installed = at.map(|at| (name(at), version(at)));
                prop_assert_eq!(v1::choose(sources, &extension), Ok(choice));
                at = (0..seats.len()).find(|to| name(*to) == chosen(choice));
            }
            Ok(())
        })?;
    }
}
