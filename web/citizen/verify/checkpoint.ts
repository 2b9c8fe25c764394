export interface SignedCheckpoint {
  size: number;
  /** Base64, as the checkpoint prints it. */
  root: string;
  /** Signed by the contest's published key, as this browser found. */
  signed: boolean;
}

/** Reads a checkpoint's text and checks its signature. A text that is no checkpoint gives size 0, unsigned. */
export async function readCheckpoint(text: string, verifierKey: string): Promise<SignedCheckpoint> {
  const [, size = '0', root = ''] = text.split('\n');
  const { openNote } = await import('@zuimei/shared/note.ts');
  const signed = await openNote(text, [verifierKey]).then(
    () => true,
    () => false,
  );
  return { size: Number(size) || 0, root, signed };
}
