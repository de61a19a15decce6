/** Metrics, as Prometheus reads them: its text format 0.0.4, or OpenMetrics for who accepts that. */
import { placesOf } from '../at-most.ts';
import { LIMITS } from '../limits.ts';
import type { ApiPorts } from '../ports.ts';
import { type Route, route } from '../route.ts';

export function metricsRoutes({ metrics }: ApiPorts): readonly Route[] {
  const takePlace = placesOf(LIMITS.scrapes);
  return [
    route({
      method: 'GET',
      path: '/metrics',
      name: 'metrics',
      summary: 'Metrics for Prometheus: see docs/metrics.md',
      answers: { 'text/plain': undefined, 'application/openmetrics-text': undefined },
      async act({ header }) {
        const over = takePlace();
        try {
          return { type: 'pieces', ...(await metrics(header('accept'))), over };
        } catch (error) {
          over();
          throw error;
        }
      },
    }),
  ];
}
