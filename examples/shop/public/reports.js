import { $, api, money } from './kit.js';

const POLL_MS = 200;

async function finished(id) {
  for (;;) {
    const report = await api('GET', `/reports/${id}`);
    $('#progress').value = report.progress;
    if (report.rows) return report;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

$('#report').addEventListener('submit', async (event) => {
  event.preventDefault();
  $('#sales').hidden = true;
  $('#progress').hidden = false;
  const { id } = await api('POST', '/reports', { period: event.target.period.value });
  const { period, rows } = await finished(id);

  const all = rows.reduce((sum, row) => sum + row.revenue, 0);
  $('#sales caption').textContent = `Sales of the ${period}`;
  $('#sales tbody').innerHTML = rows.map((row) => `
    <tr><td>${row.category}</td><td class="number">${row.orders}</td><td class="number">${money(row.revenue)}</td>
      <td width="30%"><span class="bar" style="width:${(row.revenue / all) * 300}%; max-width:100%"></span></td></tr>`).join('');
  $('#sales tfoot').innerHTML = `<tr><th scope="row">Total</th><td></td><td class="number">${money(all)}</td><td></td></tr>`;
  $('#progress').hidden = true;
  $('#sales').hidden = false;
});
