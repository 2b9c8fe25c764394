import { randomBytes, randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { openMessage, sealMessage, signatureOf } from '@zuimei/server/chat/envelope.ts';
import { parseAesKey } from '@zuimei/server/wechat/account.ts';
import vectors from '../vectors/wechat.json' with { type: 'json' };
import { wxAccount } from '../wxfake/account.ts';
import { decrypt, encrypt } from '../wxfake/cipher.ts';

const { urlVerifyPlain, encryptA1, decryptC } = vectors;
const { aesKey: AES_KEY, appId } = wxAccount;
const key = { aesKey: parseAesKey(AES_KEY), appId };

test('the published vectors: an address is verified, a text is encrypted, a message is checked and read', () => {
  const { token, timestamp, nonce } = urlVerifyPlain;
  expect(signatureOf(token, timestamp, nonce)).toBe(urlVerifyPlain.signature);
  const own = { aesKey: parseAesKey(encryptA1.encodingAESKey), appId: encryptA1.appid };
  expect(sealMessage(encryptA1.plaintext, own, Buffer.from(encryptA1.random))).toBe(encryptA1.cipher);
  expect(openMessage(encryptA1.cipher, own)).toBe(encryptA1.plaintext);
  const { encrypt: sealed } = decryptC;
  expect(signatureOf(decryptC.token, decryptC.timestamp, decryptC.nonce, sealed)).toBe(
    decryptC.msg_signature,
  );
  const theirs = { aesKey: parseAesKey(decryptC.encodingAESKey), appId: decryptC.appid };
  expect(openMessage(sealed, theirs)).toBe(decryptC.plaintext);
});

test('texts of every length come through, from and to whoever has the key', () => {
  for (let length = 0; length < 100; length++) {
    const text = '票'.repeat(length % 7) + 'a'.repeat(length);
    expect(decrypt(AES_KEY, key.appId, sealMessage(text, key))).toBe(text);
    expect(openMessage(encrypt(AES_KEY, key.appId, text), key)).toBe(text);
  }
  expect(sealMessage('twice', key)).not.toBe(sealMessage('twice', key));
});

test('what is for another account, by another key, or not whole is nothing', () => {
  const sealed = sealMessage('投票 12', key);
  expect(openMessage(sealed, { ...key, appId: 'wx0123456789abcdee' })).toBeNull();
  expect(openMessage(sealed, { ...key, appId: '' })).toBeNull();
  expect(openMessage(sealed, { ...key, aesKey: randomBytes(32) })).toBeNull();
  expect(openMessage(sealed.slice(0, -8), key)).toBeNull();
  expect(openMessage('', key)).toBeNull();
  expect(openMessage('<xml/>', key)).toBeNull();
});

test('no bytes make it throw, and none but whole blocks of the key say anything', () => {
  for (let round = 0; round < 2_000; round++)
    expect(openMessage(randomBytes(randomInt(0, 7) * 16).toString('base64'), key)).toBeNull();
  const bytes = Buffer.from(sealMessage('投票 12', key), 'base64');
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 0x40;
    // The first block is chance alone, and of the block before its own a change moves one bit: the signature covers those.
    const opened = openMessage(changed.toString('base64'), key);
    if (opened !== null) expect(opened.length).toBeLessThanOrEqual(32);
  }
});
