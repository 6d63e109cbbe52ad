/**
 * Addresses that a call somebody else asked for never goes to: this machine, its networks, and what clouds answer to whoever is inside. An
 * address that carries another in it is judged by that one. Source: the special-purpose registries of IANA (RFC 6890, RFC 8190).
 */
import { isIPv4, isIPv6 } from 'node:net';

interface Network {
  readonly bytes: readonly number[];
  readonly bits: number;
}

const V4 = (
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 ' +
  // the last: what Azure answers its machines by
  '198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 168.63.129.16/32'
).split(' ');
/** Of IPv6 only what is given out for the whole world, and of that not these: tunnels, benchmarks, documentation. */
const WORLD = ['2000::/3'];
const V6 = '2001::/23 2001:db8::/32 2002::/16 3fff::/20'.split(' ');
/** IPv4-mapped and -compatible, and what a translator makes into IPv4; the last 32 bits are it. */
const CARRIES = '::ffff:0:0/96 ::/96 64:ff9b::/96'.split(' ').map(networkOf);

const [REFUSED_V4, REFUSED_V6, WORLD_V6] = [V4.map(networkOf), V6.map(networkOf), WORLD.map(networkOf)];

/** Whether it may be called. @param excepted networks the administrator of the machine named. Anything that is no address may not. */
export function mayCall(address: string, excepted: readonly Network[]): boolean {
  const bytes = bytesOf(address);
  if (bytes === undefined) return false;
  const meant = bytes.length === 16 && CARRIES.some((n) => within(bytes, n)) ? bytes.slice(12) : bytes;
  if (excepted.some((n) => within(meant, n))) return true;
  if (meant.length === 4) return !REFUSED_V4.some((n) => within(meant, n));
  return WORLD_V6.some((n) => within(meant, n)) && !REFUSED_V6.some((n) => within(meant, n));
}

/** `10.0.0.0/8`, `fd00::/8`; undefined for anything else. */
export function readNetwork(text: string): Network | undefined {
  const [, address = '', bits = ''] = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(text) ?? [];
  const bytes = bytesOf(address);
  return bytes === undefined || Number(bits) > bytes.length * 8 ? undefined : { bytes, bits: Number(bits) };
}

export type { Network };

function networkOf(text: string): Network {
  const network = readNetwork(text);
  if (network === undefined) throw new Error(`${text} is no network`);
  return network;
}

function within(address: readonly number[], { bytes, bits }: Network): boolean {
  if (address.length !== bytes.length) return false;
  return bytes.every((byte, i) => {
    const mask = 0xff & (0xff00 >> Math.min(8, Math.max(0, bits - i * 8)));
    return (byte & mask) === ((address[i] ?? 0) & mask);
  });
}

function bytesOf(address: string): readonly number[] | undefined {
  if (isIPv4(address)) return address.split('.').map(Number);
  // A zone names an interface of this machine.
  if (!isIPv6(address) || address.includes('%')) return undefined;
  const [, head = address, v4] = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address) ?? [];
  const tail = v4?.split('.').map(Number) ?? [];
  const [before = '', after] = (v4 === undefined ? address : head.replace(/([^:]):$/, '$1')).split('::');
  const [left, right] = [groups(before), after === undefined ? [] : groups(after)];
  const zeros = new Array<number>(Math.max(0, 16 - left.length - right.length - tail.length)).fill(0);
  return [...left, ...zeros, ...right, ...tail];
}

function groups(text: string): readonly number[] {
  const words = text.split(':').filter((group) => group !== '');
  return words.map((group) => Number.parseInt(group, 16)).flatMap((value) => [value >> 8, value & 0xff]);
}
