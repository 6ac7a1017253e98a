import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFakeModel } from '../support/fake-model/start-fake-model.ts';
import { type ApiProcess, type TestProcess, useProcesses } from '../support/processes.ts';
import { useServices } from '../support/services.ts';
import { asks } from '../support/skein.ts';
import { createClient } from '../support/skein-client.ts';
import { waitFor } from '../support/wait-for.ts';

const services = useServices();
const processes = useProcesses({ scope: 'file' });

interface Span {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly attributes: ReadonlyMap<string, string | number>;
  readonly text: string;
}

/** What OTLP sends as JSON, as far as it matters here. */
interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
  }[];
}
interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: number };
}
interface SentSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly Attribute[];
}

const spans: Span[] = [];
const toMap = (attributes: readonly Attribute[]) =>
  new Map(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? ''] as const));

/** A collector. */
const collector = createServer((req, res) => {
  const parts: Buffer[] = [];
  req.on('data', (part: Buffer) => parts.push(part));
  req.on('end', () => {
    expect([req.method, req.url, req.headers['content-type']]).toEqual(['POST', '/v1/traces', 'application/json']);
    const { resourceSpans } = JSON.parse(Buffer.concat(parts).toString()) as Sent;
    for (const { resource, scopeSpans } of resourceSpans)
      for (const span of scopeSpans.flatMap((scope) => scope.spans))
        spans.push({
          service: String(toMap(resource.attributes).get('service.name')),
          name: span.name,
          traceId: span.traceId,
          spanId: span.spanId,
          parentSpanId: span.parentSpanId || undefined,
          attributes: toMap(span.attributes),
          text: JSON.stringify(span),
        });
    res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
});

const state = {} as { api: ApiProcess; worker: TestProcess; env: Record<string, string> };
beforeAll(async () => {
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const model = await startFakeModel();
  state.env = {
    ...services.env,
    OPENAI_BASE_URL: model.baseUrl,
    DEFAULT_MODEL: 'fake-model',
    DRAIN_MS: '100',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
  };
  state.api = await processes.startApi(state.env);
  state.worker = await processes.startWorker(state.env);
  return () => model.stop();
});
afterAll(() => {
  collector.closeAllConnections();
  collector.close();
});

const client = createClient(() => state.api.url);
const ofTrace = (traceId: string) => spans.filter((span) => span.traceId === traceId);

/** Waits until the trace has a span of each name. */
const traceWith = (traceId: string, names: readonly string[]) =>
  waitFor(
    () => {
      const found = ofTrace(traceId);
      return names.every((name) => found.some((span) => span.name === name)) && found;
    },
    { what: `spans ${names.join(', ')}`, timeoutMs: 10_000 },
  );

describe('traces', () => {
  it('go from the request of the client to the calls of model and tools, in one trace, and the log lines name it', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, 'content-type': 'application/json' };
    const { assistant_id } = await client.createAssistant({ tools: [{ type: 'builtin', name: 'calculator' }] });
    const input = `a-secret-question ${asks({
      steps: [
        { tool_calls: [{ name: 'calculator', arguments: { expression: '6*7' } }] },
        { chunks: ['a-secret-answer'] },
      ],
    })}`;
    const { body: run } = await client.send<{ run_id: string; status: string }>(
      'POST',
      '/runs/wait',
      { assistant_id, input },
      headers,
    );
    expect(run.status).toBe('completed');
    const trace = await traceWith(traceId, ['POST /runs/wait', 'run', 'chat fake-model', 'execute_tool calculator']);
    const parentOf = (span: Span | undefined) => trace.find(({ spanId }) => spanId === span?.parentSpanId);
    const named = (name: string) => trace.filter((span) => span.name === name);
    const chain = (span: Span | undefined): string[] =>
      span === undefined ? [] : [`${span.service}: ${span.name}`, ...chain(parentOf(span))];
    const toAccept = ['skein-worker: run', 'skein-api: accept run', 'skein-api: POST /runs/wait'];
    expect(chain(named('chat fake-model')[0])).toEqual([
      'skein-worker: chat fake-model',
      'skein-worker: step',
      ...toAccept,
    ]);
    expect(chain(named('execute_tool calculator')[0])).toEqual([
      'skein-worker: execute_tool calculator',
      'skein-worker: step',
      ...toAccept,
    ]);
    expect(chain(named('put on the queue')[0])).toEqual(['skein-api: put on the queue', ...toAccept.slice(1)]);
    expect(named('wait on the queue')).toHaveLength(1);
    expect(named('chat fake-model')).toHaveLength(2);
    expect(named('POST /runs/wait')[0]?.parentSpanId).toBe('b7ad6b7169203331');
    expect(named('run')[0]?.attributes.get('skein.run_id')).toBe(run.run_id);
    expect(named('run')[0]?.attributes.get('skein.status')).toBe('completed');
    expect(named('chat fake-model')[0]?.attributes.get('gen_ai.usage.input_tokens')).toBe(10);
    expect(trace.map(({ text }) => text).join()).not.toMatch(/a-secret/);

    expect(state.api.logs.find((line) => line.path === '/runs/wait')).toMatchObject({ trace_id: traceId });
    expect(state.worker.logs.find((line) => line.run_id === run.run_id)).toMatchObject({ trace_id: traceId });
  });

  it('begin here when the client has none, or what it sends is none', async () => {
    const ids = new Set<unknown>();
    for (const headers of [
      {},
      { traceparent: 'nonsense' },
      { traceparent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01` },
    ]) {
      const before = state.api.logs.length;
      await client.send('GET', '/threads', undefined, headers as Record<string, string>);
      const line = await waitFor(() => state.api.logs.slice(before).find(({ path }) => path === '/threads'), {
        what: 'line',
      });
      expect(line.trace_id).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
      ids.add(line.trace_id);
    }
    expect(ids.size).toBe(3);
  });

  it('are left alone where the client does not want one, also by the worker', async () => {
    const traceId = '1af7651916cd43dd8448eb211c80319c';
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-00` };
    const { assistant_id } = await client.createAssistant();
    const { body } = await client.send<{ run_id: string }>(
      'POST',
      '/runs/wait',
      { assistant_id, input: asks({ tokens: 1 }) },
      headers,
    );
    await traceWith(String(state.api.logs.find((line) => line.path === '/assistants')?.trace_id), ['POST /assistants']);
    expect(await client.getRun(body.run_id)).toMatchObject({ status: 'completed' });
    expect(ofTrace(traceId)).toEqual([]);
  });

  it('go on in the attempt of another worker', async () => {
    const { assistant_id } = await client.createAssistant();
    const input = asks({ steps: [[{ tokens: 2000, delay_ms: 20 }, { chunks: ['done'] }]] });
    const { body: run } = await client.send<{ run_id: string }>('POST', '/runs', { assistant_id, input });
    await client.waitForRun(run.run_id, 'in_progress');
    const traceId = String(state.api.logs.find((line) => line.path === '/runs')?.trace_id);
    const second = await processes.startWorker(state.env);
    expect(await state.worker.stop()).toBe(0);
    await client.waitForRun(run.run_id, 'completed');
    expect(await second.stop()).toBe(0);
    const runs = (await traceWith(traceId, ['run'])).filter(({ name }) => name === 'run');
    expect(runs.map(({ attributes }) => attributes.get('skein.attempt')).toSorted()).toEqual([1, 2]);
  });

  it('cost nobody anything when the collector is away: the API stops as it is told', async () => {
    collector.closeAllConnections();
    await new Promise((resolve) => collector.close(resolve));
    await client.send('GET', '/threads');
    expect(await state.api.stop()).toBe(0);
  });
});
