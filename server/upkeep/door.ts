import type { MiddlewareHandler } from 'hono';
import type { Quarantine } from './quarantine.ts';

/**
 * What may be sent although nothing may change: to sign in and out, to prove oneself, what makes files from what is there, a witness's
 * note, which may be the proof, and WeChat's messages, which want an answer.
 */
const HARMLESS =
  /^\/(?:api\/console\/(?:sign-in(?:\/code)?|sign-out|account\/(?:reauth|news\/seen))|log\/[^/]+\/cosignature|wechat\/message)$/;
const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Refuses with quarantined whatever would change the site while its database may be an old one. */
export function quarantineDoor(quarantine: Quarantine): MiddlewareHandler {
  return async (c, next) => {
    if (!READS.has(c.req.method) && !HARMLESS.test(c.req.path)) quarantine.check();
    await next();
  };
}
