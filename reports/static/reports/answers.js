// A ready answer that is chosen becomes the note, which may then be changed. Without scripts the server does the same.
for (const select of document.querySelectorAll("select[data-fills]")) {
  const note = select.form.elements[select.dataset.fills];
  let filled = "";
  select.addEventListener("change", () => {
    const text = select.selectedOptions[0].dataset.text ?? "";
    if (note.value.trim() === "" || note.value === filled) note.value = filled = text;
  });
}
