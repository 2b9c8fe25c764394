import { crc32, deflateRawSync } from 'node:zlib';

/**
 * A zip with these parts, deflated by Node's own zlib: what is made to do harm has sixty megabytes, for which fflate takes a second
 * each. Needs no zip64, times or attributes.
 */
export function zipOf(parts: Record<string, Uint8Array>): Uint8Array<ArrayBuffer> {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(parts)) {
    const title = Buffer.from(name);
    const packed = deflateRawSync(content);
    // From "version needed" to "length of the extra field": the same in both places.
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(0x0800, 2);
    shared.writeUInt16LE(8, 4);
    shared.writeUInt32LE(crc32(content), 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(content.length, 18);
    shared.writeUInt16LE(title.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    local.push(Buffer.from('PK\x03\x04'), shared, title, packed);
    central.push(Buffer.from('PK\x01\x02\x14\x00'), shared, place, title);
    at += 4 + shared.length + title.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  const count = Object.keys(parts).length;
  end.writeUInt16LE(count, 4);
  end.writeUInt16LE(count, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(at, 12);
  return new Uint8Array(Buffer.concat([...local, directory, Buffer.from('PK\x05\x06'), end]));
}
