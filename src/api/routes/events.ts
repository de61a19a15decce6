/** The stream of changes: server-sent events (HTML Living Standard §9.2). */
import type { Change } from '../../model/view.ts';
import { optional } from '../field.ts';
import { choices } from '../kinds.ts';
import { type Route, route } from '../route.ts';

export const CHANGE_TYPES = [
  'transition',
  'peer',
  'overrides',
  'discovery',
  'reloaded',
  'reload-refused',
  'stopping',
] as const satisfies readonly Change['type'][];

const ALL: ReadonlySet<Change['type']> = new Set(CHANGE_TYPES);

export function eventRoutes(): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/events',
      name: 'events',
      summary: 'Each change as it happens: the event is its type, the data a Change',
      query: { types: optional({ ...choices(CHANGE_TYPES), help: 'only these; all when left out' }) },
      answers: { 'text/event-stream': undefined },
      act: ({ query }) => ({ type: 'events', types: query.types ?? ALL }),
    }),
  ];
}
