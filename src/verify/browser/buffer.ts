/**
 * As much of Node's Buffer as core/base/bytes.ts asks for: a build for browsers puts it in that name's place, so that one file keeps the
 * strict rules of every decoder. Given only what that file has let through: whole bytes of hex, base64 of either alphabet.
 */
export class Buffer extends Uint8Array {
  static override from(data: unknown, encodingOrOffset?: unknown, length?: unknown): Buffer {
    if (typeof data === 'string') return decoded(data, String(encodingOrOffset));
    return new Buffer(data as ArrayBuffer, Number(encodingOrOffset ?? 0), Number(length));
  }

  static compare(a: Uint8Array, b: Uint8Array): number {
    const at = a.findIndex((byte, i) => byte !== b[i]);
    if (at < 0) return Math.sign(a.length - b.length);
    return at >= b.length || (a[at] ?? 0) > (b[at] ?? 0) ? 1 : -1;
  }

  override toString(encoding?: string): string {
    if (encoding === 'hex') return Array.from(this, (byte) => byte.toString(16).padStart(2, '0')).join('');
    const base64 = btoa(Array.from(this, (byte) => String.fromCharCode(byte)).join(''));
    return encoding === 'base64url' ? base64.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '') : base64;
  }
}

function decoded(text: string, encoding: string): Buffer {
  if (encoding === 'hex') return filled(text.length / 2, (i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
  const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return filled(binary.length, (i) => binary.charCodeAt(i));
}

function filled(length: number, at: (i: number) => number): Buffer {
  const bytes = new Buffer(length);
  for (let i = 0; i < length; i++) bytes[i] = at(i);
  return bytes;
}
