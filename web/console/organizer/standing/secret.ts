/** A secret as it is typed off a paper: without gaps, in small letters. */
export function plainSecret(text: string): string {
  return text.replace(/\s/gu, '').toLowerCase();
}

/** What is wrong with it, if it is none. */
export function secretFault(text: string): string | undefined {
  return /^[0-9a-f]{64}$/u.test(plainSecret(text))
    ? undefined
    : '密码串是 64 位的数字和字母 a 至 f，请核对是否抄全。';
}
