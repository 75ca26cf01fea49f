"use strict";
// Without this script the page has all but the search by name: the other filters are CSS.
{
  const search = document.getElementById("name");
  const count = document.getElementById("count");
  const rows = Array.from(document.querySelectorAll("tr.row"));
  const named = Array.from(document.querySelectorAll(".row"), (row) => ({
    row,
    name: row.querySelector("th, h3").textContent.toLowerCase(),
  }));

  const tell = () => {
    const shown = rows.filter((row) => getComputedStyle(row).display !== "none").length;
    const all = `${rows.length.toLocaleString("en")} ${rows.length === 1 ? "schema" : "schemas"}`;
    count.textContent =
      shown === rows.length ? all : `${shown.toLocaleString("en")} of ${all}`;
  };

  if (search) {
    document.getElementById("search").hidden = false;
    search.addEventListener("input", () => {
      const wanted = search.value.trim().toLowerCase();
      for (const { row, name } of named) {
        row.hidden = !name.includes(wanted);
      }
      tell();
    });
    for (const input of document.querySelectorAll(".filters fieldset input")) {
      input.addEventListener("change", tell);
    }
    // A browser may keep what was chosen before the page was loaded again.
    search.dispatchEvent(new Event("input"));
  }

  // Some browsers do not open what a link leads into.
  const reveal = () => {
    const target = document.getElementById(location.hash.slice(1));
    const holder = target && target.closest("details");
    if (holder && !holder.open) {
      holder.open = true;
      target.scrollIntoView();
    }
  };
  addEventListener("hashchange", reveal);
  reveal();

  let shut = [];
  addEventListener("beforeprint", () => {
    shut = Array.from(document.querySelectorAll("details:not([open])"));
    for (const each of shut) {
      each.open = true;
    }
  });
  addEventListener("afterprint", () => {
    for (const each of shut) {
      each.open = false;
    }
  });
}
