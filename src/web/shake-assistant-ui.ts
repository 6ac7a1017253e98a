import type { Plugin } from 'vite';

/**
 * assistant-ui makes an object of each of its namespaces (`ComposerPrimitive` …), of which no bundler can leave out what is not used. As namespaces of
 * the language they are 18 kB less, compressed. A later version may be built differently: then nothing is replaced, and the limit in
 * scripts/web-size.mjs tells.
 */
export const shakeAssistantUi = (): Plugin => ({
  name: 'shake-assistant-ui',
  transform: {
    filter: { id: /@assistant-ui\/react\/dist\/index\.js$/ },
    handler: (code) => code.replace(/import \{ (\w+_exports) \} from ("\.\/primitives\/)/g, 'import * as $1 from $2'),
  },
});
