// Folders for configurations and sockets, which go with what was measured.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const folders = new Set();

export function scratch() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-bench-'));
  folders.add(folder);
  return folder;
}

/** Once whoever has them open has ended. */
export function removeScratch() {
  for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true });
  folders.clear();
}

process.on('exit', removeScratch);
