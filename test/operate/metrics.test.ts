/** Metrics of a live daemon, on its control socket. Addresses inside 127.91.0.0/16. */
import http from 'node:http';
import { describe, expect, it } from 'vitest';
import { type Daemon, startDaemon } from '../helpers/daemon.ts';
import { type ReadFamily, readMetrics } from '../helpers/exposition.ts';
import { ownFolder } from '../helpers/own-folder.ts';
import { describePrometheus } from '../helpers/peers.ts';
import { listen } from '../helpers/processes.ts';
import { promtool } from '../helpers/prometheus.ts';
import { until } from '../helpers/until.ts';

const folder = ownFolder();
const socketPath = (): string => folder('x.sock');

const OPENMETRICS = 'application/openmetrics-text; version=1.0.0';

async function start(subnet: number, ...words: string[]): Promise<Daemon> {
  const daemon = startDaemon([
    ...['--network', `127.91.${subnet}.0/24`, '--listen-filter', 'sport = :8791', '--no-dampening'],
    ...['--announce-delay', '0', '--withdraw-delay', '0', '--interval', '20ms', '--control-socket', socketPath()],
    ...words,
  ]);
  await until('an answer', () =>
    scrape().then(
      ({ status }) => status === 200,
      () => false,
    ),
  );
  return daemon;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

const scrape = (accept = ''): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const options = { socketPath: socketPath(), path: '/metrics', headers: { accept }, agent: false };
    http
      .get(options, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        const { statusCode: status = 0, headers } = response;
        response.on('end', () => resolve({ status, type: headers['content-type'] ?? '', text }));
      })
      .on('error', reject);
  });

const families = async (): Promise<ReadonlyMap<string, ReadFamily>> => readMetrics((await scrape()).text);
const valueIn = (family: ReadFamily | undefined, labels: Readonly<Record<string, string>> = {}): number | undefined =>
  family?.samples.find((sample) => Object.entries(labels).every(([name, value]) => sample.labels[name] === value))
    ?.value;

describe('/metrics', () => {
  it('says how each service stands, and how often that changed', async () => {
    const daemon = await start(1);
    const prefix = { prefix: '127.91.1.1/32' };
    expect(valueIn((await families()).get('ha2bgp_service_up'), prefix)).toBeUndefined();
    const service = await listen(['127.91.1.1:8791']);
    await daemon.told('announce route 127.91.1.1/32 next-hop self');
    const up = await families();
    for (const name of ['up', 'announced']) expect(valueIn(up.get(`ha2bgp_service_${name}`), prefix), name).toBe(1);
    expect(valueIn(up.get('ha2bgp_services'), { state: 'announced' })).toBe(1);
    await service.stop();
    await daemon.told('withdraw route 127.91.1.1/32 next-hop self');
    const down = await families();
    expect(valueIn(down.get('ha2bgp_services'), { state: 'announced' })).toBe(0);
    expect(valueIn(down.get('ha2bgp_service_announced'), prefix) ?? 0).toBe(0);
  });

  it('is text for whoever asks, and OpenMetrics for who accepts it', async () => {
    await start(2);
    const text = await scrape();
    expect([text.status, text.type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    const open = await scrape(OPENMETRICS);
    expect([open.status, open.type]).toEqual([200, 'application/openmetrics-text; version=1.0.0; charset=utf-8']);
    expect(open.text.endsWith('\n# EOF\n')).toBe(true);
    const names = (answer: Answer): string[] =>
      [...readMetrics(answer.text).keys()].map((name) => name.replace(/_total$/, ''));
    expect(names(open)).toEqual(names(text));
  });

  it('is whole for ten who ask at once', async () => {
    await start(3);
    const all = await Promise.all(Array.from({ length: 10 }, (_, index) => scrape(index % 2 === 0 ? '' : OPENMETRICS)));
    for (const { status, text } of all) {
      expect(status).toBe(200);
      expect(readMetrics(text).get('ha2bgp_build_info')?.samples).toHaveLength(1);
    }
  });

  it('has facts that are young, however long nothing changes', async () => {
    await start(4);
    await until(
      'a reading',
      async () => valueIn((await families()).get('ha2bgp_discovery_facts_age_seconds')) !== undefined,
    );
    const startedAt = performance.now();
    const ages: number[] = [];
    while (performance.now() - startedAt < 3_000) {
      ages.push(valueIn((await families()).get('ha2bgp_discovery_facts_age_seconds')) ?? Number.NaN);
    }
    // Half of them would be older if they were those of the start.
    expect(ages.sort((one, other) => one - other)[Math.floor(ages.length / 2)]).toBeLessThan(1);
  });
});

describePrometheus('promtool', () => {
  it('has nothing to say against a scrape', async () => {
    const daemon = await start(5, '--record', folder('recording'), '--status-file', folder('s'));
    await listen(['127.91.5.1:8791', '127.91.5.2:8791']);
    await daemon.told('announce route 127.91.5.2/32 next-hop self');
    const { text } = await scrape();
    expect(readMetrics(text).get('ha2bgp_service_up')?.samples.length).toBeGreaterThan(1);
    expect(await promtool(['check', 'metrics'], text)).toBe('');
    // It would.
    expect(await promtool(['check', 'metrics'], text.replaceAll('_seconds', '_milliseconds'))).toContain('base unit');
  });
});
