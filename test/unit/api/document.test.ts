/** What docs/api.md says is held against the code. `UPDATE_DOCS=1` writes its table anew. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/api/limits.ts';
import { routesFor } from '../../../src/api/routes.ts';
import { realClock } from '../../../src/runtime/clock.ts';
import { fakeOperator, noMetrics } from '../../helpers/fake-operator.ts';
import { silentLog } from '../../helpers/simulation.ts';

const file = path.resolve(import.meta.dirname, '../../../docs/api.md');
const ports = {
  ...{ operator: fakeOperator(), settings: () => [], metrics: noMetrics },
  ...{ version: '1', clock: realClock(), log: silentLog },
};
const routes = routesFor(ports);

describe('docs/api.md', () => {
  it('has a row for each route', () => {
    const rows = routes.map(({ method, path: address, summary, query, body }) => {
      const fields = Object.entries(method === 'POST' ? body : query).map(([name, { isNeeded }]) =>
        isNeeded ? `**${name}**` : name,
      );
      return `| \`${method} ${address}\` | ${fields.join(', ')} | ${summary} |`;
    });
    const table = ['| | query or body | |', '|---|---|---|', ...rows].join('\n');
    const generated = /(<!-- routes -->\n)[\s\S]*?(<!-- end routes -->)/;
    const text = fs.readFileSync(file, 'utf8');
    expect(text).toMatch(generated);
    const updated = text.replace(generated, (_all, start: string, end: string) => `${start}${table}\n${end}`);
    if (process.env['UPDATE_DOCS'] === '1') fs.writeFileSync(file, updated);
    expect(fs.readFileSync(file, 'utf8')).toBe(updated);
  });

  it('has the limits that there are', () => {
    const text = fs.readFileSync(file, 'utf8');
    const KIB = 1_024;
    for (const row of [
      `| body | ${LIMITS.body / KIB} KiB |`,
      `| header fields together | ${LIMITS.headers / KIB} KiB |`,
      `| address | ${LIMITS.url.toLocaleString('en')} characters |`,
      `| connections | ${LIMITS.connections} on the socket, ${LIMITS.connections} on all`,
      `| of them with TLS that have not yet agreed on keys | ${LIMITS.handshakes} on each`,
      `| time to send headers, a request | ${LIMITS.headersMs / 1_000} s, ${LIMITS.requestMs / 1_000} s |`,
      `| between two requests on a connection | ${LIMITS.keepAliveMs / 1_000} s |`,
      `| an answer of which nothing is taken | ${LIMITS.stalledMs / 1_000} s |`,
      `| an answer that is no stream | ${LIMITS.answerMs / 1_000} s |`,
      `| streams | ${LIMITS.streams} |`,
      `| what waits for a reader of a stream, besides one change that is longer | ${LIMITS.streamBacklog / KIB / KIB} MiB |`,
      `| \`/metrics\` at once, until all of it is taken | ${LIMITS.scrapes} | 503 |`,
      `no more than ${LIMITS.turnMs} ms in a turn`,
      `a comment every ${LIMITS.keepaliveMs / 1_000} s`,
    ]) {
      expect(text).toContain(row);
    }
  });
});

describe('the routes', () => {
  it('have names and addresses of their own, and change nothing by GET', () => {
    expect(new Set(routes.map(({ name }) => name)).size).toBe(routes.length);
    expect(new Set(routes.map(({ method, path: address }) => `${method} ${address}`)).size).toBe(routes.length);
    expect(routes.filter(({ method, body }) => method === 'GET' && Object.keys(body).length > 0)).toEqual([]);
    expect(routes.filter(({ method }) => method === 'POST').map(({ name }) => name)).toEqual([
      ...['drain', 'undrain', 'set', 'reload'],
    ]);
  });

  it('are open to everybody for the files of the page alone', () => {
    expect(routes.filter(({ isPublic }) => isPublic).map(({ path: address }) => address)).toEqual([
      '/',
      '/page/{file}',
    ]);
  });
});
