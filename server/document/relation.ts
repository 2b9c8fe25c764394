import type { Archive } from './archive.ts';
import { attribute, scanXml, xmlText } from './xml.ts';

export interface Relation {
  id: string;
  type: string;
  /** The part it points to, by its whole name in the archive. */
  part: string;
}

/** The internal relationships of one part ('' for those of the whole archive); empty when it has none. Links to the outside are never followed. */
export function relationsOf(archive: Archive, part: string): Relation[] {
  const slash = part.lastIndexOf('/') + 1;
  const folder = part.slice(0, slash);
  const bytes = archive.read(`${folder}_rels/${part.slice(slash)}.rels`);
  const found: Relation[] = [];
  if (!bytes) return found;
  scanXml(xmlText(bytes), {
    open(name, attributes) {
      if (!/(^|:)Relationship$/u.test(name) || attribute(attributes, 'TargetMode') === 'External') return;
      const id = attribute(attributes, 'Id');
      const target = attribute(attributes, 'Target');
      if (id && target)
        found.push({ id, type: attribute(attributes, 'Type') ?? '', part: partAt(folder, target) });
    },
    close() {},
    text() {},
  });
  return found;
}

/** "../media/a.png" seen from "xl/drawings/" is "xl/media/a.png". */
function partAt(folder: string, target: string): string {
  const steps: string[] = [];
  for (const step of (target.startsWith('/') ? target : folder + target).split(/[/\\]/u)) {
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  return steps.join('/');
}

/** Relationship id → the bytes of an embedded picture, inflated once however often it is shown. */
export function createPictures(archive: Archive, part: string): (id: string) => Uint8Array | null {
  const parts = new Map(
    relationsOf(archive, part)
      .filter((one) => one.type.endsWith('/image'))
      .map((one) => [one.id, one.part]),
  );
  const read = new Map<string, Uint8Array | null>();
  return (id) => {
    const name = parts.get(id);
    if (name === undefined) return null;
    if (!read.has(name)) read.set(name, archive.read(name));
    return read.get(name) ?? null;
  };
}
