/** A typing error under a real ExaBGP, for three minutes: it lives on, and so does its other process. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { root } from '../helpers/daemon.ts';
import { startExabgp } from '../helpers/exabgp.ts';
import { addNamespace, type Namespace } from '../helpers/namespaces.ts';
import { describeInterop } from '../helpers/peers.ts';
import { childrenOf, isAlive, stopAll } from '../helpers/processes.ts';

const THREE_MINUTES = 180_000;

describeInterop('a bad flag under ExaBGP', () => {
  let place: string;
  let namespace: Namespace;

  beforeEach(async () => {
    place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
    namespace = await addNamespace('flag');
  });

  afterEach(async () => {
    await stopAll();
    await namespace.remove();
    fs.rmSync(place, { recursive: true });
  });

  it(
    'ends neither ExaBGP nor its other process',
    async () => {
      const other = path.join(place, 'other');
      const starts = path.join(place, 'starts');
      const bad = path.join(place, 'bad');
      fs.writeFileSync(other, '#!/bin/sh\nexec cat\n', { mode: 0o755 });
      fs.writeFileSync(bad, `#!/bin/sh\necho start >> ${starts}\nexec ${root}/bin/ha2bgp.js --netwrok 10.0.0.0/8\n`, {
        mode: 0o755,
      });
      const config = path.join(place, 'exabgp.conf');
      fs.writeFileSync(
        config,
        `process bad { run ${bad}; encoder text; }
         process other { run ${other}; encoder text; }
         neighbor 127.0.1.1 {
           router-id 127.0.1.2; local-address 127.0.1.2; local-as 65000; peer-as 65000;
           api { processes [ bad, other ]; }
         }`,
      );
      const exabgp = startExabgp(config, { namespace });
      await pause(3_000);
      const cat = childrenOf(exabgp.pid).find((pid) => fs.readFileSync(`/proc/${pid}/comm`, 'utf8') === 'cat\n') ?? -1;
      expect(cat).toBeGreaterThan(0);
      await pause(THREE_MINUTES);
      expect(exabgp.child.exitCode).toBeNull();
      expect(isAlive(cat)).toBe(true);
      const count = fs.readFileSync(starts, 'utf8').trim().split('\n').length;
      expect(count).toBeGreaterThan(3); // it was started again, and again
      expect(count).toBeLessThan(12);
      expect(exabgp.stderr()).toContain('--netwrok: unknown flag; did you mean --network?');
    },
    THREE_MINUTES + 60_000,
  );
});
