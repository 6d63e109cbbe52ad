/** A `ssh-keygen` for tests: what a device does behind `-Y sign`, with the key whose private half lies beside the public line. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publicKeyLine } from '../core/signoff/keys.ts';
import type { SoftSshKey } from './authenticator.ts';

const SCRIPT = `
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { softSshKey } from ${JSON.stringify(new URL('./authenticator.ts', import.meta.url).href)};
const args = process.argv.slice(2);
const of = (flag) => args[args.indexOf(flag) + 1];
if (args[0] !== '-Y' || args[1] !== 'sign') process.exit(9);
appendFileSync(of('-f') + '.touched', '.');
const key = softSshKey('sk-ssh-ed25519', 'ssh:', readFileSync(of('-f') + '.pem', 'utf8'));
writeFileSync(args.at(-1) + '.sig', key.signPae(readFileSync(args.at(-1)), { namespace: of('-n') }));
`;

/** Writes it into a folder, to be put first in PATH. Each use leaves a dot in `<key>.touched`. */
export function writeSshKeygen(folder: string): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'keygen.mjs'), SCRIPT);
  writeFileSync(join(bin, 'ssh-keygen'), `#!/bin/sh\nexec '${process.execPath}' --disable-warning=ExperimentalWarning '${join(bin, 'keygen.mjs')}' "$@"\n`);
  chmodSync(join(bin, 'ssh-keygen'), 0o755);
  return bin;
}

/** `<file>.pub` and `<file>.pem`. */
export function writeKey(file: string, key: SoftSshKey, comment: string): void {
  writeFileSync(`${file}.pub`, `${publicKeyLine(key.blob)} ${comment}\n`);
  writeFileSync(`${file}.pem`, key.privateKey);
}
