import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { expositionOf, formatFor } from '../../../src/publish/exposition.ts';
import type { MetricHead } from '../../../src/publish/metric.ts';

const GAUGE: MetricHead = { name: 'ha2bgp_things', type: 'gauge', help: 'Things that are.', labels: ['kind'] };
const COUNTER: MetricHead = { name: 'ha2bgp_things_total', type: 'counter', help: 'Things that were.', labels: [] };

describe('the text of metrics', () => {
  // https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
  it('is Prometheus 0.0.4', async () => {
    const { contentType, lines, end } = expositionOf('text');
    expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await lines(GAUGE, [{ labels: { kind: 'a' }, value: 1 }], true)).toBe(
      '# HELP ha2bgp_things Things that are.\n# TYPE ha2bgp_things gauge\nha2bgp_things{kind="a"} 1\n',
    );
    expect(await lines(COUNTER, [{ labels: {}, value: 2.5 }], true)).toBe(
      '# HELP ha2bgp_things_total Things that were.\n# TYPE ha2bgp_things_total counter\nha2bgp_things_total 2.5\n',
    );
    expect(end).toBe('');
  });

  // https://github.com/prometheus/OpenMetrics: the family of a counter has no suffix, and EOF ends it.
  it('is OpenMetrics', async () => {
    const { contentType, lines, end } = expositionOf('openmetrics');
    expect(contentType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(await lines(COUNTER, [{ labels: {}, value: 2.5 }], true)).toBe(
      '# HELP ha2bgp_things Things that were.\n# TYPE ha2bgp_things counter\nha2bgp_things_total 2.5\n',
    );
    expect(end).toBe('# EOF\n');
  });

  it('says what it is about once', async () => {
    const { lines } = expositionOf('text');
    const more = [
      { labels: { kind: 'b' }, value: 2 },
      { labels: { kind: 'c' }, value: 3 },
    ];
    expect(await lines(GAUGE, more, false)).toBe('ha2bgp_things{kind="b"} 2\nha2bgp_things{kind="c"} 3\n');
  });

  it('may be asked for by several at once', async () => {
    const text = expositionOf('text');
    const open = expositionOf('openmetrics');
    const asked = [text, open, text].map(({ lines }, index) => lines(COUNTER, [{ labels: {}, value: index }], true));
    expect((await Promise.all(asked)).map((lines) => lines.split('\n').slice(-2, -1)[0])).toEqual([
      'ha2bgp_things_total 0',
      'ha2bgp_things_total 1',
      'ha2bgp_things_total 2',
    ]);
  });

  it('loads nothing that it does not need', () => {
    expositionOf('text');
    const loaded = Object.keys(createRequire(import.meta.url).cache).filter((file) =>
      /prom-client|opentelemetry|tdigest/.test(file),
    );
    expect(loaded.map((file) => file.replace(/^.*prom-client\//, '')).sort()).toEqual([
      'lib/registry.js',
      'lib/util.js',
    ]);
  });
});

describe('the format', () => {
  it.each([
    // What Prometheus 2.42 sends, scrape/scrape.go.
    [
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      'openmetrics',
    ],
    ['application/openmetrics-text', 'openmetrics'],
    ['text/html, application/OpenMetrics-Text; q=0.2', 'openmetrics'],
    ['application/openmetrics-text;q=0', 'text'],
    ['application/openmetrics-text; version=1.0.0; q=0.000, text/plain', 'text'],
    ['text/plain;version=0.0.4', 'text'],
    ['*/*', 'text'],
    ['', 'text'],
    ['application/openmetrics-textual', 'text'],
    ['x-application/openmetrics-text', 'text'],
  ])('for %s is %s', (accept, format) => {
    expect(formatFor(accept)).toBe(format);
  });

  it('is found in reasonable time', () => {
    expect(formatFor(`application/openmetrics-text${' ;a'.repeat(20_000)}`)).toBe('openmetrics');
    expect(formatFor(`application/openmetrics-text${' ;'.repeat(20_000)}\0`)).toBeTypeOf('string');
  });
});
