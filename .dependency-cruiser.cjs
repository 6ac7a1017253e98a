// The import rules of docs/architecture.md, checked by `npm run check`.
const only = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    only('no-cycles', 'a cycle hides which file depends on which', {}, { circular: true }),
    only(
      'no-orphan-dependency',
      'what is imported stands in package.json',
      {},
      { dependencyTypes: ['unknown', 'npm-no-pkg', 'npm-unknown'] },
    ),
    only(
      'api-and-worker-are-apart',
      'they meet in shared only',
      { path: '^src/api/' },
      { path: '^src/(worker|local|web|cli)/' },
    ),
    only(
      'worker-and-api-are-apart',
      'they meet in shared only',
      { path: '^src/worker/' },
      { path: '^src/(api|local|web|cli)/' },
    ),
    only(
      'shared-stands-alone',
      'shared is imported, it imports nobody',
      { path: '^src/shared/' },
      { path: '^src/(api|worker|local|web|cli)/' },
    ),
    only(
      'local-starts-processes',
      'local mode starts the others as processes, it does not import them',
      { path: '^src/local/' },
      { path: '^src/(api|worker|web|cli)/' },
    ),
    only(
      'web-stands-alone',
      'the page knows the API by its document only',
      { path: '^src/web/' },
      { path: '^src/(api|worker|shared|local|cli)/' },
    ),
    only(
      'cli-stands-alone',
      'the command line knows the API by its document only',
      { path: '^src/cli/' },
      { path: '^src/(api|worker|shared|local|web)/' },
    ),
    only(
      'domain-is-pure',
      'the domain imports zod, the compiler of JSON Schemas and itself',
      { path: '^src/shared/domain/' },
      { pathNot: ['^src/shared/(domain|json-schema)/', 'node_modules/zod/', 'node_modules/uuid/'] },
    ),
    only(
      'express-stays-in-api',
      'one HTTP framework, one place',
      { path: '^src/', pathNot: '^src/api/' },
      { path: 'node_modules/(express|helmet|pino-http)/' },
    ),
    only(
      'mongoose-stays-in-shared-mongo',
      'one persistence layer',
      { path: '^src/', pathNot: '^src/shared/mongo/' },
      { path: 'node_modules/(mongoose|mongodb)/' },
    ),
    only(
      'openai-stays-in-shared-llm',
      'one model client',
      { path: '^src/', pathNot: '^src/shared/llm/' },
      { path: 'node_modules/openai/' },
    ),
    only(
      'bullmq-stays-in-shared-queue',
      'one queue',
      { path: '^src/', pathNot: '^src/shared/queue/' },
      { path: 'node_modules/bullmq/' },
    ),
    only(
      'store-parts-stay-local',
      'the embedded store is for local mode only',
      { path: '^src/', pathNot: '^src/local/mongo/' },
      { path: 'node_modules/(bson|mingo|sorted-btree)/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage)/' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
