// What the groups share: what is there to run them with, what could not be run, what failed, and what was remembered.
import fs from 'node:fs';
import { missingPeers } from '../../scripts/peers.js';
import { stopAll } from './processes.js';
import { hasPython } from './python.js';
import { removeScratch } from './scratch.js';
import { closeServices } from './services.js';
import { hasOwnNetwork, hasTracefs } from './surroundings.js';

const QUICK_TRIES = 40;
const MISSING = {
  ownNetwork: 'root, and network namespaces (unshare --net)',
  tracefs: 'root, and a tracefs (unshare --mount, mount -t tracefs)',
  python: '/usr/bin/python3',
  exabgp: 'ExaBGP',
  bird: 'BIRD',
  frr: 'FRR',
  gobgp: 'GoBGP',
};

/** `isQuick`: a trial run, whose figures mean little. */
export function createContext(isQuick) {
  const found = {
    ownNetwork: hasOwnNetwork(),
    tracefs: hasTracefs(),
    python: hasPython(),
    bird: !missingPeers().includes('bird'),
    gobgp: !missingPeers().includes('gobgpd'),
    frr: fs.existsSync('/usr/lib/frr/bgpd'),
    exabgp: !missingPeers().includes('exabgp') && hasPython(),
  };
  const context = {
    isQuick,
    idleMs: isQuick ? 1_000 : 10_000,
    pairs: isQuick ? 2 : 10,
    pairMs: isQuick ? 2_000 : 20_000,
    tries: (count) => (isQuick ? Math.min(count, QUICK_TRIES) : count),
    leftOut: [],
    failures: [],
    memories: new Map(),
    isInterrupted: false,

    /** Whether a row has what it needs, if anything; says loudly that it is left out where not. */
    has(need, row) {
      if (need === undefined || found[need]) return true;
      const text = `${row}: needs ${MISSING[need]}`;
      console.error(`LEFT OUT  ${text}`);
      context.leftOut.push(text);
      return false;
    },

    /** The rows that `measure` makes, none if it fails. Whatever it started is ended. */
    async attempt(name, measure) {
      console.error(`  ${name} …`);
      try {
        return [await measure()].flat();
      } catch (error) {
        if (context.isInterrupted) await new Promise(() => {}); // what is being ended does not fail
        console.error(`FAILED  ${name}: ${error.message}`);
        context.failures.push({ name, error: error.message });
        return [];
      } finally {
        closeServices();
        await stopAll();
        removeScratch();
      }
    },

    /** For the table of memory; the most where the same is told several times. */
    remember(after, daemon) {
      const [resident, peak] = [daemon.residentMb(), daemon.peakMb()];
      const before = context.memories.get(after) ?? { resident: 0, peak: 0 };
      context.memories.set(after, {
        resident: Math.max(resident, before.resident),
        peak: Math.max(peak, before.peak),
      });
    },
  };
  return context;
}
