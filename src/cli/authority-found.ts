/** `countersign authority found`: the first entry of a log. Founders bring security keys of their own; no key is made here for a person. */
import { join } from 'node:path';
import { sha256Hex } from '../core/base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { EnrolmentSubject } from '../core/signoff/enrolment.ts';
import { formatGenesis } from '../core/signoff/genesis.ts';
import { insecureAddress } from '../server/auth/founded.ts';
import { openUpkeep } from '../world.ts';
import { placeIn } from './data-place.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { subjectOf } from './security-key.ts';
import { visibleLines } from './terminal.ts';

export interface FoundOptions {
  readonly organisation: string;
  readonly url: string;
  readonly founder: readonly string[];
  readonly origin?: string;
  readonly solo?: boolean;
  readonly data: string;
  readonly json?: boolean;
}

/** Problems: USAGE, KEY_PLAIN, SIG_ALG, TRUST_FORMAT, DATA_INVALID, DATA_LOCKED. */
export async function found(options: FoundOptions): Promise<Answer> {
  if (!URL.canParse(options.url) || !/^https?:$/.test(new URL(options.url).protocol))
    return refusal([problem('USAGE', 'this is no address', { place: '--url', remedy: 'for example https://countersign.example' })], options.json);
  const plain = insecureAddress(options.url);
  if (plain !== null) return refusal([plain], options.json);
  const { hostname, origin } = new URL(options.url);
  const founders = options.founder.map(founderOf);
  const wrong = founders.flatMap((f) => (f.ok ? [] : f.error));
  if (wrong.length > 0) return refusal(wrong, options.json);
  const name = options.origin ?? `${hostname}/log`;
  const people = founders.flatMap((f) => (f.ok ? [f.value] : []));
  const body = formatGenesis({
    mode: 'production',
    origin: name,
    rpId: hostname,
    origins: [origin],
    organisation: options.organisation,
    solo: options.solo === true,
    founders: people,
  });
  if (!body.ok) return refusal([{ remedy: 'name two people with --founder, or add --solo for one, for ever', ...body.error }], options.json);
  const place = placeIn(options.data);
  const laid = await (await openUpkeep()).foundLog({ ...place, clock: Date.now }, name, body.value);
  if (!laid.ok) return refusal([laid.error], options.json);
  const pin = sha256Hex(body.value);
  if (options.json === true)
    return {
      code: EXIT.ok,
      stdout: `${JSON.stringify({ version: 1, origin: name, pin, logKey: laid.value, data: place.dir, database: place.database !== undefined })}\n`,
      stderr: '',
    };
  return {
    code: EXIT.ok,
    stdout: visibleLines(
      `founded      ${name}\npin          ${pin}\nlog key      ${laid.value}\ndata         ${place.dir}${place.database === undefined ? '' : ', and the database that DATABASE_URL names'}\nkeep the pin and the log key where no administrator of this machine can change them\nthen write ${join(place.dir, 'site.yml')} and run countersign serve --data ${place.dir}: docs/guides/server.md\n`,
    ),
    stderr: '',
  };
}

/** `id:level:file`. The file may hold colons. */
function founderOf(said: string): Result<EnrolmentSubject, readonly Problem[]> {
  const [, person = '', level = '', file = ''] = /^([a-z0-9._-]+):([^:]+):(.+)$/.exec(said) ?? [];
  if (file === '') return err([problem('USAGE', `${said} is no founder`, { place: '--founder', remedy: 'for example kim:L7:kim.pub' })]);
  const key = subjectOf(file);
  return key.ok ? ok({ person, name: person, level, ...key.value }) : key;
}
