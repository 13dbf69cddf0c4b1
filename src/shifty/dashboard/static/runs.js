// The filters of the list of runs apply as soon as they are chosen, and leave no empty words in the address.
(() => {
  const form = document.getElementById('filter');
  if (!(form instanceof HTMLFormElement)) return;
  form.addEventListener('change', (event) => {
    if (event.target instanceof HTMLSelectElement) form.requestSubmit();
  });
  form.addEventListener('submit', () => {
    const fields = [...form.elements].filter((field) => field instanceof HTMLInputElement || field instanceof HTMLSelectElement);
    const unused = fields.filter((field) => field.value === '' || (field.name === 'status' && field.value === 'all'));
    for (const field of unused) field.disabled = true;
    // Back from the next page, the form is as it was left.
    setTimeout(() => {
      for (const field of unused) field.disabled = false;
    });
  });
})();
