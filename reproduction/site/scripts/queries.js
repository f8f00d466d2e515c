// The queries of one result beside those of another. A page that is a file may not fetch, so the
// data are scripts, which call `site.list`, `site.named` and `site.take`.
const site = (() => {
  const one = (selector) => document.querySelector(selector);
  const mean = (numbers) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
  const fixed = (value) => (isNaN(value) ? "–" : (value / 100).toFixed(2).replace("-", "−"));
  const signed = (value) => (value > 0 ? "+" : "") + fixed(value);
  const choices = {}, taken = {}, sets = {}, loading = {}, STEP = 200;
  let rows = [], columns = [], by = 0, sign = 1, shown = STEP;
  const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
  const option = (id) => new Option(choices[id].name, id);
  const link = (textContent, href) => make("a", { textContent, href });
  const load = (name) => loading[name] ??= new Promise((onload, onerror) => {
    document.head.append(make("script", { src: `${name}.js`, onload, onerror }));
  });

  // Of one run, or of all runs of a cell, whose queries are averaged.
  async function result(id) {
    const { set, keys } = choices[id];
    await Promise.all([...keys, set].map(load));
    const runs = keys.map((key) => taken[key]), { ap, pictures } = runs[0];
    const over = (value) => ap.map((_, i) => mean(runs.map((run) => value(run, i))));
    return { pictures, ap: over((run, i) => run.ap[i]), rank: over((run, i) => run.rank[i]),
      hit: over((run, i) => 10000 * (run.rank[i] === 1)) };
  }

  function grid(table, heads, lines) {
    const put = (row, tag, content, properties = {}) =>
      row.appendChild(make(tag, properties)).append(content);
    table.replaceChildren();
    const head = table.createTHead().insertRow(), body = table.createTBody();
    for (const name of heads) put(head, "th", name, { scope: "col" });
    for (const [first, ...rest] of lines) {
      put(body.insertRow(), "th", first, { scope: "row" });
      for (const value of rest) put(body.lastChild, "td", value);
    }
  }

  // One line for all queries, and one for each camera; means are over those with a match.
  function summary(name, some, beside) {
    const valid = some.filter((row) => row.rank), over = (key) => mean(valid.map((row) => row[key]));
    const count = (word) => valid.filter((row) => row.outcome === word).length;
    return [name, some.length, some.length - valid.length, fixed(over("ap")), fixed(over("hit")),
      ...(beside ? [signed(over("gap")), count("won"), count("lost"), count("tied")] : [])];
  }

  function draw() {
    const { text, camera, outcome } = one("#filter").elements, [, value, show] = columns[by];
    const kept = rows.filter((row) => row.name.includes(text.value)
      && ["", String(row.camera)].includes(camera.value)
      && ["", row.outcome].includes(outcome.value));
    kept.sort((a, b) => (show ? !a.rank - !b.rank : 0)
      || sign * (value(a) > value(b) ? 1 : value(a) < value(b) ? -1 : 0) || a.index - b.index);
    const table = one("#queries"), some = kept.slice(0, shown);
    const buttons = columns.map(([textContent], column) => make("button", { textContent, onclick() {
      [by, sign] = [column, by === column ? -sign : 1];
      draw()[column].focus();
    } }));
    grid(table, buttons, some.map((row) =>
      columns.map(([, get, show]) => (show ? show(get(row), row) : get(row)))));
    buttons[by].parentElement.ariaSort = sign > 0 ? "ascending" : "descending";
    some.forEach((row, i) => { table.tBodies[0].rows[i].className = row.outcome; });
    one("#count").textContent = `${some.length} of ${kept.length}`;
    one("#more").hidden = kept.length <= shown;
    return buttons;
  }

  async function show() {
    const [id, beside] = [...one("#choice").elements].map((field) => field.value);
    const hash = `#${id}${beside && `&against=${beside}`}`, { card, name, set } = choices[id];
    history.replaceState(null, "", hash);
    one("#said").replaceChildren(link(`← ${name}`, `${card}.html`));
    const results = [id, beside].filter(Boolean).map(result);
    const [mine, theirs] = await Promise.all(results).catch(() => []);
    if (!mine) return one("#said").append(": its data are not there; make the site again");
    if (location.hash !== hash) return; // Another one has been chosen since.
    const { names, identity, camera } = sets[set];
    rows = mine.ap.map((ap, index) => {
      const rank = mine.rank[index], gap = theirs ? ap - theirs.ap[index] : 0;
      const outcome = theirs && rank ? (gap > 0 ? "won" : gap < 0 ? "lost" : "tied") : "";
      return { index, ap, rank, gap, outcome, hit: mine.hit[index], name: names?.[index] ?? "",
        identity: identity?.[index], camera: camera?.[index], picture: mine.pictures[index],
        others: theirs?.ap[index], first: theirs?.rank[index] };
    });
    const ap = (value, row) => (row.rank ? fixed(value) : "no match");
    const rank = (value) => (value ? +value.toFixed(1) : "–");
    columns = [
      ["query", (row) => (names ? row.name : row.index)],
      Object.keys(mine.pictures).length && ["picture", (row) => row.picture ?? "",
        (href) => href && link("ranked list", href)],
      identity && ["identity", (row) => row.identity], camera && ["camera", (row) => row.camera],
      ["AP", (row) => row.ap, ap], ["first match at", (row) => row.rank, rank],
      ...(theirs ? [["other’s AP", (row) => row.others, ap], ["at", (row) => row.first, rank],
        ["Δ AP", (row) => row.gap, signed], ["", (row) => row.outcome]] : []),
    ].filter(Boolean);
    [by, sign, shown] = [columns.findIndex(([name]) => name === (theirs ? "Δ AP" : "AP")), 1, STEP];
    const cameras = [...new Set(camera)].sort((a, b) => a - b), { elements } = one("#filter");
    elements.camera.replaceChildren(new Option("all", ""), ...cameras.map((one) => new Option(one)));
    elements.camera.parentElement.hidden = !camera;
    elements.outcome.value = "";
    elements.outcome.parentElement.hidden = !theirs;
    grid(one("#cameras"), ["", "queries", "without match", "mAP", "R-1",
      ...(theirs ? ["Δ mAP", "won", "lost", "tied"] : [])],
    [summary("all", rows, theirs), ...cameras.map((one) =>
      summary(`camera ${one}`, rows.filter((row) => row.camera === one), theirs))]);
    draw();
  }

  // Only results on the same queries can be set beside each other.
  function offer(wanted) {
    const { of, against } = one("#choice").elements, { set } = choices[of.value];
    against.replaceChildren(new Option("nothing", ""), ...Object.keys(choices)
      .filter((id) => choices[id].set === set).map(option));
    against.value = choices[wanted]?.set === set ? wanted : "";
    show();
  }

  return {
    take: (key, ap, rank, pictures) => { taken[key] = { ap, rank, pictures }; },
    named: (name, names, labels) => {
      let before = "";
      const whole = names?.rests.map((rest) =>
        (before = before.slice(0, parseInt(rest[0], 36)) + rest.slice(1)) + names.end);
      sets[name] = { ...labels, names: whole };
    },
    list: (entries) => {
      for (const { card, key, title, series, set, runs } of entries) {
        const all = [`all ${runs.length} seeds`, key, runs.map(([, key]) => key)];
        for (const [run, id, keys = [id]] of runs.length > 1 ? [all, ...runs] : runs)
          choices[id] = { card, set, keys, name: [title, series, run].filter(Boolean).join(", ") };
      }
      const { of, against } = one("#choice").elements;
      const [id, beside] = location.hash.slice(1).split("&against=");
      of.append(...Object.keys(choices).map(option));
      of.value = choices[id] ? id : of.value;
      of.onchange = () => offer(against.value);
      against.onchange = show;
      one("#filter").oninput = () => { shown = STEP; draw(); };
      one("#more").onclick = () => { shown += STEP; draw(); };
      offer(beside);
    },
  };
})();
