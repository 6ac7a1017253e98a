import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { shakeAssistantUi } from './shake-assistant-ui.ts';

/** Where `npx vite -c src/web/vite.config.ts` finds a running API (`npm start`). */
const API = 'http://127.0.0.1:8123';
const apiPaths = [
  '/threads',
  '/runs',
  '/assistants',
  '/documents',
  '/ops',
  '/session',
  '/projects',
  '/info',
  '/health',
  '/openapi.json',
  '/docs',
];

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/app/',
  plugins: [react(), tailwindcss(), shakeAssistantUi()],
  // The API puts a fresh nonce in place of this text with every answer (src/api/web): some parts add style tags at run time.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    outDir: fileURLToPath(new URL('../../dist/web', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    // scripts/web-size.mjs reads it.
    manifest: true,
    // Data URLs would need holes in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: Object.fromEntries(apiPaths.map((path) => [path, API])) },
});
