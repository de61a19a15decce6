/** What contrib/ asks Prometheus for is there to be asked for. promtool has its say in test/operate/promtool.test.ts. */
import { describe, expect, it } from 'vitest';
import { DAEMON_METRICS } from '../../../src/publish/daemon-metrics.ts';
import { SERVICE_METRICS } from '../../../src/publish/service-metrics.ts';
import { alertsOf, alertTests, dashboard, expressionsOf } from '../../helpers/contrib.ts';

const KNOWN = new Map([...DAEMON_METRICS, ...SERVICE_METRICS].map((metric) => [metric.name, metric] as const));
/** Of Prometheus itself, and of node_exporter. */
const OTHERS = ['up', 'node_textfile_mtime_seconds'];
/** Labels that a scrape adds, and a textfile. */
const ADDED = ['job', 'instance', 'daemon'];
/** A counter says something by how it rises, a histogram too, and nothing else does. */
const RISING = /\b(?:increase|rate)\(\s*$/;

interface Named {
  readonly name: string;
  /** That stand in its braces. */
  readonly labels: readonly string[];
  readonly before: string;
}

const metricsIn = (expression: string): readonly Named[] =>
  [...expression.matchAll(/\b(up\b|ha2bgp_\w+|node_\w+)(?:\{([^}]*)\})?/g)]
    // The name of a job is none.
    .filter(({ index }) => !/"[^"{}]*$/.test(expression.slice(0, index).replace(/"[^"]*"/g, '')))
    .map(({ 1: name = '', 2: braces = '', index }) => ({
      name,
      labels: [...braces.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
      before: expression.slice(0, index),
    }));

describe.each([
  ['the alerts', alertsOf().map(({ alert, expr }) => [alert, expr] as const)],
  ['the dashboard', expressionsOf(dashboard())],
])('%s', (_what, expressions) => {
  it.each(expressions)('%s: %s', (_name, expression) => {
    const found = metricsIn(expression);
    expect(found.length).toBeGreaterThan(0);
    for (const { name, labels, before } of found) {
      const metric = KNOWN.get(name) ?? KNOWN.get(name.replace(/_(bucket|sum|count)$/, ''));
      if (metric === undefined) {
        expect(OTHERS).toContain(name);
        continue;
      }
      expect([...metric.labels, ...ADDED]).toEqual(expect.arrayContaining([...labels]));
      expect(RISING.test(before), `${name} in ${expression}`).toBe(metric.type !== 'gauge');
    }
  });
});

describe('the alerts', () => {
  it('are each tested: raised, and not raised', () => {
    const tested = alertTests().flatMap(({ alert_rule_test: tests }) => tests);
    for (const { alert } of alertsOf()) {
      const own = tested.filter(({ alertname }) => alertname === alert);
      expect([alert, own.some(({ exp_alerts: raised }) => raised.length > 0)]).toEqual([alert, true]);
      expect([alert, own.some(({ exp_alerts: raised }) => raised.length === 0)]).toEqual([alert, true]);
    }
  });

  it('say what it is about, and what to look at', () => {
    const alerts = alertsOf();
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
    for (const { alert, labels, annotations } of alerts) {
      expect(['critical', 'warning', 'info'], alert).toContain(labels.severity);
      expect(Object.keys(annotations).sort(), alert).toEqual(['description', 'summary']);
    }
  });
});

/** What Grafana asks of a dashboard that is imported. */
describe('the dashboard', () => {
  const { panels, templating, uid, title, id, schemaVersion } = dashboard();

  it('is a new one, of a schema that Grafana 10 and later read', () => {
    expect([uid, title, id]).toEqual(['ha2bgp', 'ha2bgp', null]);
    expect(schemaVersion).toBeGreaterThanOrEqual(36);
    expect(schemaVersion).toBeLessThanOrEqual(39);
  });

  it('has panels of kinds that Grafana brings, each with an id of its own and in its place', () => {
    const kinds = ['row', 'stat', 'timeseries', 'state-timeline', 'table'];
    expect(panels.filter(({ type }) => !kinds.includes(type))).toEqual([]);
    expect(new Set(panels.map((panel) => panel.id)).size).toBe(panels.length);
    const taken = new Set<string>();
    for (const { gridPos, title: name } of panels) {
      expect(gridPos.x + gridPos.w, name).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x},${y}`), name).toBe(false);
          taken.add(`${x},${y}`);
        }
      }
    }
  });

  it('asks the data source that is chosen, by variables that are there', () => {
    const variables = templating.list.map(({ name }) => name);
    const chosen = ['$', '{datasource}'].join('');
    expect(variables).toContain('datasource');
    for (const { type, title: name, datasource, targets = [] } of panels) {
      if (type === 'row') continue;
      expect(targets.length, name).toBeGreaterThan(0);
      for (const asked of [datasource, ...targets.map((target) => target.datasource)]) {
        expect(asked, name).toEqual({ type: 'prometheus', uid: chosen });
      }
      expect(targets.map(({ refId }) => refId)).toEqual(['A', 'B', 'C'].slice(0, targets.length));
    }
    for (const [name, expression] of expressionsOf(dashboard())) {
      for (const [, used = ''] of expression.matchAll(/\$(?!__)(\w+)/g)) expect(variables, name).toContain(used);
    }
  });
});
