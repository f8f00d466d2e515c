// Heads that sort their table, and fields that search it; every page can be read without them.
const text = (cell) => cell.dataset.value ?? cell.textContent.trim();
const number = (cell) => parseFloat(text(cell).replace("−", "-"));
// What is no number is sorted as a text, and what is empty stands last.
function compare(a, b, sign) {
  if (!text(a) || !text(b)) return !text(a) - !text(b);
  return sign * (number(a) - number(b) || text(a).localeCompare(text(b), "en", { numeric: true }));
}

// A head of every column: the one that spans both rows, or the one in the last row.
function heads({ tHead: { rows: [first, last = first] } }) {
  const below = [...last.cells];
  return [...first.cells].flatMap((head) =>
    last === first || head.rowSpan > 1 ? head : below.splice(0, head.colSpan));
}

// From the largest, from the smallest, and back to the order of print.
function sort(table, column, head) {
  const next = { null: "descending", descending: "ascending" }[head.getAttribute("aria-sort")];
  for (const other of heads(table)) other.removeAttribute("aria-sort");
  if (next) head.setAttribute("aria-sort", next);
  const sign = next === "ascending" ? 1 : -1;
  for (const body of table.tBodies) {
    const rows = [...body.rows].filter((row) => !row.classList.contains("part"));
    rows.forEach((row, place) => { row.dataset.place ??= place; });
    rows.sort((a, b) => next ? compare(a.cells[column], b.cells[column], sign)
      : a.dataset.place - b.dataset.place);
    body.append(...rows);
  }
}

for (const table of document.querySelectorAll("table.sortable"))
  heads(table).forEach((head, column) => {
    const button = document.createElement("button");
    button.append(...head.childNodes);
    button.onclick = () => sort(table, column, head);
    head.append(button);
  });

for (const field of document.querySelectorAll("input[data-filter]")) {
  const rows = document.querySelectorAll(field.dataset.filter);
  field.oninput = () => {
    const words = field.value.toLowerCase().split(" ");
    for (const row of rows)
      row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
  };
  field.value = new URLSearchParams(location.search).get(field.name) ?? "";
  field.oninput();
}

document.addEventListener("keydown", (event) => {
  const field = document.querySelector("input[type=search]");
  if (event.key !== "/" || !field || event.target.matches("input, select")) return;
  event.preventDefault();
  field.focus();
});
