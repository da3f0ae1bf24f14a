// A provider of sign-ins: oidc-provider, certified by the OpenID Foundation, with its own pages for
// developers, at which whoever gives a name is taken for that account.
//
//   node provider.mjs PORT
//
// The client is in the environment: CLIENT_ID, CLIENT_SECRET, REDIRECT_URI. It says `ready` once it
// listens, and runs until its standard input ends.

import { Provider } from 'oidc-provider';

const port = Number(process.argv[2]);
const provider = new Provider(`http://localhost:${port}`, {
  clients: [{
    client_id: process.env.CLIENT_ID,
    client_secret: process.env.CLIENT_SECRET,
    redirect_uris: [process.env.REDIRECT_URI],
  }],
  cookies: { keys: ['of a provider that lives for one test'] },
  features: { devInteractions: { enabled: true } },
  pkce: { required: () => true },
});

provider.listen(port, '127.0.0.1', () => console.log('ready'));
process.stdin.resume().on('end', () => process.exit(0));
