/** A film as a phone writes it, by its boxes alone: its type, its index with one track of this codec, and then `rest` bytes of pictures. */
export function mp4(rest = 64, codec = 'avc1', indexLast = false): Buffer {
  const entry = box(codec, Buffer.alloc(78));
  const stsd = box('stsd', Buffer.concat([Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]), entry]));
  const index = ['stbl', 'minf', 'mdia', 'trak', 'moov'].reduce((inner, type) => box(type, inner), stsd);
  const type = box('ftyp', Buffer.from('isom\0\0\0\0isomiso2', 'latin1'));
  const pictures = box('mdat', Buffer.alloc(rest, 7));
  return Buffer.concat(indexLast ? [type, pictures, index] : [type, index, pictures]);
}

function box(type: string, inner: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(inner.length + 8);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, inner]);
}

interface Sender {
  ask<T>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }>;
  raw(method: string, path: string, body?: BodyInit, headers?: Record<string, string>): Promise<Response>;
}

/** Sends a film whole, piece by piece, as a unit's page does; gives the file that it became. `path`: of the nomination. */
export async function sendFilm(
  desk: Sender,
  path: string,
  field: string,
  film: { name: string; bytes: Buffer; frame?: Buffer },
): Promise<{ id: string }> {
  const { name, bytes, frame } = film;
  const sent = { name, size: bytes.length, modified: 1_700_000_000_000 };
  const begun = await desk.ask<{ id: string; received: number }>('POST', `${path}/films/${field}`, sent);
  if (begun.status !== 201) throw new Error(`${begun.status} ${JSON.stringify(begun.body)}`);
  const { id } = begun.body;
  for (let at = begun.body.received; at < bytes.length; ) {
    const piece = new Uint8Array(bytes.subarray(at, at + (2 << 20)));
    const kept = await desk.raw('PUT', `${path}/films/${id}/${at}`, piece);
    at = ((await kept.json()) as { received: number }).received;
  }
  const form = new FormData();
  if (frame) form.append('file', new File([new Uint8Array(frame)], 'frame.jpg'));
  else form.append('note', '');
  const whole = await desk.ask<{ id: string }>('POST', `${path}/films/${id}/whole`, form);
  if (whole.status !== 201) throw new Error(`${whole.status} ${JSON.stringify(whole.body)}`);
  return whole.body;
}
