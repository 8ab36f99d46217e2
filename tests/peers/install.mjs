// Builds the peers that are missing: `node tests/peers/install.mjs`. One that cannot be had is said
// loudly and is no failure; what needs it skips.

import { install } from './peers.mjs';

const missing = install();
if (missing.length > 0) {
  console.error('peers: !!! NOT TESTED against ' + missing.join(' and ') + ' !!!');
}
