/** Prometheus' own checker on the alert rules, on their tests, and on what the dashboard asks. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ALERT_TESTS, ALERTS, asked, dashboard, expressionsOf } from '../helpers/contrib.ts';
import { describePrometheus } from '../helpers/peers.ts';
import { stopAll } from '../helpers/processes.ts';
import { promtool } from '../helpers/prometheus.ts';

let directory = '';
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-promtool-'));
});
afterEach(async () => {
  await stopAll();
  fs.rmSync(directory, { recursive: true, force: true });
});

describePrometheus('promtool', () => {
  it('takes the alert rules', async () => {
    expect(await promtool(['check', 'rules', ALERTS])).toBe('');
  });

  it('finds each alert raised when it should be, and only then', async () => {
    expect(await promtool(['test', 'rules', ALERT_TESTS])).toBe('');
  });

  it('would say what is wrong', async () => {
    const [rules, tests] = [ALERTS, ALERT_TESTS].map((file) => path.join(directory, path.basename(file)));
    fs.writeFileSync(rules ?? '', fs.readFileSync(ALERTS, 'utf8').replace('> 86400', '> 864000'));
    fs.copyFileSync(ALERT_TESTS, tests ?? '');
    expect(await promtool(['test', 'rules', tests ?? ''])).toContain('alertname: Ha2bgpDrainForgotten');
  });

  it('understands what the dashboard asks', async () => {
    const rules = expressionsOf(dashboard()).map(([, expression], index) => ({
      record: `asked:${index}`,
      expr: asked(expression, '1m'),
    }));
    const file = path.join(directory, 'asked.json');
    fs.writeFileSync(file, JSON.stringify({ groups: [{ name: 'asked', rules }] }));
    expect(rules.length).toBeGreaterThan(20);
    expect(await promtool(['check', 'rules', file])).toBe('');
  });
});
