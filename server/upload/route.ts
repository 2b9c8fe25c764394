import { Hono } from 'hono';
import type { Guard, Guarded } from '../staff/session.ts';
import type { Uploads } from './upload.ts';

/**
 * GET /api/console/upload: how far the upload of this browser is (shared/unit.ts UploadProgress); null when there is none, or another
 * process has it. Whoever is signed in, of their own session.
 */
export function uploadRoute({ guard, uploads }: { guard: Guard; uploads: Uploads }) {
  return new Hono<Guarded>().get('/api/console/upload', guard(), (c) =>
    c.json(uploads.progress(c.get('person').session)),
  );
}
