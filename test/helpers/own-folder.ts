/** A folder of each test's own, that goes after it, together with what it started. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { stopAll } from './processes.ts';

/** Called where tests are described. Returns what joins the folder and names in it. */
export function ownFolder(): (...names: readonly string[]) => string {
  let folder = '';
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
  });
  afterEach(async () => {
    await stopAll();
    fs.rmSync(folder, { recursive: true, force: true });
  });
  return (...names) => path.join(folder, ...names);
}
