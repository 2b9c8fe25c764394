/** A verifier key as people compare it: the name its keygen was given, and its 8 hex digits, the hash of name and key. */
export function keyParts(key: string): { name: string; hash: string } {
  const [name = '', hash = ''] = key.split('+');
  return { name, hash };
}

/** Does it look like the line that keygen prints? What it is, the server says. */
export const isKeyLine = (text: string): boolean =>
  /^[^+\s]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]{44}$/.test(text.trim());
