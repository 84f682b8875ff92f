//! The resolver and the table of all versions against naive definitions, and on odd and large channels.

use std::collections::BTreeSet;

use olmcat::catalog::version::{Range, Version};
use olmcat::resolve::v0::{Class, Outcome, resolve};
use olmcat::resolve::{
    Cluster, Disorder, End, Ladder, Namespace, Source, Stop, Subscription, apply, choosable, walk,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::resolve::{Fbc, installed, names, namespace, plan, three};

/// Version, what it replaces, what it skips, its range, whether it is prohibited.
pub type Seat = (usize, Option<usize>, Vec<usize>, Option<String>, bool);

pub fn seats() -> impl Strategy<Value = Vec<Seat>> {
    let range = (0..7_usize, 0..8_usize, prop::sample::select(vec!["", " !=2.0.0", " || 4.0.0", " 1.x"]))
        .prop_map(|(from, to, more)| format!(">={from}.0.0 <{to}.0.0{more}"));
    let one = (
        prop::option::weighted(0.2, 0..7_usize),
        prop::collection::vec(0..7_usize, 0..2),
        prop::option::weighted(0.3, range),
        prop::bool::weighted(0.15),
    );
    // A chain, of which some edges are changed.
    prop::collection::vec(one, 1..7).prop_map(|all| {
        let seat = |(at, (replaces, skips, range, prohibited)): (usize, (Option<usize>, _, _, _))| {
            let before = if at == 0 { None } else { Some(at - 1) };
            (at, replaces.or(before), skips, range, prohibited)
        };
        all.into_iter().enumerate().map(seat).collect()
    })
}

pub fn name(at: usize) -> String {
    format!("c.v{at}.0.0")
}

pub fn fbc(seats: &[Seat]) -> Fbc {
    let entry = |(at, replaces, skips, range, _): &Seat| {
        let skips: Vec<String> = skips.iter().map(|at| name(*at)).collect();
        json!({
            "name": name(*at), "replaces": replaces.map(name).unwrap_or_default(), "skips": skips,
            "skipRange": range.clone().unwrap_or_default(),
        })
    };
    let entries: Vec<Value> = seats.iter().map(entry).collect();
    let fbc = Fbc::default().package("c", "stable").channel("c", "stable", json!(entries));
    seats.iter().fold(fbc, |fbc, (at, _, _, _, prohibited)| {
        let more = if *prohibited { json!([{"type": "olm.deprecated", "value": {}}]) } else { json!([]) };
        fbc.bundle("c", &format!("{at}.0.0"), more)
    })
}

/// The chain by the words of the reference: none if it has no order.
fn chain(seats: &[Seat]) -> Option<Vec<usize>> {
    let replaces = |at: usize| seats[at].1.filter(|to| *to < seats.len());
    let skipped: BTreeSet<usize> = seats.iter().flat_map(|seat| seat.2.clone()).collect();
    let is_head = |at: &usize| !skipped.contains(at) && (0..seats.len()).all(|by| replaces(by) != Some(*at));
    let heads: Vec<usize> = (0..seats.len()).filter(is_head).collect();
    let [head] = heads.as_slice() else { return None };
    let (mut walked, mut at) = (vec![*head], *head);
    while let Some(next) = replaces(at) {
        if walked.contains(&next) {
            return None;
        }
        walked.push(next);
        at = next;
    }
    walked.retain(|at| !skipped.contains(at));
    Some(walked)
}

/// The choice by trying: the first of the chain that may be chosen and has an edge from what is installed.
fn choice(seats: &[Seat], chain: &[usize], from: Option<usize>) -> Option<usize> {
    let holds = |range: &Option<String>, at: usize| {
        let range = range.as_deref().and_then(|range| Range::parse(range).ok());
        range.is_some_and(|range| range.contains(&Version::parse(&format!("{at}.0.0")).unwrap()))
    };
    let has_edge = |to: usize| match from {
        None => true,
        Some(from) => seats[to].1 == Some(from) || seats[to].2.contains(&from) || holds(&seats[to].3, from),
    };
    let chosen = chain.iter().copied().find(|&to| !seats[to].4 && has_edge(to));
    chosen.filter(|&to| from != Some(to))
}

/// How often the resolver is asked until nothing moves; none if it goes in circles.
fn hops(sources: &[Source<'_>], namespace: &mut Namespace) -> Option<usize> {
    for hops in 0..20 {
        match resolve(sources, namespace).unwrap() {
            Outcome::Plan(plan) => apply(sources, namespace, &plan),
            _ => return Some(hops),
        }
    }
    None
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn choices_are_those_of_a_naive_search(seats in seats(), from in prop::option::of(0..9_usize)) {
        fbc(&seats).with(|sources| {
            let mut namespace = namespace(vec![Subscription::new("cat", "c", "stable")]);
            if let Some(from) = from {
                installed(&mut namespace, "c", &name(from), &format!("{from}.0.0"));
            }
            let found = resolve(sources, &namespace);
            let Some(chain) = chain(&seats) else {
                prop_assert_eq!(found.map_err(|failure| failure.class), Err(Class::Disorder));
                return Ok(());
            };
            let chosen = choice(&seats, &chain, from).map(name);
            match found {
                Ok(Outcome::Plan(plan)) => prop_assert_eq!(Some(plan.steps[0].name.clone()), chosen),
                Ok(_) => prop_assert!(from.is_some() && chosen.is_none()),
                Err(_) => prop_assert!(from.is_none() && chosen.is_none()),
            }
            Ok(())
        })?;
    }

    #[test]
    fn the_table_of_all_versions_agrees_with_each(seats in seats()) {
        fbc(&seats).with(|sources| {
            let index = &sources[0].index;
            let choosable = choosable(sources, 0);
            for rung in Ladder::new(index, 0, &choosable).rungs {
                let bundle = index.bundles[rung.bundle].blob.name.to_string();
                let mut namespace = namespace(vec![Subscription::new("cat", "c", "stable")]);
                let version = bundle.trim_start_matches("c.v");
                installed(&mut namespace, "c", &bundle, version);
                match resolve(sources, &namespace) {
                    Err(failure) => prop_assert_eq!(rung.end, End::Failed(failure)),
                    Ok(Outcome::Plan(plan)) => {
                        let step = &plan.steps[0];
                        prop_assert_eq!(rung.next, Some((step.seat, step.edge)));
                        // Step by step, and then as a whole, which need not be found by the same means.
                        let mut steps = namespace.clone();
                        let hops = hops(sources, &mut steps);
                        let walk = walk(sources, &mut namespace, &mut Cluster::default());
                        if rung.end == End::Circle {
                            prop_assert_eq!((walk.stop, hops), (Stop::Circle, None));
                        } else {
                            prop_assert_eq!((Some(rung.hops), rung.hops), (hops, walk.plans.len()));
                            prop_assert_eq!(walk.stop, Stop::Done);
                            prop_assert_eq!(&steps.subscriptions[0].installed, &namespace.subscriptions[0].installed);
                            let last = &namespace.subscriptions[0].installed;
                            let head = index.channels[0].chain.as_ref().unwrap()[0];
                            let is_head = index.seats[head].entry.name == last.as_str();
                            prop_assert_eq!(rung.end == End::Head, is_head);
                        }
                    }
                    Ok(_) => prop_assert_eq!((rung.next, rung.hops), (None, 0)),
                }
            }
            Ok(())
        })?;
    }
}

/// Versions that do not parse, ranges that hold everything or nothing, names without bundles.
#[test]
fn odd_catalogs_have_answers() {
    let all = |of: &str| {
        let range = |name: &str| if of == name { ">=0.0.0-0" } else { ">2.0.0 <1.0.0" };
        let entries = json!([
            {"name": "c.vone"}, {"name": "c.v1.0.0", "skipRange": "not a range"},
            {"name": "c.v2.0.0", "skipRange": range("c.v2.0.0"), "skips": ["c.vone", "c.v1.0.0", "c.v0.1.0"]},
            {"name": "c.v3.0.0", "replaces": "c.v2.0.0", "skipRange": range("c.v3.0.0")},
            {"name": "c.v4.0.0-missing", "replaces": "c.v3.0.0"},
        ]);
        let fbc = Fbc::default().package("c", "stable").channel("c", "stable", entries);
        let versions = ["one", "1.0.0", "2.0.0", "3.0.0"];
        let fbc = versions.into_iter().fold(fbc, |fbc, version| fbc.bundle("c", version, json!([])));
        fbc.with(|sources| {
            let (index, choosable) = (&sources[0].index, choosable(sources, 0));
            let ladder = Ladder::new(index, 0, &choosable);
            let name = |bundle: usize| index.bundles[bundle].blob.name.to_string();
            let rows = ladder.rungs.iter().map(|rung| (name(rung.bundle), rung.hops, rung.end.clone()));
            let foreign = ladder.from("d.v9.9.9", Version::parse("9.9.9").ok().as_ref());
            (rows.collect::<Vec<_>>(), foreign.2, ladder.from("c.v0.1.0", None).1)
        })
    };
    let row = |name: &str, hops, end: &End| (name.to_owned(), hops, end.clone());
    let names = ["c.vone", "c.v1.0.0", "c.v2.0.0", "c.v3.0.0"];
    // No range holds anything.
    let rows: Vec<_> =
        names.iter().zip([2, 2, 1, 0]).map(|(name, hops)| row(name, hops, &End::Head)).collect();
    assert_eq!(all("none"), (rows, End::Stranded(None), 2));
    // The head's holds everything: whatever has a version is one step away.
    let rows: Vec<_> =
        names.iter().zip([2, 1, 1, 0]).map(|(name, hops)| row(name, hops, &End::Head)).collect();
    assert_eq!(all("c.v3.0.0"), (rows, End::Head, 2));
    // That of an older one holds the head, too, which then goes back.
    let rows: Vec<_> = names.iter().map(|name| row(name, 0, &End::Circle)).collect();
    assert_eq!(all("c.v2.0.0"), (rows, End::Circle, 0));
}

/// A channel of 20,000 entries, each with a range of its own, takes no noticeable time.
#[test]
fn a_table_of_many_versions_is_quick() {
    let time = |count: usize| {
        let name = |n: usize| format!("c.v{}.{}.{}", n / 100, n / 10 % 10, n % 10);
        let entries: Vec<Value> = (0..count)
            .map(|n| {
                let before = n.checked_sub(1).map(name).unwrap_or_default();
                json!({"name": name(n), "replaces": before, "skipRange": format!(">={}.0.0 <{}.0.0 !=5.0.0", n / 100, n / 200)})
            })
            .collect();
        let mut fbc = Fbc::default().package("c", "stable").channel("c", "stable", json!(entries));
        for n in 0..count {
            fbc = fbc.bundle("c", name(n).trim_start_matches("c.v"), json!([]));
        }
        fbc.with(|sources| {
            let run = || {
                let start = std::time::Instant::now();
                let choosable = choosable(sources, 0);
                let ladder = Ladder::new(&sources[0].index, 0, &choosable);
                assert_eq!(ladder.rungs[0].hops, count - 1);
                start.elapsed()
            };
            (0..3).map(|_| run()).min().unwrap()
        })
    };
    // 400 million ranges to ask, if each version asked each entry's: several seconds on any machine.
    let many = time(20_000);
    assert!(many < std::time::Duration::from_secs(2), "{many:?}");
}

#[test]
fn channels_without_order_say_why() {
    let chain = |entries: Value| {
        let fbc = Fbc::default().package("c", "stable").channel("c", "stable", entries);
        let fbc = ["1", "2", "3", "4"]
            .into_iter()
            .fold(fbc, |fbc, n| fbc.bundle("c", &format!("{n}.0.0"), json!([])));
        fbc.with(|sources| {
            let index = &sources[0].index;
            let chain = index.channels[0].chain.clone();
            chain.map(|seats| {
                seats.into_iter().map(|seat| index.seats[seat].entry.name.to_string()).collect::<Vec<_>>()
            })
        })
    };
    let (one, two, three, four) = ("c.v1.0.0", "c.v2.0.0", "c.v3.0.0", "c.v4.0.0");
    assert_eq!(
        chain(json!([{"name": one, "replaces": two}, {"name": two, "replaces": one}])),
        Err(Disorder::NoHead)
    );
    let loops = json!([{"name": one, "replaces": two}, {"name": two, "replaces": one}, {"name": three, "replaces": two}]);
    assert_eq!(chain(loops), Err(Disorder::Cycle(three.into())));
    let forks = json!([{"name": one}, {"name": two, "replaces": one}, {"name": three, "replaces": two}, {"name": four, "replaces": two}]);
    assert_eq!(
        chain(forks),
        Err(Disorder::Chains(vec![(three.into(), one.into()), (four.into(), one.into())]))
    );
    // What is skipped is left out, and walked through; names that are not there are no edges.
    let skips = json!([{"name": one, "replaces": "c.v0"}, {"name": two, "replaces": one}, {"name": three, "replaces": two, "skips": [two, "c.v0"]}]);
    assert_eq!(chain(skips), Ok(vec![three.to_owned(), one.to_owned()]));
    assert_eq!(chain(json!([])), Ok(vec![]));
    // An entry without a bundle is not there.
    assert_eq!(
        chain(json!([{"name": one}, {"name": "c.v9.9.9", "replaces": one}])),
        Ok(vec![one.to_owned()])
    );
}

/// Subscriptions whose candidates exclude each other: the later gives way, and what cannot be fails quickly.
#[test]
fn apis_have_one_provider() {
    let api =
        |kind: &str| json!({"type": "olm.gvk", "value": {"group": "x.io", "version": "v1", "kind": kind}});
    let mut fbc = three().package("d", "stable");
    let entries: Vec<Value> = (0..300)
        .map(|n| json!({"name": format!("d.v{n}.0.0"), "replaces": format!("d.v{}.0.0", n - 1)}))
        .collect();
    fbc = fbc.channel("d", "stable", json!(entries));
    for n in 0..300 {
        // Only the oldest does without the API.
        let properties = if n == 0 { json!([]) } else { json!([api("X")]) };
        fbc = fbc.bundle("d", &format!("{n}.0.0"), properties);
    }
    for (package, kinds) in [("e", vec!["X"]), ("f", vec!["X", "Y"])] {
        let entry = json!([{"name": format!("{package}.v1.0.0")}]);
        fbc = fbc.package(package, "stable").channel(package, "stable", entry);
        fbc = fbc.bundle(package, "1.0.0", Value::Array(kinds.into_iter().map(api).collect()));
    }
    fbc.with(|sources| {
        let of = |packages: &[&str]| {
            namespace(packages.iter().map(|package| Subscription::new("cat", package, "stable")).collect())
        };
        assert_eq!(names(&plan(sources, &of(&["d", "e"]))), ["d.v0.0.0", "e.v1.0.0"]);
        assert_eq!(names(&plan(sources, &of(&["c", "d"]))), ["c.v3.0.0", "d.v299.0.0"]);
        let failure = resolve(sources, &of(&["c", "d", "e", "f"])).unwrap_err();
        assert_eq!(failure.class, Class::Unsatisfiable);
        assert!(failure.message.contains("provide X (x.io/v1)"), "{}", failure.message);
    });
}
