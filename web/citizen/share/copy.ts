/**
 * Puts `text`, which stands in `place`, on the clipboard, and resolves to whether that was possible. Where a page may not write there
 * (no https), it is marked and copied the older way; after a no it stays marked, for the finger that copies it.
 */
export async function copyText(text: string, place: HTMLElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    if (place) getSelection()?.selectAllChildren(place);
    return document.execCommand('copy');
  }
}
