// The buttons of the pages of signing in.

import { register, sign, signIn } from './passkey.js';

const problem = document.querySelector('.problem[hidden]');

const DEEDS = {
  async 'sign-in'({ after }) {
    await signIn();
    location.assign(after);
  },
  async register() {
    await register();
    location.assign('/me');
  },
  // It never counts again, so it is asked twice: the second press signs.
  async revoke({ person, keyid }, button) {
    if (button.dataset.sure) {
      await sign('revoke-passkey', { person, keyid, reason: null });
      location.assign('/me');
    } else {
      button.dataset.sure = 'yes';
      button.textContent = 'Revoke for good';
    }
  },
};

for (const button of document.querySelectorAll('button[data-does]')) {
  button.disabled = typeof PublicKeyCredential === 'undefined';
  if (button.disabled) tell('this browser has no passkeys, or the page is not reached by a name');
  button.addEventListener('click', async () => {
    button.disabled = true;
    problem.hidden = true;
    try {
      await DEEDS[button.dataset.does](button.dataset, button);
    } catch (error) {
      tell(error.name === 'NotAllowedError' ? 'no passkey was given' : error.message);
    } finally {
      button.disabled = false;
    }
  });
}

// A code may come in the part of the address that no server is sent.
const code = document.querySelector('#code');
if (code && location.hash) {
  code.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, '', location.pathname);
}

function tell(text) {
  problem.textContent = text;
  problem.hidden = false;
}
