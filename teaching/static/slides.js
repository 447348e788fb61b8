// What code gives is shown one step after the code: first the room says what it expects.
const later = ".cell_output:not(:has(.rnnlib-page)), .hide .cell_output"; // or folded in the lesson, too
for (const output of document.querySelectorAll(later)) output.classList.add("fragment");
for (const folded of document.querySelectorAll("details.hide")) folded.open = true;
