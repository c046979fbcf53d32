/* Brings writing.js when a <writing-box> comes near, before it can be seen or typed into. */

const { script } = document.querySelector("#writing").dataset;
const near = new IntersectionObserver(
  (boxes) => {
    if (boxes.some((box) => box.isIntersecting)) import(script).then(() => near.disconnect(), () => {});
  },
  { rootMargin: "100%" },
);

for (const box of document.querySelectorAll("writing-box")) near.observe(box);
