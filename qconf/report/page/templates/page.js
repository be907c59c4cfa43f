"use strict";
// Moves a mark along the lines of a picture, and says what is there. What it says was written
// when the page was made: nothing is computed here.
for (const slider of document.querySelectorAll("[data-slider]")) {
  const [range, choice] = slider.querySelectorAll("input, select");
  const said = slider.querySelector("output");
  const tracks = JSON.parse(slider.querySelector("script").textContent);
  const marker = document.getElementById(range.id.replace(/at$/, "marker"));
  const show = () => {
    const steps = tracks[choice.value].steps;
    range.max = steps.length - 1;
    const [x, y, label, sentence] = steps[range.value];
    marker.setAttribute("transform", `translate(${x} 0)`);
    marker.querySelector("circle").setAttribute("cy", y);
    range.setAttribute("aria-valuetext", label);
    said.textContent = sentence;
  };
  range.addEventListener("input", show);
  choice.addEventListener("change", show);
  slider.querySelector(".controls").hidden = false;
  show();
}

// On paper nothing can be opened.
const folded = () => document.querySelectorAll("details:not([open])");
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...folded()];
  for (const one of opened) one.open = true;
});
addEventListener("afterprint", () => {
  for (const one of opened) one.open = false;
});
