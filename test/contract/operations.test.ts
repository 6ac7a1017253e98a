import { readFileSync } from 'node:fs';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { registerQueueMetrics } from '../../src/api/ops/queue-metrics.ts';
import { createRequestMetrics } from '../../src/api/ops/request-metrics.ts';
import { registerStreamMetrics } from '../../src/api/ops/stream-metrics.ts';
import { createRegistry } from '../../src/shared/metrics/create-registry.ts';
import { createWorkerMetrics } from '../../src/worker/worker-metrics.ts';

const ours = new Registry();
createRequestMetrics(ours);
registerStreamMetrics(ours, {
  streams: { stats: () => ({ open: 0, sentBytes: 0, sentEvents: 0, cutOff: 0 }) },
  queueStreams: { size: () => 0 },
});
registerQueueMetrics(ours, { report: () => Promise.reject(new Error('nobody asks')) });
createWorkerMetrics({
  registry: ours,
  defaultModel: 'm',
  tools: [],
  state: () => ({ slots: { interactive: 0, batch: 0 }, running: 0, takesRuns: true, silentMs: 0 }),
});
const metrics = new Map(
  [...ours.getMetricsAsArray(), ...createRegistry().getMetricsAsArray()].map(
    (metric) => [metric.name, metric] as const,
  ),
);

const page = readFileSync('docs/operations.md', 'utf8');
interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}
const rules = (
  parse(readFileSync('deploy/prometheus/alerts.yaml', 'utf8')) as { groups: readonly { rules: readonly Rule[] }[] }
).groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(readFileSync('deploy/grafana/skein.json', 'utf8')) as {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
};
const expressions = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
];

/** Metrics in a text, with the labels that are asked of each. */
const usesIn = (text: string) =>
  [...text.matchAll(/\b((?:skein|nodejs|process)_[a-z0-9_]+)(?:\{([^}]*)\})?/g)].map(([, name = '', labels = '']) => ({
    name,
    labels: [...labels.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
  }));
const known = (name: string) => {
  const metric = metrics.get(name) ?? metrics.get(name.replace(/_(bucket|sum|count)$/, ''));
  // A histogram has no series of its own name.
  return metric && (metrics.has(name) && String(metric.type) === 'histogram' ? undefined : metric);
};

describe('deploy/prometheus/alerts.yaml and deploy/grafana/skein.json', () => {
  it.each(expressions)('%s asks for metrics and labels that exist: %s', (_title, expression) => {
    const uses = usesIn(expression);
    expect(uses.length).toBeGreaterThan(0);
    for (const { name, labels } of uses) {
      const metric = known(name) as unknown as { labelNames: readonly string[] } | undefined;
      expect(metric, name).toBeDefined();
      for (const label of labels) expect(metric?.labelNames, `${name}{${label}}`).toContain(label);
    }
    const grouped = [...expression.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/));
    const labels = uses.flatMap(({ name }) => (known(name) as unknown as { labelNames: readonly string[] }).labelNames);
    for (const label of grouped) expect([...labels, 'le', 'instance']).toContain(label);
  });

  it('have an entry of the runbook for each alert', () => {
    const anchors = [...page.matchAll(/^### (.+)$/gm)].map(([, title = '']) =>
      title.toLowerCase().replaceAll(' ', '-'),
    );
    expect(rules.length).toBeGreaterThan(10);
    for (const { alert, annotations, labels } of rules) {
      expect(anchors, alert).toContain(annotations.runbook);
      expect(['page', 'ticket']).toContain(labels.severity);
    }
  });
});

describe('docs/operations.md', () => {
  it('explains every metric of ours, and names none that does not exist', () => {
    const named = new Set(usesIn(page.replaceAll('`skein_queue_…`', '')).map(({ name }) => name));
    expect(
      ours
        .getMetricsAsArray()
        .map(({ name }) => name)
        .filter((name) => !named.has(name)),
    ).toEqual([]);
    expect([...named].filter((name) => !metrics.has(name))).toEqual([]);
  });

  it('is shown whole by the dashboard', () => {
    const shown = new Set(
      dashboard.panels
        .flatMap(({ targets }) => targets.flatMap(({ expr }) => usesIn(expr)))
        .map(({ name }) => name.replace(/_(bucket|sum|count)$/, '')),
    );
    expect(
      ours
        .getMetricsAsArray()
        .map(({ name }) => name)
        .filter((name) => !shown.has(name)),
    ).toEqual([]);
  });
});
