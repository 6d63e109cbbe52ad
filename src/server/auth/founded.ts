/** What a production log needs before it is served. */
import { type Problem, problem } from '../../core/base/result.ts';

/** The two commands, in order. */
export const notFounded = (data: string): Problem =>
  problem('DATA_INVALID', 'this folder holds no organisation', {
    place: data,
    remedy: `countersign authority found --organisation NAME --url https://HOST --founder ID:LEVEL:KEY.pub --founder ID:LEVEL:KEY.pub --data ${data}, then countersign serve --data ${data}; or countersign serve --demo, for the sample organisation`,
  });

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Over plain http a session's cookie could be read on its way, and no browser offers a passkey. */
export function insecureAddress(url: string): Problem | null {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:' || LOOPBACK.has(hostname)) return null;
  return problem('USAGE', `${url} is not reached over https`, { place: '--url', remedy: 'found the log with its https address; what ends TLS may stand before this server' });
}
