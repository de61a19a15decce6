/** The files of the page, as they are on disk and as they are answered. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPageFiles, PAGE_FOLDER } from '../../../src/api/page-files.ts';
import type { ApiPorts } from '../../../src/api/ports.ts';
import { ApiProblem } from '../../../src/api/problem.ts';
import type { Answer, Route } from '../../../src/api/route.ts';
import { PAGE_HEADERS, pageRoutes } from '../../../src/api/routes/page.ts';
import { silentLog } from '../../helpers/simulation.ts';

const [first, file] = pageRoutes({ log: silentLog } as ApiPorts) as [Route, Route];
const ask = async (name: string | undefined, tags = ''): Promise<Answer> => {
  const header = (each: string): string => (each === 'if-none-match' ? tags : '');
  const [of, path] = name === undefined ? [first, {}] : [file, { file: name }];
  return of.act({ path, query: {}, body: {}, caller: { by: 'anybody', mayChange: false }, header } as never);
};

describe('the files of the page', () => {
  it('are answered to anybody, with a policy that lets nothing in and nothing out', async () => {
    expect([first.isPublic, file.isPublic]).toEqual([true, true]);
    const answer = await ask(undefined);
    if (answer.type !== 'text') throw new Error(answer.type);
    expect(answer.contentType).toBe('text/html; charset=utf-8');
    const policy = answer.headers?.['Content-Security-Policy']?.split('; ') ?? [];
    expect(policy).toEqual(
      expect.arrayContaining(["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"]),
    );
    expect(policy.join()).not.toMatch(/unsafe|\*|https?:|data:/);
    expect(PAGE_HEADERS['Cross-Origin-Opener-Policy']).toBe('same-origin');
  });

  it('are not sent again to whoever has them', async () => {
    const answer = await ask('main.js');
    if (answer.type !== 'text') throw new Error(answer.type);
    const tag = answer.headers?.['ETag'] ?? '';
    expect(tag).toMatch(/^"[\w-]{43}"$/);
    for (const tags of [tag, `W/${tag}`, `"other", ${tag}`, '*'])
      expect((await ask('main.js', tags)).type).toBe('unchanged');
    expect((await ask('main.js', '"other"')).type).toBe('text');
  });

  it.each(['tsconfig.json', '../package.json', '/etc/passwd', 'main', '', '.', 'MAIN.JS'])(
    'are these and no others: %s',
    async (name) => {
      await expect(ask(name)).rejects.toThrow(ApiProblem);
    },
  );

  it('name none that is not there, and none that is elsewhere', () => {
    const names = new Set(fs.readdirSync(PAGE_FOLDER));
    const html = fs.readFileSync(path.join(PAGE_FOLDER, 'index.html'), 'utf8');
    const named = [...html.matchAll(/(?:src|href)="(?!#)([^"]+)"/g)].map(([, name = '']) => name);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !name.startsWith('page/') || !names.has(name.slice(5)))).toEqual([]);
    for (const name of [...names].filter((each) => each.endsWith('.js'))) {
      const text = fs.readFileSync(path.join(PAGE_FOLDER, name), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
      const imported = [...text.matchAll(/from '([^']+)'/g)].map(([, each = '']) => each);
      expect(
        imported.filter((each) => !each.startsWith('./') || !names.has(each.slice(2))),
        name,
      ).toEqual([]);
    }
  });

  it('are in the package', () => {
    const { files } = JSON.parse(fs.readFileSync(path.join(PAGE_FOLDER, '../package.json'), 'utf8'));
    expect(files).toContain(path.basename(PAGE_FOLDER));
  });
});

describe('files that cannot be read', () => {
  let folder = '';
  beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-page-'));
  });
  afterAll(() => fs.rmSync(folder, { recursive: true }));

  it('are tried anew the next time', async () => {
    const files = createPageFiles(path.join(folder, 'web'));
    await expect(files('main.js')).rejects.toThrow('ENOENT');
    fs.mkdirSync(path.join(folder, 'web'));
    fs.writeFileSync(path.join(folder, 'web', 'main.js'), 'text');
    expect((await files('main.js'))?.content.toString()).toBe('text');
    // Kept: what is changed below a process that runs is not mixed with what it has.
    fs.writeFileSync(path.join(folder, 'web', 'main.js'), 'other');
    expect((await files('main.js'))?.content.toString()).toBe('text');
  });
});
