"use strict";
(() => {
  const D = JSON.parse(document.getElementById("data").textContent);
  const W = D.words, V = D.verdicts, S = D.strings, U = D.subjects, C = D.checks;
  const total = V.status.length;
  const list = document.getElementById("list");
  if (!list || !total) return;
  const $ = (id) => document.getElementById(id);
  const form = document.querySelector("form.filter"), search = $("q"), count = $("count"), chip = $("chip");
  const FIRST = 10, STEP = 100, OPEN = 40, PRINTED = 300;
  const STATUS = ["fail", "unknown", "pass", "waived"];
  const say = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  const digits = (n) => (n >= 10000 ? String(n).replace(/\B(?=(\d{3})+$)/g, "\u202f") : String(n));
  const make = (tag, kind, text) => {
    const made = document.createElement(tag);
    if (kind) made.className = kind;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const ENGLISH = new Set(D.english);
  const english = (node) => { if (W.language !== "en") node.lang = "en"; return node; };
  let promise = null, shown = [];

  // -- what the filter asks for
  const hay = new Array(total);
  const words = (i) => {
    if (hay[i] === undefined) {
      const u = U[V.subject[i]], c = C[V.check[i]];
      hay[i] = (V.why[i] + "\n" + u[5] + "\n" + u[4] + "\n" + S[u[1]] + "\n" + S[u[2]] + "\n" + S[u[3]] + "\n" + c.id + "\n" + c.title + "\n" + V.print[i]).toLowerCase();
    }
    return hay[i];
  };
  const place = (u) => [S[u[0]], S[u[2]], S[u[3]]].filter(Boolean).join("/");
  const places = U.map(place);

  const matching = () => {
    const statuses = new Set([...form.querySelectorAll("[name=status]:checked")].map((box) => +box.value));
    const severity = $("f-severity").value, check = $("f-check").value, where = $("f-where").value;
    const terms = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const only = promise === null ? null : new Set(D.promises[promise].rows);
    const found = [];
    for (let i = 0; i < total; i++) {
      if (only ? !only.has(i) : !statuses.has(V.status[i])) continue;
      if (severity !== "" && V.severity[i] !== +severity) continue;
      if (check !== "" && V.check[i] !== +check) continue;
      if (where !== "" && places[V.subject[i]] !== where && !places[V.subject[i]].startsWith(where + "/")) continue;
      if (terms.length && !terms.every((term) => words(i).includes(term))) continue;
      found.push(i);
    }
    return found;
  };

  // -- rows
  const term = (dl, name, node) => {
    dl.append(make("dt", "", name));
    const dd = make("dd");
    dd.append(node);
    dl.append(dd);
  };
  const proof = (number) => {
    const [, path, value, call, file, line, at] = D.sources[number].map((n) => S[n]);
    const item = make("li");
    item.append(make("code", "", `${path} ${value === "" ? `(${W["evidence.absent"]})` : `= ${value}`}`.trim()));
    const from = file ? file + (line ? ":" + line : "") : call || S[D.sources[number][0]];
    item.append(` ${W["evidence.from"]} `, make("code", "", from), at ? ` ${W["evidence.at"]} ${at}` : "");
    return item;
  };
  const details = (i) => {
    const u = U[V.subject[i]], dl = make("dl");
    term(dl, W.subject, make("code", "", `${S[u[1]]} ${u[4]}`));
    term(dl, W.fact, W.facts[S[V.fact[i]]] || S[V.fact[i]]);
    if (S[V.reason[i]]) term(dl, W.reason, W.reasons[S[V.reason[i]]] || S[V.reason[i]]);
    if (S[V.params[i]]) term(dl, W.params, S[V.params[i]]);
    if (D.waivers[i]) term(dl, W.waiver, D.waivers[i]);
    const proofs = make("ul");
    proofs.append(...V.evidence[i].map(proof));
    term(dl, W.evidence, V.evidence[i].length ? proofs : W["evidence.none"]);
    term(dl, W.fingerprint, make("code", "", V.print[i]));
    return dl;
  };
  const row = (i) => {
    const u = U[V.subject[i]], item = make("li"), box = make("details", "row"), head = make("summary");
    const why = make("span", "why", V.why[i]);
    head.append(ENGLISH.has(i) ? english(why) : why, make("span", "note", [S[u[1]], [S[u[2]], S[u[3]]].filter(Boolean).join("/")].filter(Boolean).join(" · ")));
    box.append(head);
    box.addEventListener("toggle", () => { if (box.open && box.children.length === 1) box.append(details(i)); });
    item.append(box);
    return item;
  };

  // -- groups: one a result and question, the worst first; rows are drawn when a group is opened
  const group = (key, rows) => {
    const [status, check] = key.split("|").map(Number), c = C[check];
    const box = make("details", "group"), head = make("summary");
    const label = status === 0 ? W.severity[V.severity[rows[0]]] : W.status[status];
    head.append(make("span", "badge " + STATUS[status], label), make("h3", "", c.title), make("span", "n", digits(rows.length)));
    box.append(head);
    let drawn = 0, items = null, button = null;
    const draw = (upto) => {
      if (!items) {
        if (c.why || c.remedy) {
          const help = make("details", "help");
          help.append(make("summary", "", W["about.check"]));
          for (const [name, text] of [[W.why, c.why], [W.remedy, c.remedy], [W.cites, c.cites]]) {
            if (!text) continue;
            const p = english(make("p")), strong = make("strong", "", name + ": ");
            strong.lang = W.language;
            p.append(strong, text);
            help.append(p);
          }
          box.append(help);
        }
        items = make("ol", "rows");
        button = make("button", "more");
        button.type = "button";
        button.addEventListener("click", () => {
          const before = drawn;
          draw(drawn + STEP);
          if (button.hidden) items.children[before].querySelector("summary").focus();
        });
        box.append(items, button);
      }
      const next = rows.slice(drawn, upto);
      items.append(...next.map(row));
      drawn += next.length;
      const left = rows.length - drawn;
      button.hidden = left === 0;
      button.textContent = say(W["show.more"], { n: digits(Math.min(STEP, left)) });
      return drawn;
    };
    box.addEventListener("toggle", () => { if (box.open && !drawn) draw(FIRST); });
    box.draw = draw;
    box.rows = rows;
    return box;
  };

  const show = () => {
    shown = matching();
    const groups = new Map();
    for (const i of shown) {
      const key = V.status[i] + "|" + V.check[i];
      const rows = groups.get(key);
      if (rows) rows.push(i); else groups.set(key, [i]);
    }
    const boxes = [...groups].map(([key, rows]) => group(key, rows));
    let drawn = 0;
    for (const box of boxes) {
      if (drawn >= OPEN) break;
      drawn += box.draw(FIRST);
      box.open = true;
    }
    list.replaceChildren(...boxes);
    count.textContent = shown.length ? say(W.shown, { n: digits(shown.length), total: digits(total) }) : W["shown.none"];
  };
  const choose = (id) => {
    promise = id;
    chip.hidden = id === null;
    chip.replaceChildren();
    if (id !== null) {
      const clear = make("button", "", W["filter.clear"]);
      clear.type = "button";
      clear.addEventListener("click", () => { form.reset(); search.focus(); });
      chip.append(W["filter.promise"] + ": ", make("strong", "", D.promises[id].text), clear);
    }
    show();
  };

  // -- the form
  const options = (select, pairs) => {
    for (const [value, label] of pairs) {
      const option = make("option", "", label);
      option.value = value;
      select.append(option);
    }
  };
  options($("f-check"), C.map((c, n) => [n, c.title]).sort((a, b) => a[1].localeCompare(b[1], W.language)));
  const known = new Set();
  for (const name of new Set(places)) name.split("/").forEach((part, n, parts) => known.add(parts.slice(0, n + 1).join("/")));
  options($("f-where"), [...known].filter(Boolean).sort().slice(0, 500).map((name) => [name, name]));
  let waiting = 0;
  search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(show, 120); });
  form.addEventListener("change", (event) => { if (event.target !== search) show(); });
  form.addEventListener("submit", (event) => { event.preventDefault(); show(); });
  form.addEventListener("reset", () => setTimeout(() => choose(null)));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-promise]");
    if (!button || !D.promises[button.dataset.promise]) return;
    choose(button.dataset.promise);
    $("findings").scrollIntoView();
    const first = list.querySelector("summary");
    if (first) first.focus({ preventScroll: true });
  });
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); search.focus(); }
    if (event.key === "Escape" && document.activeElement === search && search.value) { search.value = ""; show(); }
  });

  // -- paper: what the filter shows, opened, up to a limit
  addEventListener("beforeprint", () => {
    let left = PRINTED;
    for (const box of list.querySelectorAll(".group")) {
      box.open = true;
      const before = box.querySelectorAll(".row").length;
      const drawn = left > 0 ? box.draw(Math.max(Math.min(box.rows.length, left), before)) : before;
      for (const one of [...box.querySelectorAll(".row")].slice(0, Math.max(left, 0))) {
        if (one.children.length === 1) one.open = true;
      }
      left -= drawn;
      if (drawn < box.rows.length) box.append(make("p", "rest", say(W.not_printed, { n: digits(box.rows.length - drawn) })));
    }
    for (const one of list.querySelectorAll(".row[open]")) one.dispatchEvent(new Event("toggle"));
  });
  addEventListener("afterprint", show);
  show();
})();
