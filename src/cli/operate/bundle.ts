/**
 * `ha2bgp bundle`: one archive with all there is to see, for whoever has to help.
 *
 * What it holds the daemon itself says through its API, where secrets are left out, and its recording and its log, which never
 * have any. What cannot be had is named in the archive instead of keeping the rest away. tar(1) makes it: recordings are large,
 * and it is there on every host that unpacks packages.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { BUNDLE_OPTIONS } from '../../config/options/operate.ts';
import type { Problem } from '../../config/place.ts';
import { visible } from '../../config/quote.ts';
import type { Status } from '../../model/view.ts';
import type { Answer } from '../call.ts';
import { complain, printed, STATUS } from '../output.ts';
import { span } from '../terminal/line.ts';
import { collect } from './bundle-contents.ts';
import { paper, printLines, readJson, withDaemon } from './session.ts';
import { plural } from './words.ts';

class TarError extends Error {}

export const answer: Answer<typeof BUNDLE_OPTIONS> = async (call) => {
  const { environment, lifecycle, values, version } = call;
  /** Also when it is cut short. */
  const undo: (() => void)[] = [];
  const tidy = (): void => {
    for (const each of undo.splice(0).reverse()) each();
  };
  lifecycle.onEnd(tidy);
  return withDaemon('bundle', call, async (client) => {
    const status = readJson<Status>(await client.get('/v1/status'));
    const output = values.output === '' ? nameOf(status) : values.output;
    try {
      const target = fs.createWriteStream(output, { flags: 'wx', mode: 0o600 });
      undo.push(() => target.destroy());
      await once(target, 'open');
      const forget = (): void => fs.rmSync(output, { force: true });
      undo.push(forget);
      const place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-bundle-'));
      undo.push(() => fs.rmSync(place, { recursive: true, force: true }));
      const folder = path.join(place, stemOf(output));
      fs.mkdirSync(folder);
      const { lines, missing } = await collect(client, status, folder, version);
      await pack(folder, target);
      // It is whole, and stays.
      undo.splice(undo.indexOf(forget), 1);
      const { size } = fs.statSync(output);
      if (values.json) {
        await printed(`${JSON.stringify({ file: output, size, contents: lines, missing })}\n`);
        return STATUS.ok;
      }
      await printLines(
        [
          [span(visible(output), 'strong'), span(`: ${plural(size, 'byte')}, readable by you alone`)],
          ...[...lines, ...missing.map((each) => `not there: ${each}`)].map((line) => [span(`  ${line}`)]),
          [span('Secrets are left out; addresses, names, commands of checks and what people wrote are not.')],
        ],
        paper(environment),
      );
      return STATUS.ok;
    } catch (error) {
      complain([whyNot(error, output)]);
      return STATUS.bad;
    } finally {
      tidy();
    }
  });
};

/** `ha2bgp-web-20261120T030000Z.tar.gz`. */
const nameOf = ({ at, process: { name } }: Status): string =>
  `ha2bgp-${name.replace(/[^\w.-]/g, '_')}-${at.replace(/[-:]|\.\d+/g, '')}.tar.gz`;

/** What is unpacked is in one folder, called as the archive is. */
const stemOf = (output: string): string => path.basename(output).replace(/\.(tar\.gz|tgz)$/, '') || 'ha2bgp';

/** What keeps a file from being written, or tar(1) from making one; a mistake of ours is thrown on. */
function whyNot(error: unknown, output: string): Problem {
  if (error instanceof TarError) return { place: 'bundle', text: error.message };
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if (syscall === undefined) throw error;
  if (code === 'EEXIST') return { place: visible(output), text: 'is there already, and is not overwritten' };
  return { place: 'bundle', text: `cannot be written: ${visible(message)}` };
}

/** A recording that goes on meanwhile is no reason to fail: tar(1) ends with 1 then. */
async function pack(folder: string, target: fs.WriteStream): Promise<void> {
  // The folder alone: an entry for what it stands in would give that one's owner and mode to wherever it is unpacked.
  const words = ['-chf', '-', '-C', path.dirname(folder), '--', path.basename(folder)];
  const child = spawn('tar', words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', ({ message }) => reject(new TarError(`tar(1) cannot be run: ${message}`)));
    child.on('close', resolve);
  });
  // Small hosts have no gzip(1).
  const written = pipeline(child.stdout, createGzip(), target);
  const [status] = await Promise.all([ended, written]);
  if (status !== 0 && status !== 1) throw new TarError(`tar(1) failed with ${status}: ${visible(said.trim())}`);
}
