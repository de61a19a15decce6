/** Metrics, as Prometheus reads them: its text format 0.0.4, or OpenMetrics for who accepts that. */
import type { ApiPorts } from '../ports.ts';
import { type Route, route } from '../route.ts';

export function metricsRoutes({ metrics }: ApiPorts): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/metrics',
      name: 'metrics',
      summary: 'Metrics for Prometheus: see docs/metrics.md',
      answers: { 'text/plain': undefined, 'application/openmetrics-text': undefined },
      act: async ({ header }) => ({ type: 'pieces', ...(await metrics(header('accept'))) }),
    }),
  ];
}
