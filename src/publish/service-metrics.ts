/** Metrics of each service, PURE. A line for each of them and each service: `--metrics-max-services` bounds that. */
import type { ServiceView } from '../model/view.ts';
import { type Labels, type ServiceMetric, secondsOf } from './metric.ts';

const LABELS = ['prefix', 'name'] as const;

const of = (name: string, help: string, read: ServiceMetric['read']): ServiceMetric => ({
  ...{ name: `ha2bgp_service_${name}`, help, read },
  ...{ type: name.endsWith('_total') ? 'counter' : 'gauge', labels: LABELS },
});
const flag = (is: boolean): number => (is ? 1 : 0);

export const SERVICE_METRICS: readonly ServiceMetric[] = [
  of(
    'up',
    'Whether it is fit to be announced: whatever keeps it back is a delay, dampening, a person or a limit.',
    (it) => flag(isUp(it)),
  ),
  of('announced', 'Whether it is announced to whoever is there to be told.', ({ state }) =>
    flag(state === 'announced' || state === 'leaving'),
  ),
  of('suppressed', 'Whether it is up and kept back because it came and went too often.', ({ state }) =>
    flag(state === 'suppressed'),
  ),
  of('overridden', 'Whether a drain or an order by hand is about it.', ({ overrides }) => flag(overrides.length > 0)),
  of(
    'transitions_total',
    'How often it came into another state, since metrics were asked for first.',
    (_, count) => count,
  ),
  of('told', 'How many sinks and peers have its route.', ({ told }) => told.told),
  of('receivers', 'How many sinks and peers there are to have its route.', ({ told }) => told.of),
  of('state_timestamp_seconds', 'Since when it stands as it does.', ({ since }) => secondsOf(since)),
  of('flap_penalty', 'Its dampening penalty now, where it has one.', ({ penalty }) => penalty?.now),
];

/** The first stage that said no comes after its health: but for that it would be announced. */
const isUp = ({ reason }: ServiceView): boolean =>
  reason === undefined || reason.stage === 'verdict' || reason.stage === 'routes';

/** An address that the settings do not let be a service has no lines: a host may have any number of them. */
export const isCounted = ({ reason }: ServiceView): boolean => reason?.stage !== 'candidates';

export const labelsOf = ({ prefix, name }: ServiceView): Labels => (name === undefined ? { prefix } : { prefix, name });
