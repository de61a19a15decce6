/** The status file for people, as docs/operations.md shows it. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { serviceHead, serviceLine, statusFoot, statusHead } from '../../../src/publish/status-text.ts';
import { countsOf, instant, peerOf, reasonOf, serviceOf, summaryOf } from '../../helpers/viewed.ts';

it('stands in the docs to the letter', () => {
  const sentence = 'nothing that --listen-filter matches listens on 100.64.0.11';
  const services = [
    serviceOf('100.64.0.10/32'),
    serviceOf('100.64.0.11/32', {
      ...{ state: 'down', since: instant('2026-11-20T03:00:57.000Z'), told: { told: 0, of: 1, except: [] } },
      reason: reasonOf('health', 'no-listener', sentence),
    }),
  ];
  const plain = summaryOf();
  const summary = summaryOf({
    process: { ...plain.process, version: '0.1.0', name: 'night' },
    services: countsOf(services),
    sinks: [
      {
        ...{ name: 'speaker', told: 1, leaving: 0, waiting: 0, refused: 0 },
        peers: [peerOf('10.1.1.254', { told: 1 })],
      },
    ],
  });
  const text = `${statusHead(summary, { toldToNobody: 0 })}${serviceHead()}${services.map(serviceLine).join('')}${statusFoot(summary)}`;
  const docs = fs.readFileSync(path.resolve(import.meta.dirname, '../../../docs/operations.md'), 'utf8');
  expect(/^```\n(ha2bgp \S+, night, process [\s\S]*?)```$/m.exec(docs)?.[1]).toBe(text);
});
