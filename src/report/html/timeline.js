// The plot of time: when bad versions were out, when they can have run here, when credentials
// changed and were read. Drawn anew for the width there is; the table beside it says the same.

const LANES_MAX = 8;
const TABLE_ROWS_MAX = 300;
const DAY = 86400000;
const HOUR = 3600000;

const at = (moment) => {
  const ms = Date.parse(moment ?? "");
  return Number.isNaN(ms) ? null : ms;
};
const span = (window) =>
  window && at(window.start) !== null && at(window.end) !== null
    ? [at(window.start), at(window.end)]
    : null;

/** Moments of credentials: the last change, and reads that a file's own stamp records. */
function credentialEvents() {
  const changes = [],
    reads = [];
  for (const item of ITEMS) {
    const changed = changedAt(item.credential);
    if (at(changed) !== null) changes.push({ ms: at(changed), moment: changed, item });
    for (const place of item.credential.locations) {
      const wasRead = place.exposures.some((one) =>
        one.flags.some((flag) => flag.flag === "read-recorded"),
      );
      const { accessed } = place.times;
      if (wasRead && at(accessed) !== null)
        reads.push({ ms: at(accessed), moment: accessed, item });
    }
  }
  return { changes, reads };
}

function lanes() {
  const out = REPORT.advisory.map((advisory) => ({
    kind: "out",
    label: advisory.id,
    span: span(advisory.window),
  }));
  const ran = REPORT.infected_install.map((install) => ({
    kind: "ran",
    label: installName(install.index),
    span: span(install.window),
    certain: span(install.certain),
    removed: at(install.removed?.at),
  }));
  const asked = REPORT.run.what_if
    ? [{ kind: "ran", label: "The question", span: span(REPORT.run.what_if) }]
    : [];
  return [...out, ...ran, ...asked].filter((lane) => lane.span);
}

/** From a little before the first window to a little after the last; what is older is counted. */
function domainOf(all, events) {
  const swept = at(RUN.started);
  const windows = all.flatMap((lane) => lane.span).filter((ms) => ms > 0);
  if (windows.length === 0) {
    const times = [...events.changes.map((one) => one.ms), swept].filter((ms) => ms !== null);
    return [
      Math.min(...times.map((ms) => Math.max(ms, (swept ?? ms) - 400 * DAY))),
      Math.max(...times),
    ];
  }
  const ends = [...windows, swept].filter((ms) => ms !== null);
  const [first, last] = [Math.min(...ends), Math.max(...ends)];
  const padding = Math.max((last - first) * 0.06, HOUR);
  return [first - padding, last + padding];
}

const STEPS = [
  HOUR / 6,
  HOUR / 2,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  14 * DAY,
  30 * DAY,
  91 * DAY,
  365 * DAY,
  1826 * DAY,
  3652 * DAY,
];

function axis(scale, [start, end], width, height) {
  const step = STEPS.find((one) => (end - start) / one <= Math.max(2, width / 120)) ?? STEPS.at(-1);
  const marks = [];
  for (let ms = Math.ceil(start / step) * step; ms <= end; ms += step) marks.push(ms);
  const label = (ms) => {
    const text = new Date(ms).toISOString();
    return step < DAY ? `${text.slice(5, 10)} ${text.slice(11, 16)}` : text.slice(0, 10);
  };
  return svg(
    "g",
    { class: "axis" },
    marks
      .filter((ms) => scale(ms) < width - 30)
      .map((ms) => [
        svg("line", { x1: scale(ms), x2: scale(ms), y1: 0, y2: height - 22 }),
        svg("text", { x: scale(ms), y: height - 6, "text-anchor": "middle" }, label(ms)),
      ]),
  );
}

/** Bars of the events, one for each few columns; the older ones are only counted. */
function bars(events, kind, scale, [start], left, base, height) {
  const bins = new Map();
  let older = 0;
  for (const event of events) {
    if (event.ms < start) {
      older += 1;
      continue;
    }
    const x = Math.floor((scale(event.ms) - left) / 6) * 6 + left;
    if (!bins.has(x)) bins.set(x, []);
    bins.get(x).push(event);
  }
  const most = Math.max(1, ...[...bins.values()].map((bin) => bin.length));
  const unit = Math.min(7, height / most);
  const bar = ([x, bin]) =>
    svg(
      "rect",
      {
        class: `event ${kind}`,
        x,
        width: 5,
        rx: 1,
        y: base - Math.max(4, bin.length * unit),
        height: Math.max(4, bin.length * unit),
      },
      svg(
        "title",
        null,
        `${minute(bin[0].moment)}: ${bin.length === 1 ? bin[0].item.credential.title : counted(bin.length, "credential")}`,
      ),
    );
  return { older, drawn: [...bins].map(bar) };
}

function drawTimeline(width) {
  const events = credentialEvents();
  const all = lanes();
  const shown = all.slice(0, LANES_MAX);
  const domain = domainOf(all, events);
  const narrow = width < 560;
  const left = narrow ? 8 : 170;
  const laneHeight = narrow ? 42 : 30;
  const scale = (ms) =>
    left +
    ((Math.min(Math.max(ms, domain[0]), domain[1]) - domain[0]) /
      Math.max(1, domain[1] - domain[0])) *
      (width - left - 8);
  const eventLanes = [
    ["changed", "Credentials changed", events.changes],
    ["read", "Reads recorded", events.reads],
  ].filter(([, , list]) => list.length);
  const eventTop = shown.length * laneHeight + (all.length > LANES_MAX ? 20 : 0) + 6;
  const height = eventTop + eventLanes.length * 58 + 34;
  const name = (text, y) =>
    svg(
      "text",
      { class: "lane", x: narrow ? left : left - 12, y, "text-anchor": narrow ? "start" : "end" },
      text.length > 24 && !narrow ? `${text.slice(0, 23)}…` : text,
    );
  const lane = (one, index) => {
    const top = index * laneHeight + (narrow ? 18 : 8);
    const [x, end] = one.span.map(scale);
    const bar = (ends, className) =>
      svg("rect", {
        class: className,
        x: ends[0],
        y: top,
        height: 14,
        rx: 3,
        width: Math.max(3, ends[1] - ends[0]),
      });
    return svg(
      "g",
      null,
      name(one.label, narrow ? top - 5 : top + 11),
      bar([x, end], `window ${one.kind}`),
      one.certain ? bar(one.certain.map(scale), "window certain") : null,
      one.removed !== null && one.removed !== undefined
        ? svg(
            "path",
            { class: "removed", d: `M${scale(one.removed) - 4} ${top + 3}l8 8m0 -8l-8 8` },
            svg("title", null, "taken away"),
          )
        : null,
    );
  };
  const swept = at(RUN.started);
  const head = "Time of windows, changes and reads; the table below says the same.";
  return svg(
    "svg",
    {
      class: "plot",
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: "img",
      "aria-label": head,
    },
    axis(scale, domain, width, height),
    shown.map(lane),
    all.length > LANES_MAX
      ? name(`and ${number(all.length - LANES_MAX)} more`, shown.length * laneHeight + 16)
      : null,
    eventLanes.map(([kind, label, list], index) => {
      const base = eventTop + index * 58 + 52;
      const { older, drawn } = bars(list, kind, scale, domain, left, base, 34);
      const before = narrow ? { x: width - 8, y: base - 40 } : { x: left - 12, y: base };
      return svg(
        "g",
        null,
        name(label, narrow ? base - 40 : base - 15),
        svg("line", { class: "base", x1: left, x2: width - 8, y1: base + 1, y2: base + 1 }),
        older
          ? svg(
              "text",
              { class: "older", ...before, "text-anchor": "end" },
              `◂ ${number(older)} earlier`,
            )
          : null,
        drawn,
      );
    }),
    swept === null
      ? null
      : svg(
          "g",
          { class: "swept" },
          svg("line", { x1: scale(swept), x2: scale(swept), y1: 0, y2: height - 22 }),
          svg("title", null, `the sweep, ${minute(RUN.started)}`),
        ),
  );
}

function timelineTable() {
  const { changes, reads } = credentialEvents();
  const windowRow = (what, window) =>
    window ? [[what, time(window.start), time(window.end)]] : [];
  const eventRow = (what) => (one) => [
    one.ms,
    [`${what}: ${one.item.credential.rank}. ${one.item.credential.title}`, time(one.moment), ""],
  ];
  const rows = [
    ...REPORT.advisory.flatMap((one) => windowRow(`${one.id} was published`, one.window)),
    ...REPORT.infected_install.flatMap((one) => [
      ...windowRow(`${installName(one.index)} can have run here`, one.window),
      ...windowRow(`${installName(one.index)} certainly was here`, one.certain),
      ...(one.removed
        ? [[`${installName(one.index)} was taken away`, time(one.removed.at), ""]]
        : []),
    ]),
    ...[...changes.map(eventRow("changed")), ...reads.map(eventRow("read"))]
      .sort(([a], [b]) => a - b)
      .map(([, row]) => row),
  ];
  const more = rows.length - TABLE_ROWS_MAX;
  return [
    table("What happened when, UTC", ["What", "From", "Until"], rows.slice(0, TABLE_ROWS_MAX)),
    more > 0 ? el("p", null, `and ${number(more)} more: the list has each`) : null,
  ];
}

function timeline() {
  if (lanes().length === 0 && ITEMS.length === 0) return null;
  const entry = (className, says) =>
    el("li", null, el("i", { class: `key ${className}`, "aria-hidden": "true" }), says);
  const legend = el(
    "ul",
    { class: "legend" },
    entry("out", "bad versions published"),
    entry("ran", "can have run here"),
    entry("certain", "certainly was here"),
    entry("changed", "credential last changed"),
    entry("read", "read recorded by its file"),
    entry("swept", "this sweep"),
  );
  return section(
    "timeline",
    "When",
    "All times are UTC. What was there inside a window could have been taken.",
    el("figure", null, drawn("timeline-plot", drawTimeline, 280), legend),
    fold("The same as a table", timelineTable),
  );
}

/** A place for a drawing, which is drawn anew when its width changes. */
function drawn(id, draw, widthMin) {
  const place = el("div", { id, class: "drawing" });
  let drawnFor = 0;
  const drawNow = () => {
    if (place.clientWidth === 0 || place.clientWidth === drawnFor) return;
    drawnFor = place.clientWidth;
    place.replaceChildren(draw(Math.max(widthMin, drawnFor)));
  };
  // The list comes first; and a drawing changes heights, which must not be seen changing here.
  new ResizeObserver(() => whenIdle(drawNow)).observe(place);
  return place;
}
