import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { databaseKinds, freshDatabase } from '../harness/database.ts';

/*
 * server/tables.ts is what the queries are checked against: here it is held against the database itself, column by column.
 */

/** A column as said in one word a property: `number`, `number?` where it may be null, `=` behind it where the database fills it in. */
type Columns = Record<string, string>;

/** What the type of a property is called, by the type of its column; anything else is a document (jsonb). */
const plain: Record<string, string> = {
  integer: 'number',
  smallint: 'number',
  bigint: 'Count',
  numeric: 'Count',
  boolean: 'boolean',
  bytea: 'Buffer',
  'timestamp with time zone': 'Date',
  text: 'string',
  uuid: 'string',
  date: 'string',
};
const elements: Record<string, string> = {
  _int4: 'number[]',
  _int2: 'number[]',
  _int8: 'Count[]',
  _text: 'string[]',
  _uuid: 'string[]',
  _bytea: 'Buffer[]',
  _timestamptz: 'Date[]',
};

function readTyped(): Record<string, Columns> {
  return {
    ...readInterface('tables.ts', 'Tables'),
    ...readInterface('judgedtables.ts', 'JudgedTables'),
    ...readInterface('ruledtables.ts', 'RuledTables'),
    ...readInterface('publicitytables.ts', 'PublicityTables'),
  };
}

function readInterface(file: string, name: string): Record<string, Columns> {
  const path = fileURLToPath(new URL(`../../server/${file}`, import.meta.url));
  const tree = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const found = tree.statements
    .filter(ts.isInterfaceDeclaration)
    .find((statement) => statement.name.text === name);
  if (!found) throw new Error(`${file} has no ${name}`);
  const properties = (members: ts.NodeArray<ts.TypeElement>): [string, ts.TypeNode][] =>
    members
      .filter(ts.isPropertySignature)
      .flatMap((member) => (member.type ? [[member.name.getText(tree), member.type]] : []));
  return Object.fromEntries(
    properties(found.members).map(([table, type]) => {
      if (!ts.isTypeLiteralNode(type)) throw new Error(`${table} is no list of columns`);
      return [table, Object.fromEntries(properties(type.members).map(([name, of]) => [name, said(of)]))];
    }),
  );

  function said(type: ts.TypeNode): string {
    const filled =
      ts.isTypeReferenceNode(type) && type.typeName.getText(tree) === 'Generated'
        ? type.typeArguments?.[0]
        : null;
    const inner = filled ?? type;
    const parts = ts.isUnionTypeNode(inner) ? [...inner.types] : [inner];
    const texts = parts.map((part) => part.getText(tree)).filter((text) => text !== 'null');
    const words = texts.every((text) => /^'.*'$/.test(text)) ? 'string' : texts.join(' | ');
    return `${words}${texts.length < parts.length ? '?' : ''}${filled ? '=' : ''}`;
  }
}

test.each(databaseKinds)('every table is typed as it stands in the database (%s)', async (kind) => {
  const fresh = await freshDatabase(kind);
  const { rows } = await sql<{
    table: string;
    name: string;
    type: string;
    of: string;
    nullable: boolean;
    filled: boolean;
  }>`
    select table_name as table, column_name as name, data_type as type, udt_name as of, is_nullable = 'YES' as nullable,
      column_default is not null or is_identity = 'YES' as filled
    from information_schema.columns where table_schema = current_schema() order by 1, ordinal_position`.execute(
    fresh.owner.db,
  );
  await fresh.drop();
  const typed = readTyped();
  const tables = new Map<string, Columns>();
  for (const { table, name, type, of, nullable, filled } of rows) {
    const here = typed[table]?.[name] ?? '';
    // What the database would fill in may be asked for all the same: a sealed row says all of itself.
    const marks = `${nullable ? '?' : ''}${filled && here.endsWith('=') ? '=' : ''}`;
    const bare = here.replace(/[?=]+$/, '');
    const wanted = plain[type] ?? elements[of] ?? bare;
    // A named type stands for what it holds: texts of a few kinds, documents, lists of them.
    const named =
      /^[A-Z]\w*(\['\w+'\])?(\[\])?$/.test(bare) &&
      !['Date', 'Buffer', 'Count'].includes(bare.replace('[]', ''));
    const fits =
      bare === wanted || (named && bare.endsWith('[]') === wanted.endsWith('[]') && /^string/.test(wanted));
    const said = fits && bare !== '' ? bare : wanted || type;
    tables.set(table, { ...tables.get(table), [name]: `${said}${marks}` });
  }
  expect(typed).toEqual(Object.fromEntries(tables));
});
