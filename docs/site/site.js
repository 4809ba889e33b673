// What scrolls sideways can be reached and scrolled with the keyboard.
const SCROLLING = "table, div.math, div.cell_output, pre, dt, span.math.wide";

const reachable = () => {
  document.querySelectorAll("span.math").forEach((part) => {
    const formula = part.querySelector("mjx-container");
    if (formula && part.clientWidth && formula.getBoundingClientRect().width > part.clientWidth + 2)
      part.classList.add("wide");
  });
  document.querySelectorAll(SCROLLING).forEach((part) => {
    if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
  });
};

window.addEventListener("load", () => {
  const typeset = window.MathJax && MathJax.startup ? MathJax.startup.promise : Promise.resolve();
  typeset.then(reachable);
  // The theme takes the focus away from its buttons at a click; a keyboard needs it there.
  const buttons = ".theme-switch-button, .search-button, .primary-toggle, .secondary-toggle";
  document.querySelectorAll(buttons).forEach((button) =>
    button.addEventListener("click", () => button.focus({ preventScroll: true }), true)
  );
});
window.addEventListener("resize", reachable);
document.addEventListener("toggle", reachable, true);
