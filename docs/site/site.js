// What scrolls sideways can be reached and scrolled with the keyboard.
const reachable = () => document.querySelectorAll("table, div.math, div.cell_output, pre, dt").forEach((part) => {
  if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
});
window.addEventListener("load", () => {
  const typeset = window.MathJax && MathJax.startup ? MathJax.startup.promise : Promise.resolve();
  typeset.then(reachable);
});
window.addEventListener("resize", reachable);
