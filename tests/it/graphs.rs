//! The graph of a channel against a definition of its words that does without any cleverness.

use olmcat::catalog::{Channel, Entry, Graph};
use olmcat::rules::check_catalog;
use olmcat::text::{Place, Sources};
use proptest::prelude::*;

/// Name, replaced name, skipped names.
type Seat = (String, String, Vec<String>);

fn names() -> impl Strategy<Value = String> {
    prop::sample::select(["a", "b", "c", "d", "e", "f", "outside", ""].map(str::to_owned).to_vec())
}

/// A channel of up to six entries with different names, sparse enough to be valid at times.
fn seats() -> impl Strategy<Value = Vec<Seat>> {
    let replaces = prop_oneof![3 => names(), 1 => Just(String::new())];
    let skips = prop_oneof![2 => Just(Vec::new()), 1 => prop::collection::vec(names(), 0..4)];
    let free = prop::collection::vec((replaces, skips), 1..7).prop_map(|all| {
        let named = all.into_iter().zip(["a", "b", "c", "d", "e", "f"]);
        named.map(|((replaces, skips), name)| (name.to_owned(), replaces, skips)).collect()
    });
    // A chain, of which one edge is changed.
    let chain = (2..7_usize, 0..6_usize, names(), prop::collection::vec(names(), 0..3)).prop_map(
        |(length, changed, replaces, skips)| {
            let names = ["a", "b", "c", "d", "e", "f", ""].map(str::to_owned);
            let mut seats: Vec<Seat> =
                (0..length).map(|i| (names[i].clone(), names[i + 1].clone(), Vec::new())).collect();
            seats[length - 1].1.clear();
            if let Some(seat) = seats.get_mut(changed) {
                (seat.1, seat.2) = (replaces, skips);
            }
            seats
        },
    );
    prop_oneof![free, chain]
}

/// What opm says of a channel, by opm-spec 4.8 word by word.
#[derive(Debug, PartialEq)]
enum Verdict {
    NoHead,
    Heads(Vec<String>),
    Cycle(Vec<String>),
    Stranded(Vec<String>),
    Fine,
}

fn verdict(seats: &[Seat]) -> Verdict {
    let mut heads = Vec::new();
    for (name, ..) in seats {
        let mut incoming = 0;
        for (_, replaces, skips) in seats {
            incoming += usize::from(!replaces.is_empty() && replaces == name);
            incoming += skips.iter().filter(|skip| *skip == name).count();
        }
        if incoming == 0 {
            heads.push(name.clone());
        }
    }
    heads.sort();
    match heads.len() {
        0 => return Verdict::NoHead,
        1 => {}
        _ => return Verdict::Heads(heads),
    }
    let is_skipped = |name: &str| seats.iter().any(|(_, _, skips)| skips.iter().any(|skip| skip == name));
    let mut path = heads;
    loop {
        let last = path.last().expect("it starts with the head").clone();
        let Some((_, next, _)) = seats.iter().find(|(name, ..)| *name == last) else { break };
        if is_skipped(next) || next.is_empty() {
            break;
        }
        path.push(next.clone());
        if let Some(first) = path[..path.len() - 1].iter().position(|name| name == next) {
            return Verdict::Cycle(path[first..].to_vec());
        }
    }
    let mut stranded: Vec<String> = seats.iter().map(|(name, ..)| name.clone()).collect();
    stranded.retain(|name| !path.contains(name) && !is_skipped(name));
    stranded.sort();
    if stranded.is_empty() { Verdict::Fine } else { Verdict::Stranded(stranded) }
}

fn channel<'s>(seats: &'s [Seat], sources: &Sources) -> Channel<'s> {
    let entry = |(name, replaces, skips): &'s Seat| Entry {
        name: name.into(),
        replaces: replaces.into(),
        skips: skips.iter().map(Into::into).collect(),
        skip_range: "".into(),
    };
    Channel {
        name: "stable".into(),
        package: "demo".into(),
        entries: Some(seats.iter().map(entry).collect()),
        properties: Vec::new(),
        origin: Place::file(sources.add("catalog.yaml", Vec::new())),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn heads_chains_and_strandings_are_those_of_opm(seats in seats()) {
        let sources = Sources::default();
        let channel = channel(&seats, &sources);
        let graph = Graph::new(&channel);
        let owned = |names: Vec<&str>| -> Vec<String> { names.into_iter().map(str::to_owned).collect() };
        let heads = graph.heads();
        let found = match heads[..] {
            [] => Verdict::NoHead,
            [head] => {
                let chain = graph.chain(head);
                let stranded = graph.stranded(&chain);
                match chain.cycle {
                    Some(cycle) => Verdict::Cycle(owned(cycle)),
                    None if stranded.is_empty() => Verdict::Fine,
                    None => Verdict::Stranded(owned(stranded)),
                }
            }
            _ => Verdict::Heads(owned(heads)),
        };
        prop_assert_eq!(found, verdict(&seats));
    }

    #[test]
    fn one_rule_speaks_of_a_graph_and_it_is_the_right_one(seats in seats()) {
        const RULES: [&str; 4] = ["no-channel-head", "multiple-channel-heads", "replaces-cycle", "stranded-entry"];
        let sources = Sources::default();
        let catalog = olmcat::catalog::Catalog { channels: vec![channel(&seats, &sources)], ..Default::default() };
        let report = check_catalog(&catalog);
        let ids = report.diagnostics().iter().map(|finding| finding.code.id).filter(|id| RULES.contains(id));
        let expected = match verdict(&seats) {
            Verdict::NoHead => Some("no-channel-head"),
            Verdict::Heads(_) => Some("multiple-channel-heads"),
            Verdict::Cycle(_) => Some("replaces-cycle"),
            Verdict::Stranded(_) => Some("stranded-entry"),
            Verdict::Fine => None,
        };
        prop_assert_eq!(ids.collect::<Vec<_>>(), expected.into_iter().collect::<Vec<_>>());
    }
}
