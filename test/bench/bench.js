/**
 * `npm run bench`: how soon, and at what cost, beside ExaBGP's own healthcheck, in one run on one machine.
 * Everything is on loopback. Words choose rows: `npm run bench -- latency`.
 */
import { installPeers, missingPeers } from '../../scripts/peers.js';
import { latency } from './latency.js';
import { startup } from './startup.js';

installPeers();
const hasExabgp = !missingPeers().includes('exabgp');
if (!hasExabgp) console.error('ExaBGP is missing: its rows are left out');

const parts = { latency, startup };
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(', ')}; there are: ${Object.keys(parts).join(', ')}`);
  process.exit(2);
}
for (const [name, part] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  printTable(await part({ hasExabgp }));
}

/** As Markdown, aligned for a terminal too. */
function printTable({ title, columns, rows }) {
  const table = [columns, ...rows.map((row) => row.map(String))];
  const widths = columns.map((_, index) => Math.max(...table.map((row) => row[index].length)));
  const line = (cells) => `| ${cells.map((cell, index) => cell.padEnd(widths[index])).join(' | ')} |`;
  const [head, ...body] = table.map(line);
  console.log(`\n${title}\n\n${[head, line(widths.map((width) => '-'.repeat(width))), ...body].join('\n')}`);
}
