import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

// Oldest engines met: WeChat's Android web view (Chromium 100 or so) and Safari of iOS 15.
const engines = ['chrome90', 'safari15'];

/**
 * Two outputs from one command: dist/client is what phones load (hashed files under assets/ and the page template),
 * dist/server/first.js renders the first HTML of a page and needs nothing beside itself to run.
 */
export default defineConfig({
  plugins: [vue({ features: { optionsAPI: false, prodDevtools: false } })],
  define: { 'process.env.NODE_ENV': JSON.stringify('production') },
  builder: {},
  environments: {
    client: {
      build: {
        outDir: 'dist/client',
        target: engines,
        // One sheet for the whole citizen's page, so the server can put it inside the HTML.
        cssCodeSplit: false,
        cssTarget: engines,
        assetsInlineLimit: 2048,
        modulePreload: { polyfill: false },
        rolldownOptions: { input: 'index.html' },
      },
    },
    ssr: {
      resolve: { noExternal: true },
      build: {
        outDir: 'dist/server',
        ssr: true,
        target: 'node20',
        copyPublicDir: false,
        rolldownOptions: { input: { first: 'citizen/first.ts' } },
      },
    },
  },
});
