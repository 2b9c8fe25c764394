/** "820 KB", "4.5 MB". */
export function sizeWords(bytes: number): string {
  if (bytes < 1024 ** 2) return `${Math.max(1, Math.round(bytes / 1024))} KB`;
  const mega = bytes / 1024 ** 2;
  return `${Number.isInteger(mega) ? mega : mega.toFixed(1)} MB`;
}
