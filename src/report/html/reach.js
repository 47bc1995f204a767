// The picture of the blast radius: as whom code ran, which credentials that reached, and what
// they open. Thousands become a few boxes; the list has each.

const BOXES_MAX = { user: 8, kind: 12, opens: 12 };
const BOX_HEIGHT = 34;
const UNDECODED = "not decoded";

/** The boxes of one column, the worst and largest first, and the rest as one. */
function column(name, keyed) {
  const boxes = new Map();
  for (const [key, item] of keyed) {
    if (!boxes.has(key)) boxes.set(key, { name, key, items: new Set() });
    boxes.get(key).items.add(item);
  }
  const weight = (box) => [...box.items].filter((item) => item.standing === "exposed").length;
  const sorted = [...boxes.values()]
    .map((box) => ({ ...box, weight: weight(box) }))
    .sort((a, b) => b.weight - a.weight || b.items.size - a.items.size || (a.key < b.key ? -1 : 1));
  const max = BOXES_MAX[name];
  if (sorted.length <= max) return sorted;
  const rest = sorted.slice(max - 1);
  const items = new Set(rest.flatMap((box) => [...box.items]));
  return [
    ...sorted.slice(0, max - 1),
    { name, key: null, label: `and ${number(rest.length)} more`, items },
  ];
}

function columns() {
  const reached = ITEMS.filter((item) => !AT_REST.includes(item.standing));
  const users = (item) => (item.users.length ? item.users : ["root alone"]);
  const opens = (item) =>
    opensOf(item.credential).length ? opensOf(item.credential) : [UNDECODED];
  return [
    column(
      "user",
      reached.flatMap((item) => users(item).map((user) => [user, item])),
    ),
    column(
      "kind",
      reached.map((item) => [item.credential.title, item]),
    ),
    column(
      "opens",
      reached.flatMap((item) => opens(item).map((what) => [what, item])),
    ),
  ];
}

/** Items that two boxes have in common, by standing of the worst. */
function links(from, to) {
  return from
    .flatMap((a) =>
      to.map((b) => {
        const [few, many] = a.items.size < b.items.size ? [a, b] : [b, a];
        const common = [...few.items].filter((item) => many.items.has(item));
        return {
          a,
          b,
          n: common.length,
          worst: Object.keys(STANDINGS).find((one) => common.some((item) => item.standing === one)),
        };
      }),
    )
    .filter((link) => link.n > 0);
}

/** Each box where its neighbours to the left are, so that few lines cross. */
function untangled([users, kinds, opens]) {
  const settle = (boxes, before) => {
    const place = (box) => {
      const near = before.flatMap((other, index) =>
        [...other.items].filter((item) => box.items.has(item)).map(() => index),
      );
      return near.reduce((sum, index) => sum + index, 0) / Math.max(1, near.length);
    };
    const rest = (box) => box.key === null || box.key === UNDECODED;
    return boxes
      .map((box) => ({ ...box, place: place(box) }))
      .sort((a, b) => rest(a) - rest(b) || a.place - b.place || (a.key < b.key ? -1 : 1));
  };
  const settled = settle(kinds, users);
  return [users, settled, settle(opens, settled)];
}

function drawReach(width) {
  const all = untangled(columns());
  const gap = Math.max(60, width * 0.12);
  const boxWidth = (width - 2 * gap) / 3;
  const height = Math.max(...all.map((boxes) => boxes.length)) * BOX_HEIGHT + 26;
  all.forEach((boxes, index) =>
    boxes.forEach((box, place) => {
      box.x = index * (boxWidth + gap);
      box.y = 26 + place * BOX_HEIGHT + (height - 26 - boxes.length * BOX_HEIGHT) / 2;
    }),
  );
  const heads = ["Code ran as", "and could read", "which opens"];
  if (REPORT.infected_install.length === 0)
    heads[0] = IS_SUPPOSED ? "Code run as" : "Readable today by";
  const paths = [...links(all[0], all[1]), ...links(all[1], all[2])];
  const curve = ({ a, b, n, worst }) => {
    const [x1, y1, x2, y2] = [a.x + boxWidth, a.y + 13, b.x, b.y + 13];
    return svg("path", {
      class: `link v-${worst}`,
      "stroke-width": Math.min(12, 1.2 + Math.log2(n)).toFixed(1),
      d: `M${x1} ${y1}C${x1 + gap / 2} ${y1} ${x2 - gap / 2} ${y2} ${x2} ${y2}`,
    });
  };
  const curves = paths.map((link) => ({ ...link, node: curve(link) }));
  const nodes = new Map(all.flat().map((box) => [box, reachBox(box, boxWidth)]));
  const light = (box) => {
    for (const [other, node] of nodes) {
      const joined = !box || other === box || [...other.items].some((item) => box.items.has(item));
      node.classList.toggle("dim", !joined);
    }
    for (const { a, b, node } of curves) {
      const joined =
        !box ||
        a === box ||
        b === box ||
        [...a.items].some((item) => box.items.has(item) && b.items.has(item));
      node.classList.toggle("dim", !joined);
    }
  };
  for (const [box, node] of nodes) {
    for (const name of ["mouseenter", "focus"]) node.addEventListener(name, () => light(box));
    for (const name of ["mouseleave", "blur"]) node.addEventListener(name, () => light(null));
  }
  return svg(
    "svg",
    {
      class: "reach",
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: "group",
      "aria-label": "From users over credentials to what they open; the table below says the same.",
    },
    heads.map((head, index) =>
      svg("text", { class: "head", x: index * (boxWidth + gap), y: 12 }, head),
    ),
    curves.map((curve) => curve.node),
    [...nodes.values()],
  );
}

function reachBox(box, width) {
  const label = box.label ?? box.key;
  const letters = Math.floor((width - 52) / 7.2);
  const shown =
    [...label].length > letters ? `${[...label].slice(0, letters - 1).join("")}…` : label;
  const press = () => {
    if (box.key !== null) showOnlyWith(box.name, box.key);
  };
  return svg(
    "g",
    {
      class: `box of-${box.name}`,
      tabindex: "0",
      role: "button",
      transform: `translate(${box.x} ${box.y})`,
      "aria-label": `${label}: ${counted(box.items.size, "credential")}`,
      click: press,
      keydown: (event) => {
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          press();
        }
      },
    },
    svg("rect", { width, height: 26, rx: 5 }),
    svg("text", { x: 10, y: 17.5 }, shown),
    svg(
      "text",
      { class: "n", x: width - 10, y: 17.5, "text-anchor": "end" },
      number(box.items.size),
    ),
    svg("title", null, label),
  );
}

function reachTable() {
  const groups = new Map();
  for (const item of ITEMS.filter((one) => !AT_REST.includes(one.standing))) {
    const key = JSON.stringify([item.users.join(", ") || "root alone", item.credential.title]);
    if (!groups.has(key)) groups.set(key, { n: 0, opens: new Set() });
    const group = groups.get(key);
    group.n += 1;
    opensOf(item.credential).forEach((what) => group.opens.add(what));
  }
  const some = (set) =>
    [...set].slice(0, 5).join(", ") + (set.size > 5 ? ` and ${number(set.size - 5)} more` : "");
  const rows = [...groups]
    .slice(0, TABLE_ROWS_MAX)
    .map(([key, group]) => [...JSON.parse(key), number(group.n), some(group.opens) || UNDECODED]);
  return table("Who reached what", ["User", "Kind", "Credentials", "What they open"], rows);
}

function reach() {
  if (ITEMS.every((item) => AT_REST.includes(item.standing))) return null;
  return section(
    "reach",
    "How far it reaches",
    "From the users whose code could read to what the credentials open. Choose a box to see its credentials.",
    el(
      "figure",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "Picture of the reach" },
      drawn("reach-plot", drawReach, 680),
    ),
    fold("The same as a table", reachTable),
  );
}
