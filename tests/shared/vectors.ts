import { readFileSync } from 'node:fs';

interface SignedBy {
  vkey: string;
}

/** note-tlog-vectors.json: published vectors of C2SP and of the Go tools, and a small log derived from them. */
export interface LogVectors {
  published: {
    c2sp_signed_note: SignedBy & { note: string };
    golang_note_sign: SignedBy & { skey: string; text: string; signed: string };
    golang_note_second_key: SignedBy & { sigline: string; text: string };
    bad_vkeys: string[];
    malformed_notes: string[];
    tree_note: { body: string; leafData: string; leafHashB64: string };
    checkpoint_bodies: { origin: string; size: number; hashUtf8: string; body: string }[];
    bad_checkpoint_bodies: string[];
    tlog_cosignature: { source: string; vkey: string; witnesses: string[]; note: string };
    tlog_proof: {
      examples: { index: number; hashes: string[]; checkpoint: string; text: string }[];
      invalid: string[];
    };
    tile_math: {
      size70000: Record<string, number>;
      size256: Record<string, number>;
      index1234067: string;
    };
  };
  derived: {
    root256: string;
    root300: string;
    checkpoint256: string;
    checkpoint300: string;
    tiles: Record<string, { bytes: number; sha256?: string; base64?: string }>;
    entryBundles: Record<string, { bytes: number; sha256: string }>;
    tlogProof_index42_size300: string;
  };
}

export const logVectors: LogVectors = JSON.parse(
  readFileSync(new URL('../vectors/note-tlog-vectors.json', import.meta.url), 'utf8'),
);
