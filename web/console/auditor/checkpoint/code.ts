/** What a code of a few centimetres holds so that a phone still reads it from paper. */
const MOST_BYTES = 700;

/** A note for a printed code: the log's own signature, and as many cosignatures as fit. `left`: how many did not. */
export function codeNote(note: string): { text: string; left: number } {
  const bytes = (text: string): number => new TextEncoder().encode(text).length;
  const lines = note.split('\n').slice(0, -1);
  let left = 0;
  // The text, the blank line and the first signature stay, whatever their length.
  while (lines.length > lines.indexOf('') + 2 && bytes(lines.join('\n')) >= MOST_BYTES) {
    lines.pop();
    left += 1;
  }
  return { text: `${lines.join('\n')}\n`, left };
}
