/** base64url and back, for WebAuthn. Bad input is refused, not repaired. */

export function toBase64url(bytes: ArrayBuffer | Uint8Array): string {
  const view = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  let binary = '';
  for (const byte of view) binary += String.fromCharCode(byte);
  return btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

/** Accepts base64url and base64, with or without padding. Throws a TypeError on anything else. */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  const plain = text
    .replace(/-/g, '+')
    .replace(/_/g, '/')
    .replace(/={1,2}$/, '');
  if (!/^[A-Za-z0-9+/]*$/.test(plain) || plain.length % 4 === 1) throw new TypeError('not base64url');
  return Uint8Array.from(atob(plain), (c) => c.charCodeAt(0));
}

/** The text of base64 bytes, for showing. */
export const textOf = (base64: string): string => new TextDecoder().decode(fromBase64url(base64));
