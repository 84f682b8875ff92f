//! `olmcat report` in a browser: what is behind the panel, out of sight, or on a page that is not where pages usually
//! are.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use serde_json::json;

use crate::chromium::Browser;
use crate::page::{chain, report};
use crate::page_browser::{assert_quiet, entry, shown};
use crate::support::Folder;

#[test]
fn what_the_panel_covers_is_out_of_reach() {
    const COVERED: &str = "[...document.querySelectorAll('.skip, .top, main')].every((part) => part.inert)";
    const FREE: &str = "document.querySelectorAll(':is(.skip, .top, main)[inert]').length === 0";
    let folder = Folder::new();
    let Some(mut browser) = shown(&folder) else { return };
    let at = |browser: &mut Browser| browser.ask("document.activeElement.dataset.entry ?? ''");
    let open = |browser: &mut Browser| {
        browser.ask("document.querySelector('svg .entry[tabindex=\"0\"]').focus()");
        browser.press("Enter");
        browser.wait("document.activeElement.id === 'panel'");
    };
    open(&mut browser);
    assert_eq!(browser.ask(FREE), true, "beside a wide page the panel covers nothing");
    browser.look(820, 1180, "light");
    browser.wait(COVERED);
    let stops = browser.count("#panel :is(button, [tabindex='0'])");
    for _ in 0..stops + 2 {
        browser.press("Tab");
        let is_below = "document.activeElement !== document.body && !panel.contains(document.activeElement)";
        assert_eq!(browser.ask(is_below), false, "the keyboard stays in the panel");
    }
    // On the ways that lead out of it, the keyboard is where it was.
    browser.ask("document.querySelector('#panel button').focus()");
    browser.press("Escape");
    assert_eq!(browser.ask(FREE), true);
    assert_eq!(at(&mut browser), "dbaas-operator.v0.1.17");
    open(&mut browser);
    assert_eq!(browser.ask(COVERED), true);
    browser.ask("history.back()");
    browser.wait("document.getElementById('panel').hidden");
    assert_eq!(browser.ask(FREE), true);
    assert_eq!(at(&mut browser), "dbaas-operator.v0.1.17");
    open(&mut browser);
    // A click beside it closes it.
    browser.click("#c0-name .kind");
    browser.wait("document.getElementById('panel').hidden");
    assert_eq!(browser.ask(FREE), true);
    assert_quiet(&mut browser);
}

/// Answers whatever is asked for with a page, until the tests end; returns the address.
fn served(page: String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let _ = stream.by_ref().lines().map_while(Result::ok).find(String::is_empty);
            let length = page.len();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
            );
            let _ = stream.into_inner().write_all((head + &page).as_bytes());
        }
    });
    address
}

#[test]
fn the_panel_closes_wherever_the_page_is() {
    let folder = Folder::new();
    let Some(mut browser) = shown(&folder) else { return };
    // The address of the page begins with `//`.
    let (_, page) = report(&folder, &[], 0);
    let url = format!("http://{}//report.html", served(page.clone()));
    browser.call("Page.navigate", json!({"url": url}));
    browser.wait("location.pathname.startsWith('//') && document.readyState === 'complete'");
    browser.click(&entry("dbaas-operator.v0.1.4"));
    browser.wait("!document.getElementById('panel').hidden");
    browser.click("#panel .close");
    browser.wait("document.getElementById('panel').hidden && location.hash === ''");
    assert_eq!(browser.faults(), [] as [String; 0]);
    // The page is a part of another one.
    let page = page.replace('&', "&amp;").replace('"', "&quot;");
    let frame = folder.write("frame.html", format!("<!DOCTYPE html><iframe srcdoc=\"{page}\"></iframe>"));
    browser.open(&frame);
    browser.ask("void (globalThis.inner = document.querySelector('iframe').contentDocument)");
    browser.wait("inner.body.classList.contains('scripted')");
    browser.ask("inner.querySelector('.entries button').click()");
    browser.wait("!inner.getElementById('panel').hidden");
    browser.ask("inner.querySelector('#panel .close').click()");
    browser.wait("inner.getElementById('panel').hidden");
    assert_eq!(browser.faults(), [] as [String; 0]);
}

/// A catalog of packages with a channel each, and one without any.
fn many(packages: usize, entries: usize) -> String {
    let package = |number: usize| chain(entries).replace("demo", &format!("demo{number}"));
    let alone = json!({"schema": "olm.package", "name": "alone", "defaultChannel": "stable"});
    (0..packages).map(package).chain([format!("{alone}\n")]).collect()
}

#[test]
fn what_is_out_of_sight_is_found() {
    let folder = Folder::new();
    let Some(mut browser) = Browser::start() else { return };
    let catalog = folder.write("many/catalog.json", many(60, 40));
    let (file, _) = report(&folder, &[catalog.to_str().unwrap()], 1);
    browser.look(1440, 900, "light");
    // Where nobody asks for less motion: a page that moved slowly would end where things were before they were drawn.
    let motion = json!([{"name": "prefers-reduced-motion", "value": "no-preference"}]);
    browser.call("Emulation.setEmulatedMedia", json!({"features": motion}));
    browser.open(&file);
    let top = |selector: &str| {
        format!(
            "Math.abs(document.querySelector({selector:?}).getBoundingClientRect().top
                - parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop)) < 2"
        )
    };
    let is_drawn = "document.querySelector('#c50 .entries').checkVisibility({ contentVisibilityAuto: true })";
    assert_eq!(browser.ask(is_drawn), false, "what is out of sight costs nothing");
    browser.click(".overview a[href='#c50']");
    browser.wait(&top("#c50"));
    assert_eq!(browser.ask(is_drawn), true);
    // A link into the page leads there, too.
    browser.open(Path::new("/dev/null"));
    browser.open(&file.with_file_name("report.html#c30"));
    browser.wait(&top("#c30"));
    // What is searched is in view where the drawing is.
    browser.press("/");
    browser.write("1.3.0");
    assert_eq!(browser.count(".channel:not([hidden])"), 60);
    browser.ask("document.querySelector('#c55').scrollIntoView()");
    browser.wait(
        "(() => {
            const entry = document.querySelector('#c55 svg .entry:not(.faded)');
            const [inner, outer] = [entry, entry.closest('.wide')].map((one) => one.getBoundingClientRect());
            return inner.height > 20 && inner.top >= outer.top && inner.bottom <= outer.bottom;
        })()",
    );
    // A package without entries is found by its name.
    browser.ask("document.getElementById('search').select()");
    browser.write("ALONE");
    assert_eq!(browser.count(".package:not([hidden])"), 1);
    assert_eq!(browser.text(".package:not([hidden]) h2"), "alone");
    browser.ask("document.getElementById('search').select()");
    browser.write("demo59 1.0.0");
    assert_eq!(browser.count(".package:not([hidden])"), 1);
    assert_quiet(&mut browser);
}
