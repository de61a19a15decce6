/**
 * SHELL: the text of metrics, as Prometheus reads it. The only file that knows prom-client.
 *
 * Of that package its registry alone is loaded, and when metrics are asked for first. The whole of it takes 30 ms and 11 MB,
 * most of them for a tracing API that exemplars need; the registry 4 ms and 2 MB. Values are handed to it as they are read:
 * its own gauges would keep every one of them, and those of services that are gone.
 */
import { createRequire } from 'node:module';
import type { Metric, Registry } from 'prom-client';
import type { MetricHead, Sample } from './metric.ts';

/** `text`: Prometheus' own, 0.0.4. `openmetrics`: 1.0.0. */
export type Format = 'text' | 'openmetrics';

export interface Exposition {
  readonly contentType: string;
  /** Lines with their line ends. `isFirst`: what it is about stands above. */
  lines(metric: MetricHead, samples: readonly Sample[], isFirst: boolean): Promise<string>;
  /** What stands at the end. */
  readonly end: string;
}

/** A registry asks a metric for its name and values when it writes them. */
interface Written {
  readonly name: string;
  get(): Promise<{ name: string; type: string; help: string; values: readonly unknown[] }>;
}

let loaded: typeof Registry | undefined;

export function expositionOf(format: Format): Exposition {
  loaded ??= createRequire(import.meta.url)('prom-client/lib/registry.js') as typeof Registry;
  const isOpen = format === 'openmetrics';
  const contentType = isOpen ? loaded.OPENMETRICS_CONTENT_TYPE : loaded.PROMETHEUS_CONTENT_TYPE;
  const registry = new loaded<typeof contentType>();
  registry.setContentType(contentType);
  return {
    contentType,
    async lines({ name, type, help }, samples, isFirst) {
      // OpenMetrics names the family of a counter without the suffix that its samples have; the registry puts that there.
      const family = isOpen && type === 'counter' ? name.replace(/_total$/, '') : name;
      // Shared labels are put into text once for each object, however many metrics there are of a service.
      const values = samples.map(({ suffix = '', labels, value }) =>
        suffix === ''
          ? { labels: {}, sharedLabels: labels, value }
          : { labels: {}, sharedLabels: labels, value, metricName: `${family}${suffix}` },
      );
      const written: Written = { name, get: async () => ({ name: family, type, help, values }) };
      registry.registerMetric(written as unknown as Metric);
      const text = registry.getSingleMetricAsString(name);
      registry.removeSingleMetric(name);
      return `${isFirst ? await text : (await text).split('\n').slice(2).join('\n')}\n`;
    },
    end: isOpen ? '# EOF\n' : '',
  };
}

/** By an HTTP Accept header (RFC 9110 §12.5.1): OpenMetrics for whoever names it, and does not refuse it by `q=0`. */
export const formatFor = (accept: string): Format =>
  accept.split(',').some(takesOpenMetrics) ? 'openmetrics' : 'text';

function takesOpenMetrics(range: string): boolean {
  const [type, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  return type === 'application/openmetrics-text' && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
}
