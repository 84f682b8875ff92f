"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const word = (number) => data.words[number];
  const panel = document.getElementById("panel");
  // The most items of a list that the panel shows.
  const LONG = 100;
  const body = document.body;

  // Makes an element; texts are only ever texts.
  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children.filter((child) => child !== null));
    return element;
  }

  // A name, which reads in its own direction.
  const name = (text) => make("bdi", {}, text);

  // A sentence with names in backticks.
  const sentence = (text) =>
    text.split("`").map((part, at) => (at % 2 ? make("code", {}, part) : part));

  // A heading and a list; of a long one the beginning.
  function list(title, items, kind = "ul") {
    if (!items.length) return [];
    const shown = items.slice(0, LONG).map((item) => make("li", {}, ...[item].flat()));
    const more = items.length > LONG ? [make("p", { class: "note" }, `and ${items.length - LONG} more`)] : [];
    return [make("h3", {}, title), make(kind, {}, ...shown), ...more];
  }

  // What the drawings and tables of each channel are made of.
  const channels = data.channels.map((facts, number) => {
    const section = document.getElementById("c" + number);
    const entries = [...section.querySelectorAll("svg .entry")];
    const rows = new Map(entries.map((entry, row) => [entry.dataset.entry, row]));
    const edges = [...section.querySelectorAll("svg .edge")].map((path) => {
      const through = path.dataset.through ?? path.dataset.from;
      return { path, from: rows.get(path.dataset.from), through: rows.get(through), to: rows.get(path.dataset.to) };
    });
    const table = [...section.querySelectorAll(".entries tbody tr")];
    const upgrades = new Map(facts.upgrades.map(([from, to, upgrade]) => [from + " " + to, upgrade]));
    return { facts, number, section, entries, edges, table, upgrades };
  });

  const label = (channel, row) => word(channel.facts.entries[row].label);
  const entryAddress = (channel, row) => `#entry/${channel.number}/${row}`;
  const edgeAddress = (channel, from, to) => `#edge/${channel.number}/${from}/${to}`;

  // A button that opens something in the panel.
  function opener(address, text) {
    return make("button", { type: "button", class: "link", "data-open": address }, name(text));
  }

  // What leads from and to an entry, as pairs of row and kind.
  function around(channel, row) {
    const [up, down] = [[], []];
    for (const [to, kind, first, end, ignored] of channel.facts.edges) {
      if (to === row) for (let from = first; from < end; from++) down.push([from, kind, ignored]);
      if (row >= first && row < end) up.push([to, kind, ignored]);
    }
    // What OLM follows comes first.
    return [up, down].map((pairs) => pairs.sort((a, b) => a[2] - b[2]));
  }

  // The rows on the way of an entry; of a circle, each once.
  function way(channel, row) {
    const steps = [row];
    for (let next = row; (next = channel.facts.entries[next].next) !== null && !steps.includes(next); ) steps.push(next);
    return steps;
  }

  function marks(entry, bundle) {
    const mark = (kind) => (number) => make("span", { class: "mark " + kind }, word(number));
    const changes = bundle === null || bundle.change === null ? [] : [bundle.change];
    const all = [entry.marks.map(mark("")), entry.faults.map(mark("fault")), changes.map(mark("changed"))];
    return make("p", { class: "marks" }, ...all.flat());
  }

  function heading(kind, ...title) {
    const close = make("button", { type: "button", class: "close", "aria-label": "close" }, "\u00d7");
    close.addEventListener("click", shut);
    return make(
      "header",
      {},
      make("div", {}, make("p", { class: "kind" }, kind), make("h2", { id: "panel-title" }, ...title)),
      close
    );
  }

  function pairs(rows) {
    const shown = rows.filter(([, value]) => value !== "" && value !== null);
    return make("dl", {}, ...shown.flatMap(([key, value]) => [make("dt", {}, key), make("dd", {}, ...[value].flat())]));
  }

  // The findings of the page about a bundle, as copies.
  function findings(numbers) {
    const copy = (number) => {
      const finding = document.getElementById("f" + number).cloneNode(true);
      finding.removeAttribute("id");
      return finding;
    };
    return numbers.length ? [make("h3", {}, "Findings"), ...numbers.map(copy)] : [];
  }

  function showEntry(channel, row) {
    const entry = channel.facts.entries[row];
    const bundle = entry.bundle === null ? null : data.bundles[entry.bundle];
    const [up, down] = around(channel, row);
    const steps = way(channel, row);
    const edge = (isUp) => ([other, kind, ignored]) => [
      opener(isUp ? edgeAddress(channel, row, other) : edgeAddress(channel, other, row), label(channel, other)),
      make("span", { class: "aside" }, ` ${word(kind)}${ignored ? ", not followed by OLM v0" : ""}`),
    ];
    const parts = [heading("Entry of " + word(channel.facts.name), name(word(entry.name))), marks(entry, bundle)];
    if (word(entry.deprecation)) parts.push(make("p", { class: "notice" }, word(entry.deprecation)));
    if (bundle) {
      const kubernetes = word(bundle.kubernetes);
      parts.push(
        pairs([
          ["Title", word(bundle.title)],
          ["Version", word(bundle.version)],
          ["Provider", word(bundle.provider)],
          ["Maturity", word(bundle.maturity)],
          ["Kubernetes", kubernetes && "from " + kubernetes + " on"],
          ["Install modes", bundle.modes.map(word).join(", ")],
          ["skipRange", word(entry.range) && make("code", {}, word(entry.range))],
        ])
      );
    } else {
      parts.push(make("p", { class: "notice" }, "The catalog has no such bundle."));
    }
    const step = (at) => opener(edgeAddress(channel, steps[at], steps[at + 1]), label(channel, steps[at + 1]));
    const isCircle = steps.length > 1 && channel.facts.entries[steps[steps.length - 1]].next !== null;
    if (steps.length > 1) {
      parts.push(...list("The way that OLM v0 takes", steps.slice(1).map((_, at) => step(at)), "ol"));
      if (isCircle) parts.push(make("p", { class: "harm" }, "and then in a circle"));
    } else {
      const isHead = entry.marks.some((mark) => word(mark) === "head");
      parts.push(make("h3", {}, "The way that OLM v0 takes"), make("p", {}, isHead ? "This is the head." : "It ends here."));
    }
    if (bundle) {
      parts.push(...findings(bundle.findings));
      const images = bundle.images.filter(([, image]) => image !== bundle.image);
      const image = ([title, reference]) => [
        word(title) ? make("span", { class: "aside" }, word(title) + " ") : null,
        make("code", {}, word(reference)),
      ];
      parts.push(
        ...list("Bundle image", word(bundle.image) ? [make("code", {}, word(bundle.image))] : []),
        ...list("Images", images.map((pair) => image(pair).filter(Boolean))),
        ...list(
          "CRDs",
          bundle.crds.map(([crd, versions]) => [make("code", {}, word(crd)), make("span", { class: "aside" }, " " + word(versions))])
        ),
        ...list("Permissions", bundle.may.map((may) => [word(may)]))
      );
      if (!bundle.manifests) parts.push(make("p", { class: "note" }, "The catalog carries no manifests, which would tell permissions."));
    }
    parts.push(...list("Upgrades to", up.map(edge(true))), ...list("Upgrades from", down.map(edge(false))));
    show(parts, channel, steps);
  }

  function showEdge(channel, from, to) {
    const number = channel.upgrades.get(from + " " + to);
    const kinds = channel.facts.edges.filter(([end, , first, last]) => end === to && from >= first && from < last);
    const isIgnored = kinds.length > 0 && kinds.every(([, , , , ignored]) => ignored);
    const parts = [
      heading("Upgrade in " + word(channel.facts.name), opener(entryAddress(channel, from), label(channel, from)), " \u2192 ", opener(entryAddress(channel, to), label(channel, to))),
      make(
        "p",
        { class: "marks" },
        ...kinds.map(([, kind]) => make("span", { class: "mark" }, word(kind))),
        isIgnored ? make("span", { class: "mark fault" }, "not followed by OLM v0") : null
      ),
    ];
    if (number === undefined) {
      parts.push(make("p", { class: "note" }, "OLM does not take this way, or one of its ends has no bundle: nothing is compared."));
    } else {
      const change = data.upgrades[number];
      const sign = (kind) => (text) => make("span", { class: kind }, word(text));
      const crd = ([title, how]) => [make("code", {}, word(title)), make("span", { class: "aside" }, " " + word(how))];
      const harms = change.harms.map((harm) => make("p", { class: "harm" }, ...sentence(word(harm))));
      parts.push(
        make("h3", {}, "Objects of CRDs"),
        ...(harms.length ? harms : [make("p", {}, change.manifests ? "Nothing that somebody would feel." : "Not known: the catalog carries no manifests.")]),
        ...list("CRDs", change.crds.map(crd)),
        ...list("New permissions", change.granted.map(sign("plus"))),
        ...list("Permissions that go", change.revoked.map(sign("minus"))),
        ...list("New images", change.added.map((image) => make("code", { class: "plus" }, word(image)))),
        ...list("Images that go", change.removed.map((image) => make("code", { class: "minus" }, word(image))))
      );
      const { crds, granted, revoked, added, removed } = change;
      if (change.manifests && ![crds, granted, revoked, added, removed].some((part) => part.length))
        parts.push(make("p", { class: "note" }, "CRDs, permissions and images stay as they are."));
    }
    show(parts, channel, [from, to]);
  }

  let chosen = [];
  function unmark() {
    for (const element of chosen) element.classList.remove("chosen", "way");
    chosen = [];
  }

  // Scrolls a drawing, and not the page, to an entry.
  function reveal(channel, row) {
    const entry = channel.entries[row];
    const frame = entry.ownerSVGElement.parentElement;
    const [outer, inner] = [frame.getBoundingClientRect(), entry.getBoundingClientRect()];
    if (inner.top < outer.top || inner.bottom > outer.bottom) frame.scrollTop += inner.top - outer.top - frame.clientHeight / 3;
  }

  function show(parts, channel, steps) {
    unmark();
    const mark = (element, kind) => {
      element.classList.add(kind);
      chosen.push(element);
    };
    steps.forEach((row, at) => mark(channel.entries[row], at === 0 ? "chosen" : "way"));
    mark(channel.table[steps[0]], "chosen");
    for (const { path, from, through, to } of channel.edges) {
      const isOn = steps.some((row, at) => at + 1 < steps.length && steps[at + 1] === to && row >= from && row <= through);
      if (isOn) mark(path, "way");
    }
    reveal(channel, steps[0]);
    panel.replaceChildren(...parts);
    panel.hidden = false;
    body.classList.add("open");
    cover();
    panel.scrollTop = 0;
    panel.focus({ preventScroll: true });
  }

  // Where the panel lies over the page, what is below it is out of reach of keyboard and pointer.
  const narrow = matchMedia("(max-width:1199px)");
  const covered = document.querySelectorAll(".skip, .top, main");
  function cover() {
    for (const part of covered) part.inert = narrow.matches && !panel.hidden;
  }
  narrow.addEventListener("change", cover);

  // The panel shows what the address says, so that a link leads to it and the browser's way back works.
  let opened = null;
  function open(address, from) {
    opened = from ?? document.activeElement;
    if (location.hash === address) route();
    else location.hash = address;
  }

  function shut() {
    try {
      history.replaceState(null, "", location.href.split("#")[0]);
    } catch {
      // A page in a frame may have no address of its own to write; the panel closes anyway.
    }
    close();
  }

  // Closes the panel; who was in it goes on where they came from.
  function close() {
    const isInside = panel.contains(document.activeElement);
    unmark();
    panel.hidden = true;
    body.classList.remove("open");
    cover();
    if (isInside && opened && opened.isConnected) opened.focus();
  }

  function route() {
    const [kind, number, ...rows] = location.hash.slice(1).split("/");
    const channel = channels[Number(number)];
    const [first, second] = rows.map(Number);
    const has = (row) => channel !== undefined && channel.facts.entries[row] !== undefined;
    if (kind === "entry" && has(first)) showEntry(channel, first);
    else if (kind === "edge" && has(first) && has(second)) showEdge(channel, first, second);
    else close();
  }

  // Tables and drawings open the panel; of a drawing one entry is in the order of the tab key, arrows lead to the others.
  for (const channel of channels) {
    channel.table.forEach((line, row) => {
      const cell = line.cells[0];
      const button = opener(entryAddress(channel, row), "");
      button.replaceChildren(...cell.childNodes);
      cell.append(button);
    });
    for (const line of channel.section.querySelectorAll(".upgrades tbody tr")) {
      const button = opener(edgeAddress(channel, line.dataset.from, line.dataset.to), "");
      button.replaceChildren(...line.cells[0].childNodes);
      line.cells[0].append(button);
    }
    channel.entries.forEach((entry, row) => {
      entry.setAttribute("role", "button");
      entry.setAttribute("tabindex", row === 0 ? "0" : "-1");
      entry.addEventListener("click", () => open(entryAddress(channel, row), entry));
      entry.addEventListener("keydown", (event) => {
        const moves = { ArrowDown: row + 1, ArrowUp: row - 1, Home: 0, End: channel.entries.length - 1 };
        if (event.key === "Enter" || event.key === " ") open(entryAddress(channel, row), entry);
        else if (event.key in moves) {
          const next = channel.entries[moves[event.key]];
          if (next) {
            entry.setAttribute("tabindex", "-1");
            next.setAttribute("tabindex", "0");
            next.focus();
          }
        } else return;
        event.preventDefault();
      });
    });
    for (const { path, from, to } of channel.edges)
      path.addEventListener("click", () => open(edgeAddress(channel, from, to), channel.entries[to]));
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-open]");
    if (button) open(button.dataset.open, panel.contains(button) ? opened : button);
    // Beside a panel that lies over the page there is nothing else to click.
    else if (narrow.matches && !panel.hidden && !event.target.closest("#panel, .skip, .top, main") && getSelection().isCollapsed) shut();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) shut();
    else if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
      event.preventDefault();
      document.getElementById("search").focus();
    }
  });
  addEventListener("hashchange", route);

  // Search and filters. What is looked through of an entry: its names, its version, images and CRDs.
  const search = document.getElementById("search");
  const only = document.getElementById("package");
  const state = document.getElementById("state");
  const haystacks = channels.map(({ facts }) =>
    facts.entries.map((entry) => {
      const bundle = entry.bundle === null ? null : data.bundles[entry.bundle];
      const more = bundle ? [bundle.title, bundle.image, ...bundle.images.flat(), ...bundle.crds.flat()] : [];
      return [facts.package, facts.name, entry.name, entry.label, ...more].map(word).join("\n").toLowerCase();
    })
  );

  function passes(channel, row, words, wanted) {
    const entry = channel.facts.entries[row];
    const bundle = entry.bundle === null ? null : data.bundles[entry.bundle];
    const isInState =
      wanted === "" ||
      (wanted === "fault" && entry.faults.length > 0) ||
      (wanted === "changed" && bundle !== null && bundle.change !== null) ||
      (wanted === "findings" && bundle !== null && bundle.findings.length > 0) ||
      entry.marks.some((mark) => word(mark) === wanted);
    return isInState && words.every((part) => haystacks[channel.number][row].includes(part));
  }

  // The first entry that is found in each channel. Drawings are scrolled to it when they come into sight: to lay out
  // all of them at once would take long.
  const found = new Map();
  const sight = new IntersectionObserver((changes) => {
    for (const { isIntersecting, target } of changes) {
      if (!isIntersecting || !found.has(target)) continue;
      reveal(...found.get(target));
      found.delete(target);
    }
  });

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = state.value;
    const isFiltered = words.length > 0 || wanted !== "";
    let [shown, all] = [0, 0];
    const alive = new Set();
    found.clear();
    sight.disconnect();
    for (const channel of channels) {
      const section = channel.section.parentElement;
      const isMeant = only.value === "" || section.id === only.value;
      let here = 0;
      channel.facts.entries.forEach((_, row) => {
        const isShown = isMeant && passes(channel, row, words, wanted);
        here += isShown ? 1 : 0;
        channel.table[row].hidden = !isShown;
        channel.entries[row].classList.toggle("faded", !isShown);
      });
      shown += here;
      all += isMeant ? channel.facts.entries.length : 0;
      channel.section.hidden = here === 0 && isFiltered;
      if (isFiltered && here > 0) {
        found.set(channel.section, [channel, channel.table.findIndex((line) => !line.hidden)]);
        sight.observe(channel.section);
      }
      if (here > 0) alive.add(section.id);
    }
    for (const section of document.querySelectorAll(".package")) {
      // A package may have no entries to be found, and yet the name that is looked for.
      const isNamed = wanted === "" && words.every((part) => section.dataset.package.toLowerCase().includes(part));
      section.hidden = (only.value !== "" && section.id !== only.value) || (isFiltered && !isNamed && !alive.has(section.id));
    }
    const wantedPackage = only.value === "" ? null : document.getElementById(only.value).dataset.package;
    for (const finding of document.querySelectorAll("main .finding"))
      finding.hidden =
        (wantedPackage !== null && finding.dataset.package !== wantedPackage) ||
        !words.every((part) => finding.textContent.toLowerCase().includes(part));
    document.getElementById("found").textContent = isFiltered ? `${shown} of ${all} entries` : "";
  }

  for (const control of [search, only, state]) control.addEventListener("input", filter);
  const form = document.querySelector(".tools");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  body.classList.add("scripted");
  const top = document.querySelector(".top");
  const measure = () => {
    const isSticky = getComputedStyle(top).position === "sticky";
    document.documentElement.style.setProperty("--head", (isSticky ? top.offsetHeight : 0) + "px");
  };
  addEventListener("resize", measure);
  measure();
  route();
})();
