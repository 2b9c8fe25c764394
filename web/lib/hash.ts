/** What stands behind the # of a link: letters, digits, - and _; a chat program may have glued the text around the link to it. */
export function behindHash(hash: string): string {
  return /^#([\w-]+)/.exec(hash)?.[1] ?? '';
}
