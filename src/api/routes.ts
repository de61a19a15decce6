/** The routes: all that is answered, and the place where more are added. */
import { documentRoutes } from './openapi.ts';
import type { ApiPorts } from './ports.ts';
import type { Route } from './route.ts';
import { changeRoutes } from './routes/changes.ts';
import { eventRoutes } from './routes/events.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { pageRoutes } from './routes/page.ts';
import { surroundingRoutes } from './routes/surroundings.ts';
import { viewRoutes } from './routes/view.ts';

const PARTS: readonly ((ports: ApiPorts) => readonly Route[])[] = [
  viewRoutes,
  eventRoutes,
  surroundingRoutes,
  changeRoutes,
  metricsRoutes,
  pageRoutes,
];

export function routesFor(ports: ApiPorts): readonly Route[] {
  const routes = PARTS.flatMap((part) => part(ports));
  return [...routes, ...documentRoutes(routes, ports.version)];
}
