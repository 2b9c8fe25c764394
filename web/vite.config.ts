import { readFile } from 'node:fs/promises';
import vue from '@vitejs/plugin-vue';
import { defineConfig, type Plugin } from 'vite';
import { checked } from './checked.ts';
import { citizenEngines, consoleEngines, targetsOf } from './engines.ts';
import { oneFile } from './onefile.ts';
import { packed } from './packed.ts';

const citizenTargets = targetsOf(citizenEngines);
const consoleTargets = targetsOf(consoleEngines);

/** What a first vote needs comes in one file: on a slow network each further file costs a round trip. Of lib, what inner pages alone use stays with them. */
const firstVote = {
  name: 'vote',
  test: /[\\/]node_modules[\\/](@vue|vue|vue-router|pinia)[\\/]|[\\/]web[\\/](lib[\\/](?!fullrule|checkpoint|objection)|citizen[\\/](ballot|contest|frame)[\\/])|[\\/]shared[\\/](contest|refusal|time)\.ts|plugin-vue|preload-helper/,
};

/** What a voter needs who is asked for a proof: the work and the question come in one file. */
const proofAsked = { name: 'proof', test: /[\\/]web[\\/]citizen[\\/]proof[\\/]/ };

/** What eight pages of the console or more are made of (of libraries, five) comes with the first of them, in two files: each in one of its own, a page had forty requests. */
const consoleShared = [
  { name: 'vue', test: /[\\/]node_modules[\\/]/, minShareCount: 5, priority: 1 },
  { name: 'shared', minShareCount: 8 },
];

/** Whoever reads the notice goes on to the result and to how one came about: one file, which the first script names once. */
const afterVote = {
  name: 'outcome',
  test: /[\\/]web[\\/]citizen[\\/](course[\\/](?!course\.ts|CourseMark)|rules[\\/]colours)/,
};

/**
 * WeChat's JS-SDK tells open.weixin.qq.com of every page it is configured on, by a picture, and has no switch for that which does not bring
 * alerts. The page asks no third party for anything and its policy would stop the picture with an error, so the function is emptied here;
 * a version of the SDK that is written differently stops the build.
 */
const quietSdk: Plugin = {
  name: 'quiet-sdk',
  transform(code, id) {
    if (!id.includes('/weixin-js-sdk/')) return null;
    const quiet = code.replace(/(function B\(n\) \{)[\s\S]*?(\n {2}\}\n {2}function L\()/, '$1$2');
    if (/https?:\/\//.test(quiet)) throw new Error('the SDK of WeChat still knows an address');
    return { code: quiet, map: null };
  },
};

/** The office has no clone: its unit of systemd comes with the program. */
const unit: Plugin = {
  name: 'witness-unit',
  applyToEnvironment: (one) => one.name === 'witness',
  async generateBundle() {
    const source = await readFile(new URL('../infra/systemd/zuimei-witness@.service', import.meta.url));
    this.emitFile({ type: 'asset', fileName: 'zuimei-witness@.service', source });
  },
};

/**
 * Five outputs from one command: dist/client is what phones load (hashed files under assets/ and the page template),
 * dist/server/first.js renders the first HTML of a page and needs nothing beside itself to run, dist/console is the console, built
 * apart so that no byte of it can come into the citizen's page, dist/verify/verify.html is the page that verifies a ledger, whole in
 * one file, and dist/witness/zuimei-witness.mjs the program of a witness, likewise.
 */
export default defineConfig({
  plugins: [
    vue({ features: { optionsAPI: false, prodDevtools: false } }),
    checked('client', citizenEngines),
    checked('console', consoleEngines),
    checked('verify', consoleEngines),
    oneFile('verify'),
    quietSdk,
    packed(),
    unit,
  ],
  define: { 'process.env.NODE_ENV': JSON.stringify('production') },
  builder: {},
  environments: {
    client: {
      build: {
        outDir: 'dist/client',
        target: citizenTargets,
        // One sheet for the whole citizen's page, so the server can put it inside the HTML.
        cssCodeSplit: false,
        cssTarget: citizenTargets,
        assetsInlineLimit: 2048,
        modulePreload: { polyfill: false },
        rolldownOptions: {
          input: 'index.html',
          output: { codeSplitting: { groups: [firstVote, proofAsked, afterVote] } },
        },
      },
    },
    console: {
      consumer: 'client',
      build: {
        outDir: 'dist/console',
        assetsDir: 'console-assets',
        target: consoleTargets,
        cssTarget: consoleTargets,
        assetsInlineLimit: 2048,
        modulePreload: { polyfill: false },
        rolldownOptions: {
          input: 'console.html',
          output: { codeSplitting: { groups: consoleShared } },
        },
      },
    },
    verify: {
      consumer: 'client',
      build: {
        outDir: 'dist/verify',
        target: consoleTargets,
        cssTarget: consoleTargets,
        assetsInlineLimit: 100_000,
        modulePreload: false,
        rolldownOptions: { input: 'verify.html', output: { codeSplitting: false } },
      },
    },
    // What an office outside the bureau runs to witness a log: Node's own modules beside it and nothing else.
    witness: {
      resolve: { noExternal: true, conditions: ['node', 'module', 'production'] },
      build: {
        outDir: 'dist/witness',
        ssr: true,
        target: 'node20',
        minify: false,
        rolldownOptions: {
          input: { 'zuimei-witness': '../server/office.ts' },
          output: { codeSplitting: false, entryFileNames: '[name].mjs' },
          // Where each part came from would be written as seen from where the build was started.
          experimental: { attachDebugInfo: 'none' },
        },
      },
    },
    ssr: {
      // Without the `node` condition, so that Vue's lean production build goes in and not its compiler.
      resolve: { noExternal: true, conditions: ['module', 'production'] },
      build: {
        outDir: 'dist/server',
        ssr: true,
        target: 'node20',
        rolldownOptions: { input: { first: 'citizen/first.ts' } },
      },
    },
  },
});
