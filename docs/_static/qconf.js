// Buttons that fold a list of pages show an arrow alone: they are named for those who do not see it.
for (const arrow of document.querySelectorAll("summary > .toctree-toggle")) {
  const entry = arrow.closest("li").querySelector("a");
  arrow.parentElement.setAttribute("aria-label", `Pages below ${entry.textContent.trim()}`);
}
