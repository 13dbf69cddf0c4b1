import { $, api } from './kit.js';

function showPicture() {
  $('#avatar').src = `/avatar?${Date.now()}`;
  $('#avatar').hidden = false;
  $('#no-avatar').hidden = true;
}

$('#picture').onchange = async ({ target }) => {
  const [file] = target.files;
  $('#said').textContent = 'Scanning the picture…';
  const answer = await fetch('/api/avatar', { method: 'POST', body: file, headers: { 'Content-Type': file.type } });
  if (answer.ok) showPicture();
  $('#said').textContent = answer.ok ? 'Your picture is saved.' : (await answer.json()).message;
};

$('#logout').onclick = async () => {
  await api('POST', '/logout');
  location.href = '/';
};

$('#delete').onclick = async () => {
  if (prompt('Type your name to delete the account.') !== 'Ada Lovelace') {
    alert('Nothing was deleted.');
    return;
  }
  await api('POST', '/logout');
  $('#farewell').textContent = 'Your account is gone. Farewell!';
};

if ((await api('GET', '/me')).avatar) showPicture();
