//! Versions, releases and ranges by table. The expected values are blang/semver v4.0.0's, worked
//! out from its source and from what the reference tool printed (opm-spec 4.3, 4.10, 4.11).

use olmcat::catalog::version::{Range, Release, Version, VersionRelease};
use proptest::prelude::*;

fn version(text: &str) -> Version {
    Version::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault:?}"))
}

#[test]
fn versions_are_strict() {
    let good = "0.0.0 1.2.3 10.20.30 1.0.0-alpha 1.0.0-alpha.1 1.0.0-0.3.7 1.0.0-x.7.z.92 1.0.0-x-y-z.-
        1.0.0+20130313144700 1.0.0-beta+exp.sha.5114f85 1.0.0+21AF26D3---117B344092BD 1.0.0--
        1.0.0-0 1.0.0+0 1.0.0+001 1.0.0-a.b-c+d.e-f 18446744073709551615.0.0 1.0.0-18446744073709551615
        1.0.0-0a 1.0.0-01a 1.0.0+-";
    for text in good.split_whitespace() {
        assert_eq!(version(text).to_string(), text);
    }
    let bad = [
        ("", "the version is empty", 0..0),
        ("1", "the version has fewer than three numbers", 0..1),
        ("1.0", "the version has fewer than three numbers", 0..3),
        ("1-a+b", "the version has fewer than three numbers", 0..5),
        ("v1.0.0", "the major number `v1` is not a number", 0..2),
        (" 1.0.0", "the major number ` 1` is not a number", 0..2),
        ("1.0.0 ", "the patch number `0 ` is not a number", 4..6),
        ("1.0.0.0", "the patch number `0.0` is not a number", 4..7),
        ("1.0-a.1", "the minor number `0-a` is not a number", 2..5),
        ("1..0", "the minor number is missing", 2..2),
        (".1.0", "the major number is missing", 0..0),
        ("1.0.", "the patch number is missing", 4..4),
        ("1.0.-a", "the patch number is missing", 4..4),
        ("01.0.0", "the major number `01` has a leading zero", 0..2),
        ("1.00.0", "the minor number `00` has a leading zero", 2..4),
        ("1.0.03", "the patch number `03` has a leading zero", 4..6),
        ("1.0.0-", "a part of the pre-release is empty", 6..6),
        ("1.0.0-a..b", "a part of the pre-release is empty", 8..8),
        ("1.0.0-a.01", "the pre-release number `01` has a leading zero", 8..10),
        ("1.0.0-a_b", "'_' may not stand in the pre-release `a_b`", 7..8),
        ("1.0.0+", "a part of the build metadata is empty", 6..6),
        ("1.0.0-a+b..c", "a part of the build metadata is empty", 10..10),
        ("1.0.0+a+b", "'+' may not stand in the build metadata `a+b`", 7..8),
        ("1.0.0+ä", "'ä' may not stand in the build metadata `ä`", 6..8),
        ("18446744073709551616.0.0", "the major number `18446744073709551616` does not fit 64 bits", 0..20),
        (
            "1.0.0-18446744073709551616",
            "the pre-release number `18446744073709551616` does not fit 64 bits",
            6..26,
        ),
    ];
    for (text, message, span) in bad {
        let fault = Version::parse(text).expect_err(text);
        assert_eq!((fault.message.as_str(), fault.span), (message, span), "{text}");
    }
}

#[test]
fn precedence() {
    // Each is less than all that follow; those on one line are equal.
    let ascending = [
        "0.0.0-0",
        "0.0.0",
        "0.0.1 0.0.1+a",
        "0.9.0",
        "0.10.0",
        "1.0.0-1",
        "1.0.0-2 1.0.0-2+3",
        "1.0.0-10",
        "1.0.0-18446744073709551615",
        "1.0.0--",
        "1.0.0--1",
        "1.0.0-1a",
        "1.0.0-A",
        "1.0.0-Z",
        "1.0.0-alpha 1.0.0-alpha+b",
        "1.0.0-alpha.1",
        "1.0.0-alpha.1.0",
        "1.0.0-alpha.beta",
        "1.0.0-alpha-",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0 1.0.0+a 1.0.0+0",
        "1.0.1-0",
        "1.0.1",
        "2.0.0",
        "18446744073709551615.0.0",
    ];
    for (i, left) in ascending.iter().enumerate() {
        for (j, right) in ascending.iter().enumerate() {
            for left in left.split(' ') {
                for right in right.split(' ') {
                    assert_eq!(version(left).precedence(&version(right)), i.cmp(&j), "{left} {right}");
                }
            }
        }
    }
    assert_ne!(version("1.0.0+a"), version("1.0.0+b"));
}

#[test]
fn releases() {
    for text in ["1", "0", "a", "1.2.3", "20240101.abc-def", "alpha.1", "aaaaaaaaaaaaaaaaaaaa"] {
        assert_eq!(Release::parse(text).expect(text).to_string(), text);
    }
    for text in ["01", "1..2", ".", "a_b", "1+2", "aaaaaaaaaaaaaaaaaaaaa", "01.x..y"] {
        assert!(Release::parse(text).is_err(), "{text}");
    }
    let ascending = [
        ("1.0.0-rc.1", ""),
        ("1.0.0", ""),
        ("1.0.0+build", "1"),
        ("1.0.0", "2"),
        ("1.0.0", "10"),
        ("1.0.0", "10.0"),
        ("1.0.0", "a"),
        ("1.0.1-0", ""),
        ("1.0.1", ""),
    ];
    let ascending =
        ascending.map(|(version, release)| VersionRelease::parse(version, release).expect(version));
    for (i, left) in ascending.iter().enumerate() {
        for (j, right) in ascending.iter().enumerate() {
            assert_eq!(left.precedence(right), i.cmp(&j), "{left} {right}");
        }
    }
    // The same text, though one is a pre-release and the other a release.
    let (pre, release) = (VersionRelease::parse("1.0.0-1", ""), VersionRelease::parse("1.0.0", "1"));
    assert_eq!(pre.expect("valid").to_string(), release.expect("valid").to_string());
}

/// Range, versions that it holds, versions that it does not.
const RANGES: &[(&str, &str, &str)] = &[
    ("1.2.3", "1.2.3 1.2.3+b", "1.2.4 1.2.2 1.2.3-a"),
    ("=1.2.3", "1.2.3", "1.2.4"),
    ("==1.2.3", "1.2.3", "1.2.4"),
    ("= 1.2.3", "1.2.3", "1.2.4"),
    ("!1.2.3", "1.2.4 1.2.3-a", "1.2.3 1.2.3+b"),
    ("!=1.2.3", "1.2.4 0.0.0", "1.2.3"),
    (">1.2.3", "1.2.4 2.0.0 1.2.4-a", "1.2.3 1.2.3-a 1.2.3+b 1.2.2"),
    (">=1.2.3", "1.2.3 1.2.3+b 1.2.4-a", "1.2.3-a 1.2.2"),
    ("<1.2.3", "1.2.2 1.2.3-a 0.0.0", "1.2.3 1.2.3+b 1.2.4"),
    ("<=1.2.3", "1.2.3 1.2.3-a 1.2.3+z 1.2.2", "1.2.4 1.2.4-0"),
    (">=1.0.0 <2.0.0", "1.0.0 1.9.9 2.0.0-0", "0.9.9 2.0.0 1.0.0-rc.1"),
    (">= 1.0.0 < 2.0.0", "1.0.0 1.9.9", "0.9.9 2.0.0"),
    (">=   1.0.0   <   2.0.0", "1.0.0 1.9.9", "0.9.9 2.0.0"),
    ("  >=1.0.0 <2.0.0  ", "1.0.0 1.9.9", "0.9.9 2.0.0"),
    ("> =1.0.0", "1.0.0", "0.9.9"),
    ("<2.0.0 || >=3.0.0", "1.0.0 3.0.0 2.0.0-0", "2.0.0 2.9.9 3.0.0-0"),
    (">1.0.0 <2.0.0 || >3.0.0 !4.2.1", "1.2.3 1.9.9 3.1.1 5.0.0", "4.2.1 2.1.1 1.0.0 3.0.0"),
    (">1.0.0 <3.0.0 !2.0.3-beta.2", "2.0.3 1.0.1", "2.0.3-beta.2 3.0.0 1.0.0"),
    ("1.0.0 || 2.0.0 || 3.0.0", "1.0.0 2.0.0 3.0.0", "4.0.0"),
    (">=1.0.0-rc.1 <1.0.0", "1.0.0-rc.1 1.0.0-rc.2 1.0.0-z", "1.0.0 1.0.0-beta 1.0.0-rc.0"),
    (">=1.0.0+a", "1.0.0 1.0.0+b", "0.9.9"),
    (">2.0.0 <1.0.0", "", "0.5.0 1.5.0 2.5.0"),
    // Tokens of one byte are dropped.
    ("1.0.0 - 2.0.0", "", "1.0.0 1.5.0 2.0.0"),
    (">=1.0.0 & <2.0.0", "1.0.0 1.9.9", "2.0.0"),
    (">=1.0.0 1", "1.0.0 2.0.0", "0.9.9"),
    (">=1.0.0 x", "1.0.0 2.0.0", "0.9.9"),
    (">=1.0.0 <", "1.0.0 2.0.0", "0.9.9"),
    (">=1.0.0 | <2.0.0", "1.0.0", "2.0.0"),
    // Wildcards.
    ("1.2.x", "1.2.0 1.2.9 1.3.0-0", "1.1.9 1.3.0 1.2.0-0"),
    ("=1.2.x", "1.2.0 1.2.9", "1.1.9 1.3.0"),
    ("==1.2.x", "1.2.0 1.2.9", "1.1.9 1.3.0"),
    (">1.2.x", "1.3.0 2.0.0", "1.2.0 1.2.9 1.3.0-0"),
    (">=1.2.x", "1.2.0 1.3.0 2.0.0", "1.1.9 1.2.0-0"),
    ("<1.2.x", "1.1.9 1.2.0-0", "1.2.0 1.2.9"),
    ("<=1.2.x", "1.1.9 1.2.9 1.3.0-0", "1.3.0"),
    ("1.x", "1.0.0 1.9.9 2.0.0-0", "0.9.9 2.0.0"),
    (">1.x", "2.0.0", "1.9.9"),
    (">=1.x", "1.0.0 2.0.0", "0.9.9"),
    ("<1.x", "0.9.9", "1.0.0"),
    ("<=1.x", "1.9.9", "2.0.0"),
    ("<= 1.x", "1.9.9", "2.0.0"),
    (">=1.x <2.5.x || 4.x", "1.0.0 2.4.9 4.4.4", "2.5.0 3.0.0 5.0.0"),
    // The second `x` only changes where the range ends.
    ("1.x.x", "1.0.0 1.0.9", "1.1.0 1.9.9 2.0.0"),
    (">1.x.x", "1.1.0 2.0.0", "1.0.9"),
    ("<=1.x.x", "1.0.9", "1.1.0"),
    // Both ends are joined by "and".
    ("!=1.2.x", "", "1.1.9 1.2.0 1.3.0"),
    ("!1.x", "", "0.9.9 1.0.0 2.0.0"),
    // An operator that is none is lost beside a wildcard.
    ("~1.2.x", "1.2.0", "1.2.1 1.1.0"),
    ("^1.x", "1.0.0", "1.0.1"),
    (">=v1.2.x", "1.2.0", "1.2.1 1.3.0"),
    ("next1.2.3", "1.2.3", "1.2.4"),
    // An `x` in a pre-release is harmless only where nothing has to be incremented.
    (">=1.0.0-next", "1.0.0-next 1.0.0", "1.0.0-a"),
    ("<1.0.0-next", "1.0.0-a", "1.0.0-next 1.0.0"),
    // A tab is no separator, but is trimmed from an operator.
    (">=\t1.0.0", "1.0.0", "0.9.9"),
];

#[test]
fn ranges() {
    let mut count = 0;
    for (text, inside, outside) in RANGES {
        let range = Range::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
        for (list, expected) in [(inside, true), (outside, false)] {
            for each in list.split_whitespace() {
                assert_eq!(range.contains(&version(each)), expected, "{text}: {each}");
                count += 1;
            }
        }
    }
    assert!(count > 150, "{count} comparisons");
}

/// Range, guilty part, word of the message, word of the remedy.
const FAULTS: &[(&str, &str, &str, &str)] = &[
    ("", "", "no comparison", ">=1.0.0 <2.0.0"),
    (" ", " ", "no comparison", ">=1.0.0"),
    ("1", "1", "no comparison", "three numbers"),
    ("x", "x", "no comparison", ">=1.0.0"),
    (">", ">", "no comparison", ">=1.0.0"),
    ("||", "||", "both sides", ">=1.0.0"),
    ("|| 1.0.0", "|| 1.0.0", "both sides", ">=1.0.0"),
    ("1.0.0 ||", "1.0.0 ||", "both sides", ">=1.0.0"),
    ("1.0.0 || || 2.0.0", "1.0.0 || || 2.0.0", "both sides", ">=1.0.0"),
    ("1.0.0 || 1 || 2.0.0", "1.0.0 || 1 || 2.0.0", "both sides", ">=1.0.0"),
    ("1.0.0 || 1", "1.0.0 || 1", "both sides", ">=1.0.0"),
    ("blah", "blah", "no version", ">=1.0.0"),
    ("1.0.0 blah", "blah", "no version", ">=1.0.0"),
    (">=v1.0.0", ">=v1.0.0", "`>=v`", "drop the `v`"),
    ("v1.0.0", "v1.0.0", "`v`", "drop the `v`"),
    (">=1.0", ">=1.0", "fewer than three", "three numbers"),
    (">=1.0 <2.0.0", ">=1.0", "fewer than three", "three numbers"),
    (">=1.0.0 <2.0", "<2.0", "fewer than three", "three numbers"),
    ("~1.2.3", "~1.2.3", "`~`", "both ends"),
    ("^1.2.3", "^1.2.3", "`^`", "both ends"),
    ("~> 1.2.3", "~> 1.2.3", "`~>`", "both ends"),
    (">=1.0.0, <1.2.0", ">=1.0.0,", "`0,`", "by a blank"),
    (">=1.0.0,<1.2.0", ">=1.0.0,<1.2.0", "patch number", "by a blank"),
    (">=1.0.0||<0.2.0", ">=1.0.0||<0.2.0", "patch number", "either side"),
    (">= || 1.0.0", ">= ||", "no version", "either side"),
    ("1.2.*", "1.2.*", "`*`", "`x`"),
    ("*.*", "*.*", "no version", "`x`"),
    ("=>1.0.0", "=>1.0.0", "`=>`", "`>=`"),
    ("<>1.0.0", "<>1.0.0", "`<>`", "`!=`"),
    ("===1.0.0", "===1.0.0", "`===`", "`=`"),
    (">=01.0.0", ">=01.0.0", "leading zero", "drop"),
    (">1.0.0-next", ">1.0.0-next", "wildcard", ">=1.0.0"),
    ("1.0.0-next", "1.0.0-next", "wildcard", ">=1.0.0"),
    ("<=1.0.0-next", "<=1.0.0-next", "wildcard", ">=1.0.0"),
    ("x.x", "x.x", "no version", ">=1.0.0"),
    (">=x.x.x", ">=x.x.x", "no version", ">=1.0.0"),
    ("1.2.3.x", "1.2.3.x", "not a version", ">=1.0.0"),
    ("18446744073709551616.0.0", "18446744073709551616.0.0", "64 bits", ">=1.0.0"),
    ("9223372036854775807.x", "9223372036854775807.x", "wildcard", ">=1.0.0"),
    (">=1.0.0\t<2.0.0", ">=1.0.0\t<2.0.0", "patch number", ">=1.0.0"),
];

#[test]
fn faults_of_ranges_name_the_part_and_the_remedy() {
    for (text, part, message, help) in FAULTS {
        let fault = Range::parse(text).expect_err(text);
        assert_eq!(&text[fault.span.clone()], *part, "{text}");
        assert!(fault.message.contains(message), "{text}: {fault:?}");
        assert!(fault.help.is_some_and(|hint| hint.contains(help)), "{text}: {fault:?}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_parsers_panic(text in "[-0-9xv.+|<>=!~ a-c\u{e9}\u{663}]{0,24}") {
        let _ = Range::parse(&text);
        if let Ok(version) = Version::parse(&text) {
            prop_assert_eq!(version.to_string(), text);
        }
    }
}
