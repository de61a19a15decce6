/** man/ha2bgp.1 is what the table of commands makes of it. `UPDATE_DOCS=1` writes it anew. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMAND_NAMES } from '../src/cli/commands.ts';
import { manPage } from '../src/cli/completion/man.ts';
import { OPTION_NAMES, OPTIONS } from '../src/config/options.ts';

const root = path.resolve(import.meta.dirname, '..');
const file = path.join(root, 'man/ha2bgp.1');
const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  readonly version: string;
  readonly man: readonly string[];
  readonly files: readonly string[];
};

describe('man/ha2bgp.1', () => {
  const page = manPage(manifest.version);

  it('is what the table makes of it', () => {
    if (process.env['UPDATE_DOCS'] === '1') fs.writeFileSync(file, page);
    expect(fs.readFileSync(file, 'utf8')).toBe(page);
  });

  it('names every command and every flag', () => {
    for (const name of COMMAND_NAMES) expect(page).toContain(`\\fB${name.replaceAll('-', '\\-')}\\fR`);
    for (const name of OPTION_NAMES)
      expect(page).toContain(`\\fB\\-\\-${OPTIONS[name].flag.replaceAll('-', '\\-')}\\fR`);
  });

  it('has no line that roff would take for a request of another kind', () => {
    const requests = page
      .split('\n')
      .filter((line) => /^[.']/.test(line))
      .map((line) => line.split(/[ "]/)[0]);
    const known = ['.\\', '.TH', '.SH', '.SS', '.TP', '.PP', '.RS', '.RE', '.EX', '.EE', '.B', '.BR'];
    expect(requests.filter((request) => !known.includes(request ?? ''))).toEqual([]);
  });

  it('names files and signals', () => {
    for (const name of ['sock', 'overrides', 'history', 'routes']) expect(page).toContain(`NAME.${name}`);
    for (const name of ['SIGTERM', 'SIGHUP', 'SIGUSR2']) expect(page).toContain(name);
    expect(page).toMatch(/^\.SH SIGNALS$/m);
  });

  it('goes with the package', () => {
    expect(manifest.man).toEqual(['man/ha2bgp.1']);
    expect(manifest.files).toContain('man');
  });
});
