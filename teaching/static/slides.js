// What code gives is shown one step after the code: first the room says what it expects.
for (const output of document.querySelectorAll(".cell_output:not(:has(.rnnlib-page))")) output.classList.add("fragment");
for (const folded of document.querySelectorAll("details.hide")) folded.open = true;
