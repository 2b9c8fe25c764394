import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { openSecrets } from '@zuimei/server/secret.ts';
import { hasLeaked } from '@zuimei/server/staff/leaked.ts';
import { createPasswords } from '@zuimei/server/staff/password.ts';
import { createTotps } from '@zuimei/server/staff/totp.ts';
import { passwordFault } from '@zuimei/shared/password.ts';
import { loginPattern, roles, rolesConflict } from '@zuimei/shared/staff.ts';
import { totpCode } from './member.ts';

const secrets = await openSecrets({ secret: randomBytes(32).toString('hex'), dataDir: '' });

describe('passwords', () => {
  const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64').replace(/=+$/, '');
  // From the test vectors of the reference implementation (phc-winner-argon2, src/test.c), argon2id, version 0x13.
  const vectors = [
    [
      'm=256,t=2,p=1',
      'password',
      'somesalt',
      '9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe',
    ],
    [
      'm=256,t=2,p=2',
      'password',
      'somesalt',
      '6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037',
    ],
  ] as const;

  test('are argon2id as others compute it', async () => {
    const passwords = createPasswords({ memory: 256, passes: 1 });
    for (const [cost, password, salt, tag] of vectors) {
      const phc = `$argon2id$v=19$${cost}$${base64(Buffer.from(salt).toString('hex'))}$${base64(tag)}`;
      expect(await passwords.check(password, phc), cost).toBe(true);
      expect(await passwords.check(`${password}.`, phc), cost).toBe(false);
    }
  });

  test('cost 64 MiB unless a test says otherwise, and say so where they are kept', async () => {
    const passwords = createPasswords();
    const [one, two] = [await passwords.hash('a long sentence'), await passwords.hash('a long sentence')];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(one).not.toBe(two);
    expect(await passwords.check('a long sentence', one)).toBe(true);
    expect(await passwords.check('a long sentence', null)).toBe(false);
  });

  test('leave the thread that counts ballots alone', async () => {
    const passwords = createPasswords();
    let turns = 0;
    const hashing = passwords.hash('a long sentence').then(() => 'hashed');
    const turning = (async () => {
      while (
        (await Promise.race([hashing, new Promise((resolve) => setImmediate(resolve, 'turn'))])) === 'turn'
      )
        turns += 1;
    })();
    await turning;
    expect(turns).toBeGreaterThan(20);
  });

  test('asked for by too many at once are refused as busy, and served again afterwards', async () => {
    const passwords = createPasswords({ memory: 256, passes: 1 });
    const asked = await Promise.allSettled(
      Array.from({ length: 60 }, () => passwords.hash('a long sentence')),
    );
    const refused = asked.filter((one) => one.status === 'rejected');
    expect(refused).toHaveLength(60 - 26);
    const crowd = await Promise.allSettled(
      Array.from({ length: 10 }, () => passwords.check('x', null, { lane: 'new', network: 'one' })),
    );
    expect(crowd.filter((one) => one.status === 'rejected')).toHaveLength(10 - 4);
    for (const one of refused) expect((one.reason as { code?: string }).code).toBe('busy');
    expect(await passwords.hash('a long sentence')).toContain('$argon2id$');
  });

  test('wait in lanes: known browsers go first, who has just failed last', async () => {
    const passwords = createPasswords({ memory: 256, passes: 1 });
    // Two are hashed at once, and of two nobody knows which ends first: a long one keeps one of the places all the while.
    const salt = 'A'.repeat(22);
    const long = passwords.check('x', `$argon2id$v=19$m=65536,t=10,p=1$${salt}$${'A'.repeat(43)}`);
    const order: string[] = [];
    const ask = (lane: 'known' | 'new' | 'failed', i: number) =>
      passwords.check('x', null, { lane, network: `${lane}${i}` }).then(() => order.push(lane));
    await Promise.all([
      ask('failed', 1),
      ...(['failed', 'new', 'known'] as const).flatMap((lane) => [2, 3].map((i) => ask(lane, i))),
    ]);
    expect(order).toEqual(['failed', 'known', 'known', 'new', 'new', 'failed', 'failed']);
    await long;
  });

  test('that are guessed first are told so, and a sentence of one’s own passes', () => {
    const person = { login: 'liming', name: '李明' };
    const faults = (list: string[]) => list.map((one) => [one, passwordFault(one, person)]);
    expect(faults(['', 'a1b2c3d4e5f', '最美应急人好'])).toEqual([
      ['', 'short'],
      ['a1b2c3d4e5f', 'short'],
      ['最美应急人好', 'short'],
    ]);
    for (const common of [
      '123456789012',
      '210987654321',
      'qwertyuiopqw',
      'Password1234',
      'P@ssw0rd2026',
      'admin1234567',
      'Admin@123456',
      'aaaaaaaaaaaa',
      'ababababababab',
      '1qaz2wsx3edc',
      'woaini5201314',
      'abc1234567890',
      'zuimei2026!!',
    ])
      expect([common, passwordFault(common, person)]).toEqual([common, 'common']);
    for (const own of ['liming李明2026', 'Liming@liming', '李明李明李明李明李明李明', 'limingliming'])
      expect([own, passwordFault(own, person)]).toEqual([own, 'own']);
    for (const good of [
      '青石镇的早晨很安静，鸟在叫',
      'correct horse battery',
      'gT7#kd92Lm!x',
      'xiao-xi-hun-tun-89',
    ])
      expect([good, passwordFault(good, person)]).toEqual([good, null]);
    expect(passwordFault('句'.repeat(129), person)).toBe('long');
    // Sixty-four and more are welcome, and full-width letters are the letters they look like.
    expect(passwordFault('远山如黛近水含烟'.repeat(8), person)).toBeNull();
    expect(passwordFault('ｐａｓｓｗｏｒｄ２０２６', person)).toBe('common');
  });
});

describe('passwords of published breaches', () => {
  test('are refused whole, dressed up, and two side by side; a sentence or what is random passes', async () => {
    for (const leaked of [
      'sonyericsson',
      'CounterStrike',
      'sunshine2026!!',
      '!!SunShine!!!!',
      'princessdragon',
      'ＳＵＮＳＨＩＮＥ2026',
    ])
      expect([leaked, await hasLeaked(leaked)]).toEqual([leaked, true]);
    for (const good of [
      'correct horse battery',
      'gT7#kd92Lm!x',
      '青石镇的早晨很安静，鸟在叫',
      'xiao-xi-hun-tun-89',
    ])
      expect([good, await hasLeaked(good)]).toEqual([good, false]);
  });
});

describe('the second factor', () => {
  const totps = createTotps(secrets);
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

  test('takes the codes of RFC 6238, one step around now and no further', () => {
    for (const [seconds, code] of [
      [59, '287082'],
      [1111111109, '081804'],
      [1111111111, '050471'],
      [1234567890, '005924'],
      [2000000000, '279037'],
      [20000000000, '353130'],
    ] as const) {
      const at = seconds * 1000;
      const step = Math.floor(seconds / 30);
      expect(totpCode(secret, at)).toBe(code);
      for (const late of [-30_000, 0, 30_000]) expect(totps.stepOf(secret, code, at + late)).toBe(step);
      for (const late of [-60_000, 60_000]) expect(totps.stepOf(secret, code, at + late)).toBeNull();
    }
    for (const code of ['', '28708', '2870820', 'abcdef'])
      expect(totps.stepOf(secret, code, 59_000)).toBeNull();
  });

  test('has keys of 160 bits, drawn anew each time, that only their own ticket gives again', () => {
    const { ticket, key } = totps.draw('join/a', 'li', 2_000);
    const changed = `${ticket.slice(0, 20)}${ticket[20] === 'A' ? 'B' : 'A'}${ticket.slice(21)}`;
    expect(key.secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(totps.draw('join/a', 'li', 2_000).key.secret).not.toBe(key.secret);
    expect(totps.drawn('join/a', 'li', ticket, 1_999)).toEqual(key);
    expect(totps.drawn('join/a', 'li', ticket, 2_000)).toBeNull();
    expect(totps.drawn('join/b', 'li', ticket, 1_999)).toBeNull();
    expect(totps.drawn('join/a', 'li', changed, 1_999)).toBeNull();
    expect(totps.drawn('join/a', 'li', '', 1_999)).toBeNull();
    expect(ticket).not.toContain(key.secret);
    expect(key.uri).toMatch(
      /^otpauth:\/\/totp\/.+:li\?issuer=.+&secret=[A-Z2-7]{32}&algorithm=SHA1&digits=6&period=30$/,
    );
  });

  test('is sealed for its own account', () => {
    const sealed = totps.seal(7, secret);
    expect(totps.open(7, sealed)).toBe(secret);
    expect(sealed.includes(secret)).toBe(false);
    expect(() => totps.open(8, sealed)).toThrow();
  });

  test('has recovery codes that nobody else’s account knows', () => {
    const codes = totps.recoveryCodes();
    for (const code of codes) expect(code).toMatch(/^[2-9a-hjkmnp-z]{5}-[2-9a-hjkmnp-z]{5}$/);
    const [code = ''] = codes;
    expect(totps.recoveryDigest(1, code)).toEqual(
      totps.recoveryDigest(1, code.toUpperCase().replace('-', ' ')),
    );
    expect(totps.recoveryDigest(1, code)).not.toEqual(totps.recoveryDigest(2, code));
  });
});

test('auditors and units hold nothing else; other roles go together', () => {
  for (const one of roles) {
    expect(rolesConflict([one])).toBe(false);
    for (const two of roles)
      if (one !== two)
        expect([one, two, rolesConflict([one, two])]).toEqual([
          one,
          two,
          [one, two].some((role) => role === 'auditor' || role === 'unit'),
        ]);
  }
  for (const login of ['li', 'li.ming-2', '01']) expect(loginPattern.test(login)).toBe(true);
  for (const login of ['l', 'Li', '.li', '李', 'a'.repeat(33), 'a b'])
    expect(loginPattern.test(login)).toBe(false);
});
