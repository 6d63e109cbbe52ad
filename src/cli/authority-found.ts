/** `countersign authority found`: the first entry of a log. Founders bring security keys of their own; no key is made here for a person. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { sha256Hex } from '../core/base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { EnrolmentSubject } from '../core/signoff/enrolment.ts';
import { formatGenesis } from '../core/signoff/genesis.ts';
import type { Invited } from '../flows/founding.ts';
import { insecureAddress } from '../server/auth/founded.ts';
import { foundLog, waitForFounders } from '../world.ts';
import { DEFAULTS } from './defaults.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { subjectOf } from './security-key.ts';
import { stopped } from './stopped.ts';
import { visibleLines } from './terminal.ts';

export interface FoundOptions {
  readonly organisation: string;
  readonly url: string;
  readonly founder: readonly string[];
  readonly origin?: string;
  readonly solo?: boolean;
  readonly data: string;
  readonly host?: string;
  readonly port?: string;
  /** Hours. */
  readonly within?: string;
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
  const named = founders.flatMap((f) => (f.ok ? [f.value] : []));
  const data = resolve(options.data);
  const database = process.env.DATABASE_URL || undefined;
  const brought = named.filter((f) => 'keyid' in f);
  const invited = named.filter((f) => !('keyid' in f));
  if (new Set(named.map((f) => f.person)).size < 2 && options.solo !== true)
    return refusal(
      [problem('TRUST_FORMAT', 'fewer than two founders, and it is not solo', { remedy: 'name two people with --founder, or add --solo for one, for ever' })],
      options.json,
    );
  if (invited.length > 0 && database === undefined && existsSync(join(data, 'countersign.db')))
    return refusal([problem('DATA_INVALID', 'this folder holds a log already', { place: data, remedy: 'choose another --data folder' })], options.json);
  const came = invited.length === 0 ? ok(brought) : await byLinks(options, invited, brought);
  if (!came.ok) return refusal([came.error], options.json);
  const people = came.value;
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
  const laid = await foundLog({ dir: data, database }, name, body.value);
  if (!laid.ok) return refusal([laid.error], options.json);
  const pin = sha256Hex(body.value);
  if (options.json === true) return { code: EXIT.ok, stdout: `${JSON.stringify({ version: 1, origin: name, pin, logKey: laid.value, data })}\n`, stderr: '' };
  return {
    code: EXIT.ok,
    stdout: visibleLines(
      `${people.map((f) => `founder      ${f.person} ${f.level} ${f.keyid}\n`).join('')}founded      ${name}\npin          ${pin}\nlog key      ${laid.value}\ndata         ${data}\nkeep the pin and the log key where no administrator of this machine can change them\nthen write ${join(data, 'site.yml')} and run countersign serve --data ${data}: docs/guides/server.md\n`,
    ),
    stderr: '',
  };
}

/** Sends nobody anything: whoever runs this hands the links out, and waits. Problems: USAGE, LOGIN_REFUSED where not all came in time. */
async function byLinks(options: FoundOptions, invited: readonly Invited[], brought: readonly EnrolmentSubject[]): Promise<Result<readonly EnrolmentSubject[]>> {
  const [hours, port] = [Number(options.within ?? '1'), Number(options.port ?? DEFAULTS.port)];
  if (!(hours > 0 && hours <= 72)) return err(problem('USAGE', `${options.within} is no number of hours`, { place: '--within', remedy: 'a number up to 72' }));
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return err(problem('USAGE', `${options.port} is no port`, { place: '--port', remedy: 'a number from 1 to 65535' }));
  const lifetime = hours * 3_600_000;
  const log = (line: string): void => void process.stderr.write(`countersign: ${line}\n`);
  const waiting = await waitForFounders({
    ...{ organisation: options.organisation, url: options.url, invited, brought, lifetime, port, log },
    host: options.host ?? DEFAULTS.host,
  });
  if (!waiting.ok) return waiting;
  const { links, whole, close } = waiting.value;
  // Not where --json is read: a link is for its person alone.
  process.stderr.write(
    visibleLines(
      `${links.map(({ person, link }) => `link for ${person}   ${link}\n`).join('')}each opens once, within ${hours} h, and while this runs; hand each to its person by a way that nobody else reads\n`,
    ),
  );
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), lifetime);
  });
  const came = await Promise.race([whole, late, stopped().then(() => null)]);
  clearTimeout(timer);
  await close();
  return came === null ? err(problem('LOGIN_REFUSED', 'not every founder came, so nothing was founded', { remedy: 'begin again: the links of this time are dead' })) : ok(came);
}

/** `id:level:file`, or `id:level` of somebody who makes a passkey. The file may hold colons. */
function founderOf(said: string): Result<EnrolmentSubject | Invited, readonly Problem[]> {
  const [, person = '', level = '', file = ''] = /^([a-z0-9._-]+):([^:]+)(?::(.+))?$/.exec(said) ?? [];
  if (level === '') return err([problem('USAGE', `${said} is no founder`, { place: '--founder', remedy: 'for example kim:L7:kim.pub, or kim:L7 for a passkey' })]);
  if (file === '') return ok({ person, level });
  const key = subjectOf(file);
  return key.ok ? ok({ person, name: person, level, ...key.value }) : key;
}
