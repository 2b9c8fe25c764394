import type { Plugin } from 'vite';

const SCRIPT = /<script type="module"[^>]*src="[^"]+"[^>]*><\/script>\s*/;
const SHEET = /<link rel="stylesheet"[^>]*>\s*/g;

/**
 * Puts all of an environment's script and style into its one HTML file, and into that the policy by which nothing else can run in it or
 * be reached from it but the site it came from: a copy saved to a disk can be opened and trusted like the one that was served. WebAssembly
 * is allowed, as the hashes of many entries are made with it (shared/hash/sha256.simd.ts); the worker is the same script again.
 */
export function oneFile(environment: string): Plugin {
  return {
    name: 'one-file',
    enforce: 'post',
    applyToEnvironment: (one) => one.name === environment,
    async generateBundle(_, bundle) {
      let [script, style] = ['', ''];
      for (const [name, output] of Object.entries(bundle)) {
        if (name.endsWith('.html')) continue;
        if (output.type === 'chunk') script += output.code;
        else if (name.endsWith('.css')) style += textOf(output.source);
        else throw new Error(`${name} cannot go into one file`);
        delete bundle[name];
      }
      script = script.trim().replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
      const policy = [
        "default-src 'none'",
        `script-src '${await digestOf(script)}' 'wasm-unsafe-eval'`,
        `style-src '${await digestOf(style)}'`,
        'img-src data:',
        "connect-src 'self'",
        'worker-src blob:',
        "base-uri 'none'",
        "form-action 'none'",
      ].join('; ');
      for (const output of Object.values(bundle)) {
        if (output.type !== 'asset') continue;
        const html = textOf(output.source).replace(SCRIPT, '').replace(SHEET, '');
        output.source = html
          .replace('<meta charset="utf-8">', (charset) => `${charset}\n    ${metaOf(policy)}`)
          .replace('</head>', () => `<style>${style}</style>\n  </head>`)
          .replace('</body>', () => `<script type="module">${script}</script>\n  </body>`);
      }
    },
  };
}

function textOf(source: string | Uint8Array): string {
  return typeof source === 'string' ? source : new TextDecoder().decode(source);
}

function metaOf(policy: string): string {
  return `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
}

async function digestOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
}
