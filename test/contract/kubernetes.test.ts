import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { envSchema } from '../../src/shared/config/env-schema.ts';
import { loadConfig } from '../../src/shared/config/load-config.ts';

const FOLDER = 'deploy/kubernetes';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: Record<string, unknown>;
  readonly data?: Record<string, string>;
  readonly stringData?: Record<string, string>;
}
interface Container {
  readonly command: readonly string[];
  readonly ports: readonly { readonly name: string }[];
  readonly env: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { secretKeyRef: { name: string; key: string } };
  }[];
  readonly envFrom: readonly unknown[];
  readonly securityContext: object;
  readonly resources: { readonly requests: object; readonly limits: object };
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
}
interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}
interface Pod {
  readonly terminationGracePeriodSeconds: number;
  readonly securityContext: object;
  readonly containers: readonly [Container];
}

const files = readdirSync(FOLDER).filter((file) => file !== 'kustomization.yaml');
const manifests = files.flatMap((file) =>
  parseAllDocuments(readFileSync(`${FOLDER}/${file}`, 'utf8')).map((document) => {
    expect(document.errors, file).toEqual([]);
    return document.toJS() as Manifest;
  }),
);
const find = (kind: string, name: string): Manifest => {
  const found = manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  if (!found) throw new Error(`no ${kind} ${name}`);
  return found;
};
const podOf = (name: string) => (find('Deployment', name).spec as { template: { spec: Pod } }).template.spec;
const deployments = [
  ['skein-api', 'api'],
  ['skein-worker', 'worker'],
] as const;
const settings = Object.keys(envSchema.shape);
const config = find('ConfigMap', 'skein').data ?? {};
const secret = find('Secret', 'skein').stringData ?? {};

describe('deploy/kubernetes', () => {
  it('is whole: the kustomization names every file but the example of a secret', () => {
    const { resources } = parse(readFileSync(`${FOLDER}/kustomization.yaml`, 'utf8')) as { resources: string[] };
    expect(resources.toSorted()).toEqual(files.filter((file) => file !== 'secret.example.yaml').toSorted());
  });

  it.each(deployments)('%s gets settings that exist, secrets by reference only, and starts with them', (name, role) => {
    const [container] = podOf(name).containers;
    expect(container.command).toEqual(['node', `src/${role}/main.ts`]);
    expect(existsSync(container.command[1] ?? '')).toBe(true);
    const names = [...Object.keys(config), ...container.env.map((variable) => variable.name)];
    expect(names.filter((variable) => !settings.includes(variable))).toEqual([]);
    const secrets = ['ADMIN_KEY', 'KEY_SECRET', 'MONGODB_URL', 'REDIS_URL', 'OPENAI_API_KEY'];
    for (const { name: variable, valueFrom } of container.env) {
      expect(valueFrom !== undefined, variable).toBe(secrets.includes(variable));
      if (valueFrom) expect(Object.keys(secret)).toContain(valueFrom.secretKeyRef.key);
    }
    expect(secrets.filter((variable) => variable in config)).toEqual([]);
    const env = {
      ...config,
      ...Object.fromEntries(
        container.env.map(({ name: variable, value, valueFrom }) => [
          variable,
          value ?? secret[valueFrom?.secretKeyRef.key ?? ''],
        ]),
      ),
    };
    expect(loadConfig(env, role)).toMatchObject({ NODE_ENV: 'production', AUTH_MODE: 'api_key', HOST: '0.0.0.0' });
  });

  it.each(deployments)('%s is probed on a port it has, bounded, and runs without rights', (name) => {
    const pod = podOf(name);
    const [container] = pod.containers;
    for (const [probe, path] of [
      [container.startupProbe, '/health/live'],
      [container.livenessProbe, '/health/live'],
      [container.readinessProbe, '/health/ready'],
    ] as const) {
      expect(probe.httpGet.path).toBe(path);
      expect(container.ports.map((port) => port.name)).toContain(probe.httpGet.port);
    }
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container.resources).toMatchObject({
      requests: { cpu: expect.anything() },
      limits: { memory: expect.anything() },
    });
    expect(find('PodDisruptionBudget', name)).toBeDefined();
  });

  it('gives a worker longer to stop than it takes: drain, give back, close', () => {
    const pod = podOf('skein-worker');
    const drain = Number(pod.containers[0].env.find(({ name }) => name === 'DRAIN_MS')?.value);
    expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThan(drain + 3 * 4000);
  });

  it('scales workers on metrics that the API tells', () => {
    const { triggers, scaleTargetRef } = find('ScaledObject', 'skein-worker').spec as {
      triggers: { metadata: { query: string; threshold: string } }[];
      scaleTargetRef: { name: string };
    };
    expect(scaleTargetRef.name).toBe('skein-worker');
    const operations = readFileSync('docs/operations.md', 'utf8');
    const [{ metadata } = { metadata: { query: '', threshold: '' } }] = triggers;
    const asked = [...metadata.query.matchAll(/skein_\w+/g)].map(([metric]) => metric);
    expect(asked.length).toBeGreaterThan(0);
    for (const metric of asked) expect(operations).toContain(`\`${metric}\``);
    const slots = podOf('skein-worker').containers[0].env.filter(({ name }) => name.endsWith('_SLOTS'));
    expect(Number(metadata.threshold)).toBeLessThan(slots.reduce((sum, { value }) => sum + Number(value), 0));
  });
});
