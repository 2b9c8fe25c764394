import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** What a source file brings in. Of `export … from` and `import()` too. */
export interface Import {
  from: string;
  /** Path of the file inside the repository that `from` means, or null for a package. */
  file: string | null;
  /** Nothing of it is left when types are stripped. */
  typeOnly: boolean;
  line: number;
}

/** A spot the rules look at: a name that is called or read (`process.env`), a construct (`any`, `enum`, `!`, `class Name`, `expect(await ….count)`), a text. */
export interface Spot {
  text: string;
  line: number;
}

export interface Source {
  /** From the repository's root, with forward slashes. */
  path: string;
  text: string;
  lines: number;
  imports: Import[];
  /** Dotted names in expressions: `setTimeout`, `process.env`, `window.setTimeout`. */
  names: Spot[];
  constructs: Spot[];
  /** Contents of string and template literals. */
  texts: Spot[];
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDERS = ['shared', 'server', 'web', 'tests', 'infra'];
const SKIPPED = new Set(['node_modules', 'dist', 'vectors', 'samples', '.cache']);

/** Every .ts, .mjs, .vue and .css file of the repository (its own, not what is installed or built). */
export function readSources(): Source[] {
  return FOLDERS.flatMap((folder) => listFiles(folder))
    .filter((path) => /\.(ts|mjs|vue|css)$/.test(path))
    .map((path) => parseSource(path, readFileSync(join(ROOT, path), 'utf8')));
}

/** Paths of all files under a folder of the repository, sorted. */
export function listFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => !SKIPPED.has(entry.name))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      return entry.isDirectory() ? listFiles(path) : entry.isFile() ? [path] : [];
    })
    .sort();
}

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** What the rules need to know of one file. In a .vue file only the script parts are read, in a sheet none; lines stay those of the file. */
export function parseSource(path: string, text: string): Source {
  const code = path.endsWith('.vue') ? scriptOf(text) : path.endsWith('.css') ? '' : text;
  const tree = ts.createSourceFile(path, code, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const source: Source = {
    path,
    text,
    lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    imports: [],
    names: [],
    constructs: [],
    texts: [],
  };
  const lineOf = (node: ts.Node): number => tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
  const visit = (node: ts.Node): void => {
    readImport(node, path, lineOf, source.imports);
    const construct = constructOf(node);
    if (construct) source.constructs.push({ text: construct, line: lineOf(node) });
    const name = nameOf(node);
    if (name) source.names.push({ text: name, line: lineOf(node) });
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
      source.texts.push({ text: node.text, line: lineOf(node) });
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return source;
}

/** The script blocks, with everything else blanked so that line numbers hold. */
function scriptOf(vue: string): string {
  let inside = false;
  return vue
    .split('\n')
    .map((line) => {
      const opens = /^<script\b[^>]*>\s*$/.test(line);
      const closes = /^<\/script>/.test(line);
      if (opens) inside = true;
      if (closes) inside = false;
      return inside && !opens ? line : '';
    })
    .join('\n');
}

function readImport(node: ts.Node, path: string, lineOf: (node: ts.Node) => number, into: Import[]): void {
  const add = (specifier: ts.Expression | undefined, typeOnly: boolean): void => {
    if (!specifier || !ts.isStringLiteralLike(specifier)) return;
    into.push({ from: specifier.text, file: fileOf(specifier.text, path), typeOnly, line: lineOf(node) });
  };
  if (ts.isImportDeclaration(node)) {
    const clause = node.importClause;
    const named = clause?.namedBindings;
    const onlyTypes =
      named !== undefined &&
      ts.isNamedImports(named) &&
      !clause?.name &&
      named.elements.length > 0 &&
      named.elements.every((element) => element.isTypeOnly);
    add(node.moduleSpecifier, clause?.phaseModifier === ts.SyntaxKind.TypeKeyword || onlyTypes);
  } else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
  else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    add(node.arguments[0], false);
  else if (
    ts.isImportTypeNode(node) &&
    ts.isLiteralTypeNode(node.argument) &&
    ts.isStringLiteral(node.argument.literal)
  )
    add(node.argument.literal, true);
}

/** `./a.ts`, `@zuimei/shared/a.ts` → the path in the repository; null for packages, `node:` and `#` names. */
function fileOf(from: string, path: string): string | null {
  if (from.startsWith('.')) return posix.join(dirname(path), from);
  return from.startsWith('@zuimei/') ? from.slice('@zuimei/'.length) : null;
}

function constructOf(node: ts.Node): string | null {
  if (node.kind === ts.SyntaxKind.AnyKeyword) return 'any';
  if (ts.isEnumDeclaration(node)) return 'enum';
  if (ts.isNonNullExpression(node)) return '!';
  if (ts.isClassLike(node)) return `class ${node.name?.text ?? ''}`;
  if (ts.isExportDeclaration(node) && node.moduleSpecifier && !node.isTypeOnly) return 'export from';
  if (ts.isAwaitExpression(node) && ts.isCallExpression(node.expression) && isExpected(node)) {
    const { expression: called } = node.expression;
    if (ts.isPropertyAccessExpression(called)) return `expect(await ….${called.name.text})`;
    return ts.isIdentifier(called) ? `expect(await ${called.text})` : null;
  }
  return null;
}

/** What `expect` is given, or a part of it, and not what a function would give later, as that of `expect.poll` does. */
function isExpected(node: ts.Node): boolean {
  for (let [at, { parent }] = [node, node]; parent; [at, parent] = [parent, parent.parent]) {
    if (ts.isFunctionLike(parent)) return false;
    if (
      ts.isCallExpression(parent) &&
      ts.isIdentifier(parent.expression) &&
      parent.expression.text === 'expect'
    )
      return parent.arguments.some((one) => one === at);
  }
  return false;
}

/** Of `a.b.c` the whole and not its parts; of a lone identifier its text, unless it declares or is a property. */
function nameOf(node: ts.Node): string | null {
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) {
    const name = ts.isPropertyAccessExpression(node)
      ? node.name.text
      : ts.isStringLiteralLike(node.argumentExpression)
        ? node.argumentExpression.text
        : null;
    return name !== null && ts.isIdentifier(node.expression) ? `${node.expression.text}.${name}` : null;
  }
  if (!ts.isIdentifier(node)) return null;
  const { parent } = node;
  const used =
    (ts.isCallExpression(parent) && (parent.expression === node || parent.arguments.includes(node))) ||
    (ts.isNewExpression(parent) && (parent.expression === node || parent.arguments?.includes(node))) ||
    (ts.isVariableDeclaration(parent) && parent.initializer === node) ||
    (ts.isParameter(parent) && parent.initializer === node);
  return used ? node.text : null;
}
