/** `countersign github app`: the organisation's app at GitHub, made by GitHub from our manifest. Its key and secret are made there, and come here once. */
import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { err, ok, problem, type Result } from '../core/base/result.ts';
import { insecureAddress } from '../server/auth/founded.ts';
import { openAppMaker } from '../world.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { openCodeDoor } from './github-door.ts';
import { stopped } from './stopped.ts';
import { visible, visibleLines } from './terminal.ts';
import { unreadable } from './unreadable.ts';

export interface MakeAppFlags {
  readonly url: string;
  readonly org?: string;
  readonly api?: string;
  readonly web?: string;
  readonly out: string;
  readonly json?: boolean;
}

const PATIENCE_MS = 600_000;

/** 0 made, 2 not. @param told where the page is said; on standard error, for the answer may be read by a program. */
export async function makeApp(flags: MakeAppFlags, told: (text: string) => void = (text) => void process.stderr.write(text), ms = PATIENCE_MS): Promise<Answer> {
  const server = serverAt(flags.url);
  if (!server.ok) return refusal([server.error], flags.json);
  const { addressOf, appManifest, convert, manifestForm } = await openAppMaker();
  const [api, web] = [addressOf(flags.api ?? 'https://api.github.com', '--api'), addressOf(flags.web ?? 'https://github.com', '--web')];
  if (!api.ok || !web.ok)
    return refusal(
      [api, web].flatMap((a) => (a.ok ? [] : [a.error])),
      flags.json,
    );
  const folder = folderAt(flags.out);
  if (!folder.ok) return refusal([folder.error], flags.json);
  const door = await openCodeDoor({ action: (state) => manifestForm(web.value, flags.org ?? null, state), manifest: (back) => appManifest(server.value, back) });
  told(`open ${door.page} in a browser on this machine; it leads to GitHub, and ends in ${ms / 60_000} min\n`);
  const code = await within(door.code, ms);
  await door.close();
  if (code === null) return refusal([problem('FORGE_REFUSED', 'nobody made the app in time', { remedy: 'run it again' })], flags.json);
  const made = await convert({ api: api.value }, code);
  if (!made.ok) return refusal([{ ...made.error, remedy: 'the app may be there without its key: delete it at GitHub, and run this again' }], flags.json);
  const { id, slug, page, pem, webhookSecret } = made.value;
  const key = kept(folder.value, `github-app-${id}`, '.pem', pem);
  const secret = kept(folder.value, `github-app-${id}`, '.webhook-secret', webhookSecret);
  const install = `${page}/installations/new`;
  if (flags.json === true) return { code: EXIT.ok, stdout: `${JSON.stringify({ version: 1, exit: EXIT.ok, id, slug, key, secret, install })}\n`, stderr: '' };
  const lines = [`app         ${visible(slug)} (${id})`, `key         ${key}`, `secret      ${secret}`, `install it  ${visible(install)}`];
  return { code: EXIT.ok, stdout: visibleLines(`${[...lines, 'and write into site.yml:', '', ...siteLines(flags, id, key, secret)].join('\n')}\n`), stderr: '' };
}

const siteLines = ({ api, web }: MakeAppFlags, id: number, key: string, secret: string): readonly string[] => [
  ...['forges:', '  github:'],
  ...(api === undefined ? [] : [`    api: ${api}`]),
  ...(web === undefined ? [] : [`    web: ${web}`]),
  ...[`    app_id: ${id}`, `    key_file: ${JSON.stringify(key)}`, `    webhook_secret_file: ${JSON.stringify(secret)}`],
];

/** Without a slash at its end. Problem: USAGE. */
function serverAt(said: string): Result<string> {
  if (!URL.canParse(said) || !/^https?:$/.test(new URL(said).protocol))
    return err(problem('USAGE', 'this is no address', { place: '--url', remedy: 'for example https://countersign.example' }));
  const plain = insecureAddress(said);
  return plain === null ? ok(new URL(said).origin) : err(plain);
}

/** Before anything is made: a key that cannot be kept is a key that is lost. Problem: USAGE. */
function folderAt(said: string): Result<string> {
  const folder = resolve(said);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
    return ok(folder);
  } catch (error) {
    return err(problem('USAGE', `nothing can be written there: ${unreadable(error)}`, { place: '--out', remedy: 'name a folder of yours' }));
  }
}

/** In a new file, of its owner's alone. Answers which. */
function kept(folder: string, name: string, ending: string, text: string): string {
  for (let n = 1; ; n++) {
    const path = join(folder, `${name}${n === 1 ? '' : `-${n}`}${ending}`);
    try {
      writeFileSync(path, text.endsWith('\n') ? text : `${text}\n`, { flag: 'wx', mode: 0o600 });
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || n > 99) throw error;
    }
  }
}

/** null: not in time, or this program was told to end. */
async function within(code: Promise<string>, ms: number): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((done) => {
    timer = setTimeout(() => done(null), ms);
  });
  const came = await Promise.race([code, late, stopped().then(() => null)]);
  clearTimeout(timer);
  return came;
}
