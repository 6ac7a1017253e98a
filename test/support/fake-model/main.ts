/**
 * The fake model as a process: `node test/support/fake-model/main.ts [--port N]`. Prints one JSON line
 * `{"ready":true,"url":"http://127.0.0.1:PORT/v1"}`. What it answers stands in the newest user message, for example
 * `[[fake: {"chunks":["a","b"],"delay_ms":20}]]`, or for a tool loop
 * `[[fake: {"steps":[{"tool_calls":[{"name":"calculator","arguments":{"expression":"1+1"}}]},{"chunks":["2"]}]}]]`.
 * A step may be a list of attempts (`[{"fault":{"kind":"status","status":503}},{"tokens":5}]`); attempts are counted per
 * user text, so texts of such runs must differ. `GET /v1/requests` lists what was asked, `DELETE` empties the list.
 */
import { parseArgs } from 'node:util';
import { startFakeModel } from './start-fake-model.ts';

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
const model = await startFakeModel({ port: Number(values.port) });
process.stdout.write(`${JSON.stringify({ ready: true, url: model.baseUrl })}\n`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void model.stop().then(() => process.exit(0));
  });
}
