import { expect, test } from 'vitest';
import { policies } from '@zuimei/shared/policy.ts';
import { changedPolicy, policyOf, thresholdsOf, wrongThresholds } from '@zuimei/shared/threshold.ts';

test('every number of a policy is a threshold, and each can be changed alone', () => {
  for (const policy of Object.values(policies))
    for (const { path } of thresholdsOf(policy)) {
      const changed = new Map(
        thresholdsOf(changedPolicy(policy, { [path]: 7 })).map((one): [string, number] => [
          one.path,
          one.value,
        ]),
      );
      expect(changed.get(path), path).toBe(7);
      const others = thresholdsOf(policy).filter((one) => one.path !== path);
      expect(others.every((one) => changed.get(one.path) === one.value)).toBe(true);
    }
});

test('a step can be left out or brought in; a number that is no step cannot be left out', () => {
  const never = changedPolicy(policies.standard, { 'device.holdInDoubt': -1, 'ip.carrier.hold': 9 });
  expect(never.device.holdInDoubt).toBeUndefined();
  expect(never.ip.carrier.hold).toBe(9);
  expect(never.ip.campus.hold).toBe(policies.standard.ip.campus.hold);
  expect(policies.standard.device.holdInDoubt).toBeDefined();
  expect(
    wrongThresholds({ dwellMs: -1, 'device.hold': 2.5, 'nobody.hold': 3, 'ip.office.hold': -1 }),
  ).toEqual(['dwellMs', 'device.hold', 'nobody.hold']);
});

test('only a voter’s own flood can be refused, and a score of 0 already means never', () => {
  const changes = { 'device.refuse': 9, 'ip.carrier.refuse': 9, 'net.abroad.refuse': 9, 'score.hold': -1 };
  expect(wrongThresholds(changes)).toEqual(Object.keys(changes));
  expect(wrongThresholds({ 'attempts.refuse': 9, 'score.hold': 0 })).toEqual([]);
  expect(changedPolicy(policies.standard, changes)).toEqual(policies.standard);
});

test('a proof can cost neither nothing nor a minute, and three arrivals are no rhythm', () => {
  const wrong = { 'proof.cost': 0, 'proof.guesses': 20_001, 'rhythm.arrivals': 3 };
  expect(wrongThresholds(wrong)).toEqual(Object.keys(wrong));
  expect(wrongThresholds({ 'proof.cost': 1, 'proof.guesses': 20_000, 'rhythm.arrivals': 4 })).toEqual([]);
});

test('what is no threshold of a policy changes nothing, not even the object it names', () => {
  const changes = { '__proto__.polluted': 1, 'constructor.name': 1, 'device.__proto__': 1, windows: 5 };
  expect(changedPolicy(policies.standard, changes)).toEqual(policies.standard);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('a contest without changes has the very policy of its level', () => {
  expect(policyOf({ policy: 'strict', thresholds: {} })).toBe(policies.strict);
  const contest = { policy: 'loose', thresholds: { 'attempts.refuse': 5 } } as const;
  expect(policyOf(contest)).toBe(policyOf(contest));
  expect(policyOf(contest).attempts.refuse).toBe(5);
});
