/** What contrib/ has for Prometheus and Grafana. */
import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

const contrib = path.resolve(import.meta.dirname, '../../contrib');
export const ALERTS = path.join(contrib, 'prometheus-alerts.yaml');
export const ALERT_TESTS = path.join(contrib, 'prometheus-alerts.test.yaml');

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
}

export interface AlertTest {
  readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[];
}

interface Target {
  readonly expr: string;
  readonly refId: string;
  readonly datasource: unknown;
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly datasource?: unknown;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
}

interface Variable {
  readonly name: string;
  readonly query: string | { readonly query: string };
}

export interface Dashboard {
  readonly id: null;
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
}

export function alertsOf(): readonly Alert[] {
  const { groups } = parse(fs.readFileSync(ALERTS, 'utf8')) as { groups: { rules: Alert[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

export const alertTests = (): readonly AlertTest[] =>
  (parse(fs.readFileSync(ALERT_TESTS, 'utf8')) as { tests: AlertTest[] }).tests;

export const dashboard = (): Dashboard =>
  JSON.parse(fs.readFileSync(path.join(contrib, 'grafana-dashboard.json'), 'utf8')) as Dashboard;

/** Of panels, and of variables: what it is for, and the expression. */
export function expressionsOf({ panels, templating }: Dashboard): (readonly [string, string])[] {
  const ofPanels = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const));
  const ofVariables = templating.list.flatMap(({ name, query }) => {
    if (typeof query === 'string') return [];
    const [, expression = query.query] = /^label_values\((.*), \w+\)$/.exec(query.query) ?? [];
    return [[name, expression] as const];
  });
  return [...ofPanels, ...ofVariables];
}

/** With its variables filled in, as Grafana does: everything, over `span`. */
export const asked = (expression: string, span: string): string =>
  expression.replaceAll(/\$__(rate_interval|range)\b/g, span).replaceAll(/\$\w+/g, '.*');
