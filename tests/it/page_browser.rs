//! `olmcat report` in a browser: headless Chromium opens the page, and uses it as people do.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use olmcat::diag::Report;
use olmcat::load;
use olmcat::text::Sources;
use serde_json::{Value, json};

use crate::chromium::Browser;
use crate::page::{chain, report};
use crate::support::{Folder, Olmcat, root};

/// Entries and edges of each channel as the catalog has them, by package and channel.
fn graph() -> BTreeMap<(String, String), (BTreeSet<String>, usize)> {
    let (sources, mut faults) = (Sources::default(), Report::default());
    let catalog = load::catalog(&root().join("catalog"), &sources, &mut faults).unwrap();
    let graph = catalog.channels.iter().map(|channel| {
        let names: BTreeSet<String> = channel.entries().iter().map(|entry| entry.name.to_string()).collect();
        let edges = channel.entries().iter().map(|entry| {
            let named = entry.skips.iter().chain([&entry.replaces]);
            named.filter(|name| names.contains(name.as_ref())).count()
        });
        let edges = edges.sum();
        ((channel.package.to_string(), channel.name.to_string()), (names, edges))
    });
    graph.collect()
}

/// A browser that shows the report of this repository's catalog.
pub fn shown(folder: &Folder) -> Option<Browser> {
    let mut browser = Browser::start()?;
    let (file, _) = report(folder, &[], 0);
    browser.look(1440, 900, "light");
    browser.open(&file);
    Some(browser)
}

#[track_caller]
pub fn assert_quiet(browser: &mut Browser) {
    assert_eq!(browser.requests(), [] as [String; 0], "the page asks nobody");
    assert_eq!(browser.faults(), [] as [String; 0]);
}

/// The selector of an entry in the drawing of the channel that has it first.
pub fn entry(name: &str) -> String {
    format!(".channel .entry[data-entry={}]", json!(name))
}

fn edge(from: &str, to: &str) -> String {
    format!(".channel path.edge[data-from={}][data-to={}]", json!(from), json!(to))
}

#[test]
fn nodes_and_edges_are_those_of_the_catalog() {
    let folder = Folder::new();
    let Some(mut browser) = shown(&folder) else { return };
    let drawn = browser.ask(
        "[...document.querySelectorAll('.channel')].map((channel) => [
            channel.parentElement.dataset.package,
            channel.querySelector('h3 bdi').textContent,
            [...channel.querySelectorAll('svg .entry')].map((entry) => entry.dataset.entry),
            channel.querySelectorAll('svg path.edge').length,
            channel.querySelectorAll('.entries tbody tr').length,
        ])",
    );
    let graph = graph();
    assert_eq!(drawn.as_array().unwrap().len(), graph.len());
    for channel in drawn.as_array().unwrap() {
        let text = |at: usize| channel[at].as_str().unwrap().to_owned();
        let (names, edges) = &graph[&(text(0), text(1))];
        let drawn: BTreeSet<String> =
            channel[2].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect();
        assert_eq!(drawn, *names);
        assert_eq!(channel[3], *edges, "{channel}");
        assert_eq!(channel[4], names.len(), "{channel}");
    }
    assert_quiet(&mut browser);
}

#[test]
fn a_click_tells_all_of_an_entry_and_of_an_edge() {
    let folder = Folder::new();
    let Some(mut browser) = shown(&folder) else { return };
    browser.click(&entry("dbaas-operator.v0.1.4"));
    browser.wait("!document.getElementById('panel').hidden");
    let panel = browser.text("#panel");
    for part in [
        "dbaas-operator.v0.1.4",
        "skipped",
        "AllNamespaces",
        "docker.io/percona/dbaas-operator-bundle:0.1.4",
        "databaseclusters.dbaas.percona.com",
        "The way that OLM v0 takes",
        "Permissions",
    ] {
        assert!(panel.contains(part), "{part}: {panel}");
    }
    assert_eq!(browser.text("#panel ol"), "0.1.17");
    assert_eq!(browser.count(".edge.way"), 1, "the way is drawn");

    browser.click(&edge("dbaas-operator.v0.1.4", "dbaas-operator.v0.1.17"));
    browser.wait("document.querySelector('#panel-title').textContent.includes('0.1.4 \u{2192} 0.1.17')");
    let panel = browser.text("#panel");
    // The command `upgrade` says the same.
    let args = ["upgrade", "--package", "dbaas-operator", "--from", "0.1.4", "--format", "json"];
    let way: Value = serde_json::from_str(&Olmcat::new(args).run().exits(0).stdout()).unwrap();
    let changes = &way["hops"][0]["changes"];
    let images = changes["imagesAdded"].as_array().unwrap();
    let crds = changes["crds"].as_array().unwrap();
    assert!(!images.is_empty() && !crds.is_empty());
    for part in images.iter().chain(crds.iter().map(|crd| &crd["name"])) {
        assert!(panel.contains(part.as_str().unwrap()), "{part}: {panel}");
    }
    for harm in changes["harms"].as_array().unwrap() {
        assert!(panel.contains(harm["what"].as_str().unwrap()), "{harm}: {panel}");
    }
    assert!(panel.contains("New permissions"));
    // The way back of the browser works, and so does a link into the page.
    let address = browser.ask("location.hash");
    browser.ask("history.back()");
    browser.wait("document.querySelector('#panel-title').textContent === 'dbaas-operator.v0.1.4'");
    browser.ask(&format!("location.hash = {address}"));
    browser.wait("document.querySelector('#panel-title').textContent.includes('0.1.17')");
    browser.click("#panel .close");
    browser.wait("document.getElementById('panel').hidden");
    assert_quiet(&mut browser);
}

#[test]
fn search_and_filters_leave_what_was_asked_for() {
    let folder = Folder::new();
    let Some(mut browser) = shown(&folder) else { return };
    let entries: usize = graph().values().map(|(names, _)| names.len()).sum();
    const ROWS: &str = ".entries tbody tr:not([hidden])";
    assert_eq!(browser.count(ROWS), entries);
    browser.press("/");
    browser.write("MONGODB 1.12.0");
    assert_eq!(browser.count(ROWS), 1);
    assert_eq!(browser.text("#found"), format!("1 of {entries} entries"));
    assert_eq!(browser.count(".package:not([hidden])"), 1);
    assert_eq!(browser.count(".channel:not([hidden]) .entry:not(.faded)"), 1);
    browser.ask("document.getElementById('search').value = ''");
    let choose = |browser: &mut Browser, id: &str, value: &str| {
        browser.ask(&format!(
            "(() => {{ const select = document.getElementById({id:?}); select.value = {value:?};
                select.dispatchEvent(new Event('input')); return select.value === {value:?}; }})()"
        ))
    };
    assert_eq!(choose(&mut browser, "state", "head"), true);
    assert_eq!(browser.count(ROWS), graph().len(), "each channel has one head");
    assert_eq!(choose(&mut browser, "package", "p3"), true);
    assert_eq!(browser.count(".package:not([hidden])"), 1);
    assert_eq!(choose(&mut browser, "state", ""), true);
    assert_eq!(choose(&mut browser, "package", ""), true);
    assert_eq!((browser.count(ROWS), browser.text("#found")), (entries, String::new()));
    browser.ask("document.getElementById('search').focus()");
    browser.write("no such thing");
    assert_eq!((browser.count(ROWS), browser.count(".package:not([hidden])")), (0, 0));
    assert_quiet(&mut browser);
}

#[test]
fn the_keyboard_is_enough() {
    let folder = Folder::new();
    let Some(mut browser) = shown(&folder) else { return };
    // The first stop leads past the head of the page.
    browser.press("Tab");
    assert_eq!(browser.ask("document.activeElement.className"), "skip");
    // A drawing is one stop; arrows lead to its entries.
    let stops = browser.count("svg .entry[tabindex='0']");
    assert_eq!(stops, graph().len());
    browser.ask("document.querySelector('svg .entry[tabindex=\"0\"]').focus()");
    browser.press("ArrowDown");
    assert_eq!(browser.ask("document.activeElement.dataset.entry"), "dbaas-operator.v0.1.15");
    assert_eq!(browser.count("svg .entry[tabindex='0']"), stops);
    browser.press("Enter");
    browser.wait("document.activeElement.id === 'panel'");
    assert!(browser.text("#panel h2").contains("dbaas-operator.v0.1.15"));
    // On to the upgrade, and back to where we came from.
    browser.ask("document.querySelector('#panel ol button').focus()");
    browser.press("Enter");
    browser.wait("document.querySelector('#panel-title').textContent.includes('\u{2192}')");
    browser.press("Escape");
    browser.wait("document.getElementById('panel').hidden");
    assert_eq!(browser.ask("document.activeElement.dataset.entry"), "dbaas-operator.v0.1.15");
    // A table leads to the same.
    browser.ask("document.querySelector('.upgrades').closest('details').open = true");
    browser.ask("document.querySelector('.upgrades tbody button').focus()");
    browser.press("Enter");
    browser.wait("!document.getElementById('panel').hidden");
    assert!(browser.text("#panel h2").contains('\u{2192}'));
    assert_quiet(&mut browser);
}

#[test]
fn a_screen_reader_is_told_what_things_are() {
    let folder = Folder::new();
    let Some(mut browser) = shown(&folder) else { return };
    browser.call("Accessibility.enable", json!({}));
    let tree = browser.call("Accessibility.getFullAXTree", json!({}));
    let nodes = tree["nodes"].as_array().unwrap();
    let mut roles: BTreeMap<&str, usize> = BTreeMap::new();
    for node in nodes.iter().filter(|node| node["ignored"] == false) {
        let (role, name) = (node["role"]["value"].as_str().unwrap(), node["name"]["value"].as_str());
        *roles.entry(role).or_default() += 1;
        if ["button", "link", "searchbox", "combobox", "heading", "columnheader"].contains(&role) {
            assert!(name.is_some_and(|name| !name.trim().is_empty()), "{node}");
        }
    }
    for role in ["main", "search", "banner", "heading", "table", "columnheader", "rowheader", "status"] {
        assert!(roles.contains_key(role), "no {role} in {roles:?}");
    }
    let said = |text: &str| nodes.iter().any(|node| node["name"]["value"].as_str() == Some(text));
    assert!(said("0.1.15, skipped, upgraded to 0.1.17"), "an entry says what it is");
}

#[test]
fn without_scripts_the_tables_remain() {
    let folder = Folder::new();
    let Some(mut browser) = Browser::start() else { return };
    let (file, _) = report(&folder, &[], 0);
    browser.look(1440, 900, "light");
    browser.scripts(false);
    browser.open(&file);
    let rows: usize = graph().values().map(|(names, _)| names.len()).sum();
    assert_eq!(browser.count(".entries tbody tr"), rows);
    assert_eq!(browser.count(".channel svg"), graph().len());
    assert!(browser.count(".upgrades tbody tr") > 10);
    assert_eq!(
        browser.count("button, [role=button], svg [tabindex], .tools:not([hidden]), #panel:not([hidden])"),
        0,
        "nothing that does nothing"
    );
    assert_eq!(browser.ask("getComputedStyle(document.querySelector('svg .entry')).cursor"), "auto");
    browser.click(".upgrades ~ *, details summary");
    assert!(browser.text("main").contains("percona-server-mongodb-operator.v1.14.0"));
    browser.picture(&picture("no-script"));
    assert_quiet(&mut browser);
}

/// Where a picture of the page is left to be looked at.
fn picture(name: &str) -> PathBuf {
    root().join("target/report").join(format!("{name}.png"))
}

/// Returns the texts of the page that are hard to read: their contrast with what they stand on is less than 4.5.
const PALE: &str = "(() => {
    const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const luminance = ([r, g, b]) => [r, g, b]
        .map((value) => value / 255)
        .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
        .reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0);
    const ground = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const colour = parse(getComputedStyle(at).backgroundColor);
            if (colour.length === 3 || colour[3] === 1) return colour;
        }
        return [255, 255, 255];
    };
    const pale = [];
    for (const element of document.querySelectorAll('body *')) {
        const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        if (!hasText || !element.checkVisibility() || element.tagName === 'SCRIPT') continue;
        const style = getComputedStyle(element);
        const own = parse(element instanceof SVGElement ? style.fill : style.color);
        const [a, b] = [luminance(own), luminance(ground(element))];
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (contrast < 4.5) pale.push(`${element.tagName} ${element.textContent.slice(0, 40)}: ${contrast.toFixed(2)}`);
    }
    return pale;
})()";

#[test]
fn it_looks_right_at_every_size_and_in_both_schemes() {
    let folder = Folder::new();
    let Some(mut browser) = Browser::start() else { return };
    let (file, _) = report(&folder, &[], 0);
    for (width, height) in [(390, 844), (820, 1180), (1440, 900)] {
        let mut pictures = Vec::new();
        for scheme in ["light", "dark"] {
            let shot = |browser: &mut Browser, part: &str| {
                browser.picture(&picture(&format!("{width}-{scheme}-{part}")))
            };
            browser.look(width, height, scheme);
            // Another address, so that it is opened anew.
            browser.open(Path::new("/dev/null"));
            browser.open(&file);
            pictures.push(shot(&mut browser, "top"));
            browser
                .ask("document.querySelectorAll('details').forEach((details) => { details.open = true; })");
            browser.ask("document.querySelectorAll('.channel')[2].scrollIntoView()");
            shot(&mut browser, "channel");
            let fits = "document.documentElement.scrollWidth <= innerWidth";
            assert_eq!(browser.ask(fits), true, "nothing is wider than {width}");
            assert_eq!(browser.ask(PALE), json!([]), "{width} {scheme}");
            for (part, selector) in [
                ("entry", entry("dbaas-operator.v0.1.4")),
                ("edge", edge("dbaas-operator.v0.1.4", "dbaas-operator.v0.1.17")),
            ] {
                browser.ask("location.hash = ''");
                browser.wait("document.getElementById('panel').hidden");
                browser.click(&selector);
                browser.wait("!document.getElementById('panel').hidden");
                assert_eq!(browser.ask(fits), true, "the panel fits into {width}");
                assert_eq!(browser.ask(PALE), json!([]), "{width} {scheme} {part}");
                shot(&mut browser, part);
            }
            assert_quiet(&mut browser);
        }
        assert!(pictures.iter().all(|bytes| bytes.starts_with(b"\x89PNG") && bytes.len() > 5_000));
        assert_ne!(pictures[0], pictures[1], "light is not dark");
    }
}

/// A catalog whose author wishes us ill. What is not even base64 makes it a catalog that cannot be read; without, it is
/// judged, too.
fn hostile(is_readable: bool) -> String {
    let script = "<script>window.broken = 1</script>";
    let image = "\"><img src=x onerror=\"window.broken = 2\">";
    let turned = "demo.v1.\u{202e}0.3\u{202c}<b>";
    let closing = "</script><script>window.broken = 3</script>";
    let svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' onload='top.broken = 4'>{script}<image href='http://127.0.0.1:9/x'/></svg>"
    );
    let description = format!("{image}{script} {}", "<i>long</i> ".repeat(420));
    let bundle = |package: &str, name: &str, version: &str, icon: &str| {
        json!({
            "schema": "olm.bundle", "package": package, "name": name, "image": format!("{image}{name}"),
            "relatedImages": [{"name": script, "image": image}],
            "properties": [
                {"type": "olm.package", "value": {"packageName": package, "version": version}},
                {"type": "olm.bundle.object", "value": {"data": STANDARD.encode(json!({
                    "apiVersion": "operators.coreos.com/v1alpha1", "kind": "ClusterServiceVersion",
                    "metadata": {"name": name},
                    "spec": {
                        "displayName": script, "description": description, "version": version,
                        "provider": {"name": image}, "maturity": closing,
                        "icon": [{"base64data": icon, "mediatype": "image/png"}],
                        "installModes": [{"type": image, "supported": true}],
                        "install": {"spec": {"clusterPermissions": [{"rules": [
                            {"apiGroups": [script], "resources": [image], "verbs": [closing]}]}]}},
                    },
                }).to_string())}},
            ],
        })
    };
    let icon = |data: &str| json!({"base64data": STANDARD.encode(data), "mediatype": "image/svg+xml"});
    let blobs = [
        json!({"schema": "olm.package", "name": script, "defaultChannel": image, "description": description, "icon": icon(&svg)}),
        json!({"schema": "olm.package", "name": "javascript:window.broken=5", "defaultChannel": "x", "description": closing,
            "icon": {"base64data": if is_readable { "" } else { "\"><script>window.broken = 6</script>" }, "mediatype": "text/html"}}),
        json!({"schema": "olm.package", "name": "plain", "defaultChannel": "x",
            "icon": icon("<html><script>window.broken = 7</script></html>")}),
        json!({"schema": "olm.channel", "package": script, "name": image, "entries": [
            {"name": image, "replaces": turned, "skips": [closing, "\u{0}\u{7}"], "skipRange": "<1.0.0 <script>"},
            {"name": turned}, {"name": closing}]}),
        bundle(script, image, "1.0.2", "PHNjcmlwdD4="),
        bundle(script, turned, "1.0.1", "not base64 <script>"),
        bundle(script, closing, "1.0.0", ""),
        json!({"schema": "olm.deprecations", "package": script, "entries": [
            {"reference": {"schema": "olm.bundle", "name": turned}, "message": format!("{image}{script}")},
            {"reference": {"schema": "olm.package"}, "message": closing}]}),
    ];
    blobs.iter().map(|blob| format!("{blob}\n")).collect()
}

#[test]
fn nobody_breaks_in() {
    let folder = Folder::new();
    let Some(mut browser) = Browser::start() else { return };
    for is_readable in [false, true] {
        let catalog = folder.write("<img src=x onerror=alert(1)>/catalog.json", hostile(is_readable));
        let (file, page) = report(&folder, &[catalog.to_str().unwrap()], 1);
        assert!(!page.contains("<img src=x") && !page.contains("<script>window"));
        browser.look(1440, 900, "light");
        browser.open(&file);
        assert_eq!(browser.count("script"), 2);
        assert_eq!(browser.count("img"), 1, "of the icons, one is a picture");
        assert_eq!(browser.count("svg .entry"), 4, "the rest is there");
        // Everything is looked at: entries, edges, texts that are folded.
        browser.ask("document.querySelectorAll('details').forEach((details) => { details.open = true; })");
        let openers =
            browser.ask("[...document.querySelectorAll('main [data-open]')].map((one) => one.dataset.open)");
        let openers = openers.as_array().unwrap();
        assert!(openers.len() >= 6, "{openers:?}");
        for address in openers {
            browser.ask(&format!("location.hash = {address}"));
            browser.wait("!document.getElementById('panel').hidden");
            assert_eq!(browser.count("#panel script, #panel img, #panel i, #panel b"), 0);
        }
        let text = browser.text("body");
        assert!(text.contains("window.broken = 1"), "what was written is shown");
        assert!(!text.contains(['\u{202e}', '\u{202c}']), "nothing turns the text");
        assert!(
            browser.count(".finding mark") >= if is_readable { 5 } else { 1 },
            "and what is wrong with it"
        );
        browser.picture(&picture("hostile"));
        assert_eq!(browser.ask("typeof window.broken"), "undefined");
        assert_quiet(&mut browser);
    }

    // And if somebody had broken in, the policy would be the second wall.
    let attempts = browser.ask(
        "(async () => {
            const tried = [];
            const attempt = (name, act) => { try { act(); tried.push(name); } catch (error) { tried.push(error.name); } };
            const script = document.createElement('script');
            attempt('text of a script', () => { script.textContent = 'window.broken = 8'; });
            attempt('markup', () => { document.body.innerHTML = '<b>x</b>'; });
            script.append('window.broken = 9');
            document.body.append(script);
            const image = new Image();
            image.src = 'http://127.0.0.1:9/image';
            document.body.append(image);
            const frame = document.createElement('iframe');
            frame.src = 'data:text/html,x';
            document.body.append(frame);
            const asked = await fetch('http://127.0.0.1:9/fetch').then(() => 'answered', () => 'refused');
            return [...tried, asked];
        })()",
    );
    assert_eq!(attempts, json!(["TypeError", "TypeError", "refused"]));
    assert_eq!(browser.ask("typeof window.broken"), "undefined");
    let faults = browser.faults();
    let refused = faults.iter().filter(|fault| fault.contains("Content Security Policy")).count();
    assert!(refused >= 3, "{faults:?}");
}

#[test]
fn a_channel_of_2000_entries_can_be_used() {
    let folder = Folder::new();
    let Some(mut browser) = Browser::start() else { return };
    let catalog = folder.write("long/catalog.json", chain(2000));
    let (file, _) = report(&folder, &[catalog.to_str().unwrap()], 0);
    browser.look(820, 1180, "dark");
    browser.open(&file);
    assert_eq!(browser.count("svg .entry"), 2000);
    browser.ask("document.getElementById('search').focus()");
    browser.write("1.1234.0");
    assert_eq!(browser.count(".entries tbody tr:not([hidden])"), 1);
    browser.click(".entries tbody tr:not([hidden]) button");
    browser.wait("!document.getElementById('panel').hidden");
    assert_eq!(browser.text("#panel h2"), "demo.v1.1234.0");
    assert_eq!(browser.text("#panel ol"), "1.1999.0", "the head's range holds it");
    browser.picture(&picture("long"));
    assert_quiet(&mut browser);
}
