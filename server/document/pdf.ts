import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { PDFiumLibrary } from '@hyzyla/pdfium';
import sharp from 'sharp';
import { paperLimits } from '@zuimei/shared/paper.ts';
import type { Paper } from './paper.ts';

/** Node has it, its types do not: as far as it is used here. */
interface Wasm {
  compile(bytes: Uint8Array): Promise<object>;
  Instance: new (compiled: object, imports: Imports) => { exports: Record<string, never> };
}
type Imports = Record<string, Record<string, unknown>>;
const { WebAssembly } = globalThis as unknown as { WebAssembly: Wasm };

/** A page of A4 is drawn within these pixels: the smallest print of a form can be read, and no page is larger, whatever it says of itself. */
const box = { width: 1400, height: 2000 };
/** The renderer's memory is no part of the thread's heap, so it has a bound of its own. */
const MOST_BYTES = 512 << 20;

/**
 * The pages of a PDF as pictures. PDFium draws them in WebAssembly, without scripts, forms, network or files: nothing that the file says is
 * carried out but drawing. Throws for what it cannot read, a file with a password among it.
 */
export async function readPages(bytes: Uint8Array): Promise<Paper> {
  const library = await openRenderer();
  const document = await library.loadDocument(bytes);
  const count = document.getPageCount();
  const pictures: Uint8Array[] = [];
  for (let at = 0; at < Math.min(count, paperLimits.pictures); at++) {
    const page = document.getPage(at);
    const { originalWidth, originalHeight } = page.getOriginalSize();
    const scale = Math.min(box.width / originalWidth, box.height / originalHeight);
    const within = (points: number): number => Math.max(1, Math.round(points * scale));
    const size = { width: within(originalWidth), height: within(originalHeight) };
    const { data, width, height } = await page.render({ ...size, render: 'bitmap' });
    const raw = sharp(data, { raw: { width, height, channels: 4 } });
    pictures.push(await raw.removeAlpha().jpeg({ quality: 92 }).toBuffer());
  }
  return { parts: [], pictures, cut: count > pictures.length };
}

/** Once a thread; an instance is one document's, so that none leaves anything to the next. */
const compiled = await WebAssembly.compile(
  await readFile(fileURLToPath(import.meta.resolve('@hyzyla/pdfium/pdfium.wasm'))),
);

async function openRenderer(): Promise<PDFiumLibrary> {
  return await PDFiumLibrary.init({
    instantiateWasm(imports: Imports, done: (instance: object) => void) {
      const grow = imports['env']?.['emscripten_resize_heap'];
      const bounded = (bytes: number): number =>
        bytes >>> 0 <= MOST_BYTES && typeof grow === 'function' ? grow(bytes) : 0;
      const env = { ...imports['env'], emscripten_resize_heap: bounded };
      const instance = new WebAssembly.Instance(compiled, { ...imports, env });
      done(instance);
      return instance.exports;
    },
  });
}
