/** `countersign sign-offs put`: carries bundles in a ref. Nothing is verified: whoever reads them does. */
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { parseBundle } from '../core/signoff/bundle.ts';
import { contentsOf } from '../core/signoff/pooled.ts';
import { keepSignoffs } from '../world.ts';
import { serverSource } from './bundle-server.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { fileAt } from './named-file.ts';
import { visibleLines } from './terminal.ts';

export interface PutOptions {
  readonly change?: string;
  readonly server?: string;
  readonly remote?: string;
  readonly signOffs: string;
  readonly repo: string;
  readonly json?: boolean;
}

interface Kept {
  readonly manifest: string;
  readonly bytes: Uint8Array;
}

export async function putSignoffs(files: readonly string[], options: PutOptions): Promise<Answer> {
  const found = await bundlesAsked(files, options);
  const kept = found.ok ? placesOf(found.value) : found;
  if (!kept.ok) return refusal(kept.error, options.json);
  const written = await keepSignoffs(options.repo, options.signOffs, kept.value, options.remote ?? null);
  if (!written.ok) return refusal([written.error], options.json);
  const manifests = [...new Set(kept.value.map((k) => k.manifest))];
  if (options.json) return { code: EXIT.ok, stdout: `${JSON.stringify({ version: 1, exit: EXIT.ok, ref: options.signOffs, commit: written.value, manifests })}\n`, stderr: '' };
  const where = options.remote === undefined ? '' : ` of ${options.remote}`;
  return { code: EXIT.ok, stdout: visibleLines(`${options.signOffs}${where} is at ${written.value}\n${manifests.map((m) => `  holds sign-offs of ${m}\n`).join('')}`), stderr: '' };
}

interface Named {
  readonly name: string;
  readonly bytes: Uint8Array;
}

async function bundlesAsked(files: readonly string[], { change, server }: PutOptions): Promise<Result<readonly Named[], readonly Problem[]>> {
  const read = await Promise.all(files.map((file) => fileAt('sign-offs put', file)));
  const unread = read.flatMap((r) => (r.ok ? [] : [r.error]));
  if (unread.length > 0) return err(unread);
  const named = read.flatMap((r) => (r.ok ? [{ name: r.value.name, bytes: new Uint8Array(r.value.bytes) }] : []));
  if (change === undefined && server === undefined && named.length > 0) return ok(named);
  if (change === undefined || server === undefined || !/^[0-9a-f]{16}$/.test(change))
    return err([problem('USAGE', 'there is no bundle to keep', { place: 'command line', remedy: 'name files, or a change with --change <id> --server <url>' })]);
  const source = serverSource(server, process.env.COUNTERSIGN_TOKEN);
  const fetched = source.ok ? await source.value.bundles({ manifest: '', change }) : source;
  if (!fetched.ok) return err([fetched.error]);
  if (fetched.value.length === 0)
    return err([problem('SIGNOFF_MISSING', 'nobody has signed this change yet', { place: `${server} ${change}`, remedy: 'run it again once somebody has' })]);
  return ok([...named, ...fetched.value]);
}

/** Under every content a bundle speaks of, as it says itself. */
function placesOf(found: readonly Named[]): Result<readonly Kept[], readonly Problem[]> {
  const read = found.map(({ name, bytes }) => ({ name, bytes, bundle: parseBundle(bytes) }));
  const problems = read.flatMap(({ name, bundle }) => (bundle.ok ? [] : [{ ...bundle.error, place: name }]));
  const kept = read.flatMap(({ bytes, bundle }) => (bundle.ok ? contentsOf(bundle.value).map((manifest) => ({ manifest, bytes })) : []));
  if (problems.length > 0) return err(problems);
  return kept.length > 0 ? ok(kept) : err([problem('BUNDLE_FORMAT', 'no sign-off in it says of which content it is', { place: found[0]?.name ?? '', remedy: 'export it again' })]);
}
