// A click on a test of the timeline opens it. The table below has the same links for everybody else.
document.addEventListener('click', (event) => {
  if (!(event.target instanceof SVGElement)) return;
  const drawing = event.target.closest('svg.timeline');
  const test = event.target.getAttribute('data-test');
  if (!(drawing instanceof SVGElement) || !test) return;
  location.href = `/runs/${drawing.dataset.run}/tests/${encodeURIComponent(test)}`;
});
